package evidence

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/signing"
)

// signingAction says in a transaction token that the person approved a text
// (Signaturgruppen, transaction signing). Without it the person only logged in.
const signingAction = "mitid.transaction_signing"

// textWords are the words of Nets for how a text is shown.
var textWords = map[string]string{"text/plain": "text", "text/html": "html", "application/pdf": "pdf"}

func textWord(mediaType string) string {
	base, _, _ := strings.Cut(mediaType, ";")
	return textWords[base]
}

// checkTexts compares the transaction texts in the bundle with what the tokens say of the
// text that the person approved. The digest is of the bytes that were sent, so the copy
// in the token alone proves nothing.
func (c *checker) checkTexts() error {
	confirmed := make(map[string]bool)
	for _, t := range c.tokens {
		if !t.claims.tellsText() {
			continue
		}
		e, err := c.approved(t)
		if err != nil {
			return err
		}
		confirmed[e.Name] = true
	}
	return c.each(PartTransactionText, func(e *ManifestEntry, _ []byte) error {
		if !confirmed[e.Name] {
			return failed(signing.EvidenceIncomplete, e.Name, "no token says that the person approved this text")
		}
		c.report.checked(e.Name + ": it is the text that the person approved, by its SHA-256 in the token")
		return nil
	})
}

// approved returns the part that t says the person approved: a text, or a PDF among the
// originals.
func (c *checker) approved(t *token) (*ManifestEntry, error) {
	k, name := t.claims, t.entry.Name
	sum, ok := digest(k.TextDigest)
	switch {
	case !ok:
		return nil, failed(signing.EvidenceIncomplete, name, "it tells of a text and has no SHA-256 of it")
	case t.entry.Kind == PartTransactionToken && !slices.Contains(k.actions, signingAction):
		return nil, failed(signing.EvidenceIncomplete, name, "it does not say that the person approved the text: they only logged in")
	}
	for i := range c.parts {
		e := &c.parts[i]
		if e.Kind != PartTransactionText && e.Kind != PartOriginal || c.sums[e.Name] != sum {
			continue
		}
		content, isText := c.held[e.Name]
		switch {
		case k.TextType != textWord(e.MediaType):
			return nil, failed(signing.DocumentMismatch, name, "the person approved "+e.Name+" as another type of text")
		case isText && k.Text != "" && !isCopy(k.Text, content):
			return nil, failed(signing.DocumentMismatch, name, "the text in the token is not the one of its SHA-256")
		}
		return e, nil
	}
	if !c.has(PartTransactionText) && !c.has(PartOriginal) {
		return nil, failed(signing.EvidenceIncomplete, name, "the text that the person approved is not in the bundle")
	}
	return nil, failed(signing.DocumentMismatch, name, "the person approved another text than those in the bundle")
}

// isCopy reports whether a token's copy of a text, encoded or not, is content.
func isCopy(text string, content []byte) bool {
	b, ok := decode(text)
	return ok && bytes.Equal(b, content) || text == string(content)
}

// checkReferences compares the reference texts in the bundle with those that the tokens
// repeat.
func (c *checker) checkReferences() error {
	var told []string
	for _, t := range c.tokens {
		told = append(told, t.claims.references()...)
	}
	return c.each(PartReferenceText, func(e *ManifestEntry, content []byte) error {
		switch {
		case slices.Contains(told, string(content)):
			c.report.checked(e.Name + ": a token repeats it, letter for letter")
			return nil
		case len(told) > 0:
			return failed(signing.DocumentMismatch, e.Name, "the tokens repeat another reference text")
		case !c.policy.ReferenceTextOptional:
			return failed(signing.EvidenceIncomplete, e.Name, "no token repeats it")
		}
		c.report.not(e.Name + ": whether MitID showed it, which no token says")
		return nil
	})
}

// checkDocuments compares the original documents with the SHA-256 of documents in the
// tokens: of a PDF that was approved, of a workflow, or in a reference text.
func (c *checker) checkDocuments() error {
	named, err := c.namedDocuments()
	if err != nil {
		return err
	}
	var all []byte // several documents of one order are named by the SHA-256 of their digests
	for _, e := range c.parts {
		if sum := c.sums[e.Name]; e.Kind == PartOriginal {
			all = append(all, sum[:]...)
		}
	}
	together := named[sha256.Sum256(all)]
	return c.each(PartOriginal, func(e *ManifestEntry, _ []byte) error {
		switch {
		case together:
			c.report.checked(e.Name + ": a token names the SHA-256 of the digests of all originals")
			return nil
		case named[c.sums[e.Name]]:
			c.report.checked(e.Name + ": a token names its SHA-256")
			return nil
		case len(named) > 0:
			return failed(signing.DocumentMismatch, e.Name, "the tokens name other documents")
		}
		return failed(signing.EvidenceIncomplete, e.Name, "no token names its SHA-256")
	})
}

// namedDocuments returns the digests of all documents that the tokens name.
func (c *checker) namedDocuments() (map[[sha256.Size]byte]bool, error) {
	named := make(map[[sha256.Size]byte]bool)
	for _, t := range c.tokens {
		if sum, ok := digest(t.claims.TextDigest); ok && t.claims.TextType == textWords["application/pdf"] {
			named[sum] = true
		}
		for _, text := range t.claims.references() {
			for _, sum := range digestsIn(text) {
				named[sum] = true
			}
		}
		malformed := failed(signing.TokenInvalid, t.entry.Name, "its digests of documents are malformed")
		sums, ok := t.claims.workflowDigests()
		if !ok {
			return nil, malformed
		}
		if t.entry.Kind == PartWorkflowToken {
			more, ok := workflowDigests(t.stored.Payload)
			if !ok {
				return nil, malformed
			}
			sums = append(sums, more...)
		}
		for _, sum := range sums {
			named[sum] = true
		}
	}
	return named, nil
}

// digestsIn returns what may be a SHA-256 in a text: each run of exactly 64 hexadecimal
// digits.
func digestsIn(text string) [][sha256.Size]byte {
	var all [][sha256.Size]byte
	for _, run := range strings.FieldsFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) }) {
		if sum, ok := hexDigest(run); ok {
			all = append(all, sum)
		}
	}
	return all
}
