package neb_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/neb"
)

// spoil changes the next claims of a token, or the next answer, at a stage.
func spoil[T any](fake *nebtest.Broker, at mitidtest.Stage, f func(*T)) {
	fake.Apply(mitidtest.On("", "", at, 0, func(_ *mitidtest.Broker, v *T) { f(v) }))
}

// spoilProof changes the next answer with a workflow token. An answer that tells of the
// workflow comes before it.
func spoilProof(fake *nebtest.Broker, f func(*mitidtest.Reply)) {
	spoil(fake, nebtest.StageWorkflow, func(r *mitidtest.Reply) {
		if r.Object.Get("workflowToken") == nil {
			spoilProof(fake, f)
			return
		}
		f(r)
	})
}

// A login with a simulated identity signs nothing, whichever token marks it.
func TestSimulatedIdentitiesDoNotSign(t *testing.T) {
	fake, s := open(t, nil)
	test, err := neb.New(func() neb.Config { c := settings(t, fake); c.Simulated = true; return c }())
	require.NoError(t, err)
	for _, at := range []mitidtest.Stage{nebtest.StageTransactionToken, mitidtest.StageIDToken} {
		for _, mark := range []any{"true", true, "", "ja"} {
			spoil(fake, at, func(d *mitidtest.Token) { d.Payload.Set("simulated", mark) })
			require.ErrorIs(t, signAll(t, fake, s, texts()[0]), signing.ErrSignerMismatch, "%s %v", at, mark)
		}
		spoil(fake, at, func(d *mitidtest.Token) { d.Payload.Set("simulated", "false") })
		require.NoError(t, signAll(t, fake, s, texts()[0]))
		spoil(fake, at, func(d *mitidtest.Token) { d.Payload.Set("simulated", "true") })
		require.NoError(t, signAll(t, fake, test, texts()[0]))
	}
	p := placeOrder(t, fake, s, fake.Citizens()[0])
	spoil(fake, nebtest.StageTransactionToken, func(d *mitidtest.Token) { d.Payload.Set("simulated", "true") })
	_, err = p.sign(t, fake, s, 0)
	require.ErrorIs(t, err, signing.ErrSignerMismatch, "in an order too")
}

// The transaction token of one login proves nothing in another, not even of the same
// person for the same document.
func TestATokenOfAnotherLogin(t *testing.T) {
	fake, s := open(t, nil)
	who := fake.Citizens()[0]
	one, two := placeOrder(t, fake, s, who), placeOrder(t, fake, s, who)
	for name, sign := range map[string]func(again bool) error{
		"a signtext": func(bool) error { return signAll(t, fake, s, texts()[0]) },
		"an order": func(again bool) error {
			p := one
			if again {
				p = two
			}
			_, err := p.sign(t, fake, s, 0, mitidtest.Approve(who))
			return err
		},
	} {
		var token, status any
		spoil(fake, mitidtest.StageToken, func(p *mitidtest.Reply) {
			token, status = p.Object.Get("transaction_token"), p.Object.Get("transaction_token_ocsp_resp")
		})
		require.NoError(t, sign(false), name)
		require.NotNil(t, token)
		spoil(fake, mitidtest.StageToken, func(p *mitidtest.Reply) {
			p.Object.Set("transaction_token", token)
			p.Object.Set("transaction_token_ocsp_resp", status)
		})
		require.ErrorIs(t, sign(true), signing.ErrTokenInvalid, name)
	}
}

// Whoever may sign: two persons are not one signatory, in whichever order they sign.
func TestTwoPersonsAsOneSignatory(t *testing.T) {
	fake, s := open(t, nil)
	right, wrong := fake.Citizens()[0], fake.Citizens()[1]
	anyone := placeOrder(t, fake, s, mitidtest.Citizen{})
	for _, who := range []mitidtest.Citizen{right, right} {
		_, err := anyone.sign(t, fake, s, 0, mitidtest.Approve(who))
		require.NoError(t, err)
		v, _, err := anyone.verify(t, s, 0)
		require.NoError(t, err)
		require.Len(t, v.Signatures, 1)
	}
	_, err := anyone.sign(t, fake, s, 0, mitidtest.Approve(wrong))
	require.NoError(t, err)
	_, _, err = anyone.verify(t, s, 0)
	require.ErrorIs(t, err, signing.ErrSignerMismatch)

	p := placeOrder(t, fake, s, right)
	fake.Configure(func(c *nebtest.Settings) { c.IgnoresRequiredClaims = true })
	_, err = p.sign(t, fake, s, 0, mitidtest.Approve(right))
	require.NoError(t, err)
	_, err = p.sign(t, fake, s, 0, mitidtest.Approve(wrong))
	require.ErrorIs(t, err, signing.ErrSignerMismatch)
	_, _, err = p.verify(t, s, 0)
	require.ErrorIs(t, err, signing.ErrSignerMismatch, "the sealed PDF has a signature of somebody else")
}

// A signature with another eID, or one that does not tell, is not one with MitID.
func TestASignatureWithAnotherEID(t *testing.T) {
	fake, s := open(t, nil)
	p := placeOrder(t, fake, s, mitidtest.Citizen{})
	_, err := p.sign(t, fake, s, 0)
	require.NoError(t, err)
	_, _, err = p.verify(t, s, 0)
	require.NoError(t, err)
	for _, other := range []string{"", `"idp":"nemid",`, `"idp":"MITID",`, `"idp":"se_bankid",`} {
		spoil(fake, nebtest.StageWorkflowToken, func(d *mitidtest.Token) {
			text, _ := d.Payload.Get("signature_1").(string)
			changed := strings.Replace(text, `"idp":"mitid",`, other, 1)
			require.NotEqual(t, text, changed)
			d.Payload.Set("signature_1", changed)
		})
		_, _, err = p.verify(t, s, 0)
		require.ErrorIs(t, err, signing.ErrTokenInvalid, other)
	}
}

// Titles that the broker may take for one are refused before anything is sent.
func TestTitlesThatLookAlike(t *testing.T) {
	fake, s := open(t, nil)
	a, b := contract(), contract("Bilag")
	try := func(one, two string) error {
		_, err := s.CreateOrder(t.Context(), order(fake, []mitidtest.Citizen{{}}, signing.Bytes(one, a), signing.Bytes(two, b)), digests(t, a, b))
		return err
	}
	for _, two := range []string{"Aftale på Ærø", "Aftale pa\u030a Ærø", "aftale PÅ ærø", "Aftale på Ærø ", "\u00a0Aftale på Ærø", "Aftale  på Ærø", "Aftale på\u00a0Ærø", "\uff21ftale på Ærø", "\xe6", "\u2003"} {
		require.ErrorIs(t, try("Aftale på Ærø", two), signing.ErrInputInvalid, "%q", two)
	}
	assert.Zero(t, fake.Count(""))
	require.NoError(t, try("Aftale på Ærø", "Aftale paa Ærø"))
}

// An order whose end is not told would be waited for without an end.
func TestAnOrderThatDoesNotTellItsEnd(t *testing.T) {
	fake, s := open(t, nil)
	p := placeOrder(t, fake, s, fake.Citizens()[0])
	for _, expires := range []any{nil, "", "i overmorgen", "2026-13-01T00:00:00Z"} {
		spoil(fake, nebtest.StageWorkflow, func(r *mitidtest.Reply) { r.Object.Set("expiresAt", expires) })
		_, err := s.Order(t.Context(), p.ticket.ID)
		require.ErrorIs(t, err, signing.ErrResponseInvalid, expires)
		assert.NotContains(t, err.Error(), "overmorgen")
	}
	for _, expires := range []string{"2099-01-01T00:00:00.1234567", "2099-01-01T00:00:00+02:00"} {
		spoil(fake, nebtest.StageWorkflow, func(r *mitidtest.Reply) { r.Object.Set("expiresAt", expires) })
		got, err := s.Order(t.Context(), p.ticket.ID)
		require.NoError(t, err)
		assert.Equal(t, signing.OrderOpen, got.State)
	}
}

// A broker may keep a workflow token with its OCSP answer. The answer counts when the token
// was issued; one that was good at neither time is refused.
func TestAWorkflowTokenOfLastWeek(t *testing.T) {
	fake, s := open(t, nil)
	p := placeOrder(t, fake, s, fake.Citizens()[0])
	_, err := p.sign(t, fake, s, 0)
	require.NoError(t, err)
	var token, status, sealed any
	spoil(fake, nebtest.StageReceipt, func(r *mitidtest.Reply) { sealed = r.Object.Get("padesDocument") })
	spoilProof(fake, func(r *mitidtest.Reply) {
		token, status = r.Object.Get("workflowToken"), r.Object.Get("ocspResponse")
	})
	_, _, err = p.verify(t, s, 0)
	require.NoError(t, err)
	require.NotNil(t, token)
	require.NotNil(t, sealed)

	replay := func(days int, ocsp any) error {
		fake.Advance(time.Duration(days) * 24 * time.Hour)
		fake.Untamper()
		spoilProof(fake, func(r *mitidtest.Reply) {
			r.Object.Set("workflowToken", token)
			r.Object.Set("ocspResponse", ocsp)
		})
		spoil(fake, nebtest.StageReceipt, func(r *mitidtest.Reply) { r.Object.Set("padesDocument", sealed) })
		_, _, err := p.verify(t, s, 0)
		return err
	}
	require.NoError(t, replay(7, status))
	require.ErrorIs(t, replay(0, ""), signing.ErrEvidenceIncomplete)
	require.ErrorIs(t, replay(0, base64.StdEncoding.EncodeToString([]byte("æøå"))), signing.ErrEvidenceIncomplete)

	// An OCSP answer of the time between the two.
	other := placeOrder(t, fake, s, fake.Citizens()[0])
	_, err = other.sign(t, fake, s, 0)
	require.NoError(t, err)
	var between any
	fake.Untamper()
	spoilProof(fake, func(r *mitidtest.Reply) { between = r.Object.Get("ocspResponse") })
	_, _, err = other.verify(t, s, 0)
	require.NoError(t, err)
	require.NotNil(t, between)
	require.ErrorIs(t, replay(7, between), signing.ErrEvidenceIncomplete)
	_, err = s.Order(t.Context(), p.ticket.ID)
	require.NoError(t, err)
	_, err = s.SignOrder(t.Context(), p.ticket, p.order, "1", mitid.Request{})
	require.Error(t, err, "the order has run out")
}
