package fakepdf_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/internal/fakepdf"
)

func TestCheck(t *testing.T) {
	assert.NoError(t, fakepdf.Check(fakepdf.New(fakepdf.Page{Lines: []string{"æøå"}})))
	assert.NoError(t, fakepdf.Check(fakepdf.Document{Streamed: true}.Bytes()))
	assert.Error(t, fakepdf.Check(nil))
	assert.Error(t, fakepdf.Check([]byte("%PDF-1.7\n%%EOF")))
	assert.Error(t, fakepdf.Check(fakepdf.Document{Plants: []fakepdf.Plant{fakepdf.EncryptionMarker}}.Bytes()))
}
