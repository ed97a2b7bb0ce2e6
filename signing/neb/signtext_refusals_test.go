package neb_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/neb"
)

// Every tampering of a signature by its name, for each type of document.
func TestSigningTamperings(t *testing.T) {
	fake, s := open(t, nil)
	for i, m := range nebtest.SigningTamperings() {
		if m.Workflow {
			continue
		}
		for n, doc := range texts() {
			receipt := strings.HasPrefix(m.Name, "pades-")
			if receipt && doc.Type != neb.PDF || !receipt && raceDetector && n != i%3 {
				continue
			}
			require.NoError(t, fake.TamperSigning(m.Name))
			err := signAll(t, fake, s, doc)
			require.Error(t, err, m.Name)
			assert.Equal(t, m.Want, signing.KindOf(err).String(), "%s, %s: %v", m.Name, doc.Type, err)
			assert.NotContains(t, err.Error(), "Åh nej")
			fake.Untamper()
		}
	}
	require.NoError(t, signAll(t, fake, s, texts()[2]))
	require.Error(t, fake.TamperSigning("sesion-reused"))
}

// signAll signs a document, and fetches the receipt of a PDF.
func signAll(t *testing.T, fake *nebtest.Broker, s *neb.Service, doc neb.Signtext) error {
	rd, err := s.Sign(t.Context(), doc, mitid.Request{})
	if err != nil {
		return err
	}
	of, err := finish(t, fake, s, rd)
	if err != nil || doc.Type != neb.PDF {
		return err
	}
	_, err = s.Receipt(t.Context(), of)
	return err
}

// What spoils the transaction token of a login, or the OCSP answer beside it, spoils a
// signature too.
func TestLoginTamperingsAtASignature(t *testing.T) {
	fake, s := open(t, nil)
	for i, m := range fake.Tamperings() {
		if m.Stage != nebtest.StageTransactionToken && m.Stage != nebtest.StageOCSP || m.Want == 0 || m.Slow {
			continue
		}
		if raceDetector && i%4 != 0 {
			continue // the other three quarters are for runs without it
		}
		require.NoError(t, fake.Tamper(m.Name))
		err := signAll(t, fake, s, texts()[0])
		require.Error(t, err, m.Name)
		want := []signing.Kind{signing.TokenInvalid}
		switch {
		case m.Stage == nebtest.StageOCSP:
			want = []signing.Kind{signing.EvidenceIncomplete}
		case m.Want == mitid.TransactionMismatch:
			want = []signing.Kind{signing.EvidenceIncomplete, signing.DocumentMismatch}
		}
		assert.Contains(t, want, signing.KindOf(err), "%s: %v", m.Name, err)
		fake.Untamper()
	}
}

// A login is no signature, and a signature is no login, even with the same keys.
func TestALoginIsNoSignature(t *testing.T) {
	fake, s := open(t, nil)
	cfg := settings(t, fake)
	logins, err := mitid.New(mitid.Config{Broker: cfg.Broker, RedirectURL: cfg.RedirectURL, StateKeys: cfg.StateKeys, Now: fake.Now})
	require.NoError(t, err)

	rd, err := logins.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	_, err = finish(t, fake, s, rd)
	require.ErrorIs(t, err, mitid.ErrStateInvalid)

	rd, err = s.Sign(t.Context(), texts()[0], mitid.Request{})
	require.NoError(t, err)
	cb, err := mitidtest.Walk(t.Context(), fake, rd)
	require.NoError(t, err)
	_, err = logins.Complete(t.Context(), rd.State, cb)
	require.ErrorIs(t, err, mitid.ErrStateInvalid)
}

// The answer to one document does not sign another.
func TestTheStateOfAnotherDocument(t *testing.T) {
	fake, s := open(t, nil)
	one, err := s.Sign(t.Context(), texts()[0], mitid.Request{})
	require.NoError(t, err)
	two, err := s.Sign(t.Context(), texts()[1], mitid.Request{})
	require.NoError(t, err)
	cb, err := mitidtest.Walk(t.Context(), fake, one)
	require.NoError(t, err)
	_, err = s.Complete(t.Context(), two.State, cb)
	require.ErrorIs(t, err, mitid.ErrStateInvalid)
	of, err := s.Complete(t.Context(), one.State, cb)
	require.NoError(t, err)
	assert.Equal(t, sum(texts()[0].Body), of.SHA256)
	_, err = s.Complete(t.Context(), one.State, cb)
	require.ErrorIs(t, err, mitid.ErrStateInvalid, "once")
}

func TestTheRightPersonSigns(t *testing.T) {
	fake, s := open(t, nil)
	right, wrong := fake.Citizens()[0], fake.Citizens()[1]
	r := mitid.Request{UUID: claims.MustParseUUID(right.MitIDUUID(nil)), CPR: mitid.CPRRequired, Level: claims.Substantial}
	rd, err := s.Sign(t.Context(), texts()[1], r)
	require.NoError(t, err)
	_, err = finish(t, fake, s, rd, mitidtest.Approve(wrong))
	require.ErrorIs(t, err, signing.ErrSignerMismatch)
	rd, err = s.Sign(t.Context(), texts()[1], r)
	require.NoError(t, err)
	of, err := finish(t, fake, s, rd, mitidtest.Approve(right))
	require.NoError(t, err)
	assert.Equal(t, right.CPR, of.Signature.Identity.CPR)
}

func TestEndsOfASignature(t *testing.T) {
	fake, s := open(t, nil)
	for name, c := range map[string]struct {
		do   mitidtest.Outcome
		r    mitid.Request
		kind error
		also error
	}{
		"the person cancels":       {mitidtest.Abort(), mitid.Request{}, signing.ErrPending, mitid.ErrUserCancelled},
		"the broker fails":         {mitidtest.Fail("access_denied", "mitid_transaction_signing_failed"), mitid.Request{}, signing.ErrUnavailable, mitid.ErrBrokerUnavailable},
		"the hash does not match":  {mitidtest.Fail("access_denied", "transaction_signing_hash_mismatch"), mitid.Request{}, signing.ErrDocumentMismatch, mitid.ErrTransactionMismatch},
		"the level is not reached": {mitidtest.Approve(mitidtest.Citizen{Name: "Åse Ærø", Level: claims.Substantial}), mitid.Request{Level: claims.High}, signing.ErrAssuranceTooLow, mitid.ErrAssuranceTooLow},
	} {
		rd, err := s.Sign(t.Context(), texts()[0], c.r)
		require.NoError(t, err, name)
		_, err = finish(t, fake, s, rd, c.do)
		require.ErrorIs(t, err, c.kind, name)
		require.ErrorIs(t, err, c.also, name)
	}
}

func TestWhatIsNotSent(t *testing.T) {
	fake, s := open(t, func(c *neb.Config) { c.MaxDocument = 2000 })
	long := append(contract(), make([]byte, 3000)...)
	for name, doc := range map[string]neb.Signtext{
		"empty":                     {},
		"an unknown type":           {Type: 3, Body: []byte("x")},
		"too long":                  {Type: neb.PDF, Body: long},
		"no PDF":                    {Type: neb.PDF, Body: []byte("%PDF-1.7 æøå")},
		"a script":                  {Type: neb.HTML, Body: []byte("<script>alert('æ')</script>")},
		"an event":                  {Type: neb.HTML, Body: []byte(`<p onclick="x()">Ærø</p>`)},
		"javascript:":               {Type: neb.HTML, Body: []byte(`<a href="javascript:x()">Ærø</a>`)},
		"a tag that is not allowed": {Type: neb.HTML, Body: []byte("<p>Ærø<br/></p>")},
		"not UTF-8":                 {Type: neb.Text, Body: []byte("\xe6\xf8\xe5")},
		"turned writing":            {Type: neb.Text, Body: []byte("100\u202ekr")},
	} {
		_, err := s.Sign(t.Context(), doc, mitid.Request{})
		require.ErrorIs(t, err, signing.ErrInputInvalid, name)
	}
	assert.Zero(t, fake.Count(""), "nothing was sent")
	for name, r := range map[string]mitid.Request{
		"silent":       {Silent: true},
		"an age":       {Age: 18},
		"another text": {TransactionText: mitid.Text{Body: "æ"}},
		"a company":    {CVRHint: cvr, Capacity: claims.CapacityProfessional},
	} {
		_, err := s.Sign(t.Context(), texts()[0], r)
		require.ErrorIs(t, err, signing.ErrUnsupported, name)
	}
	_, err := s.Sign(t.Context(), texts()[0], mitid.Request{Level: 99})
	require.ErrorIs(t, err, signing.ErrInputInvalid)
}

// lastPushed returns the parameters of the latest pushed request.
func lastPushed(t *testing.T, fake *nebtest.Broker) url.Values {
	all := fake.Requests()
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Path == "/op/connect/par" {
			request := all[i].Params
			request.Set("client_id", fake.ClientID())
			return request
		}
	}
	t.Fatal("nothing was pushed")
	return nil
}
