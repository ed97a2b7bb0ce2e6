package nebtest_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

// makeExhibits makes one of everything that was recorded.
func makeExhibits(t *testing.T) map[string][]*exhibit {
	fake := nebtest.New(t)
	c := newCaller(t, fake)
	x := map[string][]*exhibit{}
	show := func(message string, es ...*exhibit) {
		for _, e := range es {
			if e.words == nil {
				e.words = map[string]string{"issuer": fake.Issuer(), "client_id": fake.ClientID()}
			}
			x[message] = append(x[message], e)
		}
	}
	discovery, jwks := c.get("/.well-known/openid-configuration"), c.get("/.well-known/openid-configuration/jwks")
	show("discovery", discovery)
	show("headers: discovery", discovery)
	show("jwks", jwks)
	show("headers: jwks", jwks)
	block, _ := pem.Decode(fake.TransactionRoot())
	root, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	keys := showKeys(t, root, jwks, show)

	logins := makeLogins(t, c, show, keys[1].members)
	show("transaction_token_ocsp_resp (decoded)", ocspExhibit(t, fake, root, keys[0], logins["text"].token.text("transaction_token_ocsp_resp")))
	showErrorPages(c, show)
	showTokenErrors(c, show, logins)
	showMatch(c, show, logins)
	showPushed(c, show)
	showLogout(c, show)

	codes := c.get("/api/v1/documentation/errorcodes")
	var compact bytes.Buffer
	require.NoError(t, json.Compact(&compact, codes.body))
	var indented bytes.Buffer
	require.NoError(t, json.Indent(&indented, compact.Bytes(), "", "  "))
	codes.facts = map[string]bool{":layout": bytes.Equal(indented.Bytes(), codes.body) && !bytes.Contains(discovery.body, []byte("\n"))}
	show("error codes", codes)
	show("headers: error codes", codes)
	entries := &exhibit{}
	entries.open(codes.members["ErrorCodes"])
	show("error codes entry", entries)

	outside := c.get(fake.Issuer()[:strings.LastIndex(fake.Issuer(), "/")] + "/.well-known/openid-configuration")
	for _, e := range []*exhibit{logins["plain"].first, x["error page"][0], logins["plain"].token, logins["plain"].userinfo, codes, outside} {
		every := *e
		every.facts = map[string]bool{
			":well-known paths outside the issuer": outside.status == 404 && strings.Contains(string(outside.body), "<html"),
			"authorize":                            e.header.Get("Location") != "",
		}
		show("headers: every answer", &every)
	}
	return x
}

// showKeys shows the key set, and returns the keys.
func showKeys(t *testing.T, root *x509.Certificate, jwks *exhibit, show shower) []*exhibit {
	var raw []json.RawMessage
	require.NoError(t, json.Unmarshal(jwks.members["keys"], &raw))
	require.Len(t, raw, 3)
	keys := make([]*exhibit, 3)
	for i := range raw {
		k := &exhibit{facts: map[string]bool{}}
		k.open(raw[i])
		var chain []string
		require.NoError(t, json.Unmarshal(k.members["x5c"], &chain))
		der, err := base64.StdEncoding.DecodeString(chain[0])
		require.NoError(t, err)
		cert, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		public := cert.PublicKey.(*rsa.PublicKey)
		sum := sha1.Sum(der)
		k.facts["=sha1hex(x5c)"] = k.text("kid") == strings.ToUpper(hex.EncodeToString(sum[:]))
		k.facts["=sha1b64url(x5c)"] = k.text("x5t") == base64.RawURLEncoding.EncodeToString(sum[:])
		k.facts["=n(x5c)"] = k.text("n") == base64.RawURLEncoding.EncodeToString(public.N.Bytes())
		k.facts["=count 1"] = len(chain) == 1
		k.facts[":bits"] = public.N.BitLen() == map[int]int{0: 3072, 1: 2048, 2: 2048}[i]
		k.facts[":certificate signature"] = cert.SignatureAlgorithm == x509.SHA256WithRSAPSS && verifyPSS(cert, root) == nil
		k.facts[":certificate issuer"] = cert.Issuer.String() == "CN=Nets eID Broker Token Signing Root PP Env,C=DK" &&
			cert.Subject.String() == "CN=Nets eID Broker Token Signing 1 PP Env,C=DK"
		keys[i] = k
		show("jwks key "+strconv.Itoa(i+1), k)
		if i == 0 {
			jwks.facts = map[string]bool{":key order": cert.Subject.CommonName == "NEB Transact PP"}
		}
	}
	jwks.facts[":key order"] = jwks.facts[":key order"] && keys[1].text("use") == "sig" && keys[2].text("use") == "enc"
	return keys
}

// makeLogins makes the recorded logins.
func makeLogins(t *testing.T, c *caller, show shower, key map[string]json.RawMessage) map[string]*login {
	who := c.fake.Citizens()[0]
	approve := func() { c.fake.Next(mitidtest.Approve(who)) }
	const text = "StubID transaction text one"
	reference, signed := base64.StdEncoding.EncodeToString([]byte("Test reference text")), base64.StdEncoding.EncodeToString([]byte(text))
	logins := map[string]*login{}
	make := func(name string, conditions []string, extra ...string) *login {
		approve()
		l := newCaller(t, c.fake).login(extra...)
		for _, e := range []*exhibit{l.first, l.back, l.token, l.userinfo, l.id, l.access, l.facts, l.approval} {
			if e == nil {
				continue
			}
			e.holds = map[string]bool{"code": true}
			for _, w := range conditions {
				e.holds[w] = true
			}
		}
		logins[name] = l
		return l
	}
	plain := make("plain", nil)
	everything := make("everything", []string{"ssn", "nemid.pid", "ssn.details", "userinfo_token", "transaction_token"},
		"scope", "openid mitid ssn ssn.details_name nemid.pid userinfo_token transaction_token")
	withReference := make("reference", []string{"reference_text", "transaction_token"}, "scope", "openid mitid transaction_token",
		"idp_params", `{"mitid":{"loa_value":"substantial","reference_text":"`+reference+`"}}`)
	object := signedRequest(c.fake, map[string]any{"scope": "openid mitid transaction_token", "redirect_uri": redirectURL, "state": "state æøå+1", "nonce": "nonce-1",
		"idp_values": "mitid", "idp_params": `{"mitid":{"transaction_text":"` + signed + `","transaction_text_type":"text"}}`})
	withText := make("text", []string{"signed transaction text", "transaction_token"}, "request", object, "scope", "openid mitid transaction_token")
	low := make("low", nil, "idp_params", `{"mitid":{"loa_value":"low"}}`)
	withReference.words["reference_text"] = reference

	for _, l := range []*login{plain, everything, withReference, withText, low} {
		l.first.words["login page"] = c.fake.Issuer() + "/Account/Login?ReturnUrl=" + url.QueryEscape("/op/connect/authorize/callback?"+l.words["query"])
		l.first.facts = map[string]bool{}
		show("authorize redirect", l.first)
		l.back.facts[":first hop"] = l.first.header.Get("Location") == l.first.words["login page"]
		show("callback query", l.back)
		show("token response", l.token)
		l.token.facts = map[string]bool{":escaping": escapesPlus(l)}
		show("headers: token response", l.token)
		show("headers: userinfo", l.userinfo)
		show("userinfo", l.userinfo)
		l.userinfo.facts = map[string]bool{
			":cpr_consent_header decoded": !l.userinfo.holds["ssn"] || decoded(l.userinfo.text("mitid.cpr_consent_header")) == "Indtast dit CPR-nummer",
			":transaction text":           l.userinfo.members["mitid.transaction_text"] == nil && l.userinfo.members["transaction_text_sha256"] == nil,
		}
		l.idHead.related = map[string]map[string]json.RawMessage{"jwks key 2": key}
		show("id_token header", l.idHead)
		show("id_token payload", l.id)
		l.id.facts = map[string]bool{":session_expiry minus auth_time": sinceLogin(t, l) == 16197 || sinceLogin(t, l) == 16198}
		show("access_token header", l.accHead)
		show("access_token payload", l.access)
		l.access.facts = map[string]bool{":no aud": l.access.members["aud"] == nil && l.access.members["nonce"] == nil && l.access.members["loa"] == nil}
		show("userinfo_token header", l.factsHead)
		show("userinfo_token payload", l.facts)
		if l.token.members["transaction_token"] != nil {
			show("transaction_token header", l.appro)
			show("transaction_token payload", l.approval)
		}
	}
	sum := sha256.Sum256([]byte(text))
	require.Equal(t, base64.StdEncoding.EncodeToString(sum[:]), withText.approval.text("transaction_text_sha256"), "of the decoded text")
	require.Equal(t, signed, withText.approval.text("transaction_text"), "exactly as sent")
	show("id_token payload (loa_value=low)", low.id)

	business := make("erhverv", nil, "idp_values", "mitid_erhverv", "scope", "openid nemlogin")
	nonsense := newCaller(t, c.fake).do(c.plain, http.MethodGet, "/connect/authorize?"+plain.words["query"]+"&simulation=blåbær", "", "", nil)
	redirected := *plain.first
	redirected.facts = map[string]bool{
		":idp_values=mitid_erhverv": strings.Contains(business.first.header.Get("Location"), "/Account/Login?"),
		":simulation=<nonsense>":    strings.Contains(nonsense.header.Get("Location"), "/Account/Login?") && strings.Contains(nonsense.header.Get("Location"), "simulation"),
	}
	for _, l := range []*login{plain, everything, withReference, withText, low} {
		l.first.facts = redirected.facts
	}
	hint := newCaller(t, c.fake).login("idp_params", `{"mitid":{"uuid_hint":"ikke en uuid"}}`)
	show("authorize (malformed uuid_hint)", &exhibit{facts: map[string]bool{":answer": strings.Contains(hint.first.header.Get("Location"), "/Account/Login?")}})

	approve()
	hybrid := newCaller(t, c.fake).login("response_type", "id_token code", "response_mode", "form_post")
	show("callback form (hybrid)", hybrid.back)
	hybrid.id.holds = map[string]bool{"front channel": true, "code": true}
	require.Equal(t, half(hybrid.back.text("code")), hybrid.id.text("c_hash"))
	show("id_token payload", hybrid.id)
	hybrid.id.facts = plain.id.facts
	approve()
	implicit := newCaller(t, c.fake).login("response_type", "id_token")
	show("callback (implicit)", implicit.back)
	implicit.id.words, implicit.id.holds = implicit.words, map[string]bool{"front channel": true}
	implicit.id.facts = map[string]bool{":no hash": implicit.id.members["at_hash"] == nil && implicit.id.members["c_hash"] == nil, ":session_expiry minus auth_time": true}
	show("id_token payload", implicit.id)

	c.fake.Next(mitidtest.Abort())
	aborted := newCaller(t, c.fake).login()
	aborted.back.holds = map[string]bool{"aborted": true}
	show("error redirect", aborted.back)
	show("error redirect (prompt=none)", newCaller(t, c.fake).login("prompt", "none").back)

	again := newCaller(t, c.fake)
	approve()
	first := again.login()
	c.fake.Advance(60e9)
	reused := again.login()
	approve()
	second := again.login("prompt", "login")
	for message, l := range map[string]*login{"id_token payload (session reused)": reused, "id_token payload (second login, prompt=login)": second} {
		e := *l.id
		e.related = map[string]map[string]json.RawMessage{"previous login": first.id.members}
		show(message, &e)
	}
	reused.userinfo.holds = map[string]bool{"session reused": true}
	reused.userinfo.facts = plain.userinfo.facts
	show("userinfo", reused.userinfo)
	return logins
}

func decoded(s string) string {
	raw, _ := base64.StdEncoding.DecodeString(s)
	return string(raw)
}

func sinceLogin(t *testing.T, l *login) int64 {
	expiry, err := strconv.ParseInt(l.id.text("session_expiry"), 10, 64)
	require.NoError(t, err)
	at, err := strconv.ParseInt(string(l.id.members["auth_time"]), 10, 64)
	require.NoError(t, err)
	return expiry - at
}

// escapesPlus: a plus sign is escaped in bodies, and not inside tokens.
func escapesPlus(l *login) bool {
	for _, body := range [][]byte{l.token.body, l.userinfo.body} {
		if bytes.Contains(body, []byte("+")) {
			return false
		}
	}
	return !bytes.Contains(l.id.body, []byte(`\u002B`)) && !bytes.Contains(l.approval.body, []byte(`\u002B`))
}

// verifyPSS checks a certificate's signature with a salt of 32 bytes.
func verifyPSS(cert, by *x509.Certificate) error {
	sum := sha256.Sum256(cert.RawTBSCertificate)
	return rsa.VerifyPSS(by.PublicKey.(*rsa.PublicKey), crypto.SHA256, sum[:], cert.Signature, &rsa.PSSOptions{SaltLength: 32})
}
