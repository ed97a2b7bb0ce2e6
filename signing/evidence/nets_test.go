package evidence_test

import (
	"context"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/internal/timestamptest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	nets "github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/evidence"
	"github.com/dkeid/dkeid/signing/neb"
)

func atNets(t *testing.T) (*nebtest.Broker, *neb.Service) {
	t.Helper()
	fake := nebtest.New(t)
	broker, err := nets.New(nets.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), HTTPClient: fake.HTTPClient(), Now: fake.Now})
	require.NoError(t, err)
	service, err := neb.New(neb.Config{
		Broker: broker, RedirectURL: "http://127.0.0.1/signed", APIClientID: fake.ClientID(), APISecret: fake.ClientSecret(),
		Organisation: claims.MustParseCVR("12345674"), HTTPClient: fake.HTTPClient(), Now: fake.Now,
	})
	require.NoError(t, err)
	return fake, service
}

// sign finishes a login that signs.
func sign(t *testing.T, fake *nebtest.Broker, service *neb.Service, redirect *mitid.Redirect, err error) *neb.Signed {
	t.Helper()
	require.NoError(t, err)
	answer, err := mitidtest.Walk(t.Context(), fake, redirect)
	require.NoError(t, err)
	signed, err := service.Complete(t.Context(), redirect.State, answer)
	require.NoError(t, err)
	return signed
}

// A text and a PDF that one person signs in a login at Nets eID Broker, checked nine years
// later, when even the transaction token has expired.
func TestSigntext(t *testing.T) {
	fake, service := atNets(t)
	document := fakepdf.New(fakepdf.Page{Lines: []string{"Lejekontrakt på Ærø"}})
	for name, c := range map[string]struct {
		text  neb.Signtext
		shown evidence.Part
	}{
		"text": {neb.Signtext{Type: neb.Text, Body: []byte("Jeg køber Ærø")}, evidence.Text(evidence.PartTransactionText, "", "Jeg køber Ærø")},
		"html": {neb.Signtext{Type: neb.HTML, Body: []byte("<p>Jeg køber Ærø</p>")}, evidence.Text(evidence.PartTransactionText, "text/html", "<p>Jeg køber Ærø</p>")},
		"pdf":  {neb.Signtext{Type: neb.PDF, Body: document}, evidence.Bytes(evidence.PartOriginal, "", document)},
	} {
		t.Run(name, func(t *testing.T) {
			redirect, err := service.Sign(t.Context(), c.text, mitid.Request{})
			signed := sign(t, fake, service, redirect, err)
			published, err := evidence.FetchKeys(t.Context(), evidence.FetchConfig{Issuer: fake.Issuer(), HTTPClient: fake.HTTPClient(), Now: fake.Now})
			require.NoError(t, err)
			b, err := evidence.FromShown(signed.Signature, evidence.ShownInput{Reference: "sag-30", Shown: c.shown, Published: published})
			require.NoError(t, err)
			a, authority := tsa(t, timestamptest.Config{Now: fake.Now})
			file := write(t, b, evidence.Options{Authority: authority, Now: fake.Now})
			r, err := verify(file, fake.Now().AddDate(9, 0, 0), evidence.Policy{Roots: a.Roots(), Issuer: fake.Issuer(), ClientID: fake.ClientID()})
			require.NoError(t, err)
			assert.Contains(t, strings.Join(r.Checked, "\n"), "ocsp-1.txt: it says that the certificate was good")
		})
	}
}

// An order that two people sign at Nets eID Broker, days apart.
func TestNetsOrder(t *testing.T) {
	fake, service := atNets(t)
	client, err := signing.New(signing.Config{Service: service, Verifier: service, Now: fake.Now})
	require.NoError(t, err)
	page := func(text string) []byte { return fakepdf.New(fakepdf.Page{Lines: []string{text}}) }
	order := &signing.Order{
		Reference: "lejemaal-7", Title: "Lejekontrakt", Expires: fake.Now().Add(30 * 24 * time.Hour),
		Documents:   []signing.Document{signing.Bytes("Lejekontrakt", page("Lejekontrakt på Ærø"))},
		Signatories: []signing.Signatory{{Reference: "lejer", Who: signing.Who{Anyone: true}}, {Reference: "udlejer", Who: signing.Who{Anyone: true}}},
	}
	placed, err := client.Place(t.Context(), order)
	require.NoError(t, err)
	for _, s := range placed.Ticket.Signatories {
		redirect, err := service.SignOrder(t.Context(), placed.Ticket, order, s.ID, mitid.Request{})
		sign(t, fake, service, redirect, err)
		fake.Advance(5 * 24 * time.Hour)
	}
	a, authority := tsa(t, timestamptest.Config{Now: fake.Now})
	var file []byte
	_, err = client.Complete(t.Context(), placed.Ticket, order, func(_ context.Context, r *signing.Result) error {
		b, err := evidence.FromSignature(r, evidence.SignatureInput{Order: order})
		if err != nil {
			return err
		}
		file, err = tryWrite(b, evidence.Options{Authority: authority, Now: fake.Now})
		return err
	})
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(fake.TransactionRoot()))
	r, err := verify(file, fake.Now().AddDate(9, 0, 0), evidence.Policy{Roots: a.Roots(), Issuer: fake.Issuer(), SignerRoots: roots})
	require.NoError(t, err)
	assert.Contains(t, strings.Join(r.Checked, "\n"), "original-1.pdf: a token names")
	assert.Contains(t, strings.Join(r.Checked, "\n"), "signed for the authority that issued it")
	_, err = verify(file, fake.Now(), evidence.Policy{Roots: a.Roots(), SignerRoots: a.Roots()})
	requireKind(t, signing.TokenInvalid, err)
}
