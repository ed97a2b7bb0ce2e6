package nebtest_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fact is a row of testdata/recorded.tsv.
type fact struct {
	line                                      int
	message, member, kind, class, value, when string
	position                                  int
}

func readFacts(t *testing.T) []fact {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "recorded.tsv"))
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	var facts []fact
	for n, s := 1, bufio.NewScanner(f); s.Scan(); n++ {
		cells := strings.Split(s.Text(), "\t")
		if strings.HasPrefix(s.Text(), "#") || cells[0] == "capture" {
			continue
		}
		require.Len(t, cells, 8, "line %d", n)
		position, err := strconv.Atoi(cells[2])
		require.NoError(t, err, "line %d", n)
		facts = append(facts, fact{n, cells[1], cells[3], cells[4], cells[5], cells[6], cells[7], position})
	}
	return facts
}

// applies reports whether a fact's conditions hold for e.
func (f fact) applies(e *exhibit) bool {
	if f.when == "-" {
		return true
	}
	for word := range strings.SplitSeq(f.when, ", ") {
		word, not := strings.CutPrefix(word, "!")
		if e.holds[word] == not {
			return false
		}
	}
	return true
}

// TestRecorded holds the fake to every recorded fact: each one must be shown by
// at least one message of the fake, and no message may contradict any.
func TestRecorded(t *testing.T) {
	exhibits := makeExhibits(t)
	shown := 0
	facts := readFacts(t)
	for _, f := range facts {
		applied := false
		for _, e := range exhibits[f.message] {
			if f.applies(e) {
				applied = true
				f.check(t, e)
			}
		}
		if assert.True(t, applied, "line %d: %s: nothing shows %s", f.line, f.message, f.member) {
			shown++
		}
	}
	assert.Equal(t, 430, len(facts))
	t.Logf("%d of %d facts shown", shown, len(facts))
	for message, es := range exhibits {
		for _, e := range es {
			inOrder(t, message, facts, e)
		}
	}
}

// inOrder: the members of a message stand in the recorded order, and there is
// none that the recordings do not have.
func inOrder(t *testing.T, message string, facts []fact, e *exhibit) {
	t.Helper()
	at := map[string]int{}
	for _, f := range facts {
		if f.message == message && f.position > 0 && f.value != "=absent" {
			at[f.member] = f.position
		}
	}
	if len(e.names) == 0 || len(at) == 0 || strings.HasPrefix(message, "headers") || strings.HasPrefix(message, "id_token payload (") {
		return
	}
	last := 0
	for _, name := range e.names {
		position, known := at[name]
		if !known {
			// The recorded look-ups failed: what follows a good one is documented only.
			if !strings.Contains(message, "(") && !strings.HasPrefix(name, "ssn.details.") {
				t.Errorf("%s: member %s was never recorded", message, name)
			}
			continue
		}
		assert.GreaterOrEqual(t, position, last, "%s: %s stands too late", message, name)
		last = max(last, position)
	}
}

func (f fact) check(t *testing.T, e *exhibit) {
	t.Helper()
	value := f.value
	for word, v := range e.words {
		value = strings.ReplaceAll(value, "{"+word+"}", v)
	}
	where := "line " + strconv.Itoa(f.line) + ": " + f.message + ": " + f.member
	switch f.kind {
	case "status":
		want, _, _ := strings.Cut(f.value, ",")
		if f.member == ":status" {
			assert.Equal(t, want, strconv.Itoa(e.status), where)
			return
		}
		assert.True(t, e.facts[f.member], where)
		return
	case "header":
		f.checkHeader(t, e, value, where)
		return
	case "body":
		assert.Empty(t, e.body, where)
		return
	}
	if strings.HasPrefix(f.member, ":") {
		assert.True(t, e.facts[f.member], "%s: %s", where, value)
		return
	}
	raw, there := e.members[f.member]
	if value == "=absent" {
		assert.False(t, there, where)
		return
	}
	if !assert.True(t, there, where) {
		return
	}
	texts := f.checkKind(t, raw, where)
	switch {
	case value == "-":
	case strings.HasPrefix(value, "~"):
		for _, text := range texts {
			assert.Regexp(t, value[1:], text, where)
		}
	case strings.HasPrefix(value, "="):
		f.checkRule(t, e, value[1:], strings.Join(texts, ""), where)
	case f.kind == "array<string>":
		assert.JSONEq(t, value, string(raw), where)
	case f.kind == "array<object>":
		assert.Equal(t, value, strconv.Itoa(strings.Count(string(raw), `"kty"`)), where)
	case f.kind == "object":
		f.checkEntry(t, raw, value, where)
	default:
		assert.Equal(t, value, strings.Join(texts, ""), where)
	}
	for _, text := range texts {
		checkClass(t, f.class, text, where)
	}
}

// checkKind holds a member to its JSON type, and returns its texts.
func (f fact) checkKind(t *testing.T, raw json.RawMessage, where string) []string {
	t.Helper()
	switch f.kind {
	case "array<string>":
		var texts []string
		assert.NoError(t, json.Unmarshal(raw, &texts), where)
		return texts
	case "array<object>":
		assert.Equal(t, byte('['), raw[0], where)
		return nil
	case "object":
		assert.Equal(t, byte('{'), raw[0], where)
		return nil
	case "string":
		var text string
		assert.NoError(t, json.Unmarshal(raw, &text), where)
		return []string{text}
	case "number":
		var n json.Number
		assert.NotEqual(t, byte('"'), raw[0], where)
		assert.NoError(t, json.Unmarshal(raw, &n), where)
	case "bool":
		assert.Contains(t, []string{"true", "false"}, string(raw), where)
	default:
		t.Errorf("%s: no such type: %s", where, f.kind)
	}
	return []string{string(raw)}
}

// checkEntry: an error word's languages and IdP.
func (f fact) checkEntry(t *testing.T, raw json.RawMessage, value, where string) {
	t.Helper()
	if value == "-" {
		return
	}
	e := &exhibit{}
	e.open(raw)
	var got []string
	for _, name := range e.names {
		if name == "Idp" {
			name += "=" + e.text(name)
		}
		got = append(got, name)
	}
	assert.Equal(t, value, strings.Join(got, " "), where)
}

func (f fact) checkHeader(t *testing.T, e *exhibit, value, where string) {
	t.Helper()
	got := e.header.Get(f.member)
	switch {
	case f.member == "Set-Cookie" && value == "=absent":
		assert.Empty(t, e.header.Values("Set-Cookie"), where)
	case strings.HasPrefix(value, "nebcausationid") && !e.facts["authorize"]:
	case f.member == "Set-Cookie":
		name, _, _ := strings.Cut(value, "=")
		pattern := regexp.MustCompile("^" + name + `=[0-9a-f-]{36}; expires=[^;]+ GMT; path=/; secure; samesite=none; httponly$`)
		assert.True(t, slices.ContainsFunc(e.header.Values("Set-Cookie"), pattern.MatchString), where)
	case f.member == "Expires":
		assert.Equal(t, e.header.Get("Date"), got, where)
	case f.member == "Content-Security-Policy":
		assert.True(t, strings.HasPrefix(got, strings.TrimPrefix(value, "begins ")), where)
	case strings.HasPrefix(value, "~"):
		assert.Regexp(t, value[1:], got, where)
	case strings.Contains(value, "<the query as sent"):
		assert.Equal(t, e.words["login page"], got, where)
	default:
		assert.Equal(t, value, got, where)
	}
}

var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func checkClass(t *testing.T, class, text, where string) {
	t.Helper()
	switch class {
	case "uuid":
		assert.Regexp(t, uuidForm, text, where)
	case "unix time":
		assert.Regexp(t, `^[0-9]{10}$`, text, where)
	case "iso date":
		_, err := time.Parse(time.DateOnly, text)
		assert.NoError(t, err, where)
	case "base64":
		_, err := base64.StdEncoding.DecodeString(text)
		assert.NoError(t, err, where)
	case "uri":
		assert.Regexp(t, `^(https?://|urn:)`, text, where)
	}
}

// checkRule holds a member to a rule such as =iat+300.
func (f fact) checkRule(t *testing.T, e *exhibit, rule, got, where string) {
	t.Helper()
	number := func(s string) int64 {
		n, _ := strconv.ParseInt(s, 10, 64)
		return n
	}
	plain := func(raw json.RawMessage) string { return strings.Trim(string(raw), `"`) }
	switch {
	case rule == "iat" || strings.HasPrefix(rule, "iat+"):
		assert.Equal(t, number(plain(e.members["iat"]))+number(strings.TrimPrefix(rule, "iat+")), number(got), where)
	case rule == "loa", rule == "sid", rule == "mitid.uuid":
		assert.Equal(t, plain(e.members[rule]), got, where)
	case rule == "jws":
		assert.Equal(t, 2, strings.Count(got, "."), where)
	case rule == "at_hash":
		assert.Equal(t, half(plain(e.related["access"]["token"])), got, where)
	case strings.HasPrefix(rule, "id_token "), rule == "sig key", rule == "not id_token header/kid":
		message, member, _ := strings.Cut(strings.TrimPrefix(rule, "not "), "/")
		if rule == "sig key" {
			message, member = "jwks key 2", "kid"
		}
		other := plain(e.related[message][member])
		require.NotEmpty(t, other, where)
		assert.Equal(t, strings.HasPrefix(rule, "not "), other != got, where)
	case rule == "previous login", rule == "new":
		assert.Equal(t, rule == "new", plain(e.related["previous login"][f.member]) != got, where)
	case rule == "replacement cpr":
		assert.Regexp(t, `^[0-9]{10}$`, got, where) // the recorded person's begins with 6 to 9; see Differences
	default:
		assert.True(t, e.facts["="+rule], "%s: %s", where, rule)
	}
}
