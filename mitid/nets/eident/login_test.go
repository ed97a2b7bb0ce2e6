package eident_test

import (
	"crypto/rand"
	"crypto/rsa"
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

type switches = eidenttest.Settings

// login is one login at a fake whose switches were turned.
func login(t *testing.T, turn func(*switches), change func(*eident.Config), r mitid.Request, as ...mitidtest.Outcome) (*mitid.Login, error) {
	t.Helper()
	fake := eidenttest.New(t)
	if turn != nil {
		fake.Configure(turn)
	}
	return mitidtest.Login(t, open(t, fake, change), fake, r, as...)
}

// TestEveryOpenQuestionHasAnAnswer: whatever the real broker turns out to do, a
// setting fits it, and what no setting fits is refused.
func TestEveryOpenQuestionHasAnAnswer(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	text := mitid.Text{Type: mitid.HTMLText, Body: "<p>Jeg køber <b>Ærø</b></p>"}
	either := mitid.Request{Capacity: claims.CapacityEither}
	company := mitidtest.Approve(mitidtest.CompanyEmployee()).For("12345674")
	signatory := mitidtest.Approve(mitidtest.CompanySignatory()).For("12345674")
	for title, c := range map[string]struct {
		turn    func(*switches)
		config  func(*eident.Config)
		request mitid.Request
		as      []mitidtest.Outcome
		want    error
		check   func(t *testing.T, l *mitid.Login)
	}{
		"plain texts only": {turn: func(s *switches) { s.Texts = eidenttest.ReadPlain }, request: mitid.Request{ReferenceText: "Åse", TransactionText: text}},
		"Base64 texts only, sent plain": {turn: func(s *switches) { s.Texts = eidenttest.ReadBase64 },
			request: mitid.Request{ReferenceText: "Åse"}, want: mitid.ErrConfigInvalid},
		"Base64 texts only": {turn: func(s *switches) { s.Texts = eidenttest.ReadBase64 }, config: func(c *eident.Config) { c.TextEncoding = eident.Base64 },
			request: mitid.Request{ReferenceText: "Åse", TransactionText: text}},
		"texts come back in Base64": {turn: func(s *switches) { s.Echo = eidenttest.EchoBase64 }, request: mitid.Request{ReferenceText: "Åse", TransactionText: text},
			check: func(t *testing.T, l *mitid.Login) { require.Equal(t, text, *l.Texts.Transaction) }},
		"texts come back plain": {turn: func(s *switches) { s.Echo = eidenttest.EchoPlain }, config: func(c *eident.Config) { c.TextEncoding = eident.Base64 },
			request: mitid.Request{ReferenceText: "Åse", TransactionText: text}, check: func(t *testing.T, l *mitid.Login) { require.Equal(t, "Åse", l.Texts.Reference.Body) }},
		"the reference text does not come back": {turn: func(s *switches) { s.SilentReference = true }, request: mitid.Request{ReferenceText: "Åse"}, want: mitid.ErrTransactionMismatch},
		"the reference text need not come back": {turn: func(s *switches) { s.SilentReference = true }, config: func(c *eident.Config) { c.ReferenceTextOptional = true },
			request: mitid.Request{ReferenceText: "Åse"}, check: func(t *testing.T, l *mitid.Login) { require.Nil(t, l.Texts.Reference) }},
		"a blank between eIDs":            {turn: func(s *switches) { s.AMRSeparator = " " }, config: func(c *eident.Config) { c.AMRSeparator = " " }, request: either},
		"a comma where a blank is wanted": {turn: func(s *switches) { s.AMRSeparator = " " }, request: either, want: mitid.ErrConfigInvalid},
		"another PID scope and claim": {turn: func(s *switches) { s.PIDScope, s.PIDClaim = "nemid_pid", "NEMID_PID" },
			config: func(c *eident.Config) { c.PIDScope, c.PIDClaim = "nemid_pid", "NEMID_PID" }, request: mitid.Request{NemIDPID: true},
			check: func(t *testing.T, l *mitid.Login) {
				require.Regexp(t, `^9208-2002-2-[0-9]{12}$`, l.Identity.NemIDPID)
				require.True(t, l.Identity.CPR.IsZero(), "asked for the PID, not for the number")
			}},
		"another PID scope than ours": {turn: func(s *switches) { s.PIDScope = "nemid_pid" }, request: mitid.Request{NemIDPID: true}, want: mitid.ErrConfigInvalid},
		"another claim of the organisation's name": {turn: func(s *switches) { s.OrganisationNameClaim = "org_navn" },
			config: func(c *eident.Config) { c.OrganisationNameClaim = "org_navn" }, request: either, as: []mitidtest.Outcome{company},
			check: func(t *testing.T, l *mitid.Login) {
				require.Equal(t, "Smørrebrød & Søn ApS", l.Identity.Organisation.Name)
			}},
		"another claim of the organisation's number": {turn: func(s *switches) { s.OrganisationNumberClaim = "org_nr" },
			config: func(c *eident.Config) { c.OrganisationNumberClaim = "org_nr" }, request: either, as: []mitidtest.Outcome{company},
			check: func(t *testing.T, l *mitid.Login) {
				require.Equal(t, "12345674", l.Identity.Organisation.CVR.String())
			}},
		"another claim of the organisation's number, not named": {turn: func(s *switches) { s.OrganisationNumberClaim = "org_nr" },
			request: either, as: []mitidtest.Outcome{company}, want: mitid.ErrClaimMissing},
		"a private MitID that acts for a company": {turn: func(s *switches) { s.PrivateForCompany = true },
			config: func(c *eident.Config) { c.PrivateForCompany = true }, request: either, as: []mitidtest.Outcome{signatory},
			check: func(t *testing.T, l *mitid.Login) {
				require.Equal(t, claims.CapacitySignatory, l.Identity.Capacity)
				require.Equal(t, "12345674", l.Identity.Organisation.CVR.String())
				require.Equal(t, "private", l.Claims.(*eident.Claims).IdentityType, "the broker's own words stay")
			}},
		"a private MitID that acts for a company, not foreseen": {turn: func(s *switches) { s.PrivateForCompany = true },
			request: either, as: []mitidtest.Outcome{signatory}, want: mitid.ErrClaimInvalid},
		"a private MitID that acts for a company, where a private person was asked for": {turn: func(s *switches) { s.PrivateForCompany = true },
			config: func(c *eident.Config) { c.PrivateForCompany = true }, as: []mitidtest.Outcome{mitidtest.Approve(mitidtest.Ditlev())}, check: isDitlev},
		"a digest over the parameter in Base64": {turn: func(s *switches) { s.DigestOverParameter = true },
			config:  func(c *eident.Config) { c.DigestOverParameter, c.TextEncoding = true, eident.Base64 },
			request: mitid.Request{ReferenceText: "Åse", TransactionText: text}, check: func(t *testing.T, l *mitid.Login) { require.Equal(t, text, *l.Texts.Transaction) }},
		"a digest over the parameter in Base64, the text plain": {turn: func(s *switches) { s.DigestOverParameter, s.Echo = true, eidenttest.EchoPlain },
			config:  func(c *eident.Config) { c.DigestOverParameter, c.TextEncoding = true, eident.Base64 },
			request: mitid.Request{TransactionText: text}, check: func(t *testing.T, l *mitid.Login) { require.Equal(t, text, *l.Texts.Transaction) }},
		"a digest over the plain parameter": {turn: func(s *switches) { s.DigestOverParameter = true },
			config: func(c *eident.Config) { c.DigestOverParameter = true }, request: mitid.Request{TransactionText: text}},
		"a digest over the parameter, not foreseen": {turn: func(s *switches) { s.DigestOverParameter = true },
			config: func(c *eident.Config) { c.TextEncoding = eident.Base64 }, request: mitid.Request{TransactionText: text}, want: mitid.ErrTransactionMismatch},
		"a digest over the text where that of the parameter was agreed": {
			config:  func(c *eident.Config) { c.DigestOverParameter, c.TextEncoding = true, eident.Base64 },
			request: mitid.Request{TransactionText: text}, want: mitid.ErrTransactionMismatch},
		"dates with dots":                       {turn: func(s *switches) { s.DottedBirthDate = true }, check: isDitlev},
		"auth_time as a date":                   {turn: func(s *switches) { s.AuthTime = eidenttest.AuthTimeDate }, request: mitid.Request{Fresh: true}, check: isDitlev},
		"auth_time unreadable":                  {turn: func(s *switches) { s.AuthTime = eidenttest.AuthTimeUnreadable }, check: untimed},
		"no auth_time":                          {turn: func(s *switches) { s.AuthTime = eidenttest.NoAuthTime }, check: untimed},
		"auth_time unreadable, a fresh login":   {turn: func(s *switches) { s.AuthTime = eidenttest.AuthTimeUnreadable }, request: mitid.Request{Fresh: true}, want: mitid.ErrAssuranceTooLow},
		"amr as a text":                         {turn: func(s *switches) { s.TextAMR = true }, check: isDitlev},
		"the nonce comes back beside the state": {turn: func(s *switches) { s.NonceInAnswer = true }, check: isDitlev},
		"iss comes back":                        {turn: func(s *switches) { s.IssParameter = true }, check: isDitlev},
		"encrypted ID tokens": {turn: func(s *switches) { s.EncryptTo, s.EncryptKeyID = &key.PublicKey, "enc" },
			config: func(c *eident.Config) { c.DecryptionKeys = []eident.DecryptionKey{{KeyID: "enc", Key: key}} }, check: isDitlev},
		"a plain ID token where an encrypted one was agreed": {config: func(c *eident.Config) { c.DecryptionKeys = []eident.DecryptionKey{{KeyID: "enc", Key: key}} }, want: mitid.ErrTokenInvalid},
		"nobody may leave the CPR page": {turn: func(s *switches) { s.CPROptional, s.CPRError = false, "get_ssn_error" }, request: mitid.Request{CPR: mitid.CPRIfPresent},
			as: []mitidtest.Outcome{mitidtest.Approve(mitidtest.WithoutCPR())}, want: mitid.ErrBrokerDeclined},
		"the number comes uninvited": {turn: func(s *switches) { s.CPRUninvited = true }, check: func(t *testing.T, l *mitid.Login) {
			require.True(t, l.Identity.CPR.IsZero())
			require.True(t, l.Claims.(*eident.Claims).CPR.IsZero())
		}},
	} {
		t.Run(title, func(t *testing.T) {
			l, err := login(t, c.turn, c.config, c.request, c.as...)
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

func isDitlev(t *testing.T, l *mitid.Login) {
	t.Helper()
	require.Equal(t, "Ditlev Von Testesen", l.Identity.Name.Full)
	require.Equal(t, time.Date(1927, 1, 21, 0, 0, 0, 0, time.UTC), l.Identity.BirthDate)
	require.False(t, l.Identity.AuthTime.IsZero())
}

func untimed(t *testing.T, l *mitid.Login) {
	t.Helper()
	require.True(t, l.Identity.AuthTime.IsZero(), "what nobody can read is not told")
}

// TestTheBrowserMayChangeTheRequest: nothing signs it, so the answer decides.
func TestTheBrowserMayChangeTheRequest(t *testing.T) {
	text := mitid.Text{Body: "Jeg køber Ærø for 100 kr."}
	for title, c := range map[string]struct {
		request mitid.Request
		set     map[string]string
		as      mitidtest.Citizen
		want    error
	}{
		"a lower level":          {set: map[string]string{"loa_value": "low", "acr_values": ""}, as: mitidtest.PasswordUser(), want: mitid.ErrAssuranceTooLow},
		"another capacity":       {set: map[string]string{"amr_values": "mitid:mitid_erhverv"}, as: mitidtest.CompanyEmployee(), want: mitid.ErrClaimInvalid},
		"no CPR number":          {request: mitid.Request{CPR: mitid.CPRRequired}, set: map[string]string{"scope": "openid profile"}, want: mitid.ErrClaimMissing},
		"another text":           {request: mitid.Request{TransactionText: text}, set: map[string]string{"transactiontext": "Jeg køber Ærø for 1 kr."}, want: mitid.ErrTransactionMismatch},
		"no text":                {request: mitid.Request{TransactionText: text}, set: map[string]string{"transactiontext": ""}, want: mitid.ErrTransactionMismatch},
		"another type":           {request: mitid.Request{TransactionText: text}, set: map[string]string{"transactiontext_type": "html"}, want: mitid.ErrTransactionMismatch},
		"another reference text": {request: mitid.Request{ReferenceText: "Køb"}, set: map[string]string{"reference_text": "Gave"}, want: mitid.ErrTransactionMismatch},
		"another nonce":          {set: map[string]string{"nonce": "AAAAAAAAAAAAAAAAAAAAAA"}, want: mitid.ErrTokenInvalid},
		"another challenge":      {set: map[string]string{"code_challenge": "AAAAAAAAAAAAAAAAAAAAAA"}, want: mitid.ErrBrokerDeclined},
	} {
		t.Run(title, func(t *testing.T) {
			fake := eidenttest.New(t)
			client := open(t, fake, nil)
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

// TestANonceBesideTheStateMustBeOurs: and nothing is asked of the broker if not.
func TestANonceBesideTheStateMustBeOurs(t *testing.T) {
	fake := eidenttest.New(t)
	c := open(t, fake, nil)
	rd, err := c.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	cb, err := mitidtest.Walk(t.Context(), fake, rd)
	require.NoError(t, err)
	cb.RawQuery += "&nonce=AAAAAAAAAAAAAAAAAAAAAA"
	_, err = c.Complete(t.Context(), rd.State, cb)
	require.ErrorIs(t, err, mitid.ErrResponseInvalid)
	require.Zero(t, fake.Count("/oidc/token"))
}

// TestAAL: a level of the authenticator is asked for and held, and the level of
// assurance is held all the same.
func TestAAL(t *testing.T) {
	aal := func(l claims.Level) func(*eident.Config) { return func(c *eident.Config) { c.AAL = l } }
	l, err := login(t, nil, aal(claims.High), mitid.Request{})
	require.NoError(t, err)
	require.Equal(t, claims.High, l.Identity.Levels.AAL)
	_, err = login(t, func(s *switches) { s.Level = claims.Substantial }, aal(claims.High), mitid.Request{})
	require.ErrorIs(t, err, mitid.ErrAssuranceTooLow)
	_, err = login(t, nil, aal(claims.Low), mitid.Request{}, mitidtest.Approve(mitidtest.PasswordUser()))
	require.ErrorIs(t, err, mitid.ErrAssuranceTooLow, "the level of assurance")
}

// TestErhverv: who comes out of the three choices.
func TestErhverv(t *testing.T) {
	employee, signatory := mitidtest.CompanyEmployee(), mitidtest.CompanySignatory()
	either := mitid.Request{Capacity: claims.CapacityEither, Organisation: true}
	private, err := login(t, nil, nil, either, mitidtest.Approve(employee))
	require.NoError(t, err)
	require.Equal(t, claims.CapacityPrivate, private.Identity.Capacity)
	require.Nil(t, private.Identity.Organisation)

	professional, err := login(t, nil, nil, either, mitidtest.Approve(employee).For("12345674"))
	require.NoError(t, err)
	require.Equal(t, claims.CapacityProfessional, professional.Identity.Capacity)
	require.NotEqual(t, private.Identity.Subject, professional.Identity.Subject)
	require.True(t, professional.Identity.CPR.IsZero())
	o := professional.Identity.Organisation
	require.Equal(t, "12345674", o.CVR.String())
	require.Equal(t, "Smørrebrød & Søn ApS", o.Name)
	require.Equal(t, "8636770830", o.RID)
	require.Equal(t, "1092738120", o.PNumber.String())

	for _, r := range []mitid.Request{either, {Capacity: claims.CapacityProfessional}} {
		behalf, err := login(t, nil, nil, r, mitidtest.Approve(signatory).For("12345674"))
		require.NoError(t, err)
		require.Equal(t, claims.CapacitySignatory, behalf.Identity.Capacity)
		require.Equal(t, "12345674", behalf.Identity.Organisation.CVR.String())
	}
}
