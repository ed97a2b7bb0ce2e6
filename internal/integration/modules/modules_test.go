// Package modules tries our modules as users get them: from a module proxy, without a clone.
package modules

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/toolstest"
)

// versions returns every version in which a file names a module of ours.
func versions(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	require.NoError(t, err)
	var all []string
	for _, m := range regexp.MustCompile(`github\.com/dkeid/dkeid\S* (v\S+)`).FindAllStringSubmatch(string(text), -1) {
		all = append(all, m[1])
	}
	return all
}

// next is the version in which the modules require each other.
func next(t *testing.T) string {
	t.Helper()
	all := versions(t, "go.work")
	require.NotEmpty(t, all)
	return all[0]
}

// constantOf is the name of the constant of internal/release in a version.
func constantOf(version string) string {
	return "AllDkeidModulesNeedVersion_" + strings.NewReplacer(".", "_", "-", "_").Replace(version)
}

// The modules of one release require each other in its version.
func TestModulesHaveOneVersion(t *testing.T) {
	version := next(t)
	for _, folder := range append(published, "internal/integration") {
		for _, v := range versions(t, folder+"/go.mod") {
			assert.Equal(t, version, v, folder)
		}
	}
	for _, v := range versions(t, "go.work") {
		assert.Equal(t, version, v)
	}
	constant := constantOf(version)
	for _, file := range []string{"internal/release", "eboks/outbox", "eboks/outbox/riverrunner", "eboks/textletter"} {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file), "release.go"))
		require.NoError(t, err)
		assert.Contains(t, string(text), constant, file)
	}
}

// A replace in a go.mod would keep people from running a command without a clone.
func TestNoModuleReplacesAnother(t *testing.T) {
	for _, folder := range published {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(folder), "go.mod"))
		require.NoError(t, err)
		assert.NotContains(t, string(text), "replace", folder)
	}
}

// Who wants a CPR number gets no browser driver, no database and no writer of PDFs.
func TestAUserOfCPRInheritsNoDrivers(t *testing.T) {
	p := proxy{t.TempDir()}
	p.publish(t, ".", next(t), nil)
	u := p.user(t)
	u.writes(t, `package main

import "github.com/dkeid/dkeid/cpr"

func main() {
	_, err := cpr.Parse("æøå")
	println(err.Error())
}
`)
	out, err := u.goes("get", ours+"@"+next(t))
	require.NoError(t, err, out)
	said, err := u.goes("run", ".")
	require.NoError(t, err, said)
	require.Contains(t, said, "cpr: ")
	modules, err := u.goes("list", "-m", "-f", "{{.Path}}", "all")
	require.NoError(t, err, modules)
	t.Logf("the modules of a user of cpr:\n%s", modules)
	for _, heavy := range []string{"chromedp", "sqlite", "pgx", "pdf", "river", "opentelemetry", "dejavu", "libc"} {
		assert.NotContains(t, modules, heavy)
	}
	assert.Contains(t, modules, ours)
}

// What README tells people who have no clone.
func TestExamplesRunWithoutAClone(t *testing.T) {
	p := proxy{t.TempDir()}
	for _, folder := range published {
		p.publish(t, folder, next(t), nil)
	}
	u := p.user(t)
	bin := t.TempDir()
	u.env = append(u.env, "GOBIN="+bin)
	commands := []string{"fakes", "login"}
	if toolstest.Long() { // it compiles a database
		commands = append(commands, "send")
	}
	for _, name := range commands {
		out, err := u.goes("install", ours+"/examples/"+name+"@"+next(t))
		require.NoError(t, err, "%s: %s", name, out)
	}
	out, err := u.goes("run", ours+"/examples/login@"+next(t), "-h")
	require.NoError(t, err, out)
	require.Contains(t, out, "-issuer")

	fakes := exec.Command(filepath.Join(bin, "fakes"), "-base-port", "0")
	stdout, err := fakes.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, fakes.Start())
	t.Cleanup(func() {
		_ = fakes.Process.Kill()
		_ = fakes.Wait()
	})
	var ready struct{ Criipto struct{ Issuer string } }
	require.NoError(t, json.NewDecoder(stdout).Decode(&ready))
	got, err := http.Get(ready.Criipto.Issuer + "/.well-known/openid-configuration")
	require.NoError(t, err)
	_ = got.Body.Close()
	require.Equal(t, http.StatusOK, got.StatusCode)
}

// A mix of two releases is refused at build, and says why.
func TestAMixOfReleasesDoesNotCompile(t *testing.T) {
	version := next(t)
	p := proxy{t.TempDir()}
	for _, folder := range published {
		p.publish(t, folder, version, nil)
	}
	const newer, name = "v0.999.0", "internal/release/release.go"
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	require.NoError(t, err)
	changed := filepath.Join(t.TempDir(), "release.go")
	renamed := strings.ReplaceAll(string(text), constantOf(version), constantOf(newer))
	require.NoError(t, os.WriteFile(changed, []byte(renamed), 0o644))
	p.publish(t, ".", newer, map[string]string{name: changed})
	u := p.user(t)
	u.writes(t, `package main

import "github.com/dkeid/dkeid/eboks/textletter"

func main() { println(textletter.Writable("æøå") == nil) }
`)
	out, err := u.goes("get", ours+"/eboks/textletter@"+version)
	require.NoError(t, err, out)
	out, err = u.goes("build", "-o", os.DevNull, ".")
	require.NoError(t, err, out)
	out, err = u.goes("get", ours+"@"+newer)
	require.NoError(t, err, out)
	out, err = u.goes("build", "-o", os.DevNull, ".")
	require.Error(t, err)
	require.Contains(t, out, "undefined: release."+constantOf(version))
}
