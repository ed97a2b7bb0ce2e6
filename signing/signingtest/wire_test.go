package signingtest_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/dkeid/dkeid/signing/signingtest"
)

func TestSchemaIsServed(t *testing.T) {
	s, app := start(t)
	res, err := s.HTTPClient().Get(s.Endpoint())
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	assert.Equal(t, signingtest.SDL(), string(text))
	_, err = gqlparser.LoadSchema(&ast.Source{Input: string(text)})
	require.NoError(t, err)
	app.refused("introspection is off", `{ __schema { types { name } } }`, nil)
}

func TestWhoIsLetIn(t *testing.T) {
	s, app := start(t)
	wrong := func(id, secret string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
	}
	for name, header := range map[string]string{
		"another secret":   wrong(s.ClientID(), "æøå"),
		"another id":       wrong("æøå", s.ClientSecret().Reveal()),
		"an encoded id":    wrong(strings.NewReplacer("{", "%7B", "}", "%7D").Replace(s.ClientID()), s.ClientSecret().Reveal()),
		"a bearer token":   "Bearer " + s.ClientSecret().Reveal(),
		"half of it":       wrong(s.ClientID(), s.ClientSecret().Reveal()[:8]),
		"nothing readable": "Basic æøå",
	} {
		a := &api{t, s, http.Header{"Authorization": {header}}}
		status, body, err := a.post("application/json", `{"query":"{timezones}"}`)
		require.NoError(t, err)
		assert.Equal(t, http.StatusUnauthorized, status, name)
		assert.Equal(t, "unauthorized\n", string(body), "plain text")
	}
	nobody := &api{t, s, http.Header{}}
	nobody.refused("not authorized", create, object{"input": input()})
	assert.Contains(t, nobody.ask(`{timezones}`, nil)["timezones"], "Europe/Copenhagen")
	assert.Equal(t, "Application", word(app.ask(`{viewer{__typename}}`, nil), "viewer", "__typename"))
}

func TestWhatIsNoRequest(t *testing.T) {
	s, app := start(t, func(c *signingtest.Config) { c.Settings.MaxBody = 100_000 })
	for _, c := range []struct {
		name, contentType, body string
		status                  int
	}{
		{"a form", "application/x-www-form-urlencoded", "query={timezones}", 400},
		{"no JSON", "application/json", "æøå", 400},
		{"a list", "application/json", `[{"query":"{timezones}"}]`, 400},
		{"two values", "application/json", `{"query":"{timezones}"}{}`, 400},
		{"no query", "application/json", `{"variables":{}}`, 400},
		{"too large", "application/json", `{"query":"{timezones}","æ":"` + strings.Repeat("x", 100_000) + `"}`, 413},
	} {
		status, body, err := app.post(c.contentType, c.body)
		require.NoError(t, err)
		assert.Equal(t, c.status, status, c.name)
		assert.False(t, json.Valid(body), "plain text")
	}
	for method, status := range map[string]int{http.MethodPut: 405, http.MethodGet: 200} {
		req, err := http.NewRequestWithContext(t.Context(), method, s.Endpoint(), nil)
		require.NoError(t, err)
		res, err := s.HTTPClient().Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, status, res.StatusCode)
	}
}

func TestWhatTheSchemaRefuses(t *testing.T) {
	s, app := start(t)
	app.refused("Cannot query field", `{ viewer { secret } }`, nil)
	app.refused("unknown field", create, object{"input": input(func(in object) { in["nyhed"] = 1 })})
	app.refused("must be defined", create, object{"input": object{}})
	app.refused("input.maxSignatories is no Int", create, object{"input": input(func(in object) { in["maxSignatories"] = "3" })})
	app.refused("is no Int", create, object{"input": input(func(in object) { in["maxSignatories"] = 3000000000 })})
	app.refused("is no Language", create, object{"input": input(func(in object) { in["ui"] = object{"language": "da_dk"} })})
	app.refused("not a valid", create, object{"input": input(func(in object) { in["ui"] = object{"language": "KL_GL"} })})
	app.refused("names no operation", `query a { timezones } query b { timezones }`, nil)
	s.Configure(func(set *signingtest.Settings) { set.InvalidStatus = http.StatusBadRequest })
	status, body, err := app.post("application/json", `{"query":"{æ}"}`)
	require.NoError(t, err)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Contains(t, string(body), `"data":{}`)
}

func TestExecutor(t *testing.T) {
	_, app := start(t)
	o := app.place()
	got := app.ask(`query q($id: ID!, $no: Boolean = false) {
		mine: signatureOrder(id: $id) { ...order ... on SignatureOrder { signatories { href @include(if: $no) status } } title @skip(if: true) }
		gone: signatureOrder(id: "SignatureOrder:æ") { id }
		__typename
	}
	fragment order on SignatureOrder { nummer: id signatories { nummer: id } documents { ... on PdfDocument { documentID } ... on XmlDocument { title } } }`, object{"id": word(o, "id")})
	assert.Equal(t, "Query", got["__typename"])
	assert.Nil(t, got["gone"])
	mine := got["mine"].(object)
	assert.Equal(t, word(o, "id"), mine["nummer"])
	assert.NotContains(t, mine, "title")
	assert.Equal(t, object{"nummer": word(o, "signatories", 0, "id"), "status": "OPEN"}, at(mine, "signatories", 0), "selections of one name are merged")
	assert.NotContains(t, at(mine, "documents", 0), "title", "another type's fragment")

	deep := strings.Repeat("{ signatureOrder { signatories ", 40)
	app.ask(`{ signatureOrder(id: "`+word(o, "id")+`") { signatories `+deep+`{ id }`+strings.Repeat("} }", 40)+` } }`, nil)

	many := app.place(func(in object) {
		in["maxSignatories"] = 100
		in["signatories"] = make([]any, 100)
		for i := range 100 {
			in["signatories"].([]any)[i] = object{}
		}
	})
	app.refused("asks for too much", `{ signatureOrder(id: "`+word(many, "id")+`") { signatories { signatureOrder { signatories { signatureOrder { signatories { id } } } } } } }`, nil)
}

func TestLiteralsInAQuery(t *testing.T) {
	_, app := start(t)
	blob := base64.StdEncoding.EncodeToString(contract())
	got := app.ask(`mutation { createSignatureOrder(input: { title: "Ærø", expiresInDays: 2, documents: [{ pdf: { title: "æ", storageMode: Temporary, blob: "`+blob+`" } }],
		evidenceValidationStages: [SIGN], ui: { language: DA_DK } }) { signatureOrder { title expiresAt ui { language } } } }`, nil)
	assert.Equal(t, object{"title": "Ærø", "expiresAt": "2026-11-04T09:30:00.000Z", "ui": object{"language": "DA_DK"}}, at(got, "createSignatureOrder", "signatureOrder"))
}

func TestPages(t *testing.T) {
	_, app := start(t)
	var ids []string
	for range 7 {
		ids = append(ids, word(app.place(), "id"))
	}
	app.end(cancel, "cancelSignatureOrder", ids[3])
	const list = `query l($status: SignatureOrderStatus, $first: Int, $after: String) { viewer { ... on Application { signatureOrders(status: $status, first: $first, after: $after) {
		totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } } }`
	walk := func(variables object) (all []string, pages int) {
		for {
			page := at(app.ask(list, variables), "viewer", "signatureOrders")
			pages++
			for _, e := range at(page, "edges").([]any) {
				all = append(all, word(e, "node", "id"))
			}
			if more, _ := at(page, "pageInfo", "hasNextPage").(bool); !more {
				return all, pages
			}
			if pages == 2 {
				app.place() // an order that comes in between changes nothing
			}
			variables["after"] = word(page, "pageInfo", "endCursor")
		}
	}
	all, pages := walk(object{"first": 2})
	assert.Equal(t, 4, pages)
	assert.Equal(t, []string{ids[6], ids[5], ids[4], ids[3], ids[2], ids[1], ids[0]}, all, "newest first")
	all, _ = walk(object{"status": "CANCELLED"})
	assert.Equal(t, []string{ids[3]}, all)
	app.refused("no cursor", list, object{"after": "æ"})
	app.refused("1 or more", list, object{"first": 0})
}

func TestValidateDocument(t *testing.T) {
	_, app := start(t)
	const validate = `mutation v($input: ValidateDocumentInput!) { validateDocument(input: $input) { valid errors fixable hasBookmarks previouslySigned } }`
	ask := func(pdf []byte) any {
		return at(app.ask(validate, object{"input": object{"pdf": base64.StdEncoding.EncodeToString(pdf)}}), "validateDocument")
	}
	assert.Equal(t, object{"valid": true, "errors": nil, "fixable": nil, "hasBookmarks": false, "previouslySigned": false}, ask(contract()))
	assert.Equal(t, object{"valid": false, "errors": []any{"it does not begin with %PDF-"}, "fixable": false, "hasBookmarks": nil, "previouslySigned": nil}, ask([]byte("Åse")))
	app.refused("exactly one", validate, object{"input": object{}})
}

func TestRequestsAreRecorded(t *testing.T) {
	s, app := start(t)
	o := app.place(func(in object) {
		in["webhook"] = object{"url": "http://127.0.0.1:1/", "secret": base64.StdEncoding.EncodeToString(make([]byte, 32))}
	})
	app.close(word(o, "id"))
	r := s.Requests()
	require.Len(t, r, 2)
	assert.Equal(t, "POST /v1/graphql createSignatureOrder", r[0].String())
	assert.Equal(t, "Aftale på Ærø", word(r[0].Variables, "input", "title"))
	assert.Contains(t, word(app.ask(query, object{"id": word(o, "id")}), "signatureOrder", "title"), "Ærø")
	assert.Equal(t, 1, s.Count("closeSignatureOrder"))
	assert.Equal(t, signingtest.ApplicationSide, r[0].Side)
	assert.Equal(t, http.StatusOK, r[0].Status)
	s.ResetRequests()
	assert.Empty(t, s.Requests())
}
