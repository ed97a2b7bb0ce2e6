package neb_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	nets "github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/neb"
)

const redirectURL = "http://127.0.0.1/underskrevet"

// cvr is the organisation of the fake's workflows.
var cvr = claims.MustParseCVR("12345674")

// contract is a PDF with Danish letters.
func contract(lines ...string) []byte {
	return fakepdf.New(fakepdf.Page{Lines: append([]string{"Lejekontrakt: Ærøskøbing, stuen, med åben pejs"}, lines...)})
}

// settings are those of a service at the fake.
func settings(tb testing.TB, fake *nebtest.Broker) neb.Config {
	b, err := nets.New(nets.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), HTTPClient: fake.HTTPClient(), Now: fake.Now})
	require.NoError(tb, err)
	return neb.Config{
		Broker: b, RedirectURL: redirectURL, APIClientID: fake.ClientID(), APISecret: fake.ClientSecret(), Organisation: cvr,
		HTTPClient: fake.HTTPClient(), Now: fake.Now, StateKeys: [][]byte{make([]byte, 32)},
	}
}

// open returns a service at a fake.
func open(tb testing.TB, change func(*neb.Config)) (*nebtest.Broker, *neb.Service) {
	fake := nebtest.New(tb)
	cfg := settings(tb, fake)
	if change != nil {
		change(&cfg)
	}
	s, err := neb.New(cfg)
	require.NoError(tb, err)
	return fake, s
}

// finish walks the person's part of a signature.
func finish(tb testing.TB, fake *nebtest.Broker, s *neb.Service, rd *mitid.Redirect, as ...mitidtest.Outcome) (*neb.Signed, error) {
	tb.Helper()
	cb, err := mitidtest.Walk(tb.Context(), fake, rd, as...)
	require.NoError(tb, err)
	return s.Complete(tb.Context(), rd.State, cb)
}

// order is an order of documents for people. The first title is the one that tamperings
// know.
func order(fake *nebtest.Broker, who []mitidtest.Citizen, documents ...signing.Document) *signing.Order {
	o := &signing.Order{Reference: "ordre-1", Title: "Lejemål på Ærø", Documents: documents, Expires: fake.Now().Add(48 * time.Hour)}
	for i, p := range who {
		one := signing.Signatory{Reference: string(rune('a' + i)), SigningAs: "lejer på Ærø"}
		if p.Name == "" {
			one.Who.Anyone = true
		} else {
			one.Who.UUID = claims.MustParseUUID(p.MitIDUUID(nil))
		}
		o.Signatories = append(o.Signatories, one)
	}
	return o
}

func digests(tb testing.TB, documents ...[]byte) []signing.Digest {
	var all []signing.Digest
	for _, d := range documents {
		all = append(all, sum(d))
	}
	return all
}
