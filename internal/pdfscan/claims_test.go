package pdfscan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/pdfscan"
)

func TestSignatureSays(t *testing.T) {
	pdf := sealed(mark{
		field: "<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature1)/V 12 0 R/Rect[0 0 0 0]/Lock<</Type/SigFieldLock/Action/Include/Fields[(a)(b.c)]>>>>",
		more: "/Name(\xc5se)/Reason<FEFF006F006B>/Location()/M(D:20260312120000+01'00')" +
			"/Reference[<</TransformMethod/DocMDP/TransformParams<</P 1/V/1.2>>>><</TransformMethod/FieldMDP/TransformParams<</Action/All>>>>]",
	})
	all, err := signatures(t, pdf)
	require.NoError(t, err)
	require.Len(t, all, 1)
	s := all[0]
	assert.Equal(t, "Signature1", s.Field)
	assert.Equal(t, "Åse", s.Name)
	assert.Equal(t, "ok", s.Reason)
	assert.Empty(t, s.Location)
	assert.Equal(t, time.Date(2026, 3, 12, 11, 0, 0, 0, time.UTC), s.At)
	assert.Equal(t, 1, s.Certifies)
	assert.True(t, s.DER)
	require.Equal(t, []pdfscan.Lock{{Action: "All"}, {Action: "Include", Fields: []string{"a", "b.c"}}}, s.Locks)
	assert.True(t, s.Locks[0].Covers("whatever"))
	for field, covered := range map[string]bool{"a": true, "a.b": true, "ab": false, "b": false, "b.c": true, "b.cd": false} {
		assert.Equal(t, covered, s.Locks[1].Covers(field), field)
		assert.Equal(t, !covered, pdfscan.Lock{Action: "Exclude", Fields: s.Locks[1].Fields}.Covers(field), field)
	}
}

func TestSignatureInBER(t *testing.T) {
	all, err := signatures(t, sealed(mark{contents: "<308002010100000000>"}))
	require.NoError(t, err)
	assert.False(t, all[0].DER)
	assert.Equal(t, []byte{0x30, 0x80, 2, 1, 1, 0, 0}, all[0].Contents)
}

func TestSignatureDates(t *testing.T) {
	for said, want := range map[string]string{
		"D:20260312120000Z":        "2026-03-12T12:00:00Z",
		"D:20260312120000Z00'00'":  "2026-03-12T12:00:00Z",
		"D:20260312120000-07'30":   "2026-03-12T19:30:00Z",
		"D:20260312120000+01'00'":  "2026-03-12T11:00:00Z",
		"D:20260312":               "2026-03-12T00:00:00Z",
		"D:2026":                   "2026-01-01T00:00:00Z",
		"20260312120000":           "0001-01-01T00:00:00Z",
		"D:202":                    "0001-01-01T00:00:00Z",
		"D:20261312":               "0001-01-01T00:00:00Z",
		"D:20260312120000+01'00'0": "0001-01-01T00:00:00Z",
		"":                         "0001-01-01T00:00:00Z",
	} {
		all, err := signatures(t, sealed(mark{more: "/M(" + said + ")"}))
		require.NoError(t, err)
		assert.Equal(t, want, all[0].At.Format(time.RFC3339), said)
	}
}

func TestCertificationThatCannotBeRead(t *testing.T) {
	for _, more := range []string{
		"/Reference 3 0 R",
		"/Reference[<</TransformMethod/DocMDP/TransformParams<</P 4>>>>]",
		"/Reference[<</TransformMethod/DocMDP/TransformParams<</P/One>>>>]",
		"/Reference[<</TransformMethod/FieldMDP/TransformParams<</Action/Some>>>>]",
		"/Reference[<</TransformMethod/FieldMDP/TransformParams<</Action/Include/Fields[1]>>>>]",
		"/ContactInfo 12",
	} {
		_, err := signatures(t, sealed(mark{more: more}))
		wantReason(t, pdfscan.Forged, err)
	}
}

func TestSignatureFieldsInOrder(t *testing.T) {
	w := plain()
	w.object(20, "<</FT/Sig/T(b)/V 12 0 R>>")
	w.object(21, "<</T(parent)/FT/Sig/Kids[11 0 R 23 0 R]>>")
	w.object(23, "<</T<FEFF00E5>>>")
	w.table()
	pdf := w.sign(mark{form: "<</Fields[21 0 R 20 0 R]/SigFlags 3>>", field: "<</T(kid)/V 12 0 R>>"})
	f, err := pdfscan.Open(pdf)
	require.NoError(t, err)
	fields, err := f.SignatureFields()
	require.NoError(t, err)
	require.Len(t, fields, 2)
	assert.Equal(t, "parent.kid", fields[0].Name)
	assert.Equal(t, "b", fields[1].Name)
	for _, field := range fields { // one signature in two fields
		assert.Nil(t, field.Signature)
		require.NotNil(t, field.Err)
		assert.Equal(t, pdfscan.Forged, field.Err.Reason)
	}
}
