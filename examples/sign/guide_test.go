package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
	"github.com/dkeid/dkeid/signing/evidence"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// What docs/guides/sign.md shows.

func agreement(fake *signingtest.Service) (*criipto.Service, *signing.Client, error) {
	service, err := criipto.New(criipto.Config{
		Endpoint:     fake.Endpoint(), // leave it out for the real one
		ClientID:     fake.ClientID(),
		ClientSecret: fake.ClientSecret(),
		Webhook:      criipto.Hook{URL: "https://app.example.dk/signed", Secret: bytes.Repeat([]byte{7}, 32)}, // random bytes of yours
	})
	if err != nil {
		return nil, nil, err
	}
	verifier, err := criipto.NewVerifier(criipto.VerifierConfig{
		Issuer:    fake.Verify().Issuer(), // https://acme.idura.broker
		Audiences: []string{fake.Verify().ClientID()},
		SealRoots: fake.SealRoots(),
		AllowTest: true, // leave it out in production
	})
	if err != nil {
		return nil, nil, err
	}
	client, err := signing.New(signing.Config{Service: service, Verifier: verifier})
	return service, client, err
}

func lease(reference string, tenant claims.UUID, pdf []byte) *signing.Order {
	return &signing.Order{
		Reference:   reference, // made and stored when the case was decided
		Title:       "Lejekontrakt, Ærøvej 7",
		Documents:   []signing.Document{signing.Bytes("Lejekontrakt", pdf)},
		Signatories: []signing.Signatory{{Reference: "lejer", SigningAs: "lejer", Who: signing.Who{UUID: tenant}}},
	}
}

func place(ctx context.Context, client *signing.Client, order *signing.Order, keep func(signing.Ticket) error) (link string, err error) {
	placed, err := client.Place(ctx, order)
	if err != nil {
		return "", err
	}
	return placed.Links[0].Reveal(), keep(placed.Ticket)
}

func finish(ctx context.Context, client *signing.Client, t signing.Ticket, order *signing.Order, keep func(pdf []byte, proof *bytes.Buffer) error) error {
	_, err := client.Complete(ctx, t, order, func(ctx context.Context, r *signing.Result) error {
		if r.End != signing.EndSigned {
			return keep(nil, nil) // rejected, expired, cancelled: r.End says which
		}
		bundle, err := evidence.FromSignature(r, evidence.SignatureInput{Order: order})
		if err != nil {
			return err
		}
		var proof bytes.Buffer
		if _, err := evidence.Write(ctx, &proof, bundle, evidence.Options{}); err != nil {
			return err
		}
		return keep(r.Documents[0].Content, &proof)
	})
	return err
}

func check(ctx context.Context, proof []byte, roots *x509.CertPool, issuer, reference string) ([]string, error) {
	report, err := evidence.Verify(ctx, bytes.NewReader(proof), int64(len(proof)), time.Now(), evidence.Policy{
		Roots:             roots,        // of the timestamp authority
		TimestampOptional: roots == nil, // the bundle above has no timestamp
		Issuer:            issuer,       // at which the people logged in
		Reference:         reference,
	})
	if err != nil {
		return nil, err // the text names the part that was changed or is missing
	}
	return report.Unchecked, nil
}

func follow(ctx context.Context, client *signing.Client, t signing.Ticket, from signing.Cursor, handle func(signing.Event) error) error {
	for event, err := range client.Watch(ctx, t, from) {
		switch {
		case err != nil && signing.KindOf(err).Then() == signing.Retry:
			continue // Watch asks again, after a pause
		case err != nil:
			return err
		}
		if err := handle(event); err != nil { // store event.Cursor with what was done
			return err
		}
	}
	return ctx.Err() // nil: the order has ended
}

func hook(service *criipto.Service, wake func(signing.ID)) (http.Handler, error) {
	return service.Webhook(criipto.WebhookConfig{
		Handle: func(_ context.Context, e signing.Event) error {
			wake(e.Order) // a job then calls Complete
			return nil
		},
	})
}

func whatNow(err error) string {
	switch signing.KindOf(err).Then() {
	case signing.Retry:
		return "call Complete again later"
	case signing.Ask:
		return "PlaceAgain if it was the order; Complete again for anything else"
	case signing.Decide:
		return "a person looks: a setting is wrong, or a copy cannot be trusted"
	default:
		return "tell whoever asked: this order will never be signed"
	}
}

func TestGuide(t *testing.T) {
	t.Parallel()
	fake, ctx := signingtest.New(t), t.Context()
	service, client, err := agreement(fake)
	require.NoError(t, err)
	_, err = hook(service, func(signing.ID) {})
	require.NoError(t, err)
	who := ditlev()
	order := lease("lejekontrakt-7", claims.MustParseUUID(who.MitIDUUID(nil)), contract())
	var ticket signing.Ticket
	link, err := place(ctx, client, order, func(t signing.Ticket) error { ticket = t; return nil })
	require.NoError(t, err)
	var kept []byte
	keep := func(pdf []byte, proof *bytes.Buffer) error {
		require.True(t, bytes.HasPrefix(pdf, contract()))
		kept = proof.Bytes()
		return nil
	}
	err = finish(ctx, client, ticket, order, keep)
	require.Equal(t, "call Complete again later", whatNow(err))
	require.NoError(t, fake.SignAs(ctx, link, who))
	require.NoError(t, finish(ctx, client, ticket, order, keep))

	open, err := check(ctx, kept, nil, fake.Verify().Issuer(), order.Reference)
	require.NoError(t, err)
	require.NotEmpty(t, open)
	_, err = check(ctx, kept, nil, fake.Verify().Issuer(), "lejekontrakt-8")
	require.ErrorIs(t, err, signing.ErrEvidenceIncomplete)

	var said []string
	err = follow(ctx, client, ticket, "", func(e signing.Event) error { said = append(said, e.Kind.String()); return nil })
	require.NoError(t, err)
	require.Contains(t, said, "signed")
}

func TestTenantSigns(t *testing.T) {
	ctx := t.Context()
	fake := signingtest.New(t)
	_, client, err := agreement(fake)
	require.NoError(t, err)
	who := mitidtest.Ditlev()

	for _, c := range []struct {
		name string
		does func(link string) error
		end  signing.End
	}{
		{"signs", func(link string) error { return fake.SignAs(ctx, link, who) }, signing.EndSigned},
		{"rejects", func(link string) error { return fake.Reject(ctx, link, who, "Huslejen er for høj") }, signing.EndRejected},
		{"forgets", func(string) error { fake.Advance(91 * 24 * time.Hour); return nil }, signing.EndExpired},
	} {
		t.Run(c.name, func(t *testing.T) {
			order := lease("lejekontrakt-"+c.name, claims.MustParseUUID(who.MitIDUUID(nil)), contract())
			placed, err := client.Place(ctx, order)
			require.NoError(t, err)
			require.NoError(t, c.does(placed.Links[0].Reveal()))
			var end signing.End
			_, err = client.Complete(ctx, placed.Ticket, order, func(_ context.Context, r *signing.Result) error {
				end = r.End // your own store stands here
				return nil
			})
			require.NoError(t, err)
			require.Equal(t, c.end, end)
		})
	}
}
