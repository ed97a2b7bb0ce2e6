package housecheck

import (
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

var (
	runsExample = regexp.MustCompile(`^go run \./(examples/\w+)((?: .*)?)$`)
	flagOf      = regexp.MustCompile(`(?:^|\s)--?([a-z][a-z0-9-]*)\b`)
)

// A flag that a document shows is one of the command's: its name stands in the command's
// sources, or in those that examples share.
func TestShownFlagsExist(t *testing.T) {
	names := map[string]string{} // folder → text
	for _, s := range sources(t, isGo) {
		if dir := s.dir(); under(dir, "examples") && !s.isTest() {
			names[dir] += s.text
		}
	}
	shared := ""
	for dir, text := range names {
		if under(dir, "examples/internal") {
			shared += text
		}
	}
	for _, doc := range documents(t) {
		for _, unknown := range unknownFlags(commands(t, doc.path), names, shared) {
			t.Errorf("%s shows %s", doc.path, unknown)
		}
	}
}

// unknownFlags returns what lines show and no source has. A line that ends with a
// backslash goes on in the next one.
func unknownFlags(lines []string, sources map[string]string, shared string) []string {
	var unknown []string
	for _, c := range strings.Split(strings.ReplaceAll(strings.Join(lines, "\n"), "\\\n", " "), "\n") {
		m := runsExample.FindStringSubmatch(c)
		if m == nil {
			continue
		}
		for _, f := range flagOf.FindAllStringSubmatch(m[2], -1) {
			if !strings.Contains(sources[path.Clean(m[1])], `"`+f[1]+`"`) && !strings.Contains(shared, `"`+f[1]+`"`) {
				unknown = append(unknown, m[1]+" with -"+f[1])
			}
		}
	}
	return unknown
}

func TestUnknownFlagsAreFound(t *testing.T) {
	sources := map[string]string{"examples/send": `fs.StringVar(&o.to, "to", "", "")`}
	assert.Equal(t, []string{"examples/send with -two", "examples/send with -cert"}, unknownFlags([]string{
		"go run ./examples/send -to - -two x-y \\",
		"-tls -cert FILE",
		"go test ./... -run X",
	}, sources, `"tls"`))
}
