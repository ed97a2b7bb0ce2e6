package mitid_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/mitid"
)

func TestLoginHoldsWhatWasAsserted(t *testing.T) {
	b := newBench(t, nil)
	l, err := b.answer(b.begin(t, mitid.Request{CPR: mitid.CPRRequired}))
	require.NoError(t, err)
	require.Equal(t, "Søren Ærø Ågård", l.Identity.Name.Full)
	require.Equal(t, number, l.Identity.CPR)
	require.Equal(t, claims.Substantial, l.Level)
	require.Equal(t, "stub", l.Broker)
}

func TestCPRThatNobodyAskedForIsDropped(t *testing.T) {
	b := newBench(t, nil)
	l, err := b.answer(b.begin(t, mitid.Request{}))
	require.NoError(t, err)
	require.True(t, l.Identity.CPR.IsZero())
}

func TestNoState(t *testing.T) {
	b := newBench(t, nil)
	rd := b.begin(t, mitid.Request{})
	_, err := b.Complete(context.Background(), rd.State, mitid.Callback{Method: "GET", RawQuery: "code=c"})
	require.ErrorIs(t, err, mitid.ErrStateInvalid)
	_, err = b.answer(rd)
	require.NoError(t, err, "an answer that names no login uses none up")
}

func TestStatePlusOneCharacter(t *testing.T) {
	b := newBench(t, nil)
	rd := b.begin(t, mitid.Request{})
	_, err := b.Complete(context.Background(), rd.State, mitid.Callback{Method: "GET", RawQuery: "code=c&state=" + rd.Handle + "A"})
	require.ErrorIs(t, err, mitid.ErrStateInvalid)
	_, err = b.Complete(context.Background(), rd.State+"A", mitid.Callback{Method: "GET", RawQuery: "code=c&state=" + rd.Handle})
	require.ErrorIs(t, err, mitid.ErrStateInvalid)
	require.Zero(t, b.stub.complete)
}

func TestOtherBrowser(t *testing.T) {
	b := newBench(t, nil)
	mine, theirs := b.begin(t, mitid.Request{}), b.begin(t, mitid.Request{})
	for _, state := range []string{"", theirs.State, "rubbish"} {
		_, err := b.Complete(context.Background(), state, mitid.Callback{Method: "GET", RawQuery: "code=c&state=" + mine.Handle})
		require.ErrorIs(t, err, mitid.ErrStateInvalid)
	}
	require.Zero(t, b.stub.complete)
	_, err := b.answer(mine)
	require.NoError(t, err, "the right browser can still finish")
}

func TestReplayAfterSuccess(t *testing.T) {
	b := newBench(t, nil)
	rd := b.begin(t, mitid.Request{})
	_, err := b.answer(rd)
	require.NoError(t, err)
	_, err = b.answer(rd)
	require.ErrorIs(t, err, mitid.ErrStateInvalid)
	require.Equal(t, 1, b.stub.complete)
}

func TestAnswerUsedAtOnceByManyIsTakenOnce(t *testing.T) {
	b := newBench(t, nil)
	rd := b.begin(t, mitid.Request{})
	var wg sync.WaitGroup
	oks := make(chan struct{}, 64)
	var mu sync.Mutex
	b.stub.assert = func(a *mitid.Attempt) (*mitid.Assertion, error) {
		mu.Lock()
		defer mu.Unlock()
		return person(a), nil
	}
	for range 64 {
		wg.Go(func() {
			if _, err := b.answer(rd); err == nil {
				oks <- struct{}{}
			}
		})
	}
	wg.Wait()
	require.Len(t, oks, 1)
}

func TestExpired(t *testing.T) {
	b := newBench(t, nil)
	rd := b.begin(t, mitid.Request{})
	b.now = rd.Expires
	_, err := b.answer(rd)
	require.ErrorIs(t, err, mitid.ErrStateInvalid)
	require.Zero(t, b.stub.complete)
}

func TestLoginBegunWithAnotherBroker(t *testing.T) {
	keys := [][]byte{bytes.Repeat([]byte{7}, 32)}
	one := newBench(t, func(c *mitid.Config) { c.StateKeys = keys })
	other := newBench(t, func(c *mitid.Config) {
		c.StateKeys = keys
		c.Broker = &stub{issuer: "https://other.example"}
	})
	_, err := other.answer(one.begin(t, mitid.Request{}))
	require.ErrorIs(t, err, mitid.ErrIssuerMismatch)
	require.Zero(t, one.stub.complete)
}

func TestStateTwice(t *testing.T) {
	b := newBench(t, nil)
	rd := b.begin(t, mitid.Request{})
	_, err := b.answer(rd, "state="+rd.Handle)
	require.ErrorIs(t, err, mitid.ErrResponseInvalid)
	_, err = b.answer(rd)
	require.ErrorIs(t, err, mitid.ErrStateInvalid, "the refused login is used up")
	require.Zero(t, b.stub.complete)
}

func TestMalformedAnswerUsesTheLoginUp(t *testing.T) {
	for name, extra := range map[string]string{"bad escape": "x=%zz", "semicolon": "a=b;c=d"} {
		b := newBench(t, nil)
		rd := b.begin(t, mitid.Request{})
		_, err := b.answer(rd, extra)
		require.ErrorIs(t, err, mitid.ErrResponseInvalid, name)
		_, err = b.answer(rd)
		require.ErrorIs(t, err, mitid.ErrStateInvalid, name)
	}
}

func TestWrongMethodAndDoubledChannel(t *testing.T) {
	b := newBench(t, nil)
	rd := b.begin(t, mitid.Request{})
	_, err := b.Complete(context.Background(), rd.State, mitid.Callback{Method: "POST", Body: []byte("code=c&state=" + rd.Handle)})
	require.ErrorIs(t, err, mitid.ErrResponseInvalid)

	b = newBench(t, func(c *mitid.Config) { c.Broker.(*stub).method = http.MethodPost })
	rd = b.begin(t, mitid.Request{})
	_, err = b.Complete(context.Background(), rd.State, mitid.Callback{Method: "POST", RawQuery: "code=d", Body: []byte("code=c&state=" + rd.Handle)})
	require.ErrorIs(t, err, mitid.ErrResponseInvalid)
	require.Zero(t, b.stub.complete)
}

// TestRefusals holds each rule of the Client against one assertion that breaks it.
func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		request mitid.Request
		spoil   func(*mitid.Assertion)
		want    error
	}{
		"nonce missing":                {spoil: func(a *mitid.Assertion) { a.Echo = "" }, want: mitid.ErrTokenInvalid},
		"nonce plus one":               {spoil: func(a *mitid.Assertion) { a.Echo += "A" }, want: mitid.ErrTokenInvalid},
		"no subject":                   {spoil: func(a *mitid.Assertion) { a.Identity.Subject = "" }, want: mitid.ErrTokenInvalid},
		"level too low":                {spoil: func(a *mitid.Assertion) { a.Identity.Levels.LoA = claims.Low }, want: mitid.ErrAssuranceTooLow},
		"level missing":                {spoil: func(a *mitid.Assertion) { a.Identity.Levels.LoA = 0 }, want: mitid.ErrAssuranceTooLow},
		"level beyond the scale":       {spoil: func(a *mitid.Assertion) { a.Identity.Levels.LoA = 9 }, want: mitid.ErrAssuranceTooLow},
		"below the request":            {request: mitid.Request{Level: claims.High}, want: mitid.ErrAssuranceTooLow},
		"no authentication time":       {request: mitid.Request{Fresh: true}, spoil: func(a *mitid.Assertion) { a.Identity.AuthTime = time.Time{} }, want: mitid.ErrAssuranceTooLow},
		"older authentication":         {request: mitid.Request{Fresh: true}, spoil: func(a *mitid.Assertion) { a.Identity.AuthTime = start.Add(-61 * time.Second) }, want: mitid.ErrAssuranceTooLow},
		"authentication ahead":         {request: mitid.Request{Fresh: true}, spoil: func(a *mitid.Assertion) { a.Identity.AuthTime = start.Add(6 * time.Minute) }, want: mitid.ErrAssuranceTooLow},
		"CPR required and absent":      {request: mitid.Request{CPR: mitid.CPRRequired}, spoil: func(a *mitid.Assertion) { a.Identity.CPR = cpr.Number{} }, want: mitid.ErrClaimMissing},
		"wrong capacity: private":      {request: mitid.Request{Capacity: claims.CapacityProfessional}, want: mitid.ErrClaimInvalid},
		"wrong capacity: professional": {spoil: func(a *mitid.Assertion) { a.Identity.Capacity = claims.CapacityProfessional }, want: mitid.ErrClaimInvalid},
		"capacity unknown":             {request: mitid.Request{Capacity: claims.CapacityEither}, spoil: func(a *mitid.Assertion) { a.Identity.Capacity = 0 }, want: mitid.ErrClaimInvalid},
		"organisation missing":         {request: mitid.Request{Capacity: claims.CapacityEither}, spoil: func(a *mitid.Assertion) { a.Identity.Capacity = claims.CapacityProfessional }, want: mitid.ErrClaimMissing},
		"re-authentication by another": {request: mitid.Request{UUID: uuid("8e6ab4ea-58b9-4130-a900-4366ba54eed9")}, want: mitid.ErrTokenInvalid},
		"text not told":                {request: mitid.Request{ReferenceText: "Godkend overførsel"}, want: mitid.ErrTransactionMismatch},
		"text different": {request: mitid.Request{ReferenceText: "Godkend overførsel"},
			spoil: func(a *mitid.Assertion) { a.Texts.Reference = &mitid.Text{Body: "Godkend overførsel "} }, want: mitid.ErrTransactionMismatch},
		"text of another type": {request: mitid.Request{TransactionText: mitid.Text{Type: mitid.HTMLText, Body: "<p>æ</p>"}},
			spoil: func(a *mitid.Assertion) { a.Texts.Transaction = &mitid.Text{Body: "<p>æ</p>"} }, want: mitid.ErrTransactionMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			b.stub.assert = func(a *mitid.Attempt) (*mitid.Assertion, error) {
				as := person(a)
				if c.spoil != nil {
					c.spoil(as)
				}
				return as, nil
			}
			rd := b.begin(t, c.request)
			l, err := b.answer(rd)
			require.ErrorIs(t, err, c.want)
			require.Nil(t, l)
			_, err = b.answer(rd)
			require.ErrorIs(t, err, mitid.ErrStateInvalid, "a refused login is used up")
		})
	}
}

func TestNonceOfAnotherPendingLogin(t *testing.T) {
	b := newBench(t, nil)
	first, second := b.begin(t, mitid.Request{}), b.begin(t, mitid.Request{})
	var nonce string
	b.stub.assert = func(a *mitid.Attempt) (*mitid.Assertion, error) {
		as := person(a)
		nonce, as.Echo = a.Nonce, nonce
		return as, nil
	}
	_, err := b.answer(first)
	require.ErrorIs(t, err, mitid.ErrTokenInvalid)
	_, err = b.answer(second)
	require.ErrorIs(t, err, mitid.ErrTokenInvalid)
}

func TestSameTextIsAccepted(t *testing.T) {
	b := newBench(t, nil)
	b.stub.assert = func(a *mitid.Attempt) (*mitid.Assertion, error) {
		as := person(a)
		as.Texts.Reference = &mitid.Text{Body: "Godkend overførsel af 5 æbler"}
		return as, nil
	}
	l, err := b.answer(b.begin(t, mitid.Request{ReferenceText: "Godkend overførsel af 5 æbler"}))
	require.NoError(t, err)
	require.Equal(t, "Godkend overførsel af 5 æbler", l.Texts.Reference.Body)
}

func TestStepUpTakesTheSamePersonOnly(t *testing.T) {
	b := newBench(t, nil)
	l, err := b.answer(b.begin(t, mitid.Request{}))
	require.NoError(t, err)
	rd, err := b.StepUp(context.Background(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.NoError(t, err)
	require.Equal(t, l.Identity.UUID, b.stub.begun.Request.UUID)
	got, err := b.answer(rd)
	require.NoError(t, err)
	require.Equal(t, number, got.Identity.CPR)

	rd, err = b.StepUp(context.Background(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.NoError(t, err)
	b.stub.assert = func(a *mitid.Attempt) (*mitid.Assertion, error) {
		as := person(a)
		as.Identity.Subject = "{somebody else}"
		return as, nil
	}
	_, err = b.answer(rd)
	require.ErrorIs(t, err, mitid.ErrTokenInvalid)

	_, err = b.StepUp(context.Background(), nil, mitid.Request{})
	require.ErrorIs(t, err, mitid.ErrInputInvalid)
	l.Issuer = "https://other.example"
	_, err = b.StepUp(context.Background(), l, mitid.Request{})
	require.ErrorIs(t, err, mitid.ErrInputInvalid)
}

func TestAbilitiesThatTheBrokerLacks(t *testing.T) {
	b := newBench(t, nil)
	l, err := b.answer(b.begin(t, mitid.Request{}))
	require.NoError(t, err)
	_, err = b.MatchCPR(context.Background(), l, number)
	require.ErrorIs(t, err, mitid.ErrUnsupported)
	_, err = b.VerifyToken(context.Background(), "x")
	require.ErrorIs(t, err, mitid.ErrUnsupported)
	_, err = b.EndSession(context.Background(), l, "https://app.example/")
	require.ErrorIs(t, err, mitid.ErrUnsupported)
	_, err = b.ReceiveLogout(context.Background(), mitid.Callback{})
	require.ErrorIs(t, err, mitid.ErrUnsupported)
}

func TestAdapterThatBreaksItsContractIsRefused(t *testing.T) {
	b := newBench(t, nil)
	b.stub.assert = func(*mitid.Attempt) (*mitid.Assertion, error) { return nil, nil }
	_, err := b.answer(b.begin(t, mitid.Request{}))
	require.ErrorIs(t, err, mitid.ErrResponseInvalid)
	b.stub.assert = func(*mitid.Attempt) (*mitid.Assertion, error) { return nil, errors.New("secret body") }
	_, err = b.answer(b.begin(t, mitid.Request{}))
	require.ErrorIs(t, err, mitid.ErrResponseInvalid)
	require.NotContains(t, err.Error(), "secret")
}

type brokenOnce struct{}

func (brokenOnce) Use(context.Context, string, time.Time) (bool, error) {
	return true, errors.New("down")
}

func TestStoreOfUsedLoginsDownFailsClosed(t *testing.T) {
	b := newBench(t, func(c *mitid.Config) { c.Once = brokenOnce{} })
	_, err := b.answer(b.begin(t, mitid.Request{}))
	require.ErrorIs(t, err, mitid.ErrBrokerUnavailable)
	require.Zero(t, b.stub.complete)
}

func TestTwoReplicasShareKeysAndNothingElse(t *testing.T) {
	old, fresh := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	one := newBench(t, func(c *mitid.Config) { c.StateKeys = [][]byte{old} })
	two := newBench(t, func(c *mitid.Config) { c.StateKeys = [][]byte{fresh, old} })
	_, err := two.answer(one.begin(t, mitid.Request{}))
	require.NoError(t, err)
	_, err = one.answer(two.begin(t, mitid.Request{}))
	require.ErrorIs(t, err, mitid.ErrStateInvalid)
}

func TestSealedStateHoldsNoTextInClear(t *testing.T) {
	b := newBench(t, nil)
	rd := b.begin(t, mitid.Request{ReferenceText: "Godkend overførsel", CPRHint: number})
	require.False(t, strings.Contains(rd.State, "Godkend") || strings.Contains(rd.State, digitsOf(number)))
	require.Less(t, len(rd.State), 1500)
}

func TestStepUpToAHigherLevelIsFresh(t *testing.T) {
	b := newBench(t, nil)
	l, err := b.answer(b.begin(t, mitid.Request{}))
	require.NoError(t, err)
	_, err = b.StepUp(context.Background(), l, mitid.Request{Level: claims.High})
	require.NoError(t, err)
	require.True(t, b.stub.begun.Request.Fresh)
	_, err = b.StepUp(context.Background(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.NoError(t, err)
	require.False(t, b.stub.begun.Request.Fresh)
}

// A client never lets anybody in below its own floor or at an address that is not
// its own, whoever began the login.
func TestFloorAndAddressOfTheCompletingClient(t *testing.T) {
	keys := [][]byte{bytes.Repeat([]byte{7}, 32)}
	low := newBench(t, func(c *mitid.Config) { c.StateKeys, c.MinLevel = keys, claims.Low })
	high := newBench(t, func(c *mitid.Config) { c.StateKeys, c.MinLevel = keys, claims.High })
	_, err := high.answer(low.begin(t, mitid.Request{}))
	require.ErrorIs(t, err, mitid.ErrAssuranceTooLow)
	elsewhere := newBench(t, func(c *mitid.Config) { c.StateKeys, c.RedirectURL = keys, "https://app.example/admin" })
	_, err = elsewhere.answer(low.begin(t, mitid.Request{}))
	require.ErrorIs(t, err, mitid.ErrStateInvalid)
}

func TestStepUpKeepsCapacityAndOrganisation(t *testing.T) {
	cvr := func(s string) claims.CVR {
		n, err := claims.ParseCVR(s)
		require.NoError(t, err)
		return n
	}
	b := newBench(t, nil)
	b.stub.assert = func(a *mitid.Attempt) (*mitid.Assertion, error) {
		as := person(a)
		as.Identity.Capacity, as.Identity.Organisation = claims.CapacitySignatory, &claims.Organisation{Name: "Blåbær A/S", CVR: cvr("13748136")}
		return as, nil
	}
	l, err := b.answer(b.begin(t, mitid.Request{Capacity: claims.CapacityProfessional}))
	require.NoError(t, err)
	for name, spoil := range map[string]func(*claims.Identity){
		"another organisation": func(id *claims.Identity) { id.Organisation.CVR = cvr("31884357") },
		"another capacity":     func(id *claims.Identity) { id.Capacity = claims.CapacityProfessional },
		"another person":       func(id *claims.Identity) { id.Subject = "{x}" },
	} {
		rd, err := b.StepUp(context.Background(), l, mitid.Request{CPR: mitid.CPRRequired})
		require.NoError(t, err)
		same := b.stub.assert
		b.stub.assert = func(a *mitid.Attempt) (*mitid.Assertion, error) {
			as, err := same(a)
			spoil(&as.Identity)
			return as, err
		}
		_, err = b.answer(rd)
		require.ErrorIs(t, err, mitid.ErrTokenInvalid, name)
		b.stub.assert = same
	}
	rd, err := b.StepUp(context.Background(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.NoError(t, err)
	_, err = b.answer(rd)
	require.NoError(t, err)
}

// An attempt that no client has made asks for a private person, and a level that
// nobody told reaches no demand.
func TestAttemptMadeByHandAdmitsAPrivatePersonAlone(t *testing.T) {
	for _, c := range []struct {
		facts mitid.Facts
		want  error
	}{
		{mitid.Facts{Level: claims.Low, Capacity: claims.CapacityPrivate}, nil},
		{mitid.Facts{Level: claims.LevelUnknown, Capacity: claims.CapacityPrivate}, mitid.ErrAssuranceTooLow},
		{mitid.Facts{Level: claims.High + 1, Capacity: claims.CapacityPrivate}, mitid.ErrAssuranceTooLow},
		{mitid.Facts{Level: claims.High, Capacity: claims.CapacityUnknown}, mitid.ErrClaimInvalid},
		{mitid.Facts{Level: claims.High, Capacity: claims.CapacityProfessional}, mitid.ErrClaimInvalid},
		{mitid.Facts{Level: claims.High, Capacity: claims.CapacitySignatory}, mitid.ErrClaimInvalid},
		{mitid.Facts{Level: claims.High, Capacity: claims.CapacityEither}, mitid.ErrClaimInvalid},
	} {
		require.ErrorIs(t, new(mitid.Attempt).Admit(c.facts), c.want)
	}
}
