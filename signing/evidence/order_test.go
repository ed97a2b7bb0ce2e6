package evidence_test

import (
	"context"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
	"github.com/dkeid/dkeid/signing/evidence"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// A whole order at the fake service: two people sign two documents, weeks apart. The
// bundle is written and kept by the store function, before anything is cleaned up, with a
// timestamp by an authority that is not of this package's tests.
func TestWholeOrder(t *testing.T) {
	fake, err := signingtest.Start(signingtest.Config{})
	require.NoError(t, err)
	defer func() { _ = fake.Close() }()
	service, err := criipto.New(criipto.Config{
		Endpoint: fake.Endpoint(), ClientID: fake.ClientID(), ClientSecret: signing.NewSecret(fake.ClientSecret().Reveal()),
		HTTPClient: fake.HTTPClient(), Level: claims.Substantial, Now: fake.Now,
	})
	require.NoError(t, err)
	verifier, err := criipto.NewVerifier(criipto.VerifierConfig{
		Issuer: fake.Verify().Issuer(), Audiences: []string{fake.Verify().ClientID()}, SealRoots: fake.SealRoots(), AllowTest: true,
		IDs: criipto.IDsDiffer, HTTPClient: fake.Verify().HTTPClient(), Now: fake.Now,
	})
	require.NoError(t, err)
	client, err := signing.New(signing.Config{Service: service, Verifier: verifier, Now: fake.Now})
	require.NoError(t, err)
	authority, err := fakepdf.NewAuthority(fakepdf.Config{Now: fake.Now})
	require.NoError(t, err)
	server := httptest.NewServer(authority.TimestampHandler())
	defer server.Close()

	ctx := t.Context()
	people := []mitidtest.Citizen{mitidtest.Ditlev(), fake.Verify().Citizens()[1]}
	page := func(text string) []byte { return fakepdf.New(fakepdf.Page{Lines: []string{text}}) }
	order := &signing.Order{
		Reference: "lejekontrakt-7", Title: "Lejekontrakt, Ærøvej 7",
		Documents: []signing.Document{signing.Bytes("Lejekontrakt", page("Lejekontrakt æøå")), signing.Bytes("Bilag", page("Bilag ÆØÅ"))},
	}
	for i, p := range people {
		order.Signatories = append(order.Signatories, signing.Signatory{
			Reference: []string{"lejer", "udlejer"}[i], Who: signing.Who{UUID: claims.MustParseUUID(p.UUID)},
		})
	}
	placed, err := client.Place(ctx, order)
	require.NoError(t, err)
	for i, p := range people {
		require.NoError(t, fake.SignAs(ctx, placed.Links[i].Reveal(), p))
		fake.Advance(14 * 24 * time.Hour)
	}

	dir, folder, _ := newDir(t, newKey())
	_, err = client.Complete(ctx, placed.Ticket, order, func(ctx context.Context, r *signing.Result) error {
		published, err := evidence.FetchKeys(ctx, evidence.FetchConfig{Issuer: fake.Verify().Issuer(), HTTPClient: fake.Verify().HTTPClient(), Now: fake.Now})
		if err != nil {
			return err
		}
		b, err := evidence.FromSignature(r, evidence.SignatureInput{Order: order, Published: published})
		if err != nil {
			return err
		}
		return dir.Put(ctx, b.Reference, func(w io.Writer) error {
			_, err := evidence.Write(ctx, w, b, evidence.Options{
				Now: fake.Now, Authority: &evidence.Authority{URL: server.URL, Roots: authority.Roots(), HTTPClient: server.Client()},
			})
			return err
		})
	})
	require.NoError(t, err)
	require.Len(t, names(t, folder), 1)

	kept, err := dir.Open(ctx, "lejekontrakt-7")
	require.NoError(t, err)
	defer func() { _ = kept.Close() }()
	r, err := evidence.Verify(ctx, kept, kept.Size(), fake.Now().AddDate(10, 0, 0), evidence.Policy{
		Roots: authority.Roots(), Issuer: fake.Verify().Issuer(), ClientID: fake.Verify().ClientID(), Reference: "lejekontrakt-7",
	})
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(r.Tokens), 2)
	assert.Contains(t, strings.Join(r.Checked, "\n"), "original-2.pdf: a token names")
	assert.Contains(t, r.Authority, "Fictitious")
	content, err := io.ReadAll(kept.Content())
	require.NoError(t, err)
	list, _ := files(t, content)
	assert.Contains(t, strings.Join(list, " "), "signed-2.pdf")
}
