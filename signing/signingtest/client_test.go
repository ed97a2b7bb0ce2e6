package signingtest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing/signingtest"
)

type object = map[string]any

// api is a client written by hand, so that the fake is judged by what is on the wire.
type api struct {
	t      testing.TB
	s      *signingtest.Service
	header http.Header
}

func application(t testing.TB, s *signingtest.Service) *api {
	h := http.Header{}
	plain := s.ClientID() + ":" + s.ClientSecret().Reveal()
	h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(plain)))
	return &api{t, s, h}
}

func signatoryAPI(t testing.TB, s *signingtest.Service, token string) *api {
	h := http.Header{}
	h.Set("Signatory-Token", token)
	return &api{t, s, h}
}

// post sends a body and returns status and answer.
func (a *api) post(contentType, body string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.s.Endpoint(), strings.NewReader(body))
	require.NoError(a.t, err)
	req.Header = a.header.Clone()
	req.Header.Set("Content-Type", contentType)
	res, err := a.s.HTTPClient().Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	read, err := io.ReadAll(res.Body)
	return res.StatusCode, read, err
}

type answer struct {
	Data   object `json:"data"`
	Errors []struct {
		Message string `json:"message"`
		Path    []any  `json:"path"`
	} `json:"errors"`
}

// try asks and returns whatever comes.
func (a *api) try(query string, variables object) answer {
	a.t.Helper()
	body, err := json.Marshal(object{"query": query, "variables": variables})
	require.NoError(a.t, err)
	status, read, err := a.post("application/json", string(body))
	require.NoError(a.t, err)
	require.Equal(a.t, http.StatusOK, status, "%.200s", read)
	var got answer
	require.NoError(a.t, json.Unmarshal(read, &got), "%.200s", read)
	return got
}

// ask demands an answer without errors.
func (a *api) ask(query string, variables object) object {
	a.t.Helper()
	got := a.try(query, variables)
	require.Empty(a.t, got.Errors)
	return got.Data
}

// refused demands an error that holds words, and no data.
func (a *api) refused(words, query string, variables object) {
	a.t.Helper()
	got := a.try(query, variables)
	if assert.NotEmpty(a.t, got.Errors, words) {
		assert.Contains(a.t, got.Errors[0].Message, words)
	}
	assert.Equal(a.t, object{}, got.Data, "an empty object, not null")
}

// at walks an answer: names of members, and places in lists.
func at(v any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, ok := v.(object)
			if !ok {
				return nil
			}
			v = m[p]
		case int:
			l, ok := v.([]any)
			if !ok || p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

func word(v any, path ...any) string {
	s, _ := at(v, path...).(string)
	return s
}

const orderFields = ` id title status createdAt expiresAt closedAt timezone maxSignatories traceId
documents { __typename id title reference blob originalBlob signatures { __typename signatory { id } timestampToken { timestamp } ... on JWTSignature { jwt jwks claims { name value } }
  ... on DrawableSignature { name image } ... on CompositeSignature { signatures { __typename ... on JWTSignature { jwt } ... on DrawableSignature { image } } } } ... on PdfDocument { documentID form { enabled fields { field value } } } }
signatories { id status statusReason href downloadHref token reference signatoryRole signingSequence { initialNumber } documents { edges { status node { id } } } evidenceProviders { __typename id } }
evidenceProviders { __typename id } `

const (
	create  = `mutation c($input: CreateSignatureOrderInput!) { createSignatureOrder(input: $input) { application { id name } signatureOrder {` + orderFields + `} } }`
	query   = `query q($id: ID!) { signatureOrder(id: $id) {` + orderFields + `} }`
	closing = `mutation c($input: CloseSignatureOrderInput!) { closeSignatureOrder(input: $input) { signatureOrder {` + orderFields + `} } }`
	cancel  = `mutation c($input: CancelSignatureOrderInput!) { cancelSignatureOrder(input: $input) { signatureOrder {` + orderFields + `} } }`
	cleanup = `mutation c($input: CleanupSignatureOrderInput!) { cleanupSignatureOrder(input: $input) { signatureOrder {` + orderFields + `} } }`
	extend  = `mutation c($input: ExtendSignatureOrderInput!) { extendSignatureOrder(input: $input) { signatureOrder {` + orderFields + `} } }`
)

// contract is the document that is signed.
var contract = sync.OnceValue(func() []byte {
	return fakepdf.New(fakepdf.Page{Lines: []string{"Aftale om æbler, ærter og øl på Ærø", "Underskrives af begge parter."}})
})

func pdf(title string, content []byte) object {
	return object{"pdf": object{"title": title, "blob": base64.StdEncoding.EncodeToString(content), "storageMode": "Temporary", "reference": "bilag-æ"}}
}

// input is an order of one document and one signatory, changed as the caller likes.
func input(change ...func(object)) object {
	in := object{
		"title":       "Aftale på Ærø",
		"documents":   []any{pdf("Aftale.pdf", contract())},
		"signatories": []any{object{"reference": "part-ø"}},
	}
	for _, c := range change {
		c(in)
	}
	return in
}

// place makes an order and returns it.
func (a *api) place(change ...func(object)) object {
	a.t.Helper()
	return at(a.ask(create, object{"input": input(change...)}), "createSignatureOrder", "signatureOrder").(object)
}

// order reads an order again.
func (a *api) order(id string) object {
	a.t.Helper()
	o, _ := at(a.ask(query, object{"id": id}), "signatureOrder").(object)
	return o
}

func (a *api) end(operation, name, id string, more ...any) object {
	a.t.Helper()
	in := object{"signatureOrderId": id}
	for i := 0; i+1 < len(more); i += 2 {
		in[more[i].(string)] = more[i+1]
	}
	return at(a.ask(operation, object{"input": in}), name, "signatureOrder").(object)
}

func (a *api) close(id string, more ...any) object {
	a.t.Helper()
	return a.end(closing, "closeSignatureOrder", id, more...)
}

func content(t testing.TB, v any, path ...any) []byte {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(word(v, path...))
	require.NoError(t, err)
	return raw
}

// evidenceIn returns the evidence of every signature in a file, as it stands there.
func evidenceIn(t testing.TB, pdf []byte) []object {
	t.Helper()
	var all []object
	for _, text := range contactInfos(pdf) {
		var e object
		require.NoError(t, json.Unmarshal([]byte(text), &e))
		all = append(all, e)
	}
	return all
}

// clock is a time that a test decides.
func clock() func() time.Time {
	at := time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)
	return func() time.Time { return at }
}

// start starts a fake whose clock stands still.
func start(t testing.TB, change ...func(*signingtest.Config)) (*signingtest.Service, *api) {
	t.Helper()
	cfg := signingtest.Config{Now: clock()}
	for _, c := range change {
		c(&cfg)
	}
	s := signingtest.NewWith(t, cfg)
	return s, application(t, s)
}

// contactInfos returns the texts behind /ContactInfo, in the order of the file.
func contactInfos(pdf []byte) []string {
	var texts []string
	for {
		_, after, found := bytes.Cut(pdf, []byte("/ContactInfo"))
		if !found {
			return texts
		}
		pdf = bytes.TrimLeft(after, " ")
		texts = append(texts, pdfText(pdf))
	}
}

// pdfText reads one text string: literal or hexadecimal, PDFDocEncoding (ASCII here) or
// UTF-16.
func pdfText(b []byte) string {
	var raw []byte
	if b[0] == '<' {
		digits, _, _ := bytes.Cut(b[1:], []byte(">"))
		raw, _ = hex.AppendDecode(nil, digits)
	} else {
		depth := 1
		for i := 1; depth > 0 && i < len(b); i++ {
			switch c := b[i]; c {
			case '(':
				depth++
				raw = append(raw, c)
			case ')':
				if depth--; depth > 0 {
					raw = append(raw, c)
				}
			case '\\':
				i++
				if n, err := strconv.ParseUint(string(b[i:i+3]), 8, 8); err == nil {
					raw, i = append(raw, byte(n)), i+2
				} else if j := strings.IndexByte("nrtbf", b[i]); j >= 0 {
					raw = append(raw, "\n\r\t\b\f"[j])
				} else {
					raw = append(raw, b[i])
				}
			default:
				raw = append(raw, c)
			}
		}
	}
	if !bytes.HasPrefix(raw, []byte{0xfe, 0xff}) {
		return string(raw)
	}
	var units []uint16
	for i := 2; i+1 < len(raw); i += 2 {
		units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
	}
	return string(utf16.Decode(units))
}
