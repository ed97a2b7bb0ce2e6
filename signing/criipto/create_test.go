package criipto_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

func digest(b []byte) signing.Digest { return sha256.Sum256(b) }

// What leaves, member by member, with the defaults.
func TestCreateSendsTheDefaults(t *testing.T) {
	r := newRemote(t, says(http.StatusOK, created(openOrder)))
	o := newOrder()
	p, err := r.service(t).CreateOrder(t.Context(), o, digests(o))
	require.NoError(t, err)
	assert.Equal(t, theOrder, p.Ticket.ID)
	assert.Equal(t, "sag-1", p.Ticket.Reference)
	assert.Equal(t, []signing.TicketDocument{{ID: "d1"}}, p.Ticket.Documents)
	assert.Equal(t, []signing.TicketSignatory{{ID: "s1", Reference: "lejer"}}, p.Ticket.Signatories)
	assert.Equal(t, "https://acme.criipto.id/sign?token=bearer", p.Links[0].Reveal())
	assert.Equal(t, time.Date(2027, 2, 28, 11, 0, 0, 123e6, time.UTC), p.Expires)

	require.Len(t, r.all(), 1)
	c := r.all()[0]
	assert.Equal(t, "Basic "+base64.StdEncoding.EncodeToString([]byte("app:hemmelig=&+")), c.Header.Get("Authorization"), "not form-encoded first")
	assert.Equal(t, "application/json", c.Header.Get("Content-Type"))
	want := map[string]any{
		"title": "Lejekontrakt på Ærø",
		"documents": []any{map[string]any{"pdf": map[string]any{
			"title": "Lejekontrakt", "storageMode": "Temporary", "reference": "sag-1", "blob": base64.StdEncoding.EncodeToString(lease),
		}}},
		"signatories": []any{map[string]any{"reference": "lejer", "signatoryRole": "SIGNER",
			"evidenceValidation": []any{map[string]any{"key": "uuid", "value": uuid.String()}}}},
		"disableVerifyEvidenceProvider": true,
		"evidenceProviders": []any{map[string]any{"criiptoVerify": map[string]any{
			"acrValues": []any{"urn:grn:authn:dk:mitid:substantial"}, "loginHint": "action:sign",
			"message": digest(lease).String(), "uniqueEvidenceKey": "sub",
		}}},
		"evidenceValidationStages": []any{"VIEW", "SIGN"},
		"timezone":                 "Europe/Copenhagen",
		"ui":                       map[string]any{"language": "DA_DK"},
	}
	assert.Equal(t, want, c.input(t), "no null and no ssn: what is not said is left to the service")
}

// What leaves with everything set.
func TestCreateSendsTheSettings(t *testing.T) {
	r := newRemote(t, says(http.StatusOK, created(replacing(openOrder,
		`"documents":[`, `"documents":[{"id":"d2","reference":"sag-1/2"},`, `"signatories":[`,
		`"signatories":[{"id":"s3","reference":"tilsyn","href":"https://x.dk/3"},{"id":"s2","reference":"udlejer","href":"https://x.dk/2"},`))))
	secret := bytes.Repeat([]byte{7}, 64)
	s := r.service(t, func(cfg *criipto.Config) {
		cfg.Level, cfg.AskCPR, cfg.ViewWithoutLogin, cfg.UniqueEvidence, cfg.LoginHint, cfg.MessageBase64 = claims.High, true, true, "uuid", "action:approve x", true
		cfg.Timezone, cfg.MaxSignatories, cfg.NoFixes, cfg.PreserveStructure, cfg.RemoveBookmarks = "UTC", 3, true, true, true
		cfg.Webhook = criipto.Hook{URL: "https://app.example.dk/hændelser", Secret: secret, Validate: true}
	})
	o := newOrder()
	o.Documents = append(o.Documents, signing.Bytes("Bilag <1> & \"æøå\"", annex))
	o.Language, o.ReturnURL, o.Expires = signing.English, "https://app.example.dk/tak", noon.Add(time.Hour).In(time.FixedZone("", 3600))
	number := cprtest.Number(4)
	o.Signatories = append(o.Signatories,
		signing.Signatory{Reference: "udlejer", Role: signing.Approver, Sequence: 2, SigningAs: "udlejer på Ærø", Who: signing.Who{Subject: "{abc}", CPR: number}},
		signing.Signatory{Reference: "tilsyn", Role: signing.Viewer, Who: anybody})
	p, err := s.CreateOrder(t.Context(), o, digests(o))
	require.NoError(t, err)
	assert.Equal(t, []signing.TicketDocument{{ID: "d1"}, {ID: "d2"}}, p.Ticket.Documents, "in our order, whatever the service's is")
	assert.Equal(t, []signing.TicketSignatory{{ID: "s1", Reference: "lejer"}, {ID: "s2", Reference: "udlejer"}, {ID: "s3", Reference: "tilsyn"}}, p.Ticket.Signatories)
	assert.Equal(t, "https://x.dk/3", p.Links[2].Reveal())

	in := r.all()[0].input(t)
	both := sha256.New()
	for _, d := range digests(o) {
		both.Write(d[:])
	}
	message := signing.Digest(both.Sum(nil)).String()
	assert.Equal(t, message, criipto.Message(digests(o)))
	assert.Equal(t, []any{map[string]any{"criiptoVerify": map[string]any{
		"acrValues": []any{"urn:grn:authn:dk:mitid:high"}, "scope": "openid ssn", "loginHint": "action:approve x",
		"message": base64.StdEncoding.EncodeToString([]byte(message)), "uniqueEvidenceKey": "uuid",
	}}}, in["evidenceProviders"])
	assert.Equal(t, []any{"SIGN"}, in["evidenceValidationStages"])
	assert.Equal(t, "2026-11-30T13:00:00Z", in["expiresAt"])
	assert.Equal(t, map[string]any{"language": "EN_US", "signatoryRedirectUri": "https://app.example.dk/tak"}, in["ui"])
	assert.Equal(t, map[string]any{"url": "https://app.example.dk/hændelser", "secret": base64.StdEncoding.EncodeToString(secret), "validateConnectivity": true}, in["webhook"])
	assert.Equal(t, false, in["fixDocumentFormattingErrors"])
	assert.InDelta(t, 3, in["maxSignatories"], 0)
	assert.Equal(t, map[string]any{"preserveOriginalStructure": true, "pdf": map[string]any{"title": "Bilag <1> & \"æøå\"", "storageMode": "Temporary",
		"reference": "sag-1/2", "removeBookmarks": true, "blob": base64.StdEncoding.EncodeToString(annex)}}, in["documents"].([]any)[1])
	assert.Equal(t, []any{
		map[string]any{"reference": "lejer", "signatoryRole": "SIGNER", "evidenceValidation": []any{map[string]any{"key": "uuid", "value": uuid.String()}}},
		map[string]any{"reference": "udlejer", "signatoryRole": "APPROVER", "signingAs": "udlejer på Ærø", "signingSequence": 2.0, "evidenceValidation": []any{
			map[string]any{"key": "sub", "value": "{abc}"}, map[string]any{"key": "cprNumberIdentifier", "value": number.Reveal()}}},
		map[string]any{"reference": "tilsyn", "signatoryRole": "VIEWER"},
	}, in["signatories"])
}

func TestCreateRefusesBeforeAnythingLeaves(t *testing.T) {
	r := newRemote(t, says(http.StatusOK, created(openOrder)))
	s := r.service(t)
	for name, c := range map[string]struct {
		change func(*signing.Order)
		want   error
	}{
		"CPR without AskCPR":     {func(o *signing.Order) { o.Signatories[0].Who.CPR = cprtest.Number(1) }, signing.ErrUnsupported},
		"documents of a person":  {func(o *signing.Order) { o.Signatories[0].Documents = []int{0} }, signing.ErrUnsupported},
		"nobody in particular":   {func(o *signing.Order) { o.Signatories[0].Who = signing.Who{} }, signing.ErrInputInvalid},
		"anyone and somebody":    {func(o *signing.Order) { o.Signatories[0].Who.Anyone = true }, signing.ErrInputInvalid},
		"no signatories":         {func(o *signing.Order) { o.Signatories = nil }, signing.ErrInputInvalid},
		"no documents":           {func(o *signing.Order) { o.Documents = nil }, signing.ErrInputInvalid},
		"no reference":           {func(o *signing.Order) { o.Reference = "" }, signing.ErrInputInvalid},
		"reference with a mark":  {func(o *signing.Order) { o.Reference = "sag/2" }, signing.ErrInputInvalid},
		"title not UTF-8":        {func(o *signing.Order) { o.Title = "\xff" }, signing.ErrInputInvalid},
		"document without title": {func(o *signing.Order) { o.Documents[0].Title = "" }, signing.ErrInputInvalid},
		"document without Open":  {func(o *signing.Order) { o.Documents[0].Open = nil }, signing.ErrInputInvalid},
		"role unknown":           {func(o *signing.Order) { o.Signatories[0].Role = 9 }, signing.ErrInputInvalid},
		"return to a stranger":   {func(o *signing.Order) { o.ReturnURL = "javascript:alert(1)" }, signing.ErrInputInvalid},
		"two of one reference":   {func(o *signing.Order) { o.Signatories = append(o.Signatories, o.Signatories[0]) }, signing.ErrInputInvalid},
		"document changed":       {func(o *signing.Order) { o.Documents[0] = signing.Bytes("Lejekontrakt", annex) }, signing.ErrInputInvalid},
		"document cannot be opened": {func(o *signing.Order) {
			o.Documents[0].Open = func() (io.ReadCloser, error) { return nil, errors.New(canary) }
		}, signing.ErrInputInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrder()
			d := digests(o)
			c.change(o)
			_, err := s.CreateOrder(t.Context(), o, d)
			require.ErrorIs(t, err, c.want)
			silent(t, err)
		})
	}
	assert.Empty(t, r.all())
}

// A document that changes between measuring and sending leaves a call without an end.
func TestCreateWithADocumentThatChangesIsIncomplete(t *testing.T) {
	for name, second := range map[string][]byte{
		"other bytes": append([]byte("%PDF-1.7 "), bytes.Repeat([]byte{'x'}, len(lease)-9)...),
		"shorter":     lease[:len(lease)-1],
		"longer":      append(bytes.Clone(lease), 'x'),
	} {
		t.Run(name, func(t *testing.T) {
			arrived := make(chan bool, 1)
			r := newRemote(t, func(w http.ResponseWriter, c call) {
				arrived <- c.whole
				_, _ = io.WriteString(w, created(openOrder))
			})
			o := newOrder()
			opened := 0
			o.Documents[0].Open = func() (io.ReadCloser, error) {
				if opened++; opened == 1 {
					return io.NopCloser(bytes.NewReader(lease)), nil
				}
				return io.NopCloser(bytes.NewReader(second)), nil
			}
			_, err := r.service(t).CreateOrder(t.Context(), o, []signing.Digest{digest(lease)})
			require.ErrorIs(t, err, signing.ErrInputInvalid)
			silent(t, err)
			assert.False(t, <-arrived, "the service must not see a whole call")
		})
	}
}

// An answer that does not fit leaves the outcome unknown: the order may be there.
func TestCreateWithAnAnswerThatDoesNotFit(t *testing.T) {
	for name, order := range map[string]string{
		"no order":            "null",
		"no id":               replacing(openOrder, `"id":"SignatureOrder:1|x",`, ""),
		"id with an escape":   replacing(openOrder, `SignatureOrder:1|x`, `\u001b[31m`),
		"no document":         replacing(openOrder, `[{"__typename":"PdfDocument","id":"d1","reference":"sag-1"}]`, `[]`),
		"other reference":     replacing(openOrder, `"reference":"sag-1"`, `"reference":"sag-12"`),
		"other signatory":     replacing(openOrder, `"reference":"lejer"`, `"reference":"nogen"`),
		"no link":             replacing(openOrder, `"href":"https://acme.criipto.id/sign?token=bearer"`, `"href":null`),
		"link of a script":    replacing(openOrder, `https://acme.criipto.id`, `javascript:`),
		"link without TLS":    replacing(openOrder, `https://acme`, `http://acme`),
		"one more document":   replacing(openOrder, `"documents":[`, `"documents":[{"id":"d9","reference":"x"},`),
		"one more signatory":  replacing(openOrder, `"signatories":[`, `"signatories":[{"id":"s2","reference":"x","href":"https://x.dk"},`),
		"the same id twice":   replacing(openOrder, `"signatories":[`, `"signatories":[{"id":"s1","reference":"x","href":"https://x.dk"},`),
		"a name twice":        replacing(openOrder, `"status":"OPEN",`, `"status":"OPEN","status":"CLOSED",`),
		"a name in capitals":  replacing(openOrder, `"status":"OPEN",`, `"Status":"OPEN",`),
		"a status of numbers": replacing(openOrder, `"status":"OPEN",`, `"status":1,`),
	} {
		t.Run(name, func(t *testing.T) {
			r := newRemote(t, says(http.StatusOK, created(order)))
			o := newOrder()
			p, err := r.service(t).CreateOrder(t.Context(), o, digests(o))
			assert.Nil(t, p)
			require.ErrorIs(t, err, signing.ErrOutcomeUnknown)
			silent(t, err)
		})
	}
}

// Members that we do not know, unknown words and missing times change nothing.
func TestCreateTakesMoreThanItKnows(t *testing.T) {
	r := newRemote(t, says(http.StatusOK, `{"extensions":{"x":[1]},"data":{"createSignatureOrder":{"application":{"id":"a"},"signatureOrder":`+
		replacing(openOrder, `"status":"OPEN",`, `"status":"PAUSED","new":{"a":[]},`, `"expiresAt":"2027-02-28T11:00:00.123Z"`, `"expiresAt":"i morgen"`)+`}},"errors":null}`))
	o := newOrder()
	p, err := r.service(t).CreateOrder(t.Context(), o, digests(o))
	require.NoError(t, err)
	assert.Zero(t, p.Expires)
}

// The body is read as a stream, so reads of any size give the same bytes.
func TestCreateOfManySizes(t *testing.T) {
	r := newRemote(t, says(http.StatusOK, created(openOrder)))
	s := r.service(t)
	for _, size := range []int{1, 2, 3, 24<<10 - 1, 24 << 10, 24<<10 + 1, 100_001} {
		o := newOrder()
		content := bytes.Repeat([]byte{'a', 'b', 0xff, 'd', 0}, size/5+1)[:size]
		o.Documents = []signing.Document{signing.Bytes("Lejekontrakt", content)}
		_, err := s.CreateOrder(t.Context(), o, digests(o))
		require.NoError(t, err)
		c := r.all()
		blob := c[len(c)-1].input(t)["documents"].([]any)[0].(map[string]any)["pdf"].(map[string]any)["blob"].(string)
		got, err := base64.StdEncoding.DecodeString(blob)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(content, got), "%d bytes", size)
	}
}

func TestCreateEndsWithItsContext(t *testing.T) {
	r := newRemote(t, says(http.StatusOK, created(openOrder)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o := newOrder()
	_, err := r.service(t).CreateOrder(ctx, o, digests(o))
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, signing.Unavailable, signing.KindOf(err), "nothing has left")
	assert.Empty(t, r.all())
}

var _ json.Marshaler = criipto.Config{}
