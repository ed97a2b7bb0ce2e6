package evidence

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/dkeid/dkeid/signing"

	"github.com/dkeid/dkeid/mitid"
)

// LoginInput is what FromLogin needs besides the login. Reference is required; Request
// too, if the person was shown a text.
type LoginInput struct {
	guarded

	Reference string        // see Bundle.Reference
	Request   mitid.Request // as it was given to Client.Begin; its texts are what the person was shown
	// Published are the issuer's documents as FetchKeys returned them. If nil, the bundle
	// has only the keys that verified the tokens, which are the application's own word.
	Published *Published
	// Certificates are further certificates in DER, such as that of the authority that
	// issued the broker's (neb.Config.TransactionIssuer).
	Certificates [][]byte
}

// tokenParts says what the tokens in Login.Evidence are, by their use. The access token
// is not kept: it proves nothing, and who has it can use it.
var tokenParts = map[string]PartKind{
	"id_token": PartIDToken, "transaction_token": PartTransactionToken, "userinfo": PartUserinfoToken,
	"transaction_token_ocsp_resp": PartOCSP,
}

// FromLogin returns the bundle of a login of any broker with OpenID Connect: the texts as
// they were sent, the request, the tokens as they arrived and the keys that verified them.
// Write it at once: a token that has expired when the timestamp is made does not hold.
func FromLogin(l *mitid.Login, in LoginInput) (Bundle, error) {
	b := Bundle{About: AboutLogin, Reference: in.Reference}
	if l == nil || len(l.Evidence.Tokens) == 0 {
		return b, failed(signing.EvidenceIncomplete, "", "the login has no Evidence: keep the Login that Complete returned")
	}
	if err := b.addTexts(l, &in.Request); err != nil {
		return b, err
	}
	if r := l.Evidence.Request.Reveal(); r != "" {
		b.Parts = append(b.Parts, Text(PartRequest, "", r))
	}
	keys := new(keyList)
	for _, t := range l.Evidence.Tokens {
		kind, known := tokenParts[t.Use]
		raw := t.Raw.Reveal()
		switch {
		case !known && t.Use != "access_token":
			return b, failed(signing.InputInvalid, "", "the login has a token of an unknown use")
		case !known || raw == "":
			continue
		case kind == PartUserinfoToken && t.Key == nil:
			b.Parts = append(b.Parts, Text(PartUserinfo, "", raw))
		case kind == PartOCSP:
			b.Parts = append(b.Parts, Text(kind, "text/plain", raw)) // base64, as it arrived
		default:
			b.Parts = append(b.Parts, Text(kind, "", raw))
		}
		keys.add(t.Key)
	}
	b.add(keys.part())
	b.add(in.Published.parts()...)
	for _, der := range in.Certificates {
		b.Parts = append(b.Parts, Bytes(PartCertificate, "", der))
	}
	return b, nil
}

func (b *Bundle) add(parts ...Part) {
	for _, p := range parts {
		if p.Open != nil {
			b.Parts = append(b.Parts, p)
		}
	}
}

// addTexts adds the texts of a request, which must be those of the login.
func (b *Bundle) addTexts(l *mitid.Login, r *mitid.Request) error {
	if text := r.TransactionText; text.Body != "" {
		mediaType := "text/plain; charset=utf-8"
		if text.Type == mitid.HTMLText {
			mediaType = "text/html; charset=utf-8"
		}
		b.Parts = append(b.Parts, Text(PartTransactionText, mediaType, text.Body))
	} else if l.Texts.Transaction != nil {
		return failed(signing.EvidenceIncomplete, "", "LoginInput.Request lacks the transaction text that the person approved")
	}
	if text := r.ReferenceText; text != "" {
		b.Parts = append(b.Parts, Text(PartReferenceText, "text/plain; charset=utf-8", text))
	}
	return nil
}

// keyList collects public keys, each once.
type keyList struct{ jwks []json.RawMessage }

func (k *keyList) add(jwk []byte) {
	if len(jwk) == 0 {
		return
	}
	for _, known := range k.jwks {
		if bytes.Equal(known, jwk) {
			return
		}
	}
	k.jwks = append(k.jwks, jwk)
}

// part returns the keys as a key document; an empty Part if there is none. The keys stay
// as they were published, byte for byte.
func (k *keyList) part() Part {
	if len(k.jwks) == 0 {
		return Part{}
	}
	all := make([]string, len(k.jwks))
	for i, jwk := range k.jwks {
		all[i] = string(jwk)
	}
	return Text(PartTokenKeys, "", `{"keys":[`+strings.Join(all, ",")+`]}`+"\n")
}
