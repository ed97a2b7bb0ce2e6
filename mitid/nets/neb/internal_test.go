package neb

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"testing"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/stretchr/testify/require"
)

func TestSubjectsAreComparedWhole(t *testing.T) {
	known, ok := parseSubject(preProductionSubject)
	require.True(t, ok)
	b := &Broker{subjects: []subject{known}}
	id := asn1.ObjectIdentifier{2, 5, 4, 97}
	names := func(change func(*[]pkix.AttributeTypeAndValue)) *x509.Certificate {
		ns := []pkix.AttributeTypeAndValue{ // in another order than documented
			{Type: asn1.ObjectIdentifier{2, 5, 4, 6}, Value: "DK"},
			{Type: id, Value: "NTRDK-29915938"},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 10}, Value: "SIGNATURGRUPPEN A/S"},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 5}, Value: "UI:DK-O:G:d09df20d-26f0-4ba0-bdd1-2cb4f9524683"},
			{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: "NEB Transact PP"},
		}
		if change != nil {
			change(&ns)
		}
		return &x509.Certificate{Subject: pkix.Name{Names: ns}}
	}
	require.True(t, b.signsTransactions(names(nil)))
	require.False(t, b.signsTransactions(nil))
	for _, change := range []func(*[]pkix.AttributeTypeAndValue){
		func(ns *[]pkix.AttributeTypeAndValue) { (*ns)[4].Value = "NEB Transact PP " },
		func(ns *[]pkix.AttributeTypeAndValue) { (*ns)[4].Value = 7 },
		func(ns *[]pkix.AttributeTypeAndValue) { *ns = (*ns)[1:] },
		func(ns *[]pkix.AttributeTypeAndValue) { *ns = append(*ns, (*ns)[0]) },
	} {
		require.False(t, b.signsTransactions(names(change)))
	}
}

func TestSubjectsAsText(t *testing.T) {
	s, ok := parseSubject(`CN=Æblegården\, Ærø, 2.5.4.97=NTRDK-1`)
	require.True(t, ok)
	require.Equal(t, subject{"2.5.4.3=Æblegården, Ærø", "2.5.4.97=NTRDK-1"}, s)
	for _, bad := range []string{"", "CN", "CN=", "=x", "X=y", "CN=a,", "CN=a,,O=b", `CN=a\`, "2..5=x", "2=x"} {
		_, ok := parseSubject(bad)
		require.False(t, ok, bad)
	}
}

func TestEveryIssuerHasSubjects(t *testing.T) {
	require.Equal(t, []string{productionSubject}, documentedSubjects(Production))
	require.Equal(t, []string{preProductionSubject}, documentedSubjects(PreProduction))
	require.Len(t, documentedSubjects("http://127.0.0.1:1/op"), 2)
}

// Every code that the broker documents has an outcome.
func TestCodesAreTheDocumentedOnes(t *testing.T) {
	seen := map[string]bool{}
	for class, whys := range codes {
		require.NotZero(t, class)
		for code, why := range whys {
			require.NotEmpty(t, why, code)
			require.False(t, seen[code], "%s means two things", code)
			seen[code] = true
		}
	}
	require.Len(t, seen, 48)
}

func TestOperatorReadsTheStatusOfAMatchThatNobodyUnderstands(t *testing.T) {
	for _, body := range []string{`{"cprNumberMatch":"maybe"}`, `{}`, `{"cprNumberMatch":`, `[]`} {
		match, err := readMatch(&httpx.Response{Status: 200, Body: []byte(body)})
		require.False(t, match)
		f, ok := errors.AsType[*fault.Error](err)
		require.True(t, ok)
		require.Equal(t, fault.ResponseInvalid, f.Class, body)
		require.Equal(t, 200, f.Status, body)
	}
}
