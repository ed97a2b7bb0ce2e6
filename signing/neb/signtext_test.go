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
	"github.com/dkeid/dkeid/internal/toolstest"
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

// pdfsig returns what poppler's pdfsig says of a PDF. A machine without it skips the test;
// with DKEID_NO_SKIP=1 it fails.
func pdfsig(t *testing.T, pdf []byte) string {
	t.Helper()
	path := toolstest.Program(t, "pdfsig", "there is no pdfsig (poppler-utils)")
	name := filepath.Join(t.TempDir(), "underskrevet.pdf")
	require.NoError(t, os.WriteFile(name, pdf, 0o600))
	out, err := exec.CommandContext(t.Context(), path, "-nocert", name).CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}
