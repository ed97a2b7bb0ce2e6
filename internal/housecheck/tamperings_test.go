package housecheck

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// docs/tamperings.md lists what the fakes can spoil, and is made from their
// catalogues.
func TestTamperingsAreListed(t *testing.T) {
	const doc = "docs/tamperings.md"
	want := tamperingsDoc()
	if *update {
		require.NoError(t, os.WriteFile(filepath.Join(root(t), filepath.FromSlash(doc)), []byte(want), 0o644))
	}
	assert.Equal(t, want, file(t, doc), "the catalogues have changed: go test ./internal/housecheck -update")
}

func tamperingsDoc() string {
	var b strings.Builder
	b.WriteString(`# What the fakes can spoil, by name

This list is made from the catalogues: ` + "`go test ./internal/housecheck -update`" + `. What dkeid does with bad input, and why, stands in
[bad-input.md](bad-input.md).

## Logins

` + "`fake.Tamper(\"expired\")`" + ` spoils the next login once ([mitidtest](guides/test.md)). The error must be of the kind that stands here, as
` + "`mitid.KindOf`" + ` tells it; "accepted" means that the login must succeed. OIDC: Criipto, NEB and E-Ident. All: OIDC, E-Ident SAML and NemLog-in.

A name is made of plain words in one order: where it happens, what is the matter, with what. The place is left out where it is the ID token, or where
the thing is in one place only; over SAML it stands there, unless it is the person. *wrong* is the right value plus one character, *cut* the right value without its last character, *other* the value
of somebody or something else. *missing*, *empty* and *null* are what they say; *twice* means two equal ones.

`)
	for _, stage := range stagesOf() {
		fmt.Fprintf(&b, "### %s\n\n| name | what arrives | error | at |\n| --- | --- | --- | --- |\n", stage.title)
		for _, row := range stage.rows {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", row.name, cell(row.doc), row.want, row.at())
		}
		b.WriteString("\n")
	}
	b.WriteString(`## Letters

` + "`fake.Next(\"dropped-answer\")`" + ` makes the next request misbehave; ` + "`Always`" + ` and ` + "`For`" + ` last longer ([ebokstest](guides/send.md)). The error of a
` + "`Send`" + ` must be of one of the kinds that stand here, the best one first, and say what is to be done (` + "`Error.Then`" + `).

| name | what arrives | error | letter | then |
| --- | --- | --- | --- | --- |
`)
	for _, m := range sortedMisbehaviours() {
		kinds := make([]string, len(m.Kinds))
		for i, k := range m.Kinds {
			kinds[i] = k.String()
		}
		where, then := "not taken", m.Then.String()
		if m.Taken {
			where = "taken"
		}
		if len(kinds) == 0 {
			kinds, then = []string{"accepted"}, "–"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", m.Name, cell(m.Doc), strings.Join(kinds, ", "), where, then)
	}
	b.WriteString(`
## Signatures at Criipto Signatures

` + "`fake.Next(\"lost-answer\")`" + ` plays a misbehaviour once, at its next occasion; ` + "`At`" + ` plays it at an operation, and ` + "`Always`" + ` lasts longer
(package signing/signingtest). *request*: the next request of the application, which is carried out, or not. *answer*: the next answer that holds
what is spoilt. *signing*: the next signature, in the file and in answers. *closing*: the files of the next order that is closed. *webhook*: the next
event.

| name | what arrives | occasion | carried out? |
| --- | --- | --- | --- |
`)
	for _, m := range signingtest.Misbehaviours() {
		done := "–"
		if m.Occasion == signingtest.AtRequest {
			done = "no"
			if m.Done {
				done = "yes"
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.Name, cell(m.Doc), m.Occasion, done)
	}
	b.WriteString(`
## Signatures at Nets eID Broker

` + "`fake.TamperSigning(\"session-reused\")`" + ` spoils the next signature once. The error must be of the kind of package signing that stands here. What spoils a
transaction token or an OCSP answer of a login spoils a signature too.

| name | what arrives | error | of |
| --- | --- | --- | --- |
`)
	for _, m := range nebtest.SigningTamperings() {
		of := "a document"
		if m.Workflow {
			of = "an order"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.Name, cell(m.Doc), m.Want, of)
	}
	return b.String()
}

func sortedMisbehaviours() []ebokstest.Misbehaviour {
	return slices.SortedFunc(slices.Values(ebokstest.Misbehaviours()), func(a, b ebokstest.Misbehaviour) int { return strings.Compare(a.Name, b.Name) })
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// A spoiltRow is one tampering, and the dialects that have it.
type spoiltRow struct {
	name, doc, want string
	dialects        []string
}

// catalogues are the fakes' tamperings.
var catalogues = []struct {
	broker     string
	tamperings []mitidtest.Tampering
}{{"Criipto", criiptotest.Tamperings()}, {"NEB", nebtest.Tamperings()}, {"E-Ident", eidenttest.Tamperings()}, {"E-Ident SAML", eidenttest.SAMLTamperings()}, {"NemLog-in", nemlogintest.Tamperings()}}

func (r *spoiltRow) at() string {
	if len(r.dialects) == len(catalogues) {
		return "all"
	}
	return strings.Replace(strings.Join(r.dialects, ", "), "Criipto, NEB, E-Ident", "OIDC", 1)
}

type spoiltStage struct {
	title string
	rows  []*spoiltRow
}

// stageTitles are the sections, in order.
var stageTitles = []struct {
	stage mitidtest.Stage
	title string
}{
	{mitidtest.StageTLS, "The connection"}, {mitidtest.StageDiscovery, "Discovery"}, {mitidtest.StagePAR, "The pushed request (PAR)"},
	{mitidtest.StageCallback, "The callback"}, {mitidtest.StageToken, "The token endpoint"},
	{mitidtest.StageIDToken, "The ID token, and what is told of the person"}, {mitidtest.StageKeys, "The keys"}, {mitidtest.StageUserinfo, "Userinfo"},
	{nebtest.StageUserinfoToken, "The userinfo token"}, {nebtest.StageTransactionToken, "The transaction token"},
	{nebtest.StageOCSP, "The OCSP answer"}, {mitidtest.StageMatch, "The CPR match"}, {mitidtest.StageLogout, "The logout message"},
	{nemlogintest.StageResponse, "The response (SAML)"}, {nemlogintest.StageAssertion, "The assertion (SAML), and what is told of the person"},
}

// stagesOf returns all tamperings by stage. Dialects that say the same of a name
// share a row.
func stagesOf() []spoiltStage {
	rows := map[mitidtest.Stage][]*spoiltRow{}
	for _, d := range catalogues {
		for _, m := range d.tamperings {
			want := m.Want.String()
			if m.Want == mitid.Kind(0) {
				want = "accepted"
			}
			stage := m.Stage
			if stage == nebtest.StagePerson {
				stage = mitidtest.StageIDToken // one section says it, wherever a broker tells it
			}
			i := slices.IndexFunc(rows[stage], func(r *spoiltRow) bool { return r.name == m.Name && r.doc == m.Doc && r.want == want })
			if i >= 0 {
				rows[stage][i].dialects = append(rows[stage][i].dialects, d.broker)
				continue
			}
			rows[stage] = append(rows[stage], &spoiltRow{m.Name, m.Doc, want, []string{d.broker}})
		}
	}
	var stages []spoiltStage
	for _, s := range stageTitles {
		slices.SortStableFunc(rows[s.stage], func(a, b *spoiltRow) int { return strings.Compare(a.name, b.name) })
		stages = append(stages, spoiltStage{s.title, rows[s.stage]})
	}
	return stages
}

// Names can be guessed: plain words, and no two tamperings of a dialect share one,
// at whatever stage they stand. Nor do two names say that the same arrives.
func TestTamperingsHavePlainNames(t *testing.T) {
	form := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	for _, d := range catalogues {
		seen, said := map[string]bool{}, map[string]string{}
		for _, m := range d.tamperings {
			assert.Regexp(t, form, m.Name)
			assert.False(t, seen[m.Name], "%s: twice: %s", d.broker, m.Name)
			assert.NotEmpty(t, m.Doc, m.Name)
			at := m.Stage.String() + ": " + m.Doc
			assert.Empty(t, said[at], "%s: %s says the same: %q", d.broker, m.Name, m.Doc)
			said[at] = m.Name
			assert.True(t, m.Want == 0 || m.Want.String() != "Unknown", m.Name)
			assert.NotEmpty(t, m.Stage.String())
			seen[m.Name] = true
		}
	}
	for _, m := range nebtest.SigningTamperings() {
		assert.Regexp(t, form, m.Name)
		assert.NotEmpty(t, m.Doc, m.Name)
		assert.True(t, isErrorWord(m.Want), m.Name)
	}
}
