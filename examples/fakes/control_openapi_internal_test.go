package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/dkeid/dkeid/internal/toolstest"
)

// contract is openapi.yaml as the tests hold the control API against it.
type contract struct {
	doc     map[string]any
	schemas *jsonschema.Compiler
	tried   map[string]bool // operations that a test has seen succeed
}

const contractURL = "http://127.0.0.1/control/openapi.yaml"

func readContract(t *testing.T) *contract {
	t.Helper()
	c := &contract{schemas: jsonschema.NewCompiler(), tried: make(map[string]bool)}
	var raw any
	require.NoError(t, yaml.Unmarshal(openAPI, &raw))
	text, err := json.Marshal(raw)
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	c.doc = doc.(map[string]any)
	c.schemas.AssertFormat()
	require.NoError(t, c.schemas.AddResource(contractURL, doc))
	return c
}

// at returns what stands at a path in the file, with references followed, and its place.
func (c *contract) at(place ...string) (any, []string) {
	var v any = c.doc
	for i, step := range place {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, nil
		}
		v = m[step]
		if next, ok := v.(map[string]any); ok {
			if ref, ok := next["$ref"].(string); ok && i < len(place) {
				target := strings.Split(strings.TrimPrefix(ref, "#/"), "/")
				return c.at(append(target, place[i+1:]...)...)
			}
		}
	}
	return v, place
}

// check holds a value against the schema at a place.
func (c *contract) check(t *testing.T, body []byte, place ...string) {
	t.Helper()
	_, place = c.at(place...)
	require.NotNil(t, place)
	for i := range place {
		place[i] = strings.ReplaceAll(strings.ReplaceAll(place[i], "~", "~0"), "/", "~1")
	}
	schema, err := c.schemas.Compile(contractURL + "#/" + strings.Join(place, "/"))
	require.NoError(t, err)
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	require.NoError(t, err, string(body))
	require.NoError(t, schema.Validate(v), string(body))
}

// operation returns the path of the file that a request is for.
func (c *contract) operation(method, path string) string {
	mux := http.NewServeMux()
	for p, ops := range c.doc["paths"].(map[string]any) {
		if _, ok := ops.(map[string]any)[strings.ToLower(method)]; ok {
			mux.HandleFunc(method+" "+p, func(http.ResponseWriter, *http.Request) {})
		}
	}
	req, err := http.NewRequest(method, "http://fakes"+path, nil)
	if err != nil {
		return ""
	}
	_, pattern := mux.Handler(req)
	return strings.TrimPrefix(pattern, method+" ")
}

// answered holds an answer against the file.
func (c *contract) answered(t *testing.T, method, path string, status int, kind string, body []byte) {
	t.Helper()
	op := c.operation(method, path)
	if op == "" {
		require.GreaterOrEqual(t, status, 400, "%s %s is not in openapi.yaml", method, path)
		op, method = "/control/v1/clock", "GET" // whose problems are like all others
	}
	base := []string{"paths", op, strings.ToLower(method), "responses"}
	responses, _ := c.at(base...)
	code := strconv.Itoa(status)
	if _, ok := responses.(map[string]any)[code]; !ok {
		code = "default"
		if status < 400 {
			require.Fail(t, "the status is not in openapi.yaml", "%s %s: %d", method, op, status)
		}
	}
	if _, ok := responses.(map[string]any)[code]; !ok { // of what needs no token, such as a wrong Host
		base, code = []string{"paths", "/control/v1/clock", "get", "responses"}, "default"
	}
	if status < 400 {
		c.tried[strings.ToUpper(method)+" "+op] = true
	}
	content, place := c.at(append(base, code, "content")...)
	if content == nil {
		require.Empty(t, body, "%s %s has no body in openapi.yaml", method, op)
		return
	}
	kinds := slices.Collect(maps.Keys(content.(map[string]any)))
	require.Equal(t, kinds, []string{kind}, "%s %s", method, op)
	if strings.HasSuffix(kind, "json") {
		c.check(t, body, append(slices.Clone(place), kind, "schema")...)
	}
}

// operations returns every operation of the file, as "GET /path".
func (c *contract) operations() []string {
	var all []string
	for path, ops := range c.doc["paths"].(map[string]any) {
		for method := range ops.(map[string]any) {
			if method != "parameters" {
				all = append(all, strings.ToUpper(method)+" "+path)
			}
		}
	}
	slices.Sort(all)
	return all
}

func TestOpenAPIHasEveryRoute(t *testing.T) {
	var served []string
	for _, r := range new(control).routes() {
		served = append(served, r.method+" "+r.path)
	}
	slices.Sort(served)
	assert.Equal(t, readContract(t).operations(), served)
}

func TestOpenAPIExamples(t *testing.T) {
	c, n := readContract(t), 0
	var walk func(v any, place []string)
	walk = func(v any, place []string) {
		switch v := v.(type) {
		case map[string]any:
			if example, ok := v["example"]; ok && v["schema"] != nil {
				text, err := json.Marshal(example)
				require.NoError(t, err)
				c.check(t, text, append(slices.Clone(place), "schema")...)
				n++
			}
			for name, next := range v {
				walk(next, append(slices.Clone(place), name))
			}
		case []any:
			for _, next := range v {
				walk(next, []string{"nowhere"})
			}
		}
	}
	walk(c.doc, nil)
	assert.Greater(t, n, 20)
}

// TestOpenAPIFile holds the file against the rules of OpenAPI 3.1, as a program that is not
// ours knows them.
func TestOpenAPIFile(t *testing.T) {
	validator := filepath.Join("testdata", "openapi", "node_modules", "@seriousme", "openapi-schema-validator", "bin", "validate-api-cli.js")
	if _, err := os.Stat(validator); err != nil {
		const why = "the validator is not installed; npm ci --prefix examples/fakes/testdata/openapi brings it"
		toolstest.Missing(t, why)
	}
	validate := func(file string) error { return exec.CommandContext(t.Context(), "node", validator, file).Run() }
	assert.NoError(t, validate("openapi.yaml"))
	broken := filepath.Join(t.TempDir(), "broken.yaml")
	require.NoError(t, os.WriteFile(broken, bytes.Replace(openAPI, []byte("operationId: clock"), []byte("operationId: [clock]"), 1), 0o600))
	assert.Error(t, validate(broken), "the validator finds what is wrong")
}

// TestRequestsHaveTheMembersOfTheFile: a handler takes each member that the file has, and none
// besides.
func TestRequestsHaveTheMembersOfTheFile(t *testing.T) {
	c := readContract(t)
	at := startControl(t)
	n := 0
	for _, op := range c.operations() {
		method, path, _ := strings.Cut(op, " ")
		body, _ := c.at("paths", path, strings.ToLower(method), "requestBody", "content", "application/json", "schema")
		if body == nil {
			continue
		}
		n++
		address := strings.NewReplacer("{item}", "criipto:0", "{citizen}", "0", "{fake}", fakeFor(path)).Replace(path)
		properties, _ := body.(map[string]any)["properties"].(map[string]any)
		for name := range properties {
			_, detail := at.send(t, method, address, `{"`+name+`":null}`)
			assert.NotContains(t, detail, "there is no member", "%s: %s", op, name)
		}
		status, detail := at.send(t, method, address, `{"ukendt_ø":1}`)
		assert.Equal(t, http.StatusBadRequest, status, op)
		assert.Contains(t, detail, "there is no member /ukendt_ø", op)
		status, _ = at.send(t, method, address, `{"a":`)
		assert.Equal(t, http.StatusBadRequest, status, op)
		status, _ = at.send(t, method, address, ``)
		assert.Equal(t, http.StatusBadRequest, status, "%s without a body", op)
	}
	assert.Greater(t, n, 15)
}

// fakeFor returns a fake that the operations of a path are for.
func fakeFor(path string) string {
	if strings.Contains(path, "misbehaviours") || strings.Contains(path, "receipts") || strings.Contains(path, "letters") {
		return "stralfors"
	}
	return "criipto"
}
