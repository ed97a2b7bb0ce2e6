package criipto_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

func TestVerifierComparesWithTheOriginal(t *testing.T) {
	for title, c := range map[string]struct {
		set  func(s *scene)
		kind signing.Kind
	}{
		"streams": {func(s *scene) {
			s.original = fakepdf.Document{Streamed: true, Pages: []fakepdf.Page{{Lines: []string{"Lejekontrakt æøå"}}}}.Bytes()
		}, 0},
		"several pages": {func(s *scene) { s.original = fakepdf.New(make([]fakepdf.Page, 5)...) }, 0},
		"updated before it was sent": {func(s *scene) {
			s.original = fakepdf.Document{Plants: []fakepdf.Plant{fakepdf.EarlierUpdate}}.Bytes()
		}, 0},
		"signed before it was sent": {func(s *scene) {
			var err error
			s.original, err = stranger().Sign(s.original, fakepdf.Signature{At: signedAt.Add(-24 * time.Hour), Name: "Øjvind"})
			require.NoError(s.t, err)
		}, 0},
		"another document": {func(s *scene) {
			s.change = func(x *signing.Exhibit) {
				x.Original = fakepdf.New(fakepdf.Page{Lines: []string{"Noget andet"}})
				x.Ticket.Documents[0].SHA256 = sha256.Sum256(x.Original)
			}
		}, signing.DocumentMismatch},
		"the original alone":       {func(s *scene) { s.forge = func([]byte) []byte { return s.original } }, signing.SignatureInvalid},
		"nothing":                  {func(s *scene) { s.forge = func([]byte) []byte { return nil } }, signing.DocumentMismatch},
		"a page for people":        {func(s *scene) { s.forge = func([]byte) []byte { return []byte("<html>æ</html>") } }, signing.DocumentMismatch},
		"the original and rubbish": {func(s *scene) { s.forge = func([]byte) []byte { return append(bytes.Clone(s.original), "rubbish"...) } }, signing.SignatureInvalid},
		"another file behind it": {func(s *scene) { // whose offsets are right, and which knows nothing of the original
			s.forge = func([]byte) []byte {
				return shifted(fakepdf.New(fakepdf.Page{Lines: []string{"Noget andet"}}), s.original)
			}
		}, signing.SignatureInvalid},
		"changed between original and signature": {func(s *scene) {
			s.signs = func(_ int, pdf []byte, f fakepdf.Signature) ([]byte, error) {
				once, err := s.authority.Sign(pdf, fakepdf.Signature{At: signedAt})
				if err != nil {
					return nil, err
				}
				forged, err := s.authority.Forge("page-replaced", once)
				if err != nil {
					return nil, err
				}
				return s.authority.Sign(forged, f)
			}
		}, signing.DocumentModified},
		"changed between two signatures": {func(s *scene) {
			s.people = people()[:2]
			s.signs = func(i int, pdf []byte, f fakepdf.Signature) ([]byte, error) {
				pdf, err := s.authority.Sign(pdf, f)
				if err == nil && i == 0 {
					pdf, err = s.authority.Forge("annotation-added", pdf)
				}
				return pdf, err
			}
		}, signing.DocumentModified},
		"order still open": {func(s *scene) { s.open = true }, signing.DocumentModified},
		"closed twice": {func(s *scene) {
			s.forge = func(pdf []byte) []byte {
				out, err := s.authority.Close(pdf, signedAt.Add(48*time.Hour))
				require.NoError(s.t, err)
				return out
			}
		}, 0},
	} {
		t.Run(title, func(t *testing.T) {
			s := newScene(t, 1)
			c.set(s)
			if title != "signed before it was sent" {
				s.wants(c.kind)
				return
			}
			v := s.wants(0)
			assert.Len(t, v.Signatures, 1, "the stranger's stands in the original and is nobody's of this order")
		})
	}
}

// shifted returns a PDF behind another, its offsets corrected: a reader that follows the
// last startxref sees the second alone.
func shifted(pdf, behind []byte) []byte {
	lines := strings.SplitAfter(string(pdf), "\n")
	for i, l := range lines {
		var at, gen int
		if n, _ := fmt.Sscanf(l, "%010d %05d n", &at, &gen); n == 2 && strings.Contains(l, " n") {
			lines[i] = fmt.Sprintf("%010d%s", at+len(behind), l[10:])
		}
		if strings.HasPrefix(l, "startxref") {
			var start int
			_, _ = fmt.Sscanf(lines[i+1], "%d", &start)
			lines[i+1] = fmt.Sprintf("%d\n", start+len(behind))
		}
	}
	return append(bytes.Clone(behind), strings.Join(lines, "")...)
}

func TestVerifierAcceptsARewrittenFile(t *testing.T) {
	s := newScene(t, 2)
	sent := fakepdf.New(fakepdf.Page{Lines: []string{"Som den blev sendt"}})
	s.claims = func(_ int, c map[string]any) {
		c["refTextBody"] = criipto.Message([]signing.Digest{sha256.Sum256(sent)})
	}
	s.change = func(x *signing.Exhibit) { x.Original, x.Ticket.Documents[0].SHA256 = sent, sha256.Sum256(sent) }
	s.wants(signing.DocumentMismatch)

	s.cfg.Rewritten, s.cfg.Seals = true, []signing.Digest{sealOf(s.authority)}
	v := s.wants(0)
	assert.Contains(t, v.Unchecked, "whether the pages are those of the original (VerifierConfig.Rewritten)")
	assert.NotContains(t, v.Checked, "the file begins with the original, byte for byte")

	s.authority = stranger()
	s.wants(signing.SignatureInvalid)
	s.authority = notary()
	s.forge = func(pdf []byte) []byte {
		out, err := s.authority.Forge("page-replaced", pdf)
		require.NoError(t, err)
		return out
	}
	s.wants(signing.DocumentModified)
}

func TestVerifierPinsTheSeal(t *testing.T) {
	s := newScene(t, 1)
	s.cfg.Seals = []signing.Digest{sealOf(stranger())}
	s.wants(signing.SignatureInvalid)
	s.cfg.Seals = append(s.cfg.Seals, sealOf(notary()))
	assert.Contains(t, s.wants(0).Checked, "the seal is one of the configured certificates")

	s.cfg.Seals, s.cfg.SealRoots = nil, stranger().Roots()
	s.wants(signing.SignatureInvalid)
	s.cfg.SealRoots = notary().Roots()
	assert.Contains(t, s.wants(0).Checked, "the seal's certificate leads to a configured authority")

	s.cfg.TimestampRoots = stranger().Roots()
	s.wants(signing.EvidenceIncomplete)
	s.cfg.TimestampRoots = notary().Roots()
	assert.Len(t, s.wants(0).Unchecked, 3, "revocation, what signatures show, and the seal's own certificate")
}

func TestVerifierWithoutTimestamps(t *testing.T) {
	s := newScene(t, 1)
	s.forge = func(pdf []byte) []byte {
		out, err := s.authority.Forge("timestamp-missing", pdf)
		require.NoError(t, err)
		return out
	}
	s.wants(signing.EvidenceIncomplete)
	s.cfg.TimestampOptional = true
	s.wants(signing.TokenInvalid) // a month later the token has expired
	s.cfg.Now = func() time.Time { return signedAt.Add(10 * time.Minute) }
	s.change = func(x *signing.Exhibit) { x.Now = signedAt.Add(time.Minute) }
	s.at = func(i int) time.Time { return signedAt.Add(-time.Duration(1-i) * time.Second) }
	v := s.wants(0)
	assert.Contains(t, v.Unchecked, "when a signature without a timestamp was made")
	assert.Equal(t, signedAt.Add(-3*time.Second), v.Signatures[0].SignedAt, "by the token")
}

func TestVerifierRefusesATimestampFromTheFuture(t *testing.T) {
	s := newScene(t, 1)
	s.cfg.Now = func() time.Time { return signedAt.Add(-10 * time.Minute) }
	s.wants(signing.EvidenceIncomplete)
}

func TestVerifierRefusesWhatDoesNotBelongTogether(t *testing.T) {
	for title, change := range map[string]func(x *signing.Exhibit){
		"no order":               func(x *signing.Exhibit) { x.Order = nil },
		"no such document":       func(x *signing.Exhibit) { x.Document = 1 },
		"document minus one":     func(x *signing.Exhibit) { x.Document = -1 },
		"more documents":         func(x *signing.Exhibit) { x.Order.Documents = append(x.Order.Documents, signing.Document{}) },
		"more signatories":       func(x *signing.Exhibit) { x.Order.Signatories = append(x.Order.Signatories, signing.Signatory{}) },
		"no time":                func(x *signing.Exhibit) { x.Ticket.PlacedAt = time.Time{} },
		"another document's sum": func(x *signing.Exhibit) { x.Ticket.Documents[0].SHA256[3] ^= 1 },
	} {
		t.Run(title, func(t *testing.T) {
			s := newScene(t, 1)
			s.change = change
			s.wants(signing.Conflict)
		})
	}
}

func TestNewVerifierNamesTheField(t *testing.T) {
	good := criipto.VerifierConfig{Issuer: "https://acme.idura.broker", Audiences: []string{signedFor}}
	_, err := criipto.NewVerifier(good)
	require.NoError(t, err)
	for field, change := range map[string]func(c *criipto.VerifierConfig){
		"Issuer":     func(c *criipto.VerifierConfig) { c.Issuer = "" },
		"Issuer ":    func(c *criipto.VerifierConfig) { c.Issuer = "http://acme.idura.broker" },
		"Issuer/":    func(c *criipto.VerifierConfig) { c.Issuer += "/" },
		"Audiences":  func(c *criipto.VerifierConfig) { c.Audiences = nil },
		"Audiences ": func(c *criipto.VerifierConfig) { c.Audiences = make([]string, 17) },
		"ClientID":   func(c *criipto.VerifierConfig) { c.Audiences = []string{""} },
		"Level":      func(c *criipto.VerifierConfig) { c.Level = 9 },
		"IDs":        func(c *criipto.VerifierConfig) { c.IDs = 9 },
		"Skew":       func(c *criipto.VerifierConfig) { c.Skew = -1 },
		"Skew ":      func(c *criipto.VerifierConfig) { c.Skew = time.Hour },
		"Seals":      func(c *criipto.VerifierConfig) { c.Seals = []signing.Digest{} },
		"Rewritten":  func(c *criipto.VerifierConfig) { c.Rewritten = true },
		"Hosts":      func(c *criipto.VerifierConfig) { c.Hosts = []string{"https://æ"} },
	} {
		t.Run(field, func(t *testing.T) {
			c := good
			change(&c)
			_, err := criipto.NewVerifier(c)
			require.ErrorIs(t, err, signing.ErrConfigInvalid)
			assert.ErrorContains(t, err, strings.Trim(field, " /"))
		})
	}
	good.Rewritten, good.SealRoots = true, x509.NewCertPool()
	_, err = criipto.NewVerifier(good)
	assert.NoError(t, err)
}
