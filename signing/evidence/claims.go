package evidence

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/dkeid/dkeid/internal/strictjson"
)

// tokenClaims are the claims that a re-check reads, of all brokers. The names are those of
// OpenID Connect Core, of Criipto (refTextBody) and of Nets (the others); Nets has text
// claims with and without "mitid." before them.
type tokenClaims struct {
	Issuer    string  `json:"iss"`
	Subject   string  `json:"sub"`
	Audience  any     `json:"aud"` // a text or a list
	Nonce     string  `json:"nonce"`
	Expires   float64 `json:"exp"`
	NotBefore float64 `json:"nbf"`
	IssuedAt  float64 `json:"iat"`

	CriiptoReference string `json:"refTextBody"`
	NetsReference    string `json:"mitid.reference_text"` // base64
	EIdentReference  string `json:"reference_text"`       // plain or base64; E-Ident does not publish which

	Text        string `json:"transaction_text"` // as it was sent
	TextType    string `json:"transaction_text_type"`
	TextDigest  string `json:"transaction_text_sha256"` // base64
	MitIDText   string `json:"mitid.transaction_text"`
	MitIDType   string `json:"mitid.transaction_text_type"`
	MitIDDigest string `json:"mitid.transaction_text_sha256"`
	Actions     any    `json:"transaction_actions"`           // a text or a list
	Workflow    string `json:"workflow_pdf_title_and_sha256"` // JSON: title to SHA-256 in hexadecimal digits

	audience, actions []string
}

// read reads the claims that have several forms, and joins the two spellings. It returns
// false if a claim is malformed, or if the spellings differ.
func (t *tokenClaims) read() bool {
	var ok1, ok2 bool
	t.audience, ok1 = texts(t.Audience)
	t.actions, ok2 = texts(t.Actions)
	return ok1 && ok2 && join(&t.Text, t.MitIDText) && join(&t.TextType, t.MitIDType) && join(&t.TextDigest, t.MitIDDigest)
}

func join(a *string, b string) bool {
	if *a == "" {
		*a = b
	}
	return b == "" || *a == b
}

// texts reads a text or a list of texts.
func texts(v any) ([]string, bool) {
	switch v := v.(type) {
	case nil:
		return nil, true
	case string:
		return []string{v}, true
	case []any:
		var all []string
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				return nil, false
			}
			all = append(all, s)
		}
		return all, true
	}
	return nil, false
}

// tellsText reports whether the token tells of a text or document that was approved.
func (t *tokenClaims) tellsText() bool { return t.Text != "" || t.TextDigest != "" || t.TextType != "" }

// references are the reference texts of the token, each in every form that it may be
// meant in.
func (t *tokenClaims) references() []string {
	var all []string
	if t.CriiptoReference != "" {
		all = append(all, t.CriiptoReference)
	}
	if b, ok := decode(t.NetsReference); ok {
		all = append(all, string(b))
	}
	if t.EIdentReference != "" {
		all = append(all, t.EIdentReference)
		if b, ok := decode(t.EIdentReference); ok {
			all = append(all, string(b))
		}
	}
	return all
}

// decode decodes standard base64 with padding, in its one form.
func decode(s string) ([]byte, bool) {
	if s == "" || strings.ContainsAny(s, "\r\n") { // the decoder ignores line breaks
		return nil, false
	}
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	return b, err == nil
}

// digest returns a SHA-256 in base64.
func digest(s string) (sum [sha256.Size]byte, ok bool) {
	if b, isBase64 := decode(s); isBase64 && len(b) == sha256.Size {
		return [sha256.Size]byte(b), true
	}
	return sum, false
}

// hexDigest returns a SHA-256 in hexadecimal digits of either case.
func hexDigest(s string) (sum [sha256.Size]byte, ok bool) {
	if b, err := hex.DecodeString(s); err == nil && len(b) == sha256.Size {
		return [sha256.Size]byte(b), true
	}
	return sum, false
}

// workflowDocument is one document of a workflow token: a JSON text inside the token.
type workflowDocument struct {
	SHA256 string `json:"sha256Hex"`
}

// workflowDigests reads the members document_1, document_2 … of a workflow token. It
// returns false if one is malformed.
func workflowDigests(payload []byte) ([][sha256.Size]byte, bool) {
	var all [][sha256.Size]byte
	var members map[string]any
	if strictjson.Unmarshal(payload, &members) != nil {
		return nil, false
	}
	for name, v := range members {
		if !strings.HasPrefix(name, "document_") {
			continue
		}
		text, isText := v.(string)
		var d workflowDocument
		if !isText || strictjson.Unmarshal([]byte(text), &d) != nil {
			return nil, false
		}
		sum, ok := hexDigest(d.SHA256)
		if !ok {
			return nil, false
		}
		all = append(all, sum)
	}
	return all, true
}

// workflowDigests reads the digests that a transaction token of a workflow names.
func (t *tokenClaims) workflowDigests() ([][sha256.Size]byte, bool) {
	if t.Workflow == "" {
		return nil, true
	}
	var byTitle map[string]string
	if strictjson.Unmarshal([]byte(t.Workflow), &byTitle) != nil {
		return nil, false
	}
	var all [][sha256.Size]byte
	for _, s := range byTitle {
		sum, ok := hexDigest(s)
		if !ok {
			return nil, false
		}
		all = append(all, sum)
	}
	return all, true
}
