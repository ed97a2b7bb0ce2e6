package mitid_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// told are claims of somebody else's adapter, which knows nothing of CPR numbers.
type told struct{ Note string }

// careful are claims that can give their numbers up.
type careful struct{ Note string }

func (careful) WithoutCPR() any { return careful{"without"} }

// Whatever adapter it comes from, a number that nobody asked for reaches no part of
// the login but the evidence.
func TestNumberThatNobodyAskedForReachesNoPartOfTheLogin(t *testing.T) {
	b := newBench(t, nil)
	digits := digitsOf(number)
	line := "Nr. " + digits[:6] + "-" + digits[6:]
	var held any
	b.stub.assert = func(a *mitid.Attempt) (*mitid.Assertion, error) {
		as := person(a)
		as.Identity.Address = &claims.Address{Lines: []string{line}}
		as.Identity.SessionID = digits
		as.Claims = held
		as.Texts = mitid.Texts{ReferenceHeader: line, Reference: &mitid.Text{Body: line}, Transaction: &mitid.Text{Body: line}}
		return as, nil
	}
	for _, c := range []struct{ held, want any }{{told{line}, nil}, {careful{line}, careful{"without"}}, {nil, nil}} {
		held = c.held
		l, err := b.answer(b.begin(t, mitid.Request{}))
		require.NoError(t, err)
		require.True(t, l.Identity.CPR.IsZero())
		require.Nil(t, l.Identity.Address)
		require.Empty(t, l.Identity.SessionID)
		require.Equal(t, c.want, l.Claims)
		require.Empty(t, l.Texts.ReferenceHeader)
		require.Nil(t, l.Texts.Reference)
		require.Nil(t, l.Texts.Transaction)
	}

	held = told{line}
	l, err := b.answer(b.begin(t, mitid.Request{ReferenceText: line, TransactionText: mitid.Text{Body: line}}))
	require.NoError(t, err)
	require.Equal(t, line, l.Texts.Reference.Body, "what the application sent itself is its own")
	require.Equal(t, line, l.Texts.Transaction.Body)

	for _, want := range []mitid.CPRUse{mitid.CPRIfPresent, mitid.CPRRequired} {
		l, err = b.answer(b.begin(t, mitid.Request{CPR: want}))
		require.NoError(t, err)
		require.Equal(t, number, l.Identity.CPR)
		require.Equal(t, told{line}, l.Claims)
		require.Nil(t, l.Identity.Address, "an error message is no address, whatever was asked for")
	}
}

func TestSubjectThatIsACPRNumberIsRefused(t *testing.T) {
	b := newBench(t, nil)
	b.stub.assert = func(a *mitid.Attempt) (*mitid.Assertion, error) {
		as := person(a)
		as.Identity.Subject = digitsOf(number)
		return as, nil
	}
	for _, r := range []mitid.Request{{}, {CPR: mitid.CPRRequired}} {
		_, err := b.answer(b.begin(t, r))
		require.ErrorIs(t, err, mitid.ErrClaimInvalid)
		require.NotContains(t, err.Error(), digitsOf(number))
	}
}
