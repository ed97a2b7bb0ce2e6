package eident_test

import (
	"crypto/x509"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

func certificates(all ...*x509.Certificate) []*x509.Certificate {
	return append([]*x509.Certificate{}, all...)
}

// openSAML returns a fake whose switches were turned, and a client of it.
func openSAML(tb testing.TB, turn func(*switches), change func(*eident.SAMLConfig)) (*eidenttest.Broker, *mitid.Client) {
	tb.Helper()
	fake := eidenttest.NewSAML(tb)
	const receiver = "http://127.0.0.1/callback"
	fake.Configure(func(s *switches) { s.ArtifactReceiver = receiver })
	if turn != nil {
		fake.Configure(turn)
	}
	cfg := samlConfig(fake)
	if change != nil {
		change(&cfg)
	}
	b, err := eident.NewSAML(cfg)
	require.NoError(tb, err)
	c, err := mitid.New(mitid.Config{Broker: b, RedirectURL: receiver, Now: fake.Now})
	require.NoError(tb, err)
	return fake, c
}

// TestSAMLEveryOpenQuestionHasAnAnswer: whatever the real broker turns out to do, a
// setting fits it, and what no setting fits is refused.
func TestSAMLEveryOpenQuestionHasAnAnswer(t *testing.T) {
	text := mitid.Text{Type: mitid.HTMLText, Body: "<p>Jeg køber <b>Ærø</b></p>"}
	either := mitid.Request{Capacity: claims.CapacityEither}
	company := mitidtest.Approve(mitidtest.CompanyEmployee()).For("12345674")
	signatory := mitidtest.Approve(mitidtest.CompanySignatory()).For("12345674")
	unsigned := func(s *switches) { s.Unsigned = true }
	trusting := func(c *eident.SAMLConfig) { c.Signers = nil }
	incomplete := func(c *eident.SAMLConfig) { c.IncompleteProfile = true }
	for title, c := range map[string]struct {
		turn    func(*switches)
		config  func(*eident.SAMLConfig)
		request mitid.Request
		as      []mitidtest.Outcome
		want    error
		check   func(t *testing.T, l *mitid.Login)
	}{
		"signed":                            {check: isDitlev},
		"unsigned, no signers":              {turn: unsigned, config: trusting, check: isDitlev},
		"unsigned, signers":                 {turn: unsigned, want: mitid.ErrSignatureInvalid},
		"signed, no signers":                {config: trusting, check: isDitlev},
		"no InResponseTo":                   {turn: func(s *switches) { s.NoInResponseTo = true }, want: mitid.ErrStateInvalid},
		"no InResponseTo, foreseen":         {turn: func(s *switches) { s.NoInResponseTo = true }, config: incomplete, check: isDitlev},
		"no SubjectConfirmation":            {turn: func(s *switches) { s.NoConfirmation = true }, want: mitid.ErrResponseInvalid},
		"no SubjectConfirmation, foreseen":  {turn: func(s *switches) { s.NoConfirmation = true }, config: incomplete, check: isDitlev},
		"no AuthenticationStatement":        {turn: func(s *switches) { s.NoAuthentication = true }, want: mitid.ErrResponseInvalid},
		"no AuthenticationStatement, known": {turn: func(s *switches) { s.NoAuthentication = true }, config: incomplete, check: untimed},
		"no AuthenticationStatement, fresh": {turn: func(s *switches) { s.NoAuthentication = true }, config: incomplete, request: mitid.Request{Fresh: true}, want: mitid.ErrAssuranceTooLow},
		"the whole profile, not demanded":   {config: incomplete, request: mitid.Request{Fresh: true}, check: isDitlev},
		"another issuer":                    {turn: func(s *switches) { s.AssertionIssuer = "www.bbs.no" }, want: mitid.ErrIssuerMismatch},
		"another issuer, named":             {turn: func(s *switches) { s.AssertionIssuer = "www.bbs.no" }, config: func(c *eident.SAMLConfig) { c.Issuer = "www.bbs.no" }, check: isDitlev},
		"another issuer, none named":        {turn: func(s *switches) { s.AssertionIssuer = "www.bbs.no" }, config: func(c *eident.SAMLConfig) { c.Issuer = "" }, check: isDitlev},
		"another audience":                  {turn: func(s *switches) { s.Audience = "urn:acme" }, want: mitid.ErrTokenInvalid},
		"another audience, none named":      {turn: func(s *switches) { s.Audience = "urn:acme" }, config: func(c *eident.SAMLConfig) { c.Audience = "" }, want: mitid.ErrTokenInvalid},
		"another audience, named":           {turn: func(s *switches) { s.Audience = "urn:acme" }, config: func(c *eident.SAMLConfig) { c.Audience = "urn:acme" }, check: isDitlev},
		"no audience":                       {turn: func(s *switches) { s.NoAudience = true }, want: mitid.ErrTokenInvalid},
		"no audience, none named":           {turn: func(s *switches) { s.NoAudience = true }, config: func(c *eident.SAMLConfig) { c.Audience = "" }, check: isDitlev},
		"an AssertionID without TI2-": {turn: func(s *switches) { s.BareAssertionID = true }, check: func(t *testing.T, l *mitid.Login) {
			require.Empty(t, l.StepUp, "no transaction is known")
		}},
		"dates with dots": {turn: func(s *switches) { s.DottedBirthDate = true }, check: isDitlev},
		"texts come back in Base64": {turn: func(s *switches) { s.Echo = eidenttest.EchoBase64 }, request: mitid.Request{ReferenceText: "Åse", TransactionText: text},
			check: func(t *testing.T, l *mitid.Login) { require.Equal(t, text, *l.Texts.Transaction) }},
		"Base64 texts only, sent plain": {turn: func(s *switches) { s.Texts = eidenttest.ReadBase64 }, request: mitid.Request{ReferenceText: "Åse"}, want: mitid.ErrBrokerDeclined},
		"Base64 texts only": {turn: func(s *switches) { s.Texts = eidenttest.ReadBase64 }, config: func(c *eident.SAMLConfig) { c.TextEncoding = eident.Base64 },
			request: mitid.Request{ReferenceText: "Åse", TransactionText: text}},
		"a digest over the parameter": {turn: func(s *switches) { s.DigestOverParameter = true },
			config:  func(c *eident.SAMLConfig) { c.DigestOverParameter, c.TextEncoding = true, eident.Base64 },
			request: mitid.Request{TransactionText: text}, check: func(t *testing.T, l *mitid.Login) { require.Equal(t, text, *l.Texts.Transaction) }},
		"the reference text does not come back": {turn: func(s *switches) { s.SilentReference = true }, request: mitid.Request{ReferenceText: "Åse"}, want: mitid.ErrTransactionMismatch},
		"the reference text need not come back": {turn: func(s *switches) { s.SilentReference = true }, config: func(c *eident.SAMLConfig) { c.ReferenceTextOptional = true },
			request: mitid.Request{ReferenceText: "Åse"}, check: func(t *testing.T, l *mitid.Login) { require.Nil(t, l.Texts.Reference) }},
		"a blank between eIDs":            {turn: func(s *switches) { s.AMRSeparator = " " }, config: func(c *eident.SAMLConfig) { c.PKIVendorSeparator = " " }, request: either},
		"a comma where a blank is wanted": {turn: func(s *switches) { s.AMRSeparator = " " }, request: either, want: mitid.ErrBrokerDeclined},
		"the PID of NemID": {request: mitid.Request{NemIDPID: true}, check: func(t *testing.T, l *mitid.Login) {
			require.Regexp(t, `^9208-2002-2-[0-9]{12}$`, l.Identity.NemIDPID)
			require.True(t, l.Identity.CPR.IsZero(), "asked for the PID, not for the number")
		}},
		"another attribute of the organisation's name": {turn: func(s *switches) { s.OrganisationNameClaim = "ORG_NAVN" },
			config: func(c *eident.SAMLConfig) { c.OrganisationNameAttribute = "ORG_NAVN" }, request: either, as: []mitidtest.Outcome{company},
			check: func(t *testing.T, l *mitid.Login) {
				require.Equal(t, "Smørrebrød & Søn ApS", l.Identity.Organisation.Name)
			}},
		"another attribute of the organisation's number": {turn: func(s *switches) { s.OrganisationNumberClaim = "ORG_NR" },
			config: func(c *eident.SAMLConfig) { c.OrganisationNumberAttribute = "ORG_NR" }, request: either, as: []mitidtest.Outcome{company},
			check: func(t *testing.T, l *mitid.Login) {
				require.Equal(t, "12345674", l.Identity.Organisation.CVR.String())
			}},
		"another attribute of the organisation's number, not named": {turn: func(s *switches) { s.OrganisationNumberClaim = "ORG_NR" },
			request: either, as: []mitidtest.Outcome{company}, want: mitid.ErrClaimMissing},
		"a private MitID that acts for a company": {turn: func(s *switches) { s.PrivateForCompany = true },
			config: func(c *eident.SAMLConfig) { c.PrivateForCompany = true }, request: either, as: []mitidtest.Outcome{signatory},
			check: func(t *testing.T, l *mitid.Login) {
				require.Equal(t, claims.CapacitySignatory, l.Identity.Capacity)
			}},
		"an authenticator's level": {config: func(c *eident.SAMLConfig) { c.AAL = claims.High }, check: func(t *testing.T, l *mitid.Login) {
			require.Equal(t, claims.High, l.Identity.Levels.AAL)
		}},
		"an authenticator's level, not reached": {turn: func(s *switches) { s.Level = claims.Substantial }, config: func(c *eident.SAMLConfig) { c.AAL = claims.High }, want: mitid.ErrAssuranceTooLow},
		"the number comes uninvited": {turn: func(s *switches) { s.CPRUninvited = true }, check: func(t *testing.T, l *mitid.Login) {
			require.True(t, l.Identity.CPR.IsZero())
			require.True(t, l.Claims.(*eident.Claims).CPR.IsZero())
		}},
		"nobody may leave the CPR page": {turn: func(s *switches) { s.CPROptional, s.CPRError = false, "get_ssn_error" }, request: mitid.Request{CPR: mitid.CPRIfPresent},
			as: []mitidtest.Outcome{mitidtest.Approve(mitidtest.WithoutCPR())}, want: mitid.ErrBrokerDeclined},
	} {
		t.Run(title, func(t *testing.T) {
			fake, client := openSAML(t, c.turn, c.config)
			l, err := mitidtest.Login(t, client, fake, c.request, c.as...)
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
				return
			}
			require.NoError(t, err)
			if c.check != nil {
				c.check(t, l)
			}
		})
	}
}

// TestSAMLBothProtocolsKnowOnePerson: a merchant who changes the protocol keeps the keys of
// their users, and everything that is told of them.
func TestSAMLBothProtocolsKnowOnePerson(t *testing.T) {
	either := mitid.Request{Capacity: claims.CapacityEither, CPR: mitid.CPRIfPresent, NemIDPID: true}
	for title, as := range map[string]mitidtest.Outcome{
		"private":   mitidtest.Approve(mitidtest.Ditlev()),
		"employee":  mitidtest.Approve(mitidtest.CompanyEmployee()).For("12345674"),
		"signatory": mitidtest.Approve(mitidtest.CompanySignatory()).For("12345674"),
		"protected": mitidtest.Approve(mitidtest.Protected()),
	} {
		t.Run(title, func(t *testing.T) {
			fake, client := openSAML(t, nil, nil)
			bySAML, err := mitidtest.Login(t, client, fake, either, as)
			require.NoError(t, err)
			byOIDC, err := login(t, nil, nil, either, as)
			require.NoError(t, err)
			a, b := bySAML.Identity, byOIDC.Identity
			require.WithinDuration(t, a.AuthTime, b.AuthTime, time.Minute)
			a.AuthTime, b.AuthTime = time.Time{}, time.Time{}
			require.True(t, a.CPR == b.CPR && a.Subject == b.Subject)
			require.Equal(t, b, a)
		})
	}
}

// TestSAMLTheBrowserMayChangeTheRequest: nothing signs it, so the assertion decides.
func TestSAMLTheBrowserMayChangeTheRequest(t *testing.T) {
	text := mitid.Text{Body: "Jeg køber Ærø for 100 kr."}
	for title, c := range map[string]struct {
		request mitid.Request
		set     map[string]string
		as      mitidtest.Citizen
		want    error
	}{
		"a lower level":          {set: map[string]string{"loa_value": "low"}, as: mitidtest.PasswordUser(), want: mitid.ErrAssuranceTooLow},
		"another capacity":       {set: map[string]string{"forcepkivendor": "mitid:mitid_erhverv"}, as: mitidtest.CompanyEmployee(), want: mitid.ErrClaimInvalid},
		"no CPR number":          {request: mitid.Request{CPR: mitid.CPRRequired}, set: map[string]string{"returnssn": ""}, want: mitid.ErrClaimMissing},
		"another text":           {request: mitid.Request{TransactionText: text}, set: map[string]string{"transactiontext": "Jeg køber Ærø for 1 kr."}, want: mitid.ErrTransactionMismatch},
		"no text":                {request: mitid.Request{TransactionText: text}, set: map[string]string{"transactiontext": ""}, want: mitid.ErrTransactionMismatch},
		"another type":           {request: mitid.Request{TransactionText: text}, set: map[string]string{"transactiontext_type": "html"}, want: mitid.ErrTransactionMismatch},
		"another reference text": {request: mitid.Request{ReferenceText: "Køb"}, set: map[string]string{"reference_text": "Gave"}, want: mitid.ErrTransactionMismatch},
		"another TARGET":         {set: map[string]string{"TARGET": "AAAAAAAAAAAAAAAAAAAAAA"}, want: mitid.ErrStateInvalid},
	} {
		t.Run(title, func(t *testing.T) {
			fake, client := openSAML(t, nil, nil)
			rd, err := client.Begin(t.Context(), c.request)
			require.NoError(t, err)
			u, err := url.Parse(rd.URL)
			require.NoError(t, err)
			q := u.Query()
			for name, value := range c.set {
				q.Set(name, value)
			}
			u.RawQuery = q.Encode()
			if c.as.Name == "" {
				c.as = mitidtest.Ditlev()
			}
			cb, err := mitidtest.Walk(t.Context(), fake, &mitid.Redirect{URL: u.String()}, mitidtest.Approve(c.as))
			require.NoError(t, err)
			_, err = client.Complete(t.Context(), rd.State, cb)
			require.ErrorIs(t, err, c.want)
		})
	}
}

// TestSAMLFactsAreCheckedWithoutSigners: where no signature is looked at, everything else
// is, in the same way.
func TestSAMLFactsAreCheckedWithoutSigners(t *testing.T) {
	tried := 0
	for _, m := range eidenttest.SAMLTamperings() {
		if m.Stage != eidenttest.StageAssertion || m.Want == mitid.SignatureInvalid {
			continue
		}
		tried++
		t.Run(m.Name, func(t *testing.T) {
			fake, client := openSAML(t, nil, func(c *eident.SAMLConfig) { c.Signers = nil })
			require.NoError(t, fake.Tamper(m.Name))
			l, err := mitidtest.Login(t, client, fake, m.Request)
			require.Equal(t, m.Want.String(), mitid.KindOf(err).String(), "%v", err)
			require.Equal(t, m.Want == 0, l != nil)
		})
	}
	require.Greater(t, tried, 80)
}
