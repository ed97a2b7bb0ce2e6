package oidcbroker_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

func TestTheBrokersCodeComesBeforeTheStandards(t *testing.T) {
	codes := oidcbroker.Codes{fault.CPRMismatch: {"not_theirs": "the number is not theirs"}}
	answer := &oidcrp.Answer{Error: "access_denied", Description: "not_theirs"}
	e := codes.Declined(answer, answer.Description)
	require.ErrorIs(t, e, mitid.ErrCPRMismatch)
	require.Equal(t, "not_theirs", e.Code)
	e = codes.Declined(answer, answer.Error)
	require.ErrorIs(t, e, mitid.ErrUserCancelled)
	require.Empty(t, e.Code)
	require.NotContains(t, e.Error(), "not_theirs")
	require.Equal(t, "access_denied: not_theirs", e.Detail.Reveal())
}

func TestTextsMustComeBack(t *testing.T) {
	text, other := mitid.Text{Body: "Åse"}, mitid.Text{Body: "Ærø"}
	for name, c := range map[string]struct {
		seen     mitid.Texts
		optional bool
		want     error
	}{
		"the text":              {seen: mitid.Texts{Reference: &text}},
		"another":               {seen: mitid.Texts{Reference: &other}, want: mitid.ErrTransactionMismatch},
		"another, and optional": {seen: mitid.Texts{Reference: &other}, optional: true, want: mitid.ErrTransactionMismatch},
		"none":                  {want: mitid.ErrTransactionMismatch},
		"none, and optional":    {optional: true},
	} {
		a := &mitid.Attempt{Reference: mitid.DigestOf(text)}
		require.ErrorIs(t, oidcbroker.AdmitTexts(a, c.seen, c.optional), c.want, name)
	}
	a := &mitid.Attempt{Transaction: mitid.DigestOf(text)}
	require.ErrorIs(t, oidcbroker.AdmitTexts(a, mitid.Texts{}, true), mitid.ErrTransactionMismatch, "a transaction text is never optional")
}

func TestUserinfoComplementsAndNeverContradicts(t *testing.T) {
	signed := claims.Identity{Subject: "s", CPR: cprtest.Number(1), Name: &claims.Name{Full: "Åse"}}
	id := signed
	more := claims.Identity{Country: "DK", Name: &claims.Name{Full: "Ærø"}, Address: &claims.Address{Lines: []string{"Vej 1"}}}
	require.NoError(t, oidcbroker.Complement(&id, more))
	require.Equal(t, claims.Identity{Subject: "s", CPR: cprtest.Number(1), Name: &claims.Name{Full: "Åse"}, Country: "DK", Address: more.Address}, id)

	id = signed
	id.CPRStatus = claims.StatusDead
	require.NoError(t, oidcbroker.Complement(&id, claims.Identity{}))
	require.Equal(t, claims.StatusDead, id.CPRStatus, "what the ID token tells stays")
	require.NoError(t, oidcbroker.Complement(&id, claims.Identity{CPRStatus: claims.StatusResident}))
	require.Equal(t, claims.StatusResident, id.CPRStatus)

	id = signed
	more.Protection = claims.NameAndAddressProtected
	require.NoError(t, oidcbroker.Complement(&id, more))
	require.Nil(t, id.Name)
	require.Nil(t, id.Address)
	require.Equal(t, claims.NameAndAddressProtected, id.Protection)

	id = signed
	require.ErrorIs(t, oidcbroker.Complement(&id, claims.Identity{CPR: cprtest.Number(2)}), mitid.ErrTokenInvalid)
	require.ErrorIs(t, oidcbroker.SameSubject(&id, "another"), mitid.ErrTokenInvalid)
	require.ErrorIs(t, oidcbroker.SameSubject(&id, ""), mitid.ErrTokenInvalid)
}

func TestUserinfoTellsWhatTheIDTokenLacks(t *testing.T) {
	uuid, other := claims.MustParseUUID("74ffcd31-fbaf-4c33-bdac-169f25c1e416"), claims.MustParseUUID("0f9960a0-d28d-4353-a3e2-ea07f8ffa185")
	day := time.Date(1986, 8, 14, 0, 0, 0, 0, time.UTC)
	full := func(n int) claims.Identity {
		return claims.Identity{UUID: uuid, CPR: cprtest.Number(1), Name: &claims.Name{Full: fmt.Sprint(n)}, BirthDate: day.AddDate(0, 0, n),
			Address: &claims.Address{Road: fmt.Sprint(n)}, CPRStatus: claims.StatusResident, Country: fmt.Sprint(n), NemIDPID: fmt.Sprint(n)}
	}
	id := claims.Identity{UUID: uuid}
	require.NoError(t, oidcbroker.Complement(&id, full(1)))
	require.Equal(t, full(1), id)
	require.NoError(t, oidcbroker.Complement(&id, full(2)))
	require.Equal(t, full(1), id, "the ID token comes first")
	require.NoError(t, oidcbroker.Complement(&id, claims.Identity{}))
	require.Equal(t, full(1), id)

	require.ErrorIs(t, oidcbroker.Complement(&id, claims.Identity{UUID: other}), mitid.ErrTokenInvalid)
	require.ErrorIs(t, oidcbroker.Complement(&claims.Identity{}, claims.Identity{UUID: other}), mitid.ErrTokenInvalid, "an ID token that names no UUID does not vouch for one")

	id = full(1)
	id.Protection = claims.NameAndAddressProtected
	require.NoError(t, oidcbroker.Complement(&id, full(2)))
	require.Nil(t, id.Name)
	require.Nil(t, id.Address)
}

func TestAgeIsProvenWhenTheEIDWasUsedOrElseAtIssue(t *testing.T) {
	used, issued := time.Unix(1790000000, 0), time.Unix(1790000060, 0)
	a := &mitid.Attempt{Request: mitid.Request{Age: 18}, Now: issued}
	r := &claims.Registered{Nonce: "n", IssuedAt: issued.Unix(), Expires: issued.Unix() + 300}
	for at, want := range map[time.Time]time.Time{used: used, {}: issued} {
		as := oidcbroker.AgeAssertion(a, r, at, nil)
		require.Equal(t, mitid.AgeProof{Asked: 18, At: want}, as.Proof)
		require.Equal(t, at, as.AuthTime, "what decides whether the login is fresh is never the time of issue")
		require.Equal(t, "n", as.Echo)
		require.Equal(t, issued.Add(5*time.Minute), as.Expires)
		require.Equal(t, issued, as.Evidence.At)
	}
}
