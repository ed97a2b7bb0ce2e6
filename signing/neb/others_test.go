package neb_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/neb"
)

// spoil changes the next claims of a token, or the next answer, at a stage.
func spoil[T any](fake *nebtest.Broker, at mitidtest.Stage, f func(*T)) {
	fake.Apply(mitidtest.On("", "", at, 0, func(_ *mitidtest.Broker, v *T) { f(v) }))
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
	var said, told []byte // what is said in place of an answer, and the latest answer
	fake, s := openTapped(t, nil, func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		res, err := next.RoundTrip(r)
		if err != nil || !strings.HasSuffix(r.URL.Path, "/workflowtoken") {
			return res, err
		}
		told, err = io.ReadAll(res.Body)
		res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(told)), int64(len(told))
		if said != nil {
			res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(said)), int64(len(said))
			res.Header.Del("Content-Length")
		}
		return res, err
	})
	with := func(answer []byte, ocsp string) []byte {
		var members map[string]any
		require.NoError(t, json.Unmarshal(answer, &members))
		members["ocspResponse"] = ocsp
		changed, err := json.Marshal(members)
		require.NoError(t, err)
		return changed
	}
	p := placeOrder(t, fake, s, fake.Citizens()[0])
	_, err := p.sign(t, fake, s, 0)
	require.NoError(t, err)
	_, pdf, err := p.verify(t, s, 0)
	require.NoError(t, err)
	first := told
	verify := func(answer []byte) error {
		said = answer
		_, err := s.Verify(t.Context(), &signing.Exhibit{Ticket: p.ticket, Order: p.order, Original: p.originals[0], Signed: pdf})
		return err
	}
	fake.Advance(7 * 24 * time.Hour)
	require.NoError(t, verify(nil))
	between := told
	require.NoError(t, verify(first))
	require.ErrorIs(t, verify(with(first, "")), signing.ErrEvidenceIncomplete)
	require.ErrorIs(t, verify(with(first, base64.StdEncoding.EncodeToString([]byte("æøå")))), signing.ErrEvidenceIncomplete)

	fake.Advance(7 * 24 * time.Hour)
	var members struct {
		OCSP string `json:"ocspResponse"`
	}
	require.NoError(t, json.Unmarshal(between, &members))
	require.NoError(t, verify(between))
	require.ErrorIs(t, verify(with(first, members.OCSP)), signing.ErrEvidenceIncomplete)
}
