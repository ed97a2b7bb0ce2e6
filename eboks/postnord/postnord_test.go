package postnord_test

import (
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/postnord"
	"github.com/dkeid/dkeid/internal/canary"
)

func TestNewNamesWhatIsMissing(t *testing.T) {
	certificate := testAuthority(t).certificate(t, "Afsender")
	good := postnord.Config{BaseURL: "https://api.e-boks.example", System: "3994", ClientID: "1234", Certificate: certificate}
	for _, c := range []struct {
		what   string
		change func(*postnord.Config)
	}{
		{"BaseURL", func(c *postnord.Config) { c.BaseURL = "" }},
		{"BaseURL", func(c *postnord.Config) { c.BaseURL = "http://api.e-boks.example" }},
		{"BaseURL", func(c *postnord.Config) { c.BaseURL = "https://æ:ø@api.e-boks.example" }},
		{"BaseURL", func(c *postnord.Config) { c.BaseURL = "https://api.e-boks.example/?a=b" }},
		{"BaseURL", func(c *postnord.Config) { c.BaseURL = "https://api.e-boks.example/#a" }},
		{"BaseURL", func(c *postnord.Config) { c.BaseURL = "https://" }},
		{"System", func(c *postnord.Config) { c.System = "" }},
		{"System", func(c *postnord.Config) { c.System = "1234567" }},
		{"System", func(c *postnord.Config) { c.System = "1/2" }},
		{"ClientID", func(c *postnord.Config) { c.ClientID = "123456789012345678901234567890123" }},
		{"StatusURL", func(c *postnord.Config) { c.ClientID, c.StatusURL = "", "https://proxy.example/{client}/{message}" }},
		{"ClientID", func(c *postnord.Config) { c.ClientID = "æ" }},
		{"Certificate", func(c *postnord.Config) { c.Certificate = tls.Certificate{} }},
		{"Certificate", func(c *postnord.Config) { c.Certificate.PrivateKey = nil }},
		{"Certificate", func(c *postnord.Config) {
			c.Certificate.PrivateKey = testAuthority(t).certificate(t, "en anden").PrivateKey
		}},
		{"Certificate", func(c *postnord.Config) { c.Now = func() time.Time { return today.AddDate(101, 0, 0) } }},
		{"Certificate", func(c *postnord.Config) { c.Now = func() time.Time { return today.AddDate(-10, 0, 0) } }},
		{"HTTPClient", func(c *postnord.Config) {
			c.HTTPClient, c.Now = showing(c.Certificate), func() time.Time { return today.AddDate(101, 0, 0) }
		}},
		{"TLS12", func(c *postnord.Config) { c.HTTPClient, c.TLS12 = &http.Client{}, true }},
		{"Roots", func(c *postnord.Config) { c.HTTPClient, c.Roots = &http.Client{}, testAuthority(t).roots }},
		{"Answer", func(c *postnord.Config) { c.Answer = 9 }},
		{"Timeout", func(c *postnord.Config) { c.Timeout = -1 }},
		{"Limits", func(c *postnord.Config) { c.Limits.File = -1 }},
		{"LookupName", func(c *postnord.Config) { c.LookupName = "a:b" }},
		{"StatusURL", func(c *postnord.Config) { c.StatusURL = "https://proxy.example/" }},
		{"StatusURL", func(c *postnord.Config) { c.StatusURL = "http://proxy.example/{message}" }},
		{"StatusURL", func(c *postnord.Config) { c.StatusURL = "https://proxy.example/{message}/{other}" }},
		{"StatusURL", func(c *postnord.Config) { c.StatusURL = "https://{message}@proxy.example/" }},
		{"Materials", func(c *postnord.Config) { c.Materials = map[eboks.Material]string{"brev": ".."} }},
		{"Materials", func(c *postnord.Config) { c.Materials = map[eboks.Material]string{"brev": "a/b"} }},
	} {
		cfg := good
		c.change(&cfg)
		s, err := postnord.New(cfg)
		require.Nil(t, s)
		require.ErrorIs(t, err, eboks.ErrConfigInvalid, c.what)
		require.ErrorContains(t, err, "Config."+c.what)
		require.ErrorContains(t, err, "postnord")
	}
	_, err := postnord.New(good)
	require.NoError(t, err)
	good.ClientID, good.StatusURL = "", "https://proxy.example/{message}"
	_, err = postnord.New(good)
	require.NoError(t, err)
}

// Senders at e-Boks itself have no client id, and any success will do.
func TestWithoutAProxy(t *testing.T) {
	w := newWire(t, says(204, ""), func(c *postnord.Config) { c.ClientID, c.StatusURL, c.Answer = "", "", postnord.AnswerStatus })
	r, err := w.Send(t.Context(), toKaren(t))
	require.NoError(t, err)
	require.Equal(t, "0039940b8f3c4e52a14d6f9c556c1f0a7f9e2d", r.Reference)
	require.Equal(t, "/int/rest/srv.svc/3/dispatchsystem/3994/dispatches/"+r.Reference, w.requests()[0].uri)
}

// A letter whose delivery nobody tells is not overdue for ever.
func TestLastWordsAreAnEnd(t *testing.T) {
	now := today
	for name, c := range map[string]struct {
		status string
		said   eboks.Status
		ends   bool
	}{
		"taken in":            {"", eboks.AcceptedDigital, true},
		"printed":             {"https://proxy.example/{message}", eboks.PrintQueued, true},
		"nothing can be read": {"", eboks.Accepted, true},
		"waits":               {"https://proxy.example/{message}", eboks.Queued, false},
		"can be read":         {"https://proxy.example/{message}", eboks.Accepted, false},
	} {
		w := newWire(t, says(200, well()), func(cfg *postnord.Config) { cfg.StatusURL = c.status })
		client, err := eboks.New(eboks.Config{Sender: w, Now: func() time.Time { return now.Add(100 * time.Hour) }})
		require.NoError(t, err)
		require.Equal(t, c.ends, w.Capabilities().Final(c.said), name)
		err = client.Overdue(&eboks.Receipt{ID: letter, Status: c.said, At: now}, nil)
		if c.ends {
			require.NoError(t, err, name)
		} else {
			require.ErrorIs(t, err, eboks.ErrReceiptOverdue, name)
		}
	}
}

// showing is a client of the user's that shows a certificate.
func showing(c tls.Certificate) *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{c}}}}
}

// A certificate is exchanged while letters go; a bad one changes nothing.
func TestSetCertificate(t *testing.T) {
	var who []string
	var seen string // the fingerprint of the certificate that the server saw
	w := newWire(t, func(rw http.ResponseWriter, r *http.Request) {
		who = append(who, r.TLS.PeerCertificates[0].Subject.CommonName)
		seen = fmt.Sprintf("%x", sha256.Sum256(r.TLS.PeerCertificates[0].Raw))
		says(200, well())(rw, r)
	})
	send := func() {
		_, err := w.Send(t.Context(), toKaren(t))
		require.NoError(t, err)
		require.Equal(t, seen, w.Capabilities().Certificate)
	}
	send()
	ends := w.Capabilities().CertificateExpires
	require.Equal(t, testAuthority(t).cert.NotAfter, ends)
	bad := testAuthority(t).certificate(t, "forkert")
	bad.PrivateKey = testAuthority(t).certificate(t, "en anden").PrivateKey
	err := w.SetCertificate(bad)
	require.ErrorIs(t, err, eboks.ErrConfigInvalid)
	require.ErrorContains(t, err, "eboks: set certificate (postnord): ConfigInvalid: ")
	send()
	require.NoError(t, w.SetCertificate(testAuthority(t).certificate(t, "ny på Ærø")))
	send()
	require.Equal(t, []string{"Afsender ÆØÅ", "Afsender ÆØÅ", "ny på Ærø"}, who)

	mine := testAuthority(t).certificate(t, "egen")
	own, err := postnord.New(postnord.Config{BaseURL: w.server.URL, System: "1", HTTPClient: showing(bad)})
	require.Nil(t, own)
	require.ErrorContains(t, err, "Config.HTTPClient")
	own, err = postnord.New(postnord.Config{BaseURL: w.server.URL, System: "1", HTTPClient: showing(mine)})
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("%x", sha256.Sum256(mine.Certificate[0])), own.Capabilities().Certificate)
	require.Equal(t, ends, own.Capabilities().CertificateExpires)
	require.ErrorContains(t, own.SetCertificate(bad), "Config.HTTPClient")
}

// With NoContinue the letter leaves at once, and TLS12 speaks no later version.
func TestSettingsOfTheRoad(t *testing.T) {
	var version uint16
	w := newWire(t, func(rw http.ResponseWriter, r *http.Request) {
		version = r.TLS.Version
		says(200, well())(rw, r)
	}, func(c *postnord.Config) { c.NoContinue, c.TLS12 = true, true })
	_, err := w.Send(t.Context(), toKaren(t))
	require.NoError(t, err)
	require.Empty(t, w.requests()[0].header["Expect"])
	require.EqualValues(t, tls.VersionTLS12, version)
}

func TestCapabilities(t *testing.T) {
	certificate := testAuthority(t).certificate(t, "Afsender")
	cfg := postnord.Config{BaseURL: "https://api.e-boks.example", System: "3994", ClientID: "1234", Certificate: certificate}
	s, err := postnord.New(cfg)
	require.NoError(t, err)
	can := s.Capabilities()
	require.Equal(t, testAuthority(t).cert.NotAfter, can.CertificateExpires)
	can.CertificateExpires, can.Certificate = time.Time{}, ""
	require.Equal(t, eboks.Capabilities{Name: "postnord", Dedupes: true, Lookup: true,
		Ends: []eboks.Status{eboks.AcceptedDigital, eboks.PrintQueued, eboks.Accepted, eboks.Queued}}, can)

	cfg.NoDedupe, cfg.StatusURL = true, "https://proxy.example/{message}"
	cfg.Limits = eboks.Limits{Title: 50, File: 1_000_000, Attachments: 3}
	s, err = postnord.New(cfg)
	require.NoError(t, err)
	require.False(t, s.Capabilities().Dedupes)
	require.True(t, s.Capabilities().Status)
	require.Equal(t, eboks.Limits{Title: 50, File: 1_000_000}, s.Capabilities().Limits)
}

func TestWhatThisWireCannotCarryIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*eboks.Letter)
		kind   error
	}{
		"attachments":  {func(l *eboks.Letter) { l.Attachments = []eboks.Document{l.Document} }, eboks.ErrUnsupported},
		"print":        {func(l *eboks.Letter) { l.Channel = eboks.DigitalThenPrint }, eboks.ErrUnsupported},
		"not before":   {func(l *eboks.Letter) { l.NotBefore = today }, eboks.ErrUnsupported},
		"reply":        {func(l *eboks.Letter) { l.Reply.Mode = eboks.ReplyStandard }, eboks.ErrUnsupported},
		"not measured": {func(l *eboks.Letter) { l.Document = eboks.Bytes([]byte(document)) }, eboks.ErrInputInvalid},
		"no id":        {func(l *eboks.Letter) { l.ID = eboks.ID{} }, eboks.ErrInputInvalid},
		"nobody":       {func(l *eboks.Letter) { l.To = eboks.Person(cpr.Number{}) }, eboks.ErrInputInvalid},
		"no material":  {func(l *eboks.Letter) { l.Material = "" }, eboks.ErrInputInvalid},
		"a path":       {func(l *eboks.Letter) { l.Material = "../../x" }, eboks.ErrInputInvalid},
	} {
		w := newWire(t, says(200, well()))
		l := toKaren(t)
		c.change(l)
		_, err := w.Send(t.Context(), l)
		require.ErrorIs(t, err, c.kind, name)
		require.True(t, eboks.SafeToRetry(err), name)
		require.Empty(t, w.requests(), name)
	}
	w := newWire(t, says(200, well()), func(c *postnord.Config) { c.Materials = map[eboks.Material]string{"brev": "1"} })
	_, err := w.Send(t.Context(), toKaren(t))
	require.ErrorIs(t, err, eboks.ErrInputInvalid)
	require.ErrorContains(t, err, "Config.Materials")
}

func TestAnswerWithoutABody(t *testing.T) {
	bare := func(c *postnord.Config) { c.Answer = postnord.AnswerStatus }
	for _, status := range []int{200, 201, 204} {
		r, err := newWire(t, says(status, ""), bare).Send(t.Context(), toKaren(t))
		require.NoError(t, err)
		require.Equal(t, eboks.Accepted, r.Status)
		require.Equal(t, message, r.Reference)
		require.True(t, r.Raw.IsZero())
	}
	r, err := newWire(t, says(200, well()), bare).Send(t.Context(), toKaren(t))
	require.NoError(t, err)
	require.Equal(t, eboks.AcceptedDigital, r.Status)
	for _, body := range []string{"OK", "\n", `{"id":"æ"}`, "<Receipt>æ</Receipt>", `"` + message + `"`, "null"} {
		r, err = newWire(t, says(200, body), bare).Send(t.Context(), toKaren(t))
		require.NoError(t, err, body)
		require.Equal(t, eboks.Accepted, r.Status)
		require.Equal(t, body, string(r.Raw.Reveal()))
	}
	for _, body := range []string{"<html>Vi er straks tilbage</html>", " <!DOCTYPE HTML><p>Ærø", "<Fejl><FejlTekst>Æ</FejlTekst></Fejl>",
		answered(otherMessage, karen, "", ""), answered(message, karen, "ukendt", "")} {
		_, err = newWire(t, says(200, body), bare).Send(t.Context(), toKaren(t))
		require.ErrorIs(t, err, eboks.ErrOutcomeUnknown, body)
	}
	for _, status := range []int{203, 206, 207, 299} {
		_, err = newWire(t, says(status, ""), bare).Send(t.Context(), toKaren(t))
		require.ErrorIs(t, err, eboks.ErrOutcomeUnknown, status)
	}
	_, err = newWire(t, says(200, "<Fejl><FejlKode>1001</FejlKode></Fejl>"), bare).Send(t.Context(), toKaren(t))
	require.ErrorIs(t, err, eboks.ErrRejected)
	_, err = newWire(t, says(200, answered(message, karen, "dead", "")), bare).Send(t.Context(), toKaren(t))
	require.ErrorIs(t, err, eboks.ErrRecipientUnreachable)
}

func TestAnswerThatDoesNotRepeatTheRecipient(t *testing.T) {
	const short = `{"message_id":"` + message + `","recipients":[{"status":"","post_processing_status":""}]}`
	_, err := newWire(t, says(200, short)).Send(t.Context(), toKaren(t))
	require.ErrorIs(t, err, eboks.ErrOutcomeUnknown)
	optional := func(c *postnord.Config) { c.RecipientOptional = true }
	r, err := newWire(t, says(200, short), optional).Send(t.Context(), toKaren(t))
	require.NoError(t, err)
	require.Equal(t, eboks.AcceptedDigital, r.Status)
	_, err = newWire(t, says(200, answered(message, leapDay(), "", "")), optional).Send(t.Context(), toKaren(t))
	require.ErrorIs(t, err, eboks.ErrOutcomeUnknown)
}

// A letter goes out once for one Send, through a Client too: what is uncertain is
// not offered again by itself, and what was refused early is.
func TestThroughAClient(t *testing.T) {
	w := newWire(t, says(200, well()))
	client, err := eboks.New(eboks.Config{Sender: w})
	require.NoError(t, err)
	l := &eboks.Letter{ID: letter, To: eboks.Person(karen), Title: "Ærø", Material: "1", Document: eboks.Bytes([]byte(document)), Unchecked: true}
	for range 2 {
		r, err := client.Send(t.Context(), l)
		require.NoError(t, err)
		require.Equal(t, eboks.AcceptedDigital, r.Status)
	}
	require.Len(t, w.requests(), 1)
}

func TestNothingPrintsKeysOrSettings(t *testing.T) {
	w := newWire(t, says(200, well()))
	key := testAuthority(t).certificate(t, "Afsender")
	for _, v := range []any{w.Sender, postnord.Config{BaseURL: "https://hemmelig.example", System: "kanariefugl", Certificate: key}} {
		for _, printer := range canary.Leaks(v, "hemmelig", "kanariefugl", "39941234") {
			require.True(t, canary.OutOfReach(printer), printer)
		}
	}
	require.Equal(t, "postnord.Sender("+w.server.URL+")", fmt.Sprint(w.Sender))
	require.NotContains(t, fmt.Sprintf("%+v %v", struct{ s any }{*w.Sender}, w), "certificate")
}
