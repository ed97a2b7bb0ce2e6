package housecheck

import (
	"go/ast"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A fence says which of our own packages a package may import outside its tests.
type fence struct {
	who string // a folder, or "folder/..." for what lies in it
	may []string
	why string
}

// fences: the first row that matches counts; a package without a row may import
// none.
var fences = []fence{
	{".", nil, "the root is a page that says which package does what"},
	{"cpr", nil, "cpr is the standard library and nothing else, so that anybody can afford it"},
	{"cpr/cprtest", []string{"cpr"}, "it makes numbers, no more"},
	{"claims", []string{"cpr", "internal/..."}, "claims know no client and no broker"},
	{"claims/nameform", []string{"cpr"}, "names and user IDs are texts, whoever has them"},

	{"mitid", ground, "the client knows no adapter: adapters import the client"},
	{"mitid/mitidhttp", with("mitid"), "handlers work with every broker, so they know none"},
	{"mitid/mitidtest", with("mitid", "mitid/internal/fakeoidc", "cpr/cprtest"), nothingProven},
	{"mitid/mitidtest/brokersuite", with("mitid", "mitid/mitidtest"), "the suite knows no dialect: it asks the fake"},
	{"mitid/criipto/criiptotest", with("mitid", "mitid/mitidtest", "mitid/internal/fakeoidc", "cpr/cprtest"), nothingProven},
	{"mitid/nets/neb/nebtest", with("mitid", "mitid/mitidtest", "mitid/internal/fakeoidc", "cpr/cprtest"), nothingProven},
	{"mitid/nets/eident/eidenttest", with("mitid", "mitid/mitidtest", "mitid/internal/fakeoidc", "cpr/cprtest"), nothingProven},
	{"mitid/nemlogin/nemlogintest", with("mitid", "mitid/mitidtest", "mitid/internal/fakeoidc", "cpr/cprtest"), nothingProven},
	{"mitid/internal/fakeoidc", nil, "what the fakes share is OpenID Connect and nothing else"},
	{"mitid/internal/...", with("mitid"), "what adapters share knows the seam and no adapter"},
	{"mitid/nets", with("mitid/internal/..."), "the claims that both Nets brokers have are values, and know no broker"},
	{"mitid/nets/internal/...", with("mitid/nets", "mitid/internal/..."), "the claims that both Nets brokers have are read without knowing either"},
	{"mitid/nets/...", with("mitid", "mitid/nets", "mitid/nets/internal/...", "mitid/internal/..."), adaptersAlone},
	{"mitid/...", with("mitid", "mitid/internal/..."), adaptersAlone},

	{"eboks", with("eboks/internal/fjernprint"), "the client knows no adapter: adapters import the client"},
	{"eboks/internal/fjernprint", ground, "what a public schema admits is a table; client, adapter and fake go by it"},
	{"eboks/readlink", with("eboks", "mitid", "mitid/mitidhttp"), "a read link is a letter's address and a login, no more"},
	{"eboks/ebokstest", with("eboks", "eboks/internal/fakewire", "cpr/cprtest"), nothingProven},
	{"eboks/stralfors/stralforstest", with("eboks", "eboks/ebokstest", "eboks/internal/fakewire", "eboks/internal/fjernprint", "cpr/cprtest"), nothingProven},
	{"eboks/postnord/postnordtest", with("eboks", "eboks/ebokstest", "eboks/internal/fakewire", "cpr/cprtest"), nothingProven},
	{"eboks/internal/fakewire", nil, "what reads requests for the fakes is XML and nothing else"},
	{"eboks/internal/rawpost", with("eboks", "eboks/ebokstest", "cpr/cprtest"), "what tries the fakes is bare HTTP, and knows no adapter"},
	{"eboks/ebokstest/sendersuite", with("eboks", "eboks/ebokstest", "cpr/cprtest"), "the suite knows no adapter: the test opens it"},
	{"eboks/ebokstest/ledgersuite", []string{"eboks"}, "what a ledger promises needs no distributor"},
	{"eboks/outbox", with("eboks"), "the outbox sends with any adapter, so it knows none"},
	{"eboks/outbox/opendb", []string{"eboks/outbox"}, "who brings a driver of their own does without, and so it does no more than open"},
	{"eboks/outbox/internal/crashtest", nil, "what makes a process die knows databases and no outbox"},
	{"eboks/outbox/internal/posttest", with("eboks", "eboks/outbox/internal/crashtest"), "what keeps the books of letters shares nothing with what sends them"},
	{"eboks/outbox/internal/crashsuite", with("eboks", "eboks/outbox", "eboks/outbox/internal/posttest", "eboks/outbox/internal/crashtest", "cpr/cprtest"), "the suite crashes an outbox at a distributor that keeps books, and knows no other"},
	{"eboks/textletter", []string{"eboks", "internal/..."}, "a text becomes a document, whoever sends it"},
	{"eboks/outbox/riverrunner", []string{"eboks", "eboks/outbox", "internal/private", "internal/release"}, "River drives the outbox's own steps, and what they need is behind them"},
	{"eboks/...", with("eboks", "eboks/internal/fjernprint"), adaptersAlone},

	{"signing", ground, "the client knows no adapter: adapters import the client"},
	{"signing/pades", ground, "a file is judged by what stands in it, whoever asks"},
	{"signing/neb", with("signing", "signing/pades", "mitid", "mitid/nets/neb"), "this broker signs inside a login, so it builds on the client for logins and on that adapter, and no other"},
	{"signing/evidence", with("signing", "mitid"), "a bundle holds what a login proved, whatever broker it was"},
	{"signing/signingtest", with("signing", "mitid", "mitid/mitidtest", "mitid/criipto/criiptotest", "cpr/cprtest"), "signatories log in at a fake tenant; a fake that shares code with the adapter it tests proves nothing"},
	{"signing/signingtest/servicesuite", with("signing"), "the suite knows no adapter and no fake: the test opens both"},
	{"signing/...", with("signing", "signing/pades"), adaptersAlone},

	{"internal/fakehttp", nil, "what the fakes share is HTTP and nothing else"},
	{"internal/fakepdf", nil, "what writes signed PDFs for the fakes shares nothing with what reads them"},
	{"internal/oidcrp", []string{"internal/fault", "internal/httpx", "internal/strictjson"}, "a relying party judges tokens and knows nobody who is named in one"},
	{"internal/...", []string{"cpr", "internal/..."}, "what the clients share must not know them, nor claims"},
	{"examples/questionnaire/survey", nil, oneWay},
	{"examples/questionnaire/store", rooms("survey"), oneWay},
	{"examples/questionnaire/post", rooms("survey", "store"), oneWay},
	{"examples/questionnaire/signdesk", rooms("survey", "store", "post"), oneWay},
	{"examples/questionnaire/web", rooms("survey", "store", "post", "signdesk"), oneWay},
	{"examples/...", append([]string{"examples/..."}, everything...), ""},
}

const (
	adaptersAlone = "an adapter knows its parent and what everybody shares, no other adapter"
	oneWay        = "the rooms of the questionnaire import one way, as main.go says"
	nothingProven = "a fake that shares code with the adapter it tests proves nothing"
)

var (
	ground     = []string{"claims", "cpr", "internal/..."}
	everything = []string{"claims", "cpr", "cpr/...", "mitid", "mitid/...", "eboks", "eboks/...", "signing", "signing/...", "internal/...", "examples/internal/..."}
)

func with(more ...string) []string { return append(more, ground...) }

// rooms are what a room of the questionnaire may import: the library, and the rooms named.
func rooms(names ...string) []string {
	all := slices.Clone(everything)
	for _, name := range names {
		all = append(all, "examples/questionnaire/"+name)
	}
	return all
}

// A guest is a third-party module and where it is at home.
type guest struct {
	module string
	where  func(rel string) bool // if nil, in tests alone
	why    string
}

// modules say where third-party code may appear outside tests. A module without
// a row may appear nowhere: each one is inherited by every user.
var modules = []guest{
	{"golang.org/x/net", inAny("internal/..."), "HTML is judged in one place"},
	{"golang.org/x/text", inAny("claims/nameform", "eboks/textletter", "signing/neb", "internal/..."), "few need the normal forms of names"},
	{"golang.org/x/oauth2", behindTheSeam, "users hold our types"},
	{"github.com/coreos/go-oidc/v3", behindTheSeam, "users hold our types"},
	{"github.com/go-jose/go-jose/v4", behindTheSeamOrKit, "users hold our types"},
	{"github.com/go-json-experiment/json", inInternalOrTestkits, "strictness lives in internal/strictjson"},
	{"github.com/crewjam/saml", behindTheSeamOrKit, "users hold our types"},
	{"github.com/russellhaering/goxmldsig", behindTheSeamOrKit, "XML signatures live in internal/xmlsig"},
	{"github.com/beevik/etree", behindTheSeamOrKit, "XML signatures live in internal/xmlsig"},
	{"golang.org/x/crypto", inAny("internal/revocation"), "answers about revocation are judged in one place"},
	{"github.com/notaryproject/tspclient-go", inAny("internal/timestamp"), "timestamps are judged in one place"},
	{"github.com/riverqueue/river", inAny("eboks/outbox/riverrunner"), "a module of its own: a user's older River must not break"},
	{"github.com/jackc/pgx/v5", inAny("eboks/outbox/riverrunner", "eboks/outbox/opendb", "eboks/outbox/internal/crashsuite"), "a driver is the application's choice"},
	{"modernc.org/sqlite", inAny("eboks/outbox/opendb", "eboks/outbox/internal/crashsuite"), "two packages that register the name sqlite cannot be in one program"},
	{"go.opentelemetry.io/otel/sdk", nil, "what becomes of metrics and traces is the application's choice"},
	{"go.opentelemetry.io/otel", inAny("eboks/outbox"), "metrics and traces of durable sending; nobody else has any"},
	{"github.com/vektah/gqlparser/v2", inAny("signing/signingtest"), "the fake reads GraphQL; a client writes it by hand"},
	{"github.com/stretchr/testify", inSuites, "whoever imports the package would link a test library"},
	{"github.com/jarcoal/httpmock", nil, "whoever imports the package would link a test library"},
	{"github.com/carlos7ags/folio", nil, "a signer of PDFs that is not ours, for tests"},
	{"github.com/davecgh/go-spew", inTestkits, "here to prove that reflection printers show nothing"},
	{"github.com/google/go-cmp", nil, "here to prove that reflection printers show nothing"},
	{"go.yaml.in/yaml/v3", nil, "here to prove that no marshaller writes a secret"},
	{"codeberg.org/go-pdf/fpdf", inAny("eboks/textletter"), "who has PDFs of their own links no writer of PDFs"},
	{"golang.org/x/image", inAny("eboks/textletter"), "it says which characters a typeface has, which is asked in one place"},
	{"github.com/go-fonts/dejavu", inAny("eboks/textletter"), "two typefaces are 1.4 MB of a program, for those alone who write letters"},
	{"golang.org/x/mod", nil, "here to make a module proxy"},
	{"github.com/santhosh-tekuri/jsonschema/v6", nil, "here to hold answers of the fakes against openapi.yaml"},
	{"github.com/chromedp/chromedp", nil, "here for the browser tests"},
	{"github.com/chromedp/cdproto", nil, "here for the browser tests"},
}

func inAny(patterns ...string) func(string) bool {
	return func(rel string) bool { return matchesAny(rel, patterns) }
}

// behindTheSeam admits internal packages and adapters: what lies below a client
// and is neither its handlers nor its fakes.
func behindTheSeam(rel string) bool {
	adapter := matchesAny(rel, []string{"mitid/...", "eboks/...", "signing/..."}) && rel != "mitid/mitidhttp" && rel != "eboks/readlink"
	return classOf(rel) == library && (adapter || matches(rel, "internal/..."))
}

// inInternalOrTestkits admits internal packages, and the test packages, which read as
// everybody else does.
func inInternalOrTestkits(rel string) bool { return matches(rel, "internal/...") || inTestkits(rel) }

// inTestkits admits the test packages: their conformance suites judge as tests do.
func inTestkits(rel string) bool { return classOf(rel) == testkit }

// inSuites admits the conformance suites, which judge as tests do.
func inSuites(rel string) bool { return strings.HasSuffix(rel, "suite") }

// isFake reports whether rel is a fake, or the machinery of one: what a command starts.
func isFake(rel string) bool {
	ours := matchesAny(rel, []string{"mitid/...", "eboks/...", "signing/..."}) && classOf(rel) == testkit
	return ours && !inSuites(rel) || rel == "internal/fakehttp" || rel == "internal/fakepdf"
}

func behindTheSeamOrKit(rel string) bool { return behindTheSeam(rel) || classOf(rel) == testkit }

// barred is what production code must not link, from the standard library.
var barred = map[string]string{
	"testing":           "a program would get the flags of a test binary",
	"net/http/httptest": "it is for tests",
	"net/http/pprof":    "it registers handlers for everybody",
	"expvar":            "it registers handlers for everybody",
	"flag":              "flags belong to commands",
	"log":               "a library writes to the Logger of its Config and nowhere else",
	"os/exec":           "a library starts no programs",
	"plugin":            "a library loads no code",
	"unsafe":            "nothing here is worth it",
	"C":                 "users build without a C compiler",
	"math/rand":         "states, nonces and keys come from crypto/rand",
	"math/rand/v2":      "states, nonces and keys come from crypto/rand",
	"crypto/md5":        "broken",
	"crypto/sha1":       "broken",
	"crypto/des":        "broken",
	"crypto/rc4":        "broken",
}

// barredExceptions: "folder imports package" → the reason.
var barredExceptions = exceptions{
	"internal/ocsp imports crypto/sha1":  "RFC 6960 names certificates by SHA-1; no signature rests on it",
	"internal/cades imports crypto/sha1": "RFC 2634 names certificates by SHA-1; one that differs is refused, and one that is the same proves nothing",
	"signing/pades imports crypto/sha1":  "the kid of Nets' workflow tokens is one; the key is that of the certificate itself",
}

// linkedBars is what production code must not link by way of others either.
// (Others may use flag, log, unsafe and the like for themselves.)
var linkedBars = []string{"testing", "net/http/httptest", "net/http/pprof", "expvar", "plugin"}

func TestImportFence(t *testing.T) {
	used := map[string]bool{}
	var findings []string
	for _, s := range sources(t, isGo) {
		for _, i := range s.ast.Imports {
			if why := refuseImport(s, importOf(i), used); why != "" {
				findings = append(findings, s.at(i)+": "+s.dir()+" must not import "+importOf(i)+": "+why)
			}
		}
	}
	report(t, append(findings, barredExceptions.unused(used)...))
}

func importOf(i *ast.ImportSpec) string {
	p, err := strconv.Unquote(i.Path.Value)
	if err != nil {
		return i.Path.Value
	}
	return p
}

// refuseImport says why a file must not import p, or nothing.
func refuseImport(s *source, p string, used map[string]bool) string {
	rel, own := ours(p)
	switch {
	case own && s.isTest():
		return ""
	case own:
		return refuseOwn(s.dir(), rel)
	case !isStandard(p) || p == "C":
		return refuseModule(s, p)
	case !s.isTest() && classOf(s.dir()) == library && barredWhy(p) != "":
		if place := s.dir() + " imports " + p; barredExceptions[place] != "" {
			used[place] = true
			return ""
		}
		return barredWhy(p)
	case !s.isTest() && isFake(s.dir()) && under(p, "testing"):
		return "commands start fakes, and would get the flags of a test binary"
	case !s.isTest() && classOf(s.dir()) == example && under(p, "testing"):
		return "a command is not a test; the fakes have constructors without testing.TB"
	}
	return ""
}

func barredWhy(p string) string {
	if under(p, "testing") {
		p = "testing"
	}
	return barred[p]
}

func refuseOwn(who, rel string) string {
	from, to := classOf(who), classOf(rel)
	switch {
	case to == example && (from != example || !matches(rel, "examples/internal/...") && program(rel) != program(who)):
		return "examples are commands"
	case to == checks:
		return "it checks the repository and nothing else"
	case to == testkit && from == library:
		return "test packages are for tests, examples and each other"
	}
	for _, f := range fences {
		if matches(who, f.who) {
			if matchesAny(rel, f.may) {
				return ""
			}
			return f.why
		}
	}
	return "the package has no row in the table of fences"
}

// program is the command that a package of the examples belongs to.
func program(rel string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(rel, "examples/"), "/")
	return name
}

func refuseModule(s *source, p string) string {
	if p == "C" {
		return barred[p]
	}
	for _, m := range modules {
		if !under(p, m.module) {
			continue
		}
		if s.isTest() || classOf(s.dir()) == example && m.module != "github.com/stretchr/testify" || m.where != nil && m.where(s.dir()) {
			return ""
		}
		return m.why
	}
	return "the module has no row in the table of modules: say there what it is for, or do without"
}

// What is linked by way of others counts as well.
func TestProductionLinksNoTestCode(t *testing.T) {
	h := built(t)
	for _, c := range h.some(func(rel string) bool { return classOf(rel) == library }) {
		for _, dep := range h.listed[path.Join(module, c.rel)].Deps {
			rel, own := ours(dep)
			switch {
			case slices.Contains(linkedBars, dep), under(dep, "testing"):
				t.Errorf("%s links %s: it does not belong in a production program", c.rel, dep)
			case own && classOf(rel) != library:
				t.Errorf("%s links %s: test packages are for tests, examples and each other", c.rel, dep)
			case slices.ContainsFunc(modules, func(m guest) bool { return m.where == nil && under(dep, m.module) }):
				t.Errorf("%s links %s: that module is here for tests", c.rel, dep)
			}
		}
	}
}

// Commands start fakes, and a command is not a test.
func TestFakesAndExamplesLinkNoTestLibrary(t *testing.T) {
	h := built(t)
	looked := map[string]bool{}
	for _, c := range h.some(func(rel string) bool { return isFake(rel) || classOf(rel) == example }) {
		looked[c.rel] = true
		for _, dep := range h.listed[path.Join(module, c.rel)].Deps {
			if under(dep, "testing") || under(dep, "net/http/httptest") || under(dep, "github.com/stretchr/testify") {
				t.Errorf("%s links %s: commands start fakes, and would get the flags of a test binary", c.rel, dep)
			}
		}
	}
	for _, rel := range []string{"internal/fakehttp", "internal/fakepdf", "mitid/mitidtest", "mitid/criipto/criiptotest", "mitid/nemlogin/nemlogintest", "eboks/ebokstest", "eboks/stralfors/stralforstest", "eboks/postnord/postnordtest", "examples/fakes", "examples/sign", "examples/questionnaire"} {
		assert.True(t, looked[rel], "%s was not looked at", rel)
	}
}

// Who wants a CPR number and nothing else gets nothing else.
func TestCPRLinksTheStandardLibraryAlone(t *testing.T) {
	h := built(t)
	l := h.listed[module+"/cpr"]
	if assert.NotNil(t, l) {
		for _, dep := range l.Deps {
			assert.True(t, h.listed[dep].Standard, "cpr links %s", dep)
		}
	}
}

func TestEveryPackageHasAFence(t *testing.T) {
	h := built(t)
	for rel := range maps.Keys(h.packages) {
		if classOf(rel) == checks {
			continue
		}
		has := slices.ContainsFunc(fences, func(f fence) bool { return matches(rel, f.who) })
		assert.True(t, has, "%s has no row in the table of fences", rel)
	}
}

func TestImportFenceRefuses(t *testing.T) {
	for _, c := range []struct {
		name, file, imports string
		refused             bool
	}{
		{"cpr takes the standard library", "cpr/number.go", "fmt", false},
		{"cpr takes nothing of ours", "cpr/number.go", module + "/internal/fault", true},
		{"cpr takes no x package", "cpr/number.go", "golang.org/x/text/width", true},
		{"claims/nameform takes x/text", "claims/nameform/transliterate.go", "golang.org/x/text/unicode/norm", false},
		{"claims takes no x/text", "claims/name.go", "golang.org/x/text/unicode/norm", true},
		{"claims takes no client", "claims/name.go", module + "/mitid", true},
		{"a client takes no adapter", "mitid/client.go", module + "/mitid/criipto", true},
		{"a client takes no third party", "mitid/client.go", "github.com/go-jose/go-jose/v4", true},
		{"a client takes no fake", "mitid/client.go", module + "/mitid/mitidtest", true},
		{"a client's test takes a fake", "mitid/client_test.go", module + "/mitid/mitidtest", false},
		{"an adapter takes its parent", "mitid/criipto/criipto.go", module + "/mitid", false},
		{"an adapter takes go-jose", "mitid/criipto/criipto.go", "github.com/go-jose/go-jose/v4/jwt", false},
		{"an adapter takes no other adapter", "mitid/criipto/criipto.go", module + "/mitid/nets/neb", true},
		{"an adapter takes no other parent", "eboks/stralfors/send.go", module + "/mitid", true},
		{"signing/neb takes its broker", "signing/neb/text.go", module + "/mitid/nets/neb", false},
		{"signing/criipto does not", "signing/criipto/order.go", module + "/mitid/criipto", true},
		{"handlers take no go-jose", "mitid/mitidhttp/cookie.go", "github.com/go-jose/go-jose/v4", true},
		{"a fake takes no adapter", "mitid/criipto/criiptotest/token.go", module + "/mitid/criipto", true},
		{"a fake takes no testing", "mitid/criipto/criiptotest/broker.go", "testing", true},
		{"a fake distributor takes no testing", "eboks/ebokstest/config.go", "testing", true},
		{"a fake distributor takes no testify", "eboks/ebokstest/config.go", "github.com/stretchr/testify/require", true},
		{"what fakes share takes no testing", "internal/fakehttp/listener.go", "testing", true},
		{"a fake takes no suite", "eboks/ebokstest/config.go", module + "/eboks/ebokstest/sendersuite", true},
		{"a suite of senders takes the fake", "eboks/ebokstest/sendersuite/suite.go", module + "/eboks/ebokstest", false},
		{"a fake distributor takes its engine", "eboks/stralfors/stralforstest/log.go", module + "/eboks/ebokstest", false},
		{"a fake distributor takes no adapter", "eboks/stralfors/stralforstest/log.go", module + "/eboks/stralfors", true},
		{"a fake distributor takes no other fake", "eboks/postnord/postnordtest/letter.go", module + "/eboks/stralfors/stralforstest", true},
		{"an engine takes no fake distributor", "eboks/ebokstest/serve.go", module + "/eboks/stralfors/stralforstest", true},
		{"an adapter takes nothing that reads for the fakes", "eboks/stralfors/send.go", module + "/eboks/internal/fakewire", true},
		{"a suite of senders takes no adapter", "eboks/ebokstest/sendersuite/suite.go", module + "/eboks/stralfors", true},
		{"a suite of ledgers takes no fake", "eboks/ebokstest/ledgersuite/suite.go", module + "/eboks/ebokstest", true},
		{"a fake takes no other fake", "mitid/criipto/criiptotest/token.go", module + "/mitid/nets/neb/nebtest", true},
		{"a fake takes its engine", "mitid/criipto/criiptotest/token.go", module + "/mitid/mitidtest", false},
		{"an engine takes no fake", "mitid/mitidtest/broker.go", module + "/mitid/criipto/criiptotest", true},
		{"a conformance suite takes testify", "mitid/mitidtest/brokersuite/suite.go", "github.com/stretchr/testify/require", false},
		{"a client takes no testify", "mitid/client.go", "github.com/stretchr/testify/require", true},
		{"a fake takes what fakes share", "eboks/ebokstest/listener.go", module + "/internal/fakehttp", false},
		{"a client does not", "eboks/client.go", module + "/internal/fakehttp", true},
		{"what fakes share takes nothing of ours", "internal/fakehttp/listener.go", module + "/internal/httpx", true},
		{"what writes signed PDFs takes nothing of ours", "internal/fakepdf/sign.go", module + "/internal/ocsp", true},
		{"a signing client does not write them", "signing/client.go", module + "/internal/fakepdf", true},
		{"internal takes no client", "internal/oidcrp/party.go", module + "/mitid", true},
		{"a letter of text takes the writer of PDFs", "eboks/textletter/sheet.go", "codeberg.org/go-pdf/fpdf", false},
		{"a client does not", "eboks/document.go", "codeberg.org/go-pdf/fpdf", true},
		{"a letter of text knows no adapter", "eboks/textletter/letter.go", module + "/eboks/stralfors", true},
		{"internal takes go-oidc", "internal/oidcrp/party.go", "github.com/coreos/go-oidc/v3/oidc", false},
		{"production takes no testing", "internal/seal/seal.go", "testing", true},
		{"production takes no unknown module", "internal/seal/seal.go", "example.org/strange", true},
		{"nor do tests", "internal/seal/seal_test.go", "example.org/strange", true},
		{"a module is no prefix of another", "claims/name.go", "golang.org/x/textual", true},
		{"an example takes an adapter", "examples/login/main.go", module + "/mitid/criipto", false},
		{"an example takes no testing", "examples/fakes/main.go", "testing", true},
		{"a command takes its rooms", "examples/questionnaire/run.go", module + "/examples/questionnaire/web", false},
		{"a room takes those below", "examples/questionnaire/web/app.go", module + "/examples/questionnaire/store", false},
		{"and none above", "examples/questionnaire/store/store.go", module + "/examples/questionnaire/web", true},
		{"a command takes no other's rooms", "examples/login/main.go", module + "/examples/questionnaire/store", true},
		{"nobody takes an example", "mitid/client.go", module + "/examples/login", true},
		{"an unknown package takes nothing of ours", "strange/strange.go", module + "/cpr", true},
		{"no weak randomness", "mitid/client.go", "math/rand/v2", true},
		{"no cgo", "eboks/outbox/store.go", "C", true},
		{"an outbox takes the client", "eboks/outbox/outbox.go", module + "/eboks", false},
		{"an outbox takes no adapter", "eboks/outbox/outbox.go", module + "/eboks/stralfors", true},
		{"an outbox takes the API of OpenTelemetry", "eboks/outbox/telemetry.go", "go.opentelemetry.io/otel/metric", false},
		{"and no SDK", "eboks/outbox/telemetry.go", "go.opentelemetry.io/otel/sdk/metric", true},
		{"its tests take one", "eboks/outbox/telemetry_test.go", "go.opentelemetry.io/otel/sdk/metric", false},
		{"an outbox takes no driver", "eboks/outbox/sqlite.go", "modernc.org/sqlite", true},
		{"what opens its database does", "eboks/outbox/opendb/opendb.go", "modernc.org/sqlite", false},
		{"an outbox takes no River", "eboks/outbox/run.go", "github.com/riverqueue/river", true},
		{"a client takes no OpenTelemetry", "eboks/client.go", "go.opentelemetry.io/otel", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := read(c.file, "package x\n")
			assert.Equal(t, c.refused, refuseImport(s, c.imports, map[string]bool{}) != "")
		})
	}
}
