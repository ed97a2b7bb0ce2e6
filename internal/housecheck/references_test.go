package housecheck

import (
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	linkTarget = regexp.MustCompile(`\]\(\s*<?([^)\s>]+)>?[^)]*\)`)
	htmlTarget = regexp.MustCompile(`(?:src|srcset|href)="([^"\s]+)[^"]*"`)
	linkNote   = regexp.MustCompile(`(?m)^\s*\[[^\]]+\]:\s*(\S+)`)
	inlineCode = regexp.MustCompile("`[^`\n]*`")
)

// Pictures and files that a document refers to are there.
func TestDocumentsReferToWhatExists(t *testing.T) {
	top := root(t)
	for _, doc := range documents(t) {
		for _, target := range localTargets(doc) {
			p := filepath.Join(top, filepath.FromSlash(path.Join(doc.dir(), target)))
			info, err := os.Stat(p)
			if err != nil {
				t.Errorf("%s refers to %s, which is not there", doc.path, target)
			} else if !info.IsDir() && info.Size() == 0 {
				t.Errorf("%s refers to %s, which is empty", doc.path, target)
			}
		}
	}
}

// localTargets returns the files that a document refers to, as it writes them.
func localTargets(doc *source) []string {
	text := prose(doc)
	var all []string
	for _, re := range []*regexp.Regexp{linkTarget, htmlTarget, linkNote} {
		for _, m := range re.FindAllStringSubmatch(text, -1) {
			u, err := url.Parse(m[1])
			if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" {
				continue
			}
			all = append(all, u.Path)
		}
	}
	return all
}

// prose is a document without its code.
func prose(doc *source) string {
	lines := strings.Split(doc.text, "\n")
	for _, b := range blocks(doc) {
		for i := range b.lines {
			lines[b.first+i] = ""
		}
	}
	return inlineCode.ReplaceAllString(strings.Join(lines, "\n"), "")
}

// One command tests everything. The README, CI and the workflow name the same.
func TestCommandsAreTheSameEverywhere(t *testing.T) {
	const testAll, ci = "go test work", ".ci/run"
	assert.Contains(t, commands(t, "README.md"), testAll, "README.md shows the test command in a sh block")
	run := file(t, ".ci/run")
	withFlags := strings.Replace(testAll, "go test", `go test "$@"`, 1)
	assert.Regexp(t, `(?m)^readme_test\(\) \{ `+regexp.QuoteMeta(withFlags)+`; \}$`, run, ".ci/run calls the README's command")
	assert.Contains(t, file(t, ".github/workflows/ci.yml"), "run: "+ci, "the workflow runs .ci/run")
	assert.Contains(t, file(t, "CONTRIBUTING.md"), ci, "contributors are told of .ci/run")
}

// Every `go run ./x` that a document shows can be run.
func TestShownCommandsExist(t *testing.T) {
	target := regexp.MustCompile(`go (?:run|test|build|install) .*?(\./[\w./-]+)`)
	for _, doc := range documents(t) {
		for _, c := range commands(t, doc.path) {
			for _, m := range target.FindAllStringSubmatch(c, -1) {
				dir := strings.TrimSuffix(m[1], "...")
				_, err := os.Stat(filepath.Join(root(t), filepath.FromSlash(dir)))
				assert.NoError(t, err, "%s shows %q", doc.path, c)
			}
		}
	}
}

// commands returns the lines of the sh blocks of a document.
func commands(t *testing.T, p string) []string {
	t.Helper()
	doc := read(p, file(t, p))
	var all []string
	for _, b := range blocks(doc) {
		if b.lang == "sh" || b.lang == "bash" || b.lang == "console" {
			for _, l := range b.lines {
				l, _, _ = strings.Cut(l, " #")
				all = append(all, strings.TrimSpace(strings.TrimPrefix(l, "$ ")))
			}
		}
	}
	return all
}

func file(t *testing.T, p string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), filepath.FromSlash(p)))
	require.NoError(t, err)
	return string(text)
}

func TestTargetsAreFound(t *testing.T) {
	doc := read("docs/x.md", "![a](shots/a.png) [b](../b.md#part) [c](https://example.org/c) [d](#here)\n"+
		"<img src=\"shots/e.png\" alt=\"e\">\n`[f](f.md)`\n\n```sh\n[g](g.md)\n```\n\n[h]: h.md\n![i](shots/i.png \"title\")\n")
	assert.ElementsMatch(t, []string{"shots/a.png", "../b.md", "shots/e.png", "h.md", "shots/i.png"}, localTargets(doc))
}
