package neb_test

import (
	"context"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/canary"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb"
)

func TestALogin(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*neb.Config)
		calls  []string
		tokens []string
	}{
		"userinfo token":    {nil, []string{"POST /connect/token"}, []string{"id_token", "userinfo", "access_token"}},
		"userinfo endpoint": {func(c *neb.Config) { c.Source = neb.UserinfoEndpoint }, []string{"POST /connect/token", "GET /connect/userinfo"}, []string{"id_token", "userinfo", "access_token"}},
		"transaction token": {func(c *neb.Config) { c.TransactionToken = true }, []string{"POST /connect/token"}, []string{"id_token", "transaction_token", "transaction_token_ocsp_resp", "userinfo", "access_token"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, true, c.change)
			_, err := w.login(t, mitid.Request{}, nil)
			require.NoError(t, err)
			l, err := w.login(t, mitid.Request{}, nil)
			require.NoError(t, err)
			require.Equal(t, person, l.Identity.Subject)
			require.Equal(t, personUUID, l.Identity.UUID.String())
			require.Equal(t, "Søren Æbelø Ågård", l.Identity.Name.Full)
			require.Equal(t, session, l.Identity.SessionID)
			require.Equal(t, claims.CapacityPrivate, l.Identity.Capacity)
			require.Equal(t, claims.Substantial, l.Level)
			require.Equal(t, unix(start), unix(l.Identity.AuthTime))
			require.Equal(t, unix(start)+300, unix(l.Expires))
			require.Equal(t, c.calls, w.calls)
			var uses []string
			for _, token := range l.Evidence.Tokens {
				uses = append(uses, token.Use)
				require.NotEmpty(t, token.Raw.Reveal())
			}
			require.Equal(t, c.tokens, uses)
			require.Empty(t, canary.Leaks(l, "Søren", personUUID, "eyJ"))
			require.Empty(t, canary.Leaks(l.Claims, "Søren", personUUID))
		})
	}
}

// TestCalls holds every call of a login and a CPR match against the golden file.
func TestCalls(t *testing.T) {
	w := newWire(t, true, func(c *neb.Config) { c.Source = neb.UserinfoEndpoint })
	l, err := w.login(t, mitid.Request{CPR: mitid.CPRIfPresent}, nil)
	require.NoError(t, err)
	w.match = func() (int, string) { return 200, `{"cprNumberMatch":false}` }
	_, err = w.MatchCPR(t.Context(), l, cprtest.Number(1))
	require.NoError(t, err)
	golden(t, "calls", strings.Join(w.raw, "\n"))
}

// spoilings are answers that must be refused, with the kind.
var spoilings = map[string]struct {
	spoil func(w *wire)
	want  error
}{
	"ID token signed by the transaction key":                              {func(w *wire) { w.keyOf["id"] = keys().transaction }, mitid.ErrTokenInvalid},
	"userinfo token signed by the transaction key":                        {func(w *wire) { w.keyOf["userinfo"] = keys().transaction }, mitid.ErrTokenInvalid},
	"transaction token signed by the token key":                           {func(w *wire) { w.keyOf["transaction"] = keys().token }, mitid.ErrTokenInvalid},
	"transaction token signed by an unpublished key of the right subject": {func(w *wire) { w.keyOf["transaction"] = keys().stranger }, mitid.ErrTokenInvalid},
	"transaction token in place of the ID token": {func(w *wire) {
		w.idToken, w.keyOf["id"] = w.transact, keys().transaction
	}, mitid.ErrTokenInvalid},
	"ID token that lives for years": {func(w *wire) { w.idToken["exp"] = unix(start) + 189388800 }, mitid.ErrTokenInvalid},
	"ID token of another type":      {func(w *wire) { w.typeOf["id"] = "at+jwt" }, mitid.ErrTokenInvalid},
	"ID token of another nonce":     {func(w *wire) { w.idToken["nonce"] = "x" }, mitid.ErrTokenInvalid},
	"level too low":                 {func(w *wire) { w.idToken["loa"] = "https://data.gov.dk/concept/core/nsis/Low" }, mitid.ErrAssuranceTooLow},

	"ID token in place of the userinfo token": {func(w *wire) { w.userinfo, w.typeOf["userinfo"] = w.idToken, "JWT" }, mitid.ErrTokenInvalid},
	"no userinfo token":                       {func(w *wire) { w.userinfo = nil }, mitid.ErrResponseInvalid},
	"userinfo of somebody else":               {func(w *wire) { w.userinfo["sub"] = person + "0" }, mitid.ErrTokenInvalid},
	"userinfo of another login":               {func(w *wire) { w.userinfo["transaction_id"] = "0d7a3c1e-6a3b-4a53-9d56-1b0c1f7a1a02" }, mitid.ErrTokenInvalid},
	"userinfo of another MitID login":         {func(w *wire) { w.userinfo["mitid.transaction_id"] = "0d7a3c1e-6a3b-4a53-9d56-1b0c1f7a1a02" }, mitid.ErrTokenInvalid},
	"userinfo of no login":                    {func(w *wire) { delete(w.userinfo, "transaction_id") }, mitid.ErrTokenInvalid},
	"userinfo for another client":             {func(w *wire) { w.userinfo["aud"] = "x" }, mitid.ErrTokenInvalid},
	"userinfo that has expired":               {func(w *wire) { w.userinfo["exp"] = unix(start) - 600 }, mitid.ErrTokenInvalid},

	"no transaction token":                    {func(w *wire) { w.transact = nil }, mitid.ErrResponseInvalid},
	"transaction of somebody else":            {func(w *wire) { w.transact["sub"] = person + "0" }, mitid.ErrTokenInvalid},
	"transaction of another identity":         {func(w *wire) { w.transact["mitid.uuid"] = "74ffcd31-fbaf-4c33-bdac-169f25c1e417" }, mitid.ErrTokenInvalid},
	"transaction of another login":            {func(w *wire) { w.transact["transaction_id"] = "0d7a3c1e-6a3b-4a53-9d56-1b0c1f7a1a02" }, mitid.ErrTokenInvalid},
	"transaction of no login":                 {func(w *wire) { delete(w.transact, "transaction_id") }, mitid.ErrTokenInvalid},
	"transaction of another nonce":            {func(w *wire) { w.transact["nonce"] = "x" }, mitid.ErrTokenInvalid},
	"transaction without a nonce":             {func(w *wire) { delete(w.transact, "nonce") }, mitid.ErrTokenInvalid},
	"transaction of another issuer":           {func(w *wire) { w.transact["iss"] = neb.Production }, mitid.ErrTokenInvalid},
	"transaction for another client":          {func(w *wire) { w.transact["aud"] = []string{clientID, "x"} }, mitid.ErrTokenInvalid},
	"transaction of a login to another place": {func(w *wire) { w.transact["redirect_uri"] = "https://evil.example/" }, mitid.ErrTokenInvalid},
	"transaction of another type":             {func(w *wire) { w.typeOf["transaction"] = "at+jwt" }, mitid.ErrTokenInvalid},

	"no OCSP answer":         {func(w *wire) { w.status = ""; w.tokens = func(o object) { delete(o, "transaction_token_ocsp_resp") } }, mitid.ErrTokenInvalid},
	"OCSP answer of noise":   {func(w *wire) { w.status = "AAAA" }, mitid.ErrTokenInvalid},
	"OCSP answer too long":   {func(w *wire) { w.status = strings.Repeat("AAAA", 1<<14) }, mitid.ErrTokenInvalid},
	"OCSP of another serial": {status(func(s *ocspSingle) { s.ID.Serial = big.NewInt(7) }), mitid.ErrTokenInvalid},
	"OCSP of another issuer": {status(func(s *ocspSingle) { s.ID.NameHash = sum1([]byte("x")) }), mitid.ErrTokenInvalid},
	"OCSP says revoked": {status(func(s *ocspSingle) {
		s.Status = asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1, IsCompound: true, Bytes: []byte("\x18\x0f20260101000000Z")}
	}), mitid.ErrTokenInvalid},
	"OCSP says unknown": {status(func(s *ocspSingle) { s.Status = asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 2} }), mitid.ErrTokenInvalid},
	"OCSP is outdated":  {status(func(s *ocspSingle) { s.NextUpdate = start.Add(-6 * time.Minute) }), mitid.ErrTokenInvalid},
	"OCSP of tomorrow":  {status(func(s *ocspSingle) { s.ThisUpdate = start.Add(6 * time.Minute) }), mitid.ErrTokenInvalid},
}

func status(change func(*ocspSingle)) func(*wire) {
	return func(w *wire) { w.status = keys().status(&testing.T{}, keys().transaction.cert, change) }
}

func TestForgedAnswersAreRefused(t *testing.T) {
	for name, c := range spoilings {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, true, func(cfg *neb.Config) { cfg.TransactionToken = true })
			l, err := w.login(t, mitid.Request{}, func() { c.spoil(w) })
			require.ErrorIs(t, err, c.want)
			require.Nil(t, l)
			require.Equal(t, []string{"POST /connect/token"}, without(w.calls, "GET /.well-known/openid-configuration/jwks"))
			require.Empty(t, canary.Leaks(err, "Søren", personUUID, "eyJ", "hemmelig"))
		})
	}
}

func without(list []string, one string) []string {
	var out []string
	for _, s := range list {
		if s != one {
			out = append(out, s)
		}
	}
	return out
}

// A refused login makes no further call.
func TestTheLevelIsJudgedBeforeUserinfoIsAsked(t *testing.T) {
	w := newWire(t, true, func(c *neb.Config) { c.Source = neb.UserinfoEndpoint })
	_, err := w.login(t, mitid.Request{}, func() { delete(w.idToken, "loa") })
	require.ErrorIs(t, err, mitid.ErrAssuranceTooLow)
	require.NotContains(t, w.calls, "GET /connect/userinfo")

	_, err = w.login(t, mitid.Request{}, func() { w.userinfo["sub"] = "somebody" })
	require.ErrorIs(t, err, mitid.ErrTokenInvalid)
}

func TestAnswersMayComeWithoutOCSPWhereThatIsConfigured(t *testing.T) {
	for _, ca := range []bool{false, true} {
		w := newWire(t, true, func(c *neb.Config) {
			c.TransactionToken, c.OCSPOptional = true, true
			if ca {
				c.TransactionIssuer = keys().ca
			}
		})
		_, err := w.login(t, mitid.Request{}, func() { w.tokens = func(o object) { delete(o, "transaction_token_ocsp_resp") } })
		require.NoError(t, err)
	}
}

// With the authority's certificate nobody can make a responder up.
func TestTheConfiguredAuthorityIsWhatCounts(t *testing.T) {
	ours := func(c *neb.Config) { c.TransactionToken, c.TransactionIssuer = true, keys().ca }
	w := newWire(t, true, ours)
	_, err := w.login(t, mitid.Request{}, nil)
	require.NoError(t, err)

	other := newPKI(t)
	forged := *keys()
	forged.responder, forged.responderKey = other.responder, other.responderKey
	forge := func(w *wire) func() {
		return func() { w.status = forged.status(t, keys().transaction.cert, nil) }
	}
	_, err = w.login(t, mitid.Request{}, forge(w))
	require.ErrorIs(t, err, mitid.ErrTokenInvalid)

	w = newWire(t, true, func(c *neb.Config) { c.TransactionToken, c.TransactionIssuer = true, other.ca })
	_, err = w.login(t, mitid.Request{}, nil)
	require.ErrorIs(t, err, mitid.ErrTokenInvalid)
}

// The answer is looked at once; its time at every login.
func TestARepeatedOCSPAnswerStillAges(t *testing.T) {
	w := newWire(t, true, func(c *neb.Config) { c.TransactionToken = true })
	short := keys().status(t, keys().transaction.cert, func(s *ocspSingle) { s.NextUpdate = start.Add(time.Minute) })
	for range 2 {
		_, err := w.login(t, mitid.Request{}, func() { w.status = short })
		require.NoError(t, err)
	}
	w.now = start.Add(7 * time.Minute)
	_, err := w.login(t, mitid.Request{}, func() { w.status = short })
	require.ErrorIs(t, err, mitid.ErrTokenInvalid)
}

const approved = "Jeg køber Ærø for 1.200 kr."

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// approve makes the transaction token tell of an approved text.
func (w *wire) approve(text, kind string) {
	w.transact["transaction_actions"] = []string{"mitid.login", "mitid.transaction_signing"}
	for _, prefix := range []string{"", "mitid."} {
		w.transact[prefix+"transaction_text"] = b64(text)
		w.transact[prefix+"transaction_text_type"] = kind
		w.transact[prefix+"transaction_text_sha256"] = digest(text)
	}
}

func TestTexts(t *testing.T) {
	r := mitid.Request{TransactionText: mitid.Text{Body: approved}, ReferenceText: "Godkend overførsel"}
	both := func(name, value string) func(w *wire) {
		return func(w *wire) { w.transact[name], w.transact["mitid."+name] = value, value }
	}
	for name, c := range map[string]struct {
		spoil func(w *wire)
		want  error
	}{
		"as sent":                 {func(*wire) {}, nil},
		"another text":            {func(w *wire) { w.approve(approved+".", "text") }, mitid.ErrTransactionMismatch},
		"another type":            {func(w *wire) { w.approve(approved, "html") }, mitid.ErrTransactionMismatch},
		"an unknown type":         {func(w *wire) { w.approve(approved, "pdf") }, mitid.ErrTransactionMismatch},
		"another digest":          {both("transaction_text_sha256", digest("x")), mitid.ErrTransactionMismatch},
		"digest of the base64":    {both("transaction_text_sha256", digest(b64(approved))), mitid.ErrTransactionMismatch},
		"a digest of noise":       {both("transaction_text_sha256", "?"), mitid.ErrClaimInvalid},
		"text that is no base64":  {both("transaction_text", "?"), mitid.ErrClaimInvalid},
		"nothing was approved":    {func(w *wire) { w.transact["transaction_actions"] = "mitid.login" }, mitid.ErrTransactionMismatch},
		"no transaction token":    {func(w *wire) { w.transact = nil }, mitid.ErrTransactionMismatch},
		"another reference text":  {func(w *wire) { w.transact["mitid.reference_text"] = b64("x") }, mitid.ErrTransactionMismatch},
		"no reference text":       {func(w *wire) { delete(w.transact, "mitid.reference_text") }, mitid.ErrTransactionMismatch},
		"reference text of noise": {func(w *wire) { w.transact["mitid.reference_text"] = "?" }, mitid.ErrClaimInvalid},
		"no text and no digest": {func(w *wire) {
			for k := range w.transact {
				if strings.Contains(k, "transaction_text") {
					delete(w.transact, k)
				}
			}
		}, mitid.ErrTransactionMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, true, nil)
			l, err := w.login(t, r, func() {
				w.approve(approved, "text")
				w.transact["mitid.reference_text"] = b64(r.ReferenceText)
				c.spoil(w)
			})
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
				return
			}
			require.NoError(t, err)
			require.Equal(t, approved, l.Texts.Transaction.Body)
			require.Equal(t, r.ReferenceText, l.Texts.Reference.Body)
		})
	}
}

// A token that tells the digest alone proves the text as well.
func TestADigestAloneIsHeldAgainstTheText(t *testing.T) {
	for sum, want := range map[string]error{digest(approved): nil, digest("x"): mitid.ErrTransactionMismatch} {
		w := newWire(t, true, nil)
		l, err := w.login(t, mitid.Request{TransactionText: mitid.Text{Body: approved}}, func() {
			w.approve(approved, "text")
			for _, p := range []string{"", "mitid."} {
				delete(w.transact, p+"transaction_text")
				w.transact[p+"transaction_text_sha256"] = sum
			}
		})
		require.ErrorIs(t, err, want)
		require.True(t, want != nil || l.Texts.Transaction == nil)
	}
}

// The vendor's check vector.
func TestDigestIsOfTheDecodedText(t *testing.T) {
	require.Equal(t, "KJjd1jCP2c+GnkLNl8cAEquyjsxVf6FI6EtoVddhHR8=", digest("StubID transaction text one"))
}

func TestReferenceTextFromTheEndpoint(t *testing.T) {
	w := newWire(t, true, func(c *neb.Config) { c.Source = neb.UserinfoEndpoint })
	r := mitid.Request{ReferenceText: "Ærø"}
	l, err := w.login(t, r, func() { w.userinfo["mitid.reference_text"] = b64("Ærø") })
	require.NoError(t, err)
	require.Equal(t, "Ærø", l.Texts.Reference.Body)
	_, err = w.login(t, r, nil)
	require.ErrorIs(t, err, mitid.ErrTransactionMismatch)

	w = newWire(t, true, func(c *neb.Config) { c.ReferenceTextOptional = true })
	_, err = w.login(t, r, nil)
	require.NoError(t, err)
}

// authenticated moves the moment at which the person used MitID.
func (w *wire) authenticated(at time.Time) {
	w.idToken["auth_time"], w.userinfo["auth_time"] = unix(at), strconv.FormatInt(unix(at), 10)
}

func TestMaxAgeIsChecked(t *testing.T) {
	w := newWire(t, true, func(c *neb.Config) { c.MaxAge = 10 * time.Minute })
	_, err := w.login(t, mitid.Request{}, func() { w.authenticated(start.Add(-10 * time.Minute)) })
	require.NoError(t, err)
	_, err = w.login(t, mitid.Request{}, func() { w.authenticated(start.Add(-12 * time.Minute)) })
	require.ErrorIs(t, err, mitid.ErrAssuranceTooLow)
	require.NotContains(t, mitid.PublicText(err, mitid.English), "password", "a higher level would not help")
}

func TestErrorAnswers(t *testing.T) {
	for query, want := range map[string]error{
		"error=access_denied&error_description=mitid_user_aborted":                mitid.ErrUserCancelled,
		"error=access_denied&error_description=workflow_signing_aborted":          mitid.ErrUserCancelled,
		"error=access_denied&error_description=mitid_cpr_match_failed":            mitid.ErrCPRMismatch,
		"error=access_denied&error_description=mitid_erhverv.no_identities":       mitid.ErrBrokerDeclined,
		"error=access_denied&error_description=mitid_timeout":                     mitid.ErrStateInvalid,
		"error=server_error&error_description=mitid_internal_error":               mitid.ErrBrokerUnavailable,
		"error=access_denied&error_description=transaction_signing_hash_mismatch": mitid.ErrTransactionMismatch,
		"error=login_required":                                mitid.ErrInteractionRequired,
		"error=access_denied":                                 mitid.ErrUserCancelled,
		"error=ny_fejl&error_description=mitid_user_aborted_": mitid.ErrBrokerDeclined,
	} {
		w := newWire(t, true, nil)
		rd, _ := w.begin(t, mitid.Request{})
		w.calls = nil
		_, err := w.Complete(context.Background(), rd.State, mitid.Callback{Method: "GET", RawQuery: query + "&state=" + rd.Handle + "&session_state=x.y"})
		require.ErrorIs(t, err, want, query)
		require.Empty(t, w.calls, "no token call")
		require.NotContains(t, err.Error(), "ny_fejl")
	}
}

func TestVerifyTokenNamesTheAccountAndNoPerson(t *testing.T) {
	w := newWire(t, true, nil)
	w.says("whatever")
	l, err := w.VerifyToken(context.Background(), keys().token.sign(t, "JWT", w.idToken))
	require.NoError(t, err)
	require.Equal(t, person, l.Identity.Subject)
	require.Nil(t, l.Identity.Name)
	require.True(t, l.Identity.UUID.IsZero())

	for _, raw := range []string{
		keys().transaction.sign(t, "JWT", w.transact), // would be good for six years
		keys().token.sign(t, "at+jwt", w.userinfo),
		keys().token.sign(t, "JWT", w.transact),
	} {
		_, err := w.VerifyToken(context.Background(), raw)
		require.ErrorIs(t, err, mitid.ErrTokenInvalid)
	}
}
