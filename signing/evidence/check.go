package evidence

import (
	"crypto/sha256"
	"time"

	"github.com/dkeid/dkeid/signing"
)

// contents are the parts of a bundle whose bytes are known to be those of the manifest.
type contents struct {
	about About
	parts []ManifestEntry
	held  map[string][]byte // by name: all parts but documents
	sums  map[string][sha256.Size]byte
}

// each calls f for every part of a kind.
func (c *contents) each(k PartKind, f func(e *ManifestEntry, content []byte) error) error {
	for i := range c.parts {
		if e := &c.parts[i]; e.Kind == k {
			if err := f(e, c.held[e.Name]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *contents) has(k PartKind) bool {
	return c.each(k, func(*ManifestEntry, []byte) error { return errFound }) != nil
}

var errFound = failed(signing.InputInvalid, "", "found")

// checker checks what the parts of a bundle prove. It makes no call.
type checker struct {
	*contents
	policy *Policy
	at     time.Time // the time that the caller checks for
	stamp  time.Time // the time of the timestamp; zero if there is none
	report *Report
	tokens []*token
}

// run makes every check. It appends to the report.
func (c *checker) run() error {
	for _, step := range []func() error{
		c.checkTokens, c.checkDiscovery, c.checkRequest, c.checkCertificates, c.checkTexts, c.checkReferences, c.checkDocuments,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	c.note()
	return nil
}

// note says what nobody checked.
func (c *checker) note() {
	if c.policy.Issuer == "" {
		c.report.not("whether the issuer is the one that you expect: set Policy.Issuer")
	}
	for _, n := range []struct {
		kind PartKind
		what string
	}{
		{PartSigned, "the signatures inside the signed documents, and whether their pages are those of the originals"},
		{PartUserinfo, "the userinfo, which nobody signed"},
		{PartOther, "the other parts, beyond that they are unchanged"},
	} {
		if c.has(n.kind) {
			c.report.not(n.what)
		}
	}
}
