package criipto_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
	"github.com/dkeid/dkeid/signing/signingtest"
	"github.com/dkeid/dkeid/signing/signingtest/servicesuite"
)

// The adapter and the verifier, held to what the seams promise.
func TestConformance(t *testing.T) {
	servicesuite.Test(t, func(t *testing.T) servicesuite.Opened {
		c := &control{fake: signingtest.New(t), tb: t}
		cfg := criipto.Config{Endpoint: c.fake.Endpoint(), ClientID: c.fake.ClientID(), ClientSecret: signing.NewSecret(c.fake.ClientSecret().Reveal()),
			HTTPClient: c.fake.HTTPClient(), Now: c.fake.Now, PageSize: 2}
		s, err := criipto.New(cfg)
		require.NoError(t, err)
		v, err := criipto.NewVerifier(criipto.VerifierConfig{Issuer: c.fake.Verify().Issuer(), Audiences: []string{c.fake.Verify().ClientID()},
			SealRoots: c.fake.SealRoots(), AllowTest: true, IDs: criipto.IDsDiffer, HTTPClient: c.fake.Verify().HTTPClient(), Now: c.fake.Now})
		require.NoError(t, err)
		return servicesuite.Opened{Service: s, Verifier: v, Remote: c, Secrets: []string{c.fake.ClientSecret().Reveal()}}
	}, servicesuite.Links, servicesuite.Find, servicesuite.Cancel, servicesuite.Cleanup, servicesuite.Retention, servicesuite.Roles,
		servicesuite.Sequence, servicesuite.Expires, servicesuite.Rejection, servicesuite.Faults)
}

// control is the remote control of the fake.
type control struct {
	fake *signingtest.Service
	tb   testing.TB
}

var citizens = []func() mitidtest.Citizen{mitidtest.Ditlev, mitidtest.Paiman, mitidtest.Protected}

func (c *control) Now() time.Time          { return c.fake.Now() }
func (c *control) Advance(d time.Duration) { c.fake.Advance(d) }
func (c *control) Calls() int              { return len(c.fake.Requests()) }

func (c *control) Person(n int) claims.Identity {
	who := citizens[n]()
	id := claims.Identity{UUID: claims.MustParseUUID(who.MitIDUUID(nil)), CPR: who.CPR}
	if s := who.Subject; len(s) == 32 { // as the tenant writes it
		id.Subject = "{" + strings.Join([]string{s[:8], s[8:12], s[12:16], s[16:20], s[20:]}, "-") + "}"
	}
	return id
}

func (c *control) Sign(_, signatory signing.ID, n int) error {
	var got struct {
		Signatory struct{ SignatoryRole string }
	}
	c.query(`query($id: ID!) { signatory(id: $id) { signatoryRole } }`, map[string]any{"id": signatory}, &got)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if got.Signatory.SignatoryRole == "SIGNER" {
		return c.fake.SignAs(ctx, string(signatory), citizens[n]())
	}
	return c.fake.Approve(ctx, string(signatory), citizens[n]())
}

func (c *control) Reject(_, signatory signing.ID, n int, reason string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return c.fake.Reject(ctx, string(signatory), citizens[n](), reason)
}

func (c *control) Orders() int {
	var got struct {
		Viewer struct{ SignatureOrders struct{ Edges []struct{} } }
	}
	c.query(`{ viewer { ... on Application { signatureOrders(first: 100) { edges { cursor } } } } }`, nil, &got)
	return len(got.Viewer.SignatureOrders.Edges)
}

func (c *control) Kept(order signing.ID) int {
	var got struct {
		SignatureOrder struct{ Documents []struct{ Blob *string } }
	}
	c.query(`query($id: ID!) { signatureOrder(id: $id) { documents { blob } } }`, map[string]any{"id": order}, &got)
	n := 0
	for _, d := range got.SignatureOrder.Documents {
		if d.Blob != nil {
			n++
		}
	}
	return n
}

// query asks the fake, past the network that goes wrong.
func (c *control) query(query string, vars map[string]any, into any) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": vars})
	require.NoError(c.tb, err)
	req, err := http.NewRequest(http.MethodPost, c.fake.Endpoint(), bytes.NewReader(body))
	require.NoError(c.tb, err)
	req.SetBasicAuth(c.fake.ClientID(), c.fake.ClientSecret().Reveal())
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.fake.HTTPClient().Do(req)
	require.NoError(c.tb, err)
	defer func() { _ = resp.Body.Close() }()
	require.NoError(c.tb, json.NewDecoder(resp.Body).Decode(&struct{ Data any }{into}))
}

func (c *control) Next(op servicesuite.Op, f servicesuite.Fault) bool {
	operation := map[servicesuite.Op]string{
		servicesuite.Create: "createSignatureOrder", servicesuite.ReadOrder: "signatureOrder", servicesuite.CloseOrder: "closeSignatureOrder",
		servicesuite.Fetch: "document", servicesuite.CancelIt: "cancelSignatureOrder", servicesuite.CleanUp: "cleanupSignatureOrder", servicesuite.Search: "viewer",
	}[op]
	name := map[servicesuite.Fault]string{
		servicesuite.Lost: "lost-answer", servicesuite.Broken: "500", servicesuite.Page: "maintenance-page", servicesuite.Cut: "cut-answer", servicesuite.Elsewhere: "redirect", servicesuite.Throttled: "429-retry-after-seconds",
	}[f]
	return operation != "" && name != "" && c.fake.At(operation, name) == nil
}
