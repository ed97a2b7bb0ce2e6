package oidcrp

import (
	"errors"
	"testing"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// normal puts the times of lo into UTC, for comparing.
func normal(lo *Logout) Logout {
	l := *lo
	l.At = l.At.UTC()
	return l
}

func TestPostJSON(t *testing.T) {
	b := newFakeBroker(t)
	b.set("/api/v1/x", 400, `{"errorMessage":"æøå"}`)
	p := newParty(t, b)
	res, err := p.PostJSON(t.Context(), "/api/v1/x", "cf1ce646", []byte(`{"cpr":"1"}`))
	require.NoError(t, err, "any status is an answer")
	assert.Equal(t, 400, res.Status)
	assert.Equal(t, "Bearer cf1ce646", b.last.Header.Get("Authorization"))
	assert.Equal(t, "application/json", b.last.Header.Get("Content-Type"))
	assert.Equal(t, `{"cpr":"1"}`, b.body)
	assert.Equal(t, testIssuer+"/api/v1/x", b.last.URL.String())
	assert.Nil(t, b.last.GetBody, "it cannot be sent again")

	_, err = p.PostJSON(t.Context(), "/api/v1/x", "a b", nil)
	requireClass(t, fault.InputInvalid, err)
	b.answer("/api/v1/x", fakeAnswer{err: errors.New("2101270087")})
	_, err = p.PostJSON(t.Context(), "/api/v1/x", "cf1ce646", nil)
	requireClass(t, fault.BrokerUnavailable, err)
}
