package evidence

import (
	"bytes"
	"encoding/json"

	"github.com/dkeid/dkeid/signing"
)

// SignatureInput is what FromSignature needs besides the result. Order is required.
type SignatureInput struct {
	guarded

	Order *signing.Order // as it was placed; its documents are the originals
	// Reference is Bundle.Reference. If empty, it is that of the order.
	Reference string
	// Published, Certificates: see LoginInput.
	Published    *Published
	Certificates [][]byte
}

// signatureParts says what the tokens of a signing.Signature are, by their use.
var signatureParts = map[string]PartKind{
	"id_token": PartIDToken, "transaction_token": PartTransactionToken, "userinfo": PartUserinfoToken,
	"workflow_token": PartWorkflowToken, "ocsp": PartOCSP, "transaction_token_ocsp_resp": PartOCSP,
}

// FromSignature returns the bundle of an order that was signed: the originals, the signed
// copies, the tokens of every signature as they arrived with the keys that verified them,
// and what the Verifier said. Call it in the store function of Client.Complete, or with
// its result.
func FromSignature(r *signing.Result, in SignatureInput) (Bundle, error) {
	b := Bundle{About: AboutSignature, Reference: in.Reference}
	switch {
	case r == nil || r.End != signing.EndSigned || len(r.Documents) == 0:
		return b, failed(signing.InputInvalid, "", "the order was not signed")
	case in.Order == nil || len(in.Order.Documents) != len(r.Documents):
		return b, failed(signing.InputInvalid, "", "SignatureInput.Order is not the order of the result")
	case b.Reference == "":
		b.Reference = in.Order.Reference
	}
	s := &signatureBundle{bundle: &b}
	for i, d := range r.Documents {
		b.Parts = append(b.Parts,
			Part{Kind: PartOriginal, Open: in.Order.Documents[i].Open},
			Bytes(PartSigned, "", d.Content))
		if err := s.addAll(d.Verdict.Signatures...); err != nil {
			return b, err
		}
	}
	s.end(in.Published, in.Certificates)
	b.Parts = append(b.Parts, verdicts(r))
	return b, nil
}

// ShownInput is what FromShown needs besides the signature. Reference and Shown are
// required.
type ShownInput struct {
	guarded

	Reference string // see Bundle.Reference
	// Shown is what the person saw and signed, as it was sent: a text of PartTransactionText,
	// or a PDF of PartOriginal.
	Shown Part
	// More are further parts, such as the receipt of PartSigned.
	More []Part
	// Published, Certificates: see LoginInput.
	Published    *Published
	Certificates [][]byte
}

// FromShown returns the bundle of one text or document that one person signed in a login,
// such as with the signtext API of Nets eID Broker (package signing/neb).
func FromShown(x signing.Signature, in ShownInput) (Bundle, error) {
	b := Bundle{About: AboutSignature, Reference: in.Reference, Parts: []Part{in.Shown}}
	s := &signatureBundle{bundle: &b}
	if err := s.addAll(x); err != nil {
		return b, err
	}
	s.end(in.Published, in.Certificates)
	b.Parts = append(b.Parts, in.More...)
	return b, nil
}

// signatureBundle collects the tokens of signatures, each once: a person who signs two
// documents does so with one token.
type signatureBundle struct {
	bundle *Bundle
	keys   keyList
	seen   map[string]bool
}

func (s *signatureBundle) addAll(signatures ...signing.Signature) error {
	for _, x := range signatures {
		for _, t := range x.Evidence {
			if err := s.add(t); err != nil {
				return err
			}
		}
	}
	return nil
}

// end adds what all bundles of signatures end with.
func (s *signatureBundle) end(published *Published, certificates [][]byte) {
	s.bundle.add(s.keys.part())
	s.bundle.add(published.parts()...)
	for _, der := range certificates {
		s.bundle.Parts = append(s.bundle.Parts, Bytes(PartCertificate, "", der))
	}
}

func (s *signatureBundle) add(t signing.Token) error {
	kind, known := signatureParts[t.Use]
	raw := t.Raw.Reveal()
	switch {
	case !known:
		return failed(signing.InputInvalid, "", "a signature has a token of an unknown use")
	case raw == "" || s.seen[raw]:
		return nil
	case s.seen == nil:
		s.seen = make(map[string]bool)
	}
	s.seen[raw] = true
	mediaType := ""
	if kind == PartOCSP {
		mediaType = "text/plain" // base64, as it arrived
		if _, encoded := decode(raw); !encoded {
			mediaType = ""
		}
	}
	s.bundle.Parts = append(s.bundle.Parts, Text(kind, mediaType, raw))
	switch key := bytes.TrimSpace(t.Key); {
	case len(key) == 0:
	case json.Valid(key) && key[0] == '{':
		s.keys.add(key)
	default: // a workflow token's key is a certificate
		certificate := Bytes(PartCertificate, "", t.Key)
		if bytes.HasPrefix(key, []byte("-----BEGIN")) {
			certificate.MediaType = "application/x-pem-file"
		}
		s.bundle.Parts = append(s.bundle.Parts, certificate)
	}
	return nil
}

// verdicts is what the Verifier said of each document, as a report. It names nobody.
func verdicts(r *signing.Result) Part {
	type verdict struct {
		Document  int            `json:"document"` // the first is 1
		SHA256    signing.Digest `json:"sha256"`
		Original  signing.Digest `json:"original"`
		Checked   []string       `json:"checked"`
		Unchecked []string       `json:"notChecked"`
	}
	all := make([]verdict, len(r.Documents))
	for i, d := range r.Documents {
		all[i] = verdict{i + 1, d.SHA256, d.Original, d.Verdict.Checked, d.Verdict.Unchecked}
	}
	text, _ := json.MarshalIndent(all, "", "  ") // texts and numbers
	return Bytes(PartReport, "", append(text, '\n'))
}
