package modules

import (
	"cmp"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

const (
	ours = "github.com/dkeid/dkeid"
	root = "../../.."
)

// published are the folders of the modules that are released.
var published = []string{".", "eboks/outbox", "eboks/outbox/riverrunner", "eboks/textletter", "examples"}

// proxy is a folder that the go command reads as a module proxy.
type proxy struct{ dir string }

// publish adds the module in a folder of this checkout. instead maps names of its files to
// other files.
func (p proxy) publish(t *testing.T, folder, version string, instead map[string]string) {
	t.Helper()
	m := module.Version{Path: strings.TrimSuffix(ours+"/"+folder, "/."), Version: version}
	at := filepath.Join(p.dir, filepath.FromSlash(m.Path), "@v")
	require.NoError(t, os.MkdirAll(at, 0o755))
	var out strings.Builder
	require.NoError(t, zip.Create(&out, m, files(t, filepath.Join(root, filepath.FromSlash(folder)), instead)))
	mod, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(folder), "go.mod"))
	require.NoError(t, err)
	for name, text := range map[string]string{version + ".zip": out.String(), version + ".mod": string(mod),
		version + ".info": `{"Version":"` + version + `"}`, "list": version + "\n"} {
		require.NoError(t, os.WriteFile(filepath.Join(at, name), []byte(text), 0o644))
	}
}

// files are those of a module: what lies in its folder and in no module below.
func files(t *testing.T, top string, instead map[string]string) (all []zip.File) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(top, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			_, err := os.Stat(filepath.Join(p, "go.mod"))
			if p != top && (err == nil || d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".")) {
				return filepath.SkipDir
			}
			return nil
		}
		name, err := filepath.Rel(top, p)
		if err == nil && d.Type().IsRegular() {
			name = filepath.ToSlash(name)
			all = append(all, file{name, cmp.Or(instead[name], p)})
		}
		return err
	}))
	return all
}

// file is a file of a module, and where it is.
type file struct{ name, at string }

func (f file) Path() string                 { return f.name }
func (f file) Lstat() (fs.FileInfo, error)  { return os.Lstat(f.at) }
func (f file) Open() (io.ReadCloser, error) { return os.Open(f.at) }

// user is somebody with the go command, the proxy and a folder, and without a clone. What
// is not ours comes from this machine's module cache.
type user struct {
	dir string
	env []string
}

func (p proxy) user(t *testing.T) user {
	t.Helper()
	cache, err := exec.Command("go", "env", "GOMODCACHE").Output()
	require.NoError(t, err)
	return user{t.TempDir(), append(os.Environ(),
		"GOPROXY=file://"+filepath.ToSlash(p.dir)+",file://"+filepath.ToSlash(strings.TrimSpace(string(cache)))+"/cache/download",
		"GOMODCACHE="+t.TempDir(), "GOSUMDB=off", "GONOPROXY=none", "GOWORK=",
		// Without paths in them, packages that were compiled before are found again.
		"GOFLAGS=-mod=mod -modcacherw -trimpath")}
}

// goes runs the go command and returns what it prints.
func (u user) goes(args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = u.dir, u.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// writes starts a module with one program.
func (u user) writes(t *testing.T, program string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(u.dir, "main.go"), []byte(program), 0o644))
	out, err := u.goes("mod", "init", "example.org/bruger")
	require.NoError(t, err, out)
}
