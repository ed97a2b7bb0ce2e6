package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"runtime/debug"
	"time"

	"github.com/dkeid/dkeid/internal/strictjson"
)

// Format is the version of the form of bundles that this package writes and reads.
const Format = "dkeid-evidence-1"

// Manifest lists what is in a bundle. Its SHA-256 is what a timestamp is of. It holds no
// personal data, unless the caller's reference or URLs do.
type Manifest struct {
	Format    string          `json:"format"`
	About     About           `json:"about"`
	Reference string          `json:"reference"`
	Created   time.Time       `json:"created"` // by the clock of the writer, in UTC and whole seconds
	Library   string          `json:"library"` // what wrote the bundle, and its version
	Parts     []ManifestEntry `json:"parts"`   // in the order of the file
}

// ManifestEntry is one part in a Manifest.
type ManifestEntry struct {
	Name      string     `json:"name"`
	Kind      PartKind   `json:"kind"`
	MediaType string     `json:"mediaType"`
	Size      int64      `json:"size"`              // bytes
	SHA256    string     `json:"sha256"`            // in lower-case hexadecimal digits
	URL       string     `json:"url,omitempty"`     // where it was fetched
	Fetched   *time.Time `json:"fetched,omitempty"` // when it was fetched
}

// digest returns SHA256 as bytes; false if it is malformed.
func (e *ManifestEntry) digest() (sum [sha256.Size]byte, ok bool) {
	b, err := hex.DecodeString(e.SHA256)
	if err != nil || len(b) != sha256.Size || hex.EncodeToString(b) != e.SHA256 {
		return sum, false
	}
	return [sha256.Size]byte(b), true
}

// encode returns the manifest as it stands in a bundle.
func (m *Manifest) encode() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	_ = enc.Encode(m) // texts, numbers and times that validate has checked
	return b.Bytes()
}

// readManifest reads a manifest by the rules for one that encode wrote.
func readManifest(b []byte) (*Manifest, error) {
	m := new(Manifest)
	if err := strictjson.Unmarshal(b, m); err != nil {
		return nil, damaged(manifestName, "it is malformed")
	}
	switch {
	case m.Format != Format:
		return nil, damaged(manifestName, "it has a form that this version does not know")
	case m.About != AboutLogin && m.About != AboutSignature, !isReference(m.Reference), len(m.Parts) == 0, len(m.Parts) > MaxParts:
		return nil, damaged(manifestName, "it is not a manifest")
	case !bytes.Equal(m.encode(), b):
		return nil, damaged(manifestName, "it is not written as it should be")
	}
	counts := make(map[PartKind]int)
	for i := range m.Parts {
		p := &m.Parts[i]
		counts[p.Kind]++
		_, ok := p.digest()
		switch {
		case !p.Kind.known(), !isMediaType(p.MediaType), !ok, p.Size <= 0, p.Size > p.Kind.limit(), !isURL(p.URL):
			return nil, damaged(manifestName, "it lists a part that no bundle has")
		case p.Name != nameOf(p.Kind, counts[p.Kind], p.MediaType):
			return nil, damaged(manifestName, "it gives a part another name")
		}
	}
	if counts[PartReadme] != 1 || m.Parts[0].Kind != PartReadme {
		return nil, damaged(manifestName, "it lists no README")
	}
	return m, nil
}

// sums returns the content of SHA256SUMS, which sha256sum -c reads. manifest is the
// encoded manifest.
func (m *Manifest) sums(manifest []byte) []byte {
	var b bytes.Buffer
	line := func(sum, name string) { b.WriteString(sum + "  " + name + "\n") }
	for _, p := range m.Parts {
		line(p.SHA256, p.Name)
	}
	sum := sha256.Sum256(manifest)
	line(hex.EncodeToString(sum[:]), manifestName)
	return b.Bytes()
}

const module = "github.com/dkeid/dkeid"

// library names this module and its version in the running program.
func library() string {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range append(info.Deps, &info.Main) {
			if m.Path == module && m.Version != "" {
				version = m.Version
			}
		}
	}
	return module + " " + version
}
