package nebtest_test

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

type shower = func(string, ...*exhibit)

// showErrorPages sends what stops at the broker's error page.
func showErrorPages(c *caller, show shower) {
	good := func() url.Values {
		return url.Values{"client_id": {c.fake.ClientID()}, "redirect_uri": {redirectURL}, "response_type": {"code"}, "scope": {"openid mitid"}, "state": {"s"}, "nonce": {"n"}}
	}
	for fact, change := range map[string]func(q url.Values){
		":unknown client":                   func(q url.Values) { q.Set("client_id", "00000000-0000-4000-8000-000000000000") },
		":unknown idp_values":               func(q url.Values) { q.Set("idp_values", "nemid_ø") },
		":no response_type":                 func(q url.Values) { q.Del("response_type") },
		":no scope":                         func(q url.Values) { q.Del("scope") },
		":idp_params that is not JSON":      func(q url.Values) { q.Set("idp_params", "{mitid") },
		":request object that is not a JWT": func(q url.Values) { q.Set("request", "no.jwt") },
		":unregistered redirect_uri":        func(q url.Values) { q.Set("redirect_uri", "https://evil.invalid/") },
	} {
		q := good()
		change(q)
		e := c.get("/connect/authorize?" + q.Encode())
		page := c.get(e.header.Get("Location"))
		e.facts = map[string]bool{
			":unknown client": true, ":unknown idp_values": true, ":no response_type": true, ":no scope": true,
			":idp_params that is not JSON": true, ":request object that is not a JWT": true, ":unregistered redirect_uri": true,
		}
		e.facts[fact] = e.status == http.StatusFound && strings.HasPrefix(e.header.Get("Location"), c.fake.Issuer()+"/Error?errorId=CfDJ8")
		if fact == ":unregistered redirect_uri" {
			e.facts[fact] = e.facts[fact] && strings.Contains(string(page.body), "invalid_request") && strings.Contains(string(page.body), "Invalid redirect_uri")
		}
		show("error page", e)
	}
}

func showTokenErrors(c *caller, show shower, logins map[string]*login) {
	never := url.Values{"grant_type": {"authorization_code"}, "code": {"0"}, "redirect_uri": {redirectURL}}
	wrong := "Basic " + base64.StdEncoding.EncodeToString([]byte(c.fake.ClientID()+":forkert"))
	for message, e := range map[string]*exhibit{
		"token error (code replayed)":                 c.post("/connect/token", logins["plain"].form, c.secret()),
		"token error (code that was never given out)": c.post("/connect/token", never, c.secret()),
		"token error (wrong secret)":                  c.post("/connect/token", never, wrong),
		"token error (empty form)":                    c.post("/connect/token", url.Values{}, ""),
		"token error (client credentials, scope the client may not have)": c.post("/connect/token",
			url.Values{"grant_type": {"client_credentials"}, "scope": {"privilege_api"}}, c.secret()),
	} {
		show(message, e)
		show("headers: token error", e)
		require.Len(c, e.names, 1, "%s: without a description", message)
	}
	show("userinfo (no token)", c.get("/connect/userinfo"))
}

// showMatch tries the CPR match: by replacement numbers, as at the test system.
func showMatch(c *caller, show shower, logins map[string]*login) {
	who, auth := c.fake.Citizens()[0], "Bearer "+logins["low"].token.text("access_token")
	match := func(auth, body string) *exhibit { return c.api("/api/v1/mitid/matchCpr", auth, body) }
	right, wrong := `{"cpr":"`+who.CPR.Reveal()+`"}`, `{"cpr":"`+c.fake.Citizens()[1].CPR.Reveal()+`"}`
	show("cpr-match answer (no token)", match("", right))
	missing := match(auth, `{}`)
	show("cpr-match answer (no cpr member)", missing)
	show("headers: cpr-match answer", missing)
	show("cpr-match answer (right number)", match(auth, right))
	show("cpr-match answer (wrong number)", match(auth, wrong))
	match(auth, wrong)
	show("cpr-match answer (fourth try)", match(auth, right))
}

func showPushed(c *caller, show shower) {
	good := url.Values{"redirect_uri": {redirectURL}, "response_type": {"code"}, "scope": {"openid mitid"}, "state": {"s"}, "nonce": {"n"}}
	show("par answer", c.post("/connect/par", good, c.secret()))
	show("par answer (no client authentication)", c.post("/connect/par", good, ""))
	good.Set("request", "no.jwt")
	show("par answer (request object that is not a JWT)", c.post("/connect/par", good, c.secret()))
}

func showLogout(c *caller, show shower) {
	show("endsession", c.get("/connect/endsession"))
	const bye = "https://app.example/bye"
	show("endsession (post_logout_redirect_uri without id_token_hint)", c.get("/connect/endsession?post_logout_redirect_uri="+url.QueryEscape(bye)))
	c.fake.Next(mitidtest.Approve(c.fake.Citizens()[0]))
	l := newCaller(c.T, c.fake).login()
	e := c.get("/connect/endsession?post_logout_redirect_uri=" + url.QueryEscape(bye) + "&id_token_hint=" + l.token.text("id_token"))
	last := c.get(e.header.Get("Location"))
	e.facts = map[string]bool{":end of the redirects": last.header.Get("Location") == bye}
	show("endsession (with id_token_hint)", e)
}

// ocspExhibit reads an OCSP answer (RFC 6960) by hand, strictly.
func ocspExhibit(t *testing.T, fake *nebtest.Broker, root *x509.Certificate, key *exhibit, encoded string) *exhibit {
	der, err := base64.StdEncoding.DecodeString(encoded)
	require.NoError(t, err)
	read := func(der []byte, to any, params string) {
		t.Helper()
		rest, err := asn1.UnmarshalWithParams(der, to, params)
		require.NoError(t, err)
		require.Empty(t, rest)
	}
	var outer struct {
		Status asn1.Enumerated
		Bytes  struct {
			Type asn1.ObjectIdentifier
			Body []byte
		} `asn1:"explicit,tag:0"`
	}
	read(der, &outer, "")
	var basic struct {
		Data      asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
		Certs     []asn1.RawValue `asn1:"explicit,tag:0"`
	}
	read(outer.Bytes.Body, &basic, "")
	var data struct {
		Responder asn1.RawValue
		Produced  time.Time `asn1:"generalized"`
		Responses []struct {
			ID struct {
				Hash      pkix.AlgorithmIdentifier
				Name, Key []byte
				Serial    *big.Int
			}
			Verdict    asn1.RawValue
			This       time.Time        `asn1:"generalized"`
			Next       time.Time        `asn1:"generalized,explicit,tag:0"`
			Extensions []pkix.Extension `asn1:"explicit,tag:1"`
		}
	}
	read(basic.Data.FullBytes, &data, "")
	require.Len(t, data.Responses, 1)
	one := data.Responses[0]
	require.Len(t, basic.Certs, 1)
	responder, err := x509.ParseCertificate(basic.Certs[0].FullBytes)
	require.NoError(t, err)
	require.NoError(t, verifyPSS(responder, root))
	require.NoError(t, responder.CheckSignatureFrom(root))
	sum := sha256.Sum256(basic.Data.FullBytes)
	public := responder.PublicKey.(*ecdsa.PublicKey)
	require.True(t, ecdsa.VerifyASN1(public, sum[:], basic.Signature.Bytes))
	var chain []string
	require.NoError(t, json.Unmarshal(key.members["x5c"], &chain))
	der, err = base64.StdEncoding.DecodeString(chain[0])
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	again := newCaller(t, fake)
	fake.Next(mitidtest.Approve(fake.Citizens()[0]))
	later := again.login("scope", "openid mitid transaction_token")
	span := one.Next.Sub(one.This)
	noCheck := false
	for _, e := range responder.Extensions {
		noCheck = noCheck || e.Id.Equal(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5})
	}
	oid := func(o asn1.ObjectIdentifier, s string) bool { return o.String() == s }
	return &exhibit{facts: map[string]bool{
		":responseStatus":                        outer.Status == 0,
		":responseType":                          oid(outer.Bytes.Type, "1.3.6.1.5.5.7.48.1.1"),
		":responderID":                           data.Responder.Class == asn1.ClassContextSpecific && data.Responder.Tag == 2,
		":producedAt":                            later.token.text("transaction_token_ocsp_resp") == encoded,
		":CertID hash":                           oid(one.ID.Hash.Algorithm, "1.3.14.3.2.26"),
		"=serial of the transaction certificate": true, ":CertID serial": one.ID.Serial.Cmp(cert.SerialNumber) == 0,
		":certStatus":            one.Verdict.Class == asn1.ClassContextSpecific && one.Verdict.Tag == 0,
		":nextUpdate":            !one.Next.IsZero(),
		":nextUpdate span":       span >= 48*time.Hour && span <= 72*time.Hour && responder.NotAfter.Sub(one.Next) == time.Second,
		":singleExtensions":      len(one.Extensions) == 1 && oid(one.Extensions[0].Id, "1.3.6.1.5.5.7.48.1.6"),
		":signatureAlgorithm":    oid(basic.Algorithm.Algorithm, "1.2.840.10045.4.3.2"),
		":certs":                 len(basic.Certs) == 1,
		":responder certificate": noCheck && public.Curve.Params().BitSize == 256 && len(responder.ExtKeyUsage) == 1 && responder.ExtKeyUsage[0] == x509.ExtKeyUsageOCSPSigning,
	}}
}
