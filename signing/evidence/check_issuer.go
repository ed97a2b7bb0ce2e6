package evidence

import (
	"net/url"

	"github.com/dkeid/dkeid/signing"

	"github.com/dkeid/dkeid/internal/strictjson"
)

// checkDiscovery compares a discovery document with the tokens, and with where the keys
// were fetched.
func (c *checker) checkDiscovery() error {
	return c.each(PartDiscovery, func(e *ManifestEntry, content []byte) error {
		var d struct {
			Issuer string `json:"issuer"`
			Keys   string `json:"jwks_uri"`
		}
		if strictjson.Unmarshal(content, &d) != nil {
			return failed(signing.EvidenceIncomplete, e.Name, "it is not a discovery document")
		}
		for _, t := range c.tokens {
			if t.entry.Kind != PartWorkflowToken && t.claims.Issuer != d.Issuer {
				return failed(signing.TokenInvalid, t.entry.Name, "it is of another issuer than the discovery document in the bundle")
			}
		}
		err := c.each(PartKeys, func(k *ManifestEntry, _ []byte) error {
			if k.URL != "" && k.URL != d.Keys {
				return failed(signing.EvidenceIncomplete, k.Name, "the keys were fetched elsewhere than the discovery document says")
			}
			return nil
		})
		if err == nil {
			c.report.checked(e.Name + ": it is of the issuer of the tokens, and names where the keys were fetched")
		}
		return err
	})
}

// digestParameters are the parameters of a request that hold the SHA-256 of a text, by the
// names that mitid's adapters give them.
var digestParameters = map[string]PartKind{
	"message_sha256": PartReferenceText, "reference_text_sha256": PartReferenceText, "transaction_text_sha256": PartTransactionText,
}

// checkRequest compares what was asked with what the tokens answer (the client and the
// nonce), and with the texts in the bundle.
func (c *checker) checkRequest() error {
	return c.each(PartRequest, func(e *ManifestEntry, content []byte) error {
		asked, err := url.ParseQuery(string(content))
		if err != nil {
			return failed(signing.EvidenceIncomplete, e.Name, "it is not a query string")
		}
		for _, values := range asked {
			if len(values) > 1 {
				return failed(signing.EvidenceIncomplete, e.Name, "it has a parameter twice")
			}
		}
		client, nonce := asked.Get("client_id"), asked.Get("nonce")
		for _, t := range c.tokens {
			switch {
			case t.entry.Kind == PartWorkflowToken:
			case client != "" && t.claims.audience[0] != client:
				return failed(signing.TokenInvalid, t.entry.Name, "it is for another client than the request")
			case nonce != "" && t.claims.Nonce != nonce && (t.claims.Nonce != "" || t.entry.Kind != PartUserinfoToken):
				return failed(signing.TokenInvalid, t.entry.Name, "it is not the answer to the request: another nonce, or none")
			}
		}
		if client != "" && nonce != "" {
			c.report.checked(e.Name + ": the tokens answer this request (client and nonce)")
		}
		return c.checkAskedTexts(e, asked)
	})
}

// checkAskedTexts compares the digests of texts in a request with the texts.
func (c *checker) checkAskedTexts(e *ManifestEntry, asked url.Values) error {
	for name, kind := range digestParameters {
		if !asked.Has(name) {
			continue
		}
		sum, ok := hexDigest(asked.Get(name))
		err := c.each(kind, func(p *ManifestEntry, _ []byte) error {
			if c.sums[p.Name] == sum {
				return errFound
			}
			return nil
		})
		switch {
		case ok && err != nil:
		case !c.has(kind):
			return failed(signing.EvidenceIncomplete, e.Name, "the text that it asked to show is not in the bundle")
		default:
			return failed(signing.DocumentMismatch, e.Name, "it asked to show another text than the one in the bundle")
		}
	}
	return nil
}
