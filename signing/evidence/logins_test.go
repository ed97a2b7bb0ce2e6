package evidence_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/timestamptest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/evidence"
)

// atBroker is a fake with a client of it.
type atBroker struct {
	fake   mitidtest.Fake
	now    func() time.Time
	client *mitid.Client
	issuer string
}

func client(tb testing.TB, b mitid.Broker, now func() time.Time) *mitid.Client {
	tb.Helper()
	c, err := mitid.New(mitid.Config{Broker: b, RedirectURL: "http://127.0.0.1/callback", Now: now})
	require.NoError(tb, err)
	return c
}

func atCriipto(tb testing.TB) (*atBroker, *criiptotest.Broker) {
	fake := criiptotest.New(tb)
	b, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), HTTPClient: fake.HTTPClient(), Now: fake.Now})
	require.NoError(tb, err)
	return &atBroker{fake, fake.Now, client(tb, b, fake.Now), fake.Issuer()}, fake
}

func atNEB(tb testing.TB, change func(*neb.Config)) (*atBroker, *nebtest.Broker) {
	fake := nebtest.New(tb)
	cfg := neb.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), HTTPClient: fake.HTTPClient(), Now: fake.Now}
	if change != nil {
		change(&cfg)
	}
	b, err := neb.New(cfg)
	require.NoError(tb, err)
	return &atBroker{fake, fake.Now, client(tb, b, fake.Now), fake.Issuer()}, fake
}

func atEIdent(tb testing.TB) *atBroker {
	fake := eidenttest.New(tb)
	b, err := eident.New(eident.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), HTTPClient: fake.HTTPClient(), Now: fake.Now})
	require.NoError(tb, err)
	return &atBroker{fake, fake.Now, client(tb, b, fake.Now), fake.Issuer()}
}

// approved logs in with a text and returns the bundle of it.
func approved(t *testing.T, b *atBroker, r mitid.Request) evidence.Bundle {
	t.Helper()
	l, err := mitidtest.Login(t, b.client, b.fake, r)
	require.NoError(t, err)
	published, err := evidence.FetchKeys(t.Context(), evidence.FetchConfig{Issuer: b.issuer, Now: b.now})
	require.NoError(t, err)
	bundle, err := evidence.FromLogin(l, evidence.LoginInput{Reference: "sag-9", Request: r, Published: published})
	require.NoError(t, err)
	return bundle
}

// Logins at every broker, with what each can show, checked again seven years later when
// the broker has changed its keys.
func TestLogins(t *testing.T) {
	text := mitid.Text{Body: "Jeg køber Ærø"}
	html := mitid.Text{Type: mitid.HTMLText, Body: "<p>Jeg køber <b>Ærø</b></p>"}
	cri, _ := atCriipto(t)
	nets, fake := atNEB(t, nil)
	endpoint, _ := atNEB(t, func(c *neb.Config) { c.Source = neb.UserinfoEndpoint })
	for name, c := range map[string]struct {
		at      *atBroker
		request mitid.Request
		parts   string
	}{
		"criipto message":       {cri, mitid.Request{ReferenceText: "Godkend lån på Ærø", Action: mitid.Sign}, "reference-text-1.txt request-1.txt id-token-1.jwt token-keys-1.json discovery-1.json keys-1.json"},
		"criipto plain":         {cri, mitid.Request{}, "request-1.txt id-token-1.jwt token-keys-1.json discovery-1.json keys-1.json"},
		"neb text":              {nets, mitid.Request{TransactionText: text, ReferenceText: "Køb", Action: mitid.Sign}, "transaction-text-1.txt reference-text-1.txt request-1.txt id-token-1.jwt transaction-token-1.jwt ocsp-1.txt userinfo-token-1.jwt token-keys-1.json discovery-1.json keys-1.json"},
		"neb html":              {nets, mitid.Request{TransactionText: html, Action: mitid.Sign}, "transaction-text-1.html request-1.txt id-token-1.jwt transaction-token-1.jwt ocsp-1.txt userinfo-token-1.jwt token-keys-1.json discovery-1.json keys-1.json"},
		"neb userinfo endpoint": {endpoint, mitid.Request{TransactionText: text}, "transaction-text-1.txt request-1.txt id-token-1.jwt transaction-token-1.jwt ocsp-1.txt userinfo-1.json token-keys-1.json discovery-1.json keys-1.json"},
		"e-ident text":          {atEIdent(t), mitid.Request{TransactionText: text, ReferenceText: "Køb"}, "transaction-text-1.txt reference-text-1.txt request-1.txt id-token-1.jwt token-keys-1.json discovery-1.json keys-1.json"},
	} {
		t.Run(name, func(t *testing.T) {
			a, authority := tsa(t, timestamptest.Config{Now: c.at.now})
			file := write(t, approved(t, c.at, c.request), evidence.Options{Authority: authority, Now: c.at.now})
			names, contents := files(t, file)
			assert.Equal(t, "README.txt "+c.parts+" report-1.json manifest.json SHA256SUMS manifest.tst", strings.Join(names, " "))
			assert.NotContains(t, string(contents["manifest.json"]), "Ditlev")
			assert.NotContains(t, string(contents["report-1.json"]), "Ditlev")

			r, err := verify(file, c.at.now().AddDate(7, 0, 0), evidence.Policy{Roots: a.Roots(), Issuer: c.at.issuer, ClientID: ""})
			require.NoError(t, err)
			assert.NotEmpty(t, r.Tokens)
			assert.Contains(t, strings.Join(r.Checked, "\n"), "the tokens answer this request")
		})
	}
	t.Run("neb rooted", func(t *testing.T) {
		roots := x509.NewCertPool()
		require.True(t, roots.AppendCertsFromPEM(fake.TransactionRoot()))
		a, authority := tsa(t, timestamptest.Config{Now: nets.now})
		b := approved(t, nets, mitid.Request{TransactionText: text})
		policy := evidence.Policy{Roots: a.Roots(), SignerRoots: roots}
		file := write(t, b, evidence.Options{Authority: authority, Now: nets.now, Policy: policy})
		r, err := verify(file, nets.now().AddDate(7, 0, 0), policy)
		require.NoError(t, err)
		assert.Contains(t, strings.Join(r.Checked, "\n"), "is of an authority that you trust")
		assert.Contains(t, strings.Join(r.Checked, "\n"), "ocsp-1.txt: it says that the certificate was good")
		policy.SignerRoots = a.Roots()
		_, err = verify(file, nets.now(), policy)
		requireKind(t, signing.TokenInvalid, err)
	})
}

// OCSP answers of another certificate, too old, missing, broken.
func TestStatusOfNEB(t *testing.T) {
	nets, fake := atNEB(t, nil)
	good := approved(t, nets, mitid.Request{TransactionText: mitid.Text{Body: "Ærø"}})
	root, _ := pem.Decode(fake.TransactionRoot())
	policy := evidence.Policy{TimestampOptional: true}
	check := func(b evidence.Bundle, p evidence.Policy) error {
		_, err := verify(evidence.WriteUnchecked(t, b, nets.now()), nets.now().AddDate(7, 0, 0), p)
		return err
	}
	require.NoError(t, check(good, policy))

	var status []byte
	for _, p := range good.Parts {
		if p.Kind == evidence.PartOCSP {
			r, err := p.Open()
			require.NoError(t, err)
			var b bytes.Buffer
			_, err = b.ReadFrom(r)
			require.NoError(t, err)
			status = b.Bytes()
		}
	}
	der, err := base64.StdEncoding.DecodeString(string(status))
	require.NoError(t, err)
	requireKind(t, signing.EvidenceIncomplete, check(with(good, evidence.PartOCSP), policy))
	optional := policy
	optional.OCSPOptional = true
	require.NoError(t, check(with(good, evidence.PartOCSP), optional))
	require.NoError(t, check(with(good, evidence.PartOCSP, evidence.Bytes(evidence.PartOCSP, "", der)), policy), "as DER too")

	flipped := bytes.Clone(der)
	flipped[len(flipped)/3] ^= 1
	for name, b := range map[string][]byte{"bit": flipped, "cut": der[:len(der)-1], "longer": append(bytes.Clone(der), 0), "text": []byte("Øv")} {
		err := check(with(good, evidence.PartOCSP, evidence.Bytes(evidence.PartOCSP, "", b)), policy)
		require.Error(t, err, name)
		assert.Contains(t, []signing.Kind{signing.TokenInvalid, signing.EvidenceIncomplete}, signing.KindOf(err), name)
	}

	// The answer is about the broker's certificate; in a bundle of another key it is about
	// another certificate.
	i := newIssuer(t)
	der2, err := x509.CreateCertificate(rand.Reader, template(began), template(began), i.key.Public(), i.key)
	require.NoError(t, err)
	jwk := i.jwk(t)
	jwk["x5c"] = []string{base64.StdEncoding.EncodeToString(der2)}
	b := texts(t, i, nil)
	b = with(b, evidence.PartKeys, evidence.Text(evidence.PartKeys, "", marshal(t, object{"keys": []any{jwk}})), evidence.Bytes(evidence.PartOCSP, "", der))
	_, err = verify(evidence.WriteUnchecked(t, b, began), began, policy)
	requireKind(t, signing.EvidenceIncomplete, err)

	// The authority that issued both may be added as a part.
	require.NoError(t, check(with(good, evidence.PartCertificate, evidence.Bytes(evidence.PartCertificate, "", root.Bytes)), policy))
}

func TestFromLogin(t *testing.T) {
	cri, _ := atCriipto(t)
	nets, _ := atNEB(t, nil)
	l, err := mitidtest.Login(t, cri.client, cri.fake, mitid.Request{ReferenceText: "Ærø"})
	require.NoError(t, err)
	transaction, err := mitidtest.Login(t, nets.client, nets.fake, mitid.Request{TransactionText: mitid.Text{Body: "Ærø"}})
	require.NoError(t, err)

	_, err = evidence.FromLogin(nil, evidence.LoginInput{Reference: "x"})
	requireKind(t, signing.EvidenceIncomplete, err)
	_, err = evidence.FromLogin(&mitid.Login{}, evidence.LoginInput{Reference: "x"})
	requireKind(t, signing.EvidenceIncomplete, err)
	_, err = evidence.FromLogin(transaction, evidence.LoginInput{Reference: "x"})
	requireKind(t, signing.EvidenceIncomplete, err)
	b, err := evidence.FromLogin(l, evidence.LoginInput{Reference: "x", Request: mitid.Request{ReferenceText: "Ærøx"}})
	require.NoError(t, err)
	_, err = tryWrite(b, evidence.Options{Now: cri.now})
	requireKind(t, signing.DocumentMismatch, err)

	// Without the issuer's documents the bundle has the keys that verified the tokens.
	b, err = evidence.FromLogin(l, evidence.LoginInput{Reference: "x", Request: mitid.Request{ReferenceText: "Ærø"}})
	require.NoError(t, err)
	r, err := verify(write(t, b, evidence.Options{Now: cri.now}), cri.now(), untimed())
	require.NoError(t, err)
	assert.Contains(t, strings.Join(r.Unchecked, "\n"), "whether the issuer published the keys")
	for _, p := range b.Parts {
		assert.NotEqual(t, evidence.PartOther, p.Kind)
	}
}

// The broker has changed its keys before they were fetched: the bundle would not hold.
func TestKeysRotatedBeforeFetching(t *testing.T) {
	cri, fake := atCriipto(t)
	l, err := mitidtest.Login(t, cri.client, cri.fake, mitid.Request{})
	require.NoError(t, err)
	fake.RotateKeys()
	published, err := evidence.FetchKeys(context.Background(), evidence.FetchConfig{Issuer: cri.issuer})
	require.NoError(t, err)
	b, err := evidence.FromLogin(l, evidence.LoginInput{Reference: "x", Published: published})
	require.NoError(t, err)
	_, err = tryWrite(b, evidence.Options{Now: cri.now})
	requireKind(t, signing.EvidenceIncomplete, err)
}
