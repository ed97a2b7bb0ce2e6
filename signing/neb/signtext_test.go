package neb_test

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	nets "github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/neb"
)

func sum(b []byte) signing.Digest { return sha256.Sum256(b) }

// texts are a document of each type.
func texts() []neb.Signtext {
	return []neb.Signtext{
		{Type: neb.Text, Body: []byte("Jeg låner kr. 100 af Åse på Ærø.\r\nÉt øre er nok.")},
		{Type: neb.HTML, Body: []byte("<p>Jeg låner <b>kr. 100</b> af Åse på Ærø.</p>")},
		{Type: neb.PDF, Body: contract()},
	}
}

func TestSignEachType(t *testing.T) {
	fake, s := open(t, nil)
	for _, doc := range texts() {
		for i, prefixes := range [][]string{{"mitid.", ""}, {""}, {"mitid."}} {
			if raceDetector && i != int(doc.Type) {
				continue
			}
			fake.Configure(func(c *nebtest.Settings) { c.TextPrefixes = prefixes })
			fake.ResetRequests()
			rd, err := s.Sign(t.Context(), doc, mitid.Request{})
			require.NoError(t, err)
			who := fake.Citizens()[1]
			of, err := finish(t, fake, s, rd, mitidtest.Approve(who))
			require.NoError(t, err, doc.Type)
			assert.Equal(t, doc.Type, of.Type)
			assert.Equal(t, sum(doc.Body), of.SHA256)
			assert.Equal(t, who.Name, of.Signature.Identity.Name.Full)
			assert.Equal(t, who.MitIDUUID(nil), of.Signature.Identity.UUID.String())
			assert.True(t, of.Signature.Identity.CPR.IsZero())
			assert.Equal(t, claims.Substantial, of.Signature.Level)
			assert.WithinDuration(t, fake.Now(), of.Signature.SignedAt, time.Minute)
			var uses []string
			for _, e := range of.Signature.Evidence {
				uses = append(uses, e.Use)
				assert.False(t, e.Raw.IsZero())
			}
			assert.Equal(t, []string{"id_token", "transaction_token", "ocsp"}, uses)
			asked, err := url.ParseQuery(of.Login.Evidence.Request.Reveal())
			require.NoError(t, err)
			assert.Equal(t, of.SHA256.String(), asked.Get("signtext_sha256"))
			assert.Equal(t, doc.Type.String(), asked.Get("signtext_type"))
			assert.NotEmpty(t, asked.Get("signtext_id"))

			for _, q := range fake.Requests() {
				if q.Path == "/op/connect/par" {
					assert.Equal(t, "openid mitid transaction_token", q.Param("scope"))
					assert.Equal(t, "login", q.Param("prompt"))
					assert.Equal(t, "mitid", q.Param("idp_values"))
					assert.Contains(t, q.Param("idp_params"), `"action_text":"SIGN"`)
					assert.True(t, strings.HasPrefix(q.Param("signtext_id"), doc.Type.String()+"_"))
				}
			}
		}
	}
	assert.Equal(t, "unknown", neb.Type(9).String())
}

// Every way to set up the client of the logins signs as well.
func TestSetUps(t *testing.T) {
	for name, change := range map[string]func(*nets.Config){
		"form_post":         func(c *nets.Config) { c.FormPost = true },
		"signed requests":   func(c *nets.Config) { c.SignRequests = true },
		"userinfo endpoint": func(c *nets.Config) { c.Source = nets.UserinfoEndpoint },
		"every login with a receipt, and OCSP optional": func(c *nets.Config) { c.TransactionToken, c.OCSPOptional = true, true },
	} {
		t.Run(name, func(t *testing.T) {
			fake := nebtest.New(t)
			login := nets.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), HTTPClient: fake.HTTPClient(), Now: fake.Now}
			change(&login)
			b, err := nets.New(login)
			require.NoError(t, err)
			cfg := settings(t, fake)
			cfg.Broker = b
			s, err := neb.New(cfg)
			require.NoError(t, err)
			for _, r := range []mitid.Request{{ReferenceText: "Lejekontrakt på Ærø"}, {CPR: mitid.CPRRequired}, {Capacity: claims.CapacityEither, Organisation: true}} {
				rd, err := s.Sign(t.Context(), texts()[2], r)
				require.NoError(t, err)
				of, err := finish(t, fake, s, rd, mitidtest.Approve(fake.Citizens()[0]))
				require.NoError(t, err)
				assert.Equal(t, fake.Citizens()[0].Name, of.Signature.Identity.Name.Full)
				assert.Equal(t, r.CPR == mitid.CPRRequired, !of.Signature.Identity.CPR.IsZero())
			}
			require.NoError(t, fake.Tamper("ocsp-missing"))
			require.ErrorIs(t, signAll(t, fake, s, texts()[0]), signing.ErrEvidenceIncomplete, "also if it is optional for logins")
		})
	}
}

// Whoever asks for another verb gets it.
func TestTheVerbOfTheApp(t *testing.T) {
	for action, want := range map[mitid.Action]string{mitid.LogOn: "SIGN", mitid.Approve: "APPROVE", mitid.Confirm: "CONFIRM", mitid.Accept: "ACCEPT", mitid.Sign: "SIGN"} {
		fake, s := open(t, nil)
		_, err := s.Sign(t.Context(), texts()[0], mitid.Request{Action: action})
		require.NoError(t, err)
		all := fake.Requests()
		assert.Contains(t, all[len(all)-1].Param("idp_params"), `"action_text":"`+want+`"`)
	}
}

// A session at the broker does not sign: prompt=login demands the person.
func TestASessionDoesNotSign(t *testing.T) {
	fake, s := open(t, nil)
	w := fake.NewBrowser()
	sign := func() (*neb.Signed, error) {
		rd, err := s.Sign(t.Context(), texts()[2], mitid.Request{})
		require.NoError(t, err)
		cb, err := w.Walk(t.Context(), rd, mitidtest.Approve(fake.Citizens()[0]))
		require.NoError(t, err)
		return s.Complete(t.Context(), rd.State, cb)
	}
	first, err := sign()
	require.NoError(t, err)
	fake.Advance(time.Hour)
	second, err := sign()
	require.NoError(t, err)
	assert.WithinDuration(t, first.Signature.Identity.AuthTime.Add(time.Hour), second.Signature.Identity.AuthTime, time.Minute)

	// A broker that uses its session in spite of that is found out.
	fake.Advance(time.Hour)
	rd, err := s.Sign(t.Context(), texts()[2], mitid.Request{})
	require.NoError(t, err)
	request := lastPushed(t, fake)
	request.Del("prompt")
	rd.URL = fake.Issuer() + "/connect/authorize?" + request.Encode()
	cb, err := w.Walk(t.Context(), rd)
	require.NoError(t, err)
	_, err = s.Complete(t.Context(), rd.State, cb)
	require.ErrorIs(t, err, signing.ErrEvidenceIncomplete)

	// The same if the session is a moment old, so that the time of the login does not tell.
	rd, err = s.Sign(t.Context(), texts()[2], mitid.Request{})
	require.NoError(t, err)
	_, err = w.Walk(t.Context(), rd, mitidtest.Approve(fake.Citizens()[0]))
	require.NoError(t, err)
	rd, err = s.Sign(t.Context(), texts()[2], mitid.Request{})
	require.NoError(t, err)
	request = lastPushed(t, fake)
	request.Del("prompt")
	rd.URL = fake.Issuer() + "/connect/authorize?" + request.Encode()
	cb, err = w.Walk(t.Context(), rd)
	require.NoError(t, err)
	_, err = s.Complete(t.Context(), rd.State, cb)
	require.ErrorIs(t, err, signing.ErrEvidenceIncomplete)
	require.ErrorIs(t, err, nets.ErrEvidenceIncomplete)
}

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

// Another replica finishes what this one began, if it has the same keys; nothing else can.
func TestRestartBetweenBeginAndComplete(t *testing.T) {
	fake, s := open(t, nil)
	doc := texts()[2]
	rd, err := s.Sign(t.Context(), doc, mitid.Request{})
	require.NoError(t, err)
	again, err := neb.New(settings(t, fake))
	require.NoError(t, err)
	of, err := finish(t, fake, again, rd)
	require.NoError(t, err)
	assert.Equal(t, sum(doc.Body), of.SHA256)

	cfg := settings(t, fake)
	cfg.StateKeys = nil
	other, err := neb.New(cfg)
	require.NoError(t, err)
	rd, err = s.Sign(t.Context(), texts()[2], mitid.Request{})
	require.NoError(t, err)
	_, err = finish(t, fake, other, rd)
	require.ErrorIs(t, err, signing.ErrInputInvalid)
	require.ErrorIs(t, err, mitid.ErrStateInvalid)
	rd, err = other.Sign(t.Context(), texts()[2], mitid.Request{})
	require.NoError(t, err)
	_, err = finish(t, fake, other, rd)
	require.NoError(t, err, "a random key is the same for all calls of one service")
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

// The service token is fetched once for many calls at a time, renewed before its end, and
// replaced if the broker does not know it any more.
func TestServiceToken(t *testing.T) {
	fake, s := open(t, nil)
	fetches := func() int { return fake.Count("/op/connect/token") }
	sign := func() {
		_, err := s.Sign(t.Context(), texts()[0], mitid.Request{})
		assert.NoError(t, err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(sign)
	}
	all.Wait()
	require.Equal(t, 1, fetches())
	fake.Advance(58 * time.Minute)
	sign()
	require.Equal(t, 1, fetches())
	fake.Advance(90 * time.Second)
	sign()
	require.Equal(t, 2, fetches(), "a minute before its end")
	fake.Apply(mitidtest.On("", "", nebtest.StageSigntext, 0, func(_ *mitidtest.Broker, p *mitidtest.Reply) {
		p.Replace(http.StatusUnauthorized, "text/plain", nil)
	}))
	sign()
	require.Equal(t, 3, fetches(), "a token that is refused is replaced")

	cfg := settings(t, fake)
	cfg.APISecret = mitid.NewSecret("forkert")
	wrong, err := neb.New(cfg)
	require.NoError(t, err)
	_, err = wrong.Sign(t.Context(), texts()[0], mitid.Request{})
	require.ErrorIs(t, err, signing.ErrAuthFailed)
	fake.Configure(func(c *nebtest.Settings) { c.ServiceScopes = nil })
	fresh, err := neb.New(settings(t, fake))
	require.NoError(t, err)
	_, err = fresh.Sign(t.Context(), texts()[0], mitid.Request{})
	require.ErrorIs(t, err, signing.ErrAuthFailed)
}

// The receipt is a PDF that other programs take for signed.
func TestReceipt(t *testing.T) {
	fake, s := open(t, nil)
	doc := texts()[2]
	rd, err := s.Sign(t.Context(), doc, mitid.Request{})
	require.NoError(t, err)
	of, err := finish(t, fake, s, rd)
	require.NoError(t, err)
	pdf, err := s.Receipt(t.Context(), of)
	require.NoError(t, err)
	report := pdfsig(t, pdf)
	assert.Contains(t, report, "Signature is Valid")
	assert.Contains(t, report, "Total document signed")

	rd, err = s.Sign(t.Context(), texts()[0], mitid.Request{})
	require.NoError(t, err)
	of, err = finish(t, fake, s, rd)
	require.NoError(t, err)
	_, err = s.Receipt(t.Context(), of)
	require.ErrorIs(t, err, signing.ErrUnsupported)
	_, err = s.Receipt(t.Context(), &neb.Signed{Type: neb.PDF})
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

// pdfsig returns what poppler's pdfsig says of a PDF. A machine without it skips the test;
// with DKEID_NO_SKIP=1 it fails.
func pdfsig(t *testing.T, pdf []byte) string {
	t.Helper()
	if _, err := exec.LookPath("pdfsig"); err != nil {
		if os.Getenv("DKEID_NO_SKIP") == "1" {
			t.Fatal("there is no pdfsig (poppler-utils)")
		}
		t.Skip("there is no pdfsig (poppler-utils)")
	}
	name := filepath.Join(t.TempDir(), "underskrevet.pdf")
	require.NoError(t, os.WriteFile(name, pdf, 0o600))
	out, err := exec.CommandContext(t.Context(), "pdfsig", "-nocert", name).CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}
