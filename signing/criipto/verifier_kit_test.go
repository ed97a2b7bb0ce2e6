package criipto_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

const (
	signedFor    = "urn:my:application:identifier:6765"
	orderGUID    = "7a1c0f9e-52d8-4b7e-9d38-0c2b1f6a9e11"
	orderID      = "SignatureOrder:tenant-1|" + orderGUID
	issuerKeyID  = "MITID-1"
	strangersKey = "STRANGER-1"
)

// signedAt is when the orders of these tests are signed, long before they are verified.
var signedAt = time.Date(2031, 3, 14, 12, 0, 0, 0, time.UTC)

// The keys are slow to make, so that all tests share them.
var (
	issuerKey = sync.OnceValue(func() *rsa.PrivateKey { return newRSA() })
	otherKey  = sync.OnceValue(func() *rsa.PrivateKey { return newRSA() })
	notary    = sync.OnceValue(func() *fakepdf.Authority { return newAuthority("Segl") })
	stranger  = sync.OnceValue(func() *fakepdf.Authority { return newAuthority("Fremmed") })
)

func newRSA() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
}

func newAuthority(who string) *fakepdf.Authority {
	a, err := fakepdf.NewAuthority(fakepdf.Config{Name: who, Now: func() time.Time { return signedAt }})
	if err != nil {
		panic(err)
	}
	return a
}

// A tenant is a Criipto Verify domain: discovery and keys.
type tenant struct {
	*httptest.Server
	calls atomic.Int32
	down  atomic.Bool
}

func newTenant(t testing.TB) *tenant {
	o := new(tenant)
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.calls.Add(1)
		w.Header().Set("Content-Type", "application/json")
		switch {
		case o.down.Load():
			w.WriteHeader(http.StatusBadGateway)
		case r.URL.Path == "/.well-known/openid-configuration":
			fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, o.URL, o.URL+"/k") // nobody logs in here, so no more is needed
		case r.URL.Path == "/k":
			fmt.Fprintf(w, `{"keys":[%s]}`, publicJWK(issuerKeyID, issuerKey()))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(o.Close)
	return o
}

func publicJWK(kid string, k *rsa.PrivateKey) string {
	return fmt.Sprintf(`{"kty":"RSA","use":"sig","alg":"RS256","kid":%q,"n":%q,"e":"AQAB"}`, kid, base64.RawURLEncoding.EncodeToString(k.N.Bytes()))
}

// jwt signs claims with RS256.
func jwt(kid string, k *rsa.PrivateKey, header, payload map[string]any) string {
	h := map[string]any{"typ": "JWT", "alg": "RS256", "kid": kid}
	maps.Copy(h, header)
	return sign(k, encoded(h), encoded(payload))
}

func encoded(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func sign(k *rsa.PrivateKey, header, payload string) string {
	digest := sha256.Sum256([]byte(header + "." + payload))
	value, err := rsa.SignPKCS1v15(nil, k, crypto.SHA256, digest[:])
	if err != nil {
		panic(err)
	}
	return header + "." + payload + "." + base64.RawURLEncoding.EncodeToString(value)
}

// A person who signs.
type person struct {
	guid, name, uuid, sub, birth string
	cpr                          int
}

func people() []person {
	return []person{
		{guid: "0b51e1a5-2f0a-4d0e-8f58-0d3c5a6f0a01", name: "Åse Sørensen", uuid: "f6a0c4c8-52a9-4f0e-9d0b-8a6f7c1d2e01", sub: "{c1a0c4c8-52a9-4f0e-9d0b-8a6f7c1d2e01}", birth: "2051-05-17", cpr: 11},
		{guid: "0b51e1a5-2f0a-4d0e-8f58-0d3c5a6f0a02", name: "Bjørn Ærø", uuid: "f6a0c4c8-52a9-4f0e-9d0b-8a6f7c1d2e02", sub: "{c1a0c4c8-52a9-4f0e-9d0b-8a6f7c1d2e02}", birth: "2052-06-18", cpr: 12},
		{guid: "0b51e1a5-2f0a-4d0e-8f58-0d3c5a6f0a03", name: "Øjvind Løvstrøm", uuid: "f6a0c4c8-52a9-4f0e-9d0b-8a6f7c1d2e03", sub: "{c1a0c4c8-52a9-4f0e-9d0b-8a6f7c1d2e03}", birth: "2053-07-19", cpr: 13},
	}
}

// A scene is an order with one document that its signatories sign, and the verifier.
// What a test changes before exhibit is called makes the case.
type scene struct {
	t         testing.TB
	tenant    *tenant
	cfg       criipto.VerifierConfig
	authority *fakepdf.Authority
	original  []byte
	others    []signing.Digest // of documents behind the first
	people    []person
	open      bool // no document timestamp

	claims   func(i int, c map[string]any)    // changes the token of signatory i
	token    func(i int, raw string) string   // replaces it
	evidence func(i int, token string) string // replaces ContactInfo
	at       func(i int) time.Time            // when signatory i signs
	change   func(x *signing.Exhibit)         // changes the exhibit
	forge    func(signed []byte) []byte       // changes the signed file
	signs    func(i int, pdf []byte, s fakepdf.Signature) ([]byte, error)
}

func newScene(t testing.TB, signatories int) *scene {
	s := &scene{t: t, tenant: newTenant(t), authority: notary(), people: people()[:signatories]}
	s.original = fakepdf.New(fakepdf.Page{Lines: []string{"Lejekontrakt for Grusgraven 1, Hillerød", "Lejeren er Åse Sørensen."}})
	s.cfg = criipto.VerifierConfig{
		Issuer: s.tenant.URL, Audiences: []string{signedFor}, HTTPClient: s.tenant.Client(), AllowTest: true,
		Now: func() time.Time { return signedAt.Add(30 * 24 * time.Hour) },
	}
	return s
}

func (s *scene) digests() []signing.Digest {
	return append([]signing.Digest{sha256.Sum256(s.original)}, s.others...)
}

// time returns when signatory i signs.
func (s *scene) time(i int) time.Time {
	if s.at != nil {
		return s.at(i)
	}
	return signedAt.Add(time.Duration(i) * time.Hour)
}

// said are the claims of signatory i's token, as the vendor's look.
func (s *scene) said(i int) map[string]any {
	p, at := s.people[i], s.time(i).Add(-2*time.Second)
	c := map[string]any{
		"iss": s.tenant.URL, "aud": signedFor, "identityscheme": "dkmitid", "authenticationtype": "urn:grn:authn:dk:mitid:substantial",
		"authenticationinstant": at.Format("2006-01-02T15:04:05.000Z"), "nameidentifier": "x", "sub": p.sub, "uuid": p.uuid,
		"loA": "SUBSTANTIAL", "ial": "SUBSTANTIAL", "aal": "HIGH", "fal": "HIGH", "name": p.name, "birthdate": p.birth, "dateofbirth": p.birth,
		"country": "DK", "refTextHeader": "Underskriv hos Ærø Bolig", "refTextBody": criipto.Message(s.digests()),
		"iat": at.Unix(), "nbf": at.Unix(), "exp": at.Unix() + 1200,
	}
	if s.claims != nil {
		s.claims(i, c)
	}
	for k, v := range c {
		if v == nil {
			delete(c, k)
		}
	}
	return c
}

// contact is the evidence of signatory i, as it stands in ContactInfo.
func (s *scene) contact(i int) string {
	token := jwt(issuerKeyID, issuerKey(), nil, s.said(i))
	if s.token != nil {
		token = s.token(i, token)
	}
	if s.evidence != nil {
		return s.evidence(i, token)
	}
	return envelope(s.meta(i), "criipto.signature.jwt.v1", jwtValue(token))
}

func (s *scene) meta(i int) map[string]any {
	return map[string]any{"environment": "TEST", "applicationId": "11111111-2222-4333-8444-555555555555", "signatureOrderId": orderGUID, "signatoryId": s.people[i].guid}
}

// jwtValue brings a key set along that is not the issuer's: it proves nothing.
func jwtValue(token string) map[string]any {
	return map[string]any{"jwt": token, "jwks": `{"keys":[` + publicJWK(strangersKey, otherKey()) + `]}`}
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func envelope(meta any, kind string, value any) string {
	return text(map[string]any{"meta": text(meta), "environment": "TEST", "type": kind, "value": text(value)})
}

// signed returns the signed file.
func (s *scene) signed() []byte {
	pdf := s.original
	for i, p := range s.people {
		how := fakepdf.Signature{At: s.time(i), Name: p.name, Reason: "Underskrevet af " + p.name, ContactInfo: s.contact(i)}
		add := s.authority.Sign
		if s.signs != nil {
			add = func(pdf []byte, f fakepdf.Signature) ([]byte, error) { return s.signs(i, pdf, f) }
		}
		var err error
		pdf, err = add(pdf, how)
		require.NoError(s.t, err)
	}
	if !s.open {
		var err error
		pdf, err = s.authority.Close(pdf, s.time(len(s.people)))
		require.NoError(s.t, err)
	}
	if s.forge != nil {
		pdf = s.forge(pdf)
	}
	return pdf
}

// exhibit returns the case that the scene is set for.
func (s *scene) exhibit() *signing.Exhibit {
	x := &signing.Exhibit{
		Ticket:   signing.Ticket{Service: "criipto", ID: orderID, Reference: "sag-1", PlacedAt: signedAt.Add(-time.Hour)},
		Order:    &signing.Order{Reference: "sag-1"},
		Original: s.original, Signed: s.signed(),
	}
	for i, d := range s.digests() {
		x.Ticket.Documents = append(x.Ticket.Documents, signing.TicketDocument{ID: signing.ID(fmt.Sprint("d", i)), SHA256: d})
		x.Order.Documents = append(x.Order.Documents, signing.Document{Title: "Lejekontrakt"})
	}
	for i, p := range s.people {
		id := signing.ID("Signatory:" + p.guid)
		x.Ticket.Signatories = append(x.Ticket.Signatories, signing.TicketSignatory{ID: id, Reference: fmt.Sprint("lejer-", i)})
		x.Order.Signatories = append(x.Order.Signatories, signing.Signatory{Reference: fmt.Sprint("lejer-", i), Who: signing.Who{UUID: claims.UUID(mustUUID(p.uuid))}})
		x.Signatories = append(x.Signatories, signing.SignatoryProgress{ID: id, State: signing.SignatorySigned})
	}
	if s.change != nil {
		s.change(x)
	}
	return x
}

func mustUUID(s string) claims.UUID {
	u, err := claims.ParseUUID(s)
	if err != nil {
		panic(err)
	}
	return u
}

func (s *scene) verifier() *criipto.Verifier {
	v, err := criipto.NewVerifier(s.cfg)
	require.NoError(s.t, err)
	return v
}

// verify judges the case.
func (s *scene) verify() (*signing.Verdict, error) {
	return s.verifier().Verify(s.t.Context(), s.exhibit())
}

// number is a CPR number of nobody.
func (p person) number() string { return cprtest.Number(p.cpr).Reveal() }

func sealOf(a *fakepdf.Authority) signing.Digest {
	return sha256.Sum256(a.SealCertificate().Raw)
}
