package signingtest

import (
	"bytes"

	"github.com/dkeid/dkeid/internal/fakepdf"
)

func answerMisbehaviours() []Misbehaviour {
	says := func(v any) func(*Service, any) any { return func(*Service, any) any { return v } }
	aBlob := func(change func([]byte) []byte) func(*Service, any) any {
		return func(_ *Service, v any) any {
			if b, ok := v.(blob); ok && b != nil {
				return blob(change(bytes.Clone(b)))
			}
			return v
		}
	}
	nodes := func(change func([]*node) []*node) func(*Service, any) any {
		return func(_ *Service, v any) any {
			if list, ok := v.([]*node); ok && list != nil {
				return change(list)
			}
			return v
		}
	}
	all := []Misbehaviour{
		{Name: "unknown-order-status", Doc: "an order has a status that no schema knows", field: "SignatureOrder.status", value: says("ARCHIVED")},
		{Name: "unknown-signatory-status", Doc: "a signatory has a status that no schema knows", field: "Signatory.status", value: says("DELEGATED")},
		{Name: "unknown-document-status", Doc: "a document has a status that no schema knows", field: "SignatoryDocumentEdge.status", value: says("SHREDDED")},
		{Name: "unknown-role", Doc: "a signatory has a role that no schema knows", field: "Signatory.signatoryRole", value: says("WITNESS")},
		{Name: "unknown-signature", Doc: "a signature is of a type that no schema knows", field: "JWTSignature.__typename", value: says("QualifiedSignature")},
		{Name: "signed-unsigned", Doc: "a signatory is SIGNED, whoever signed", field: "Signatory.status", value: says(statusSigned)},

		{Name: "blob-null", Doc: "a document has no content, as if it were deleted", field: "PdfDocument.blob", value: says(nil)},
		{Name: "blob-empty", Doc: "a document is empty", field: "PdfDocument.blob", value: says("")},
		{Name: "blob-cut", Doc: "half of a document", field: "PdfDocument.blob", value: aBlob(func(b []byte) []byte { return b[:len(b)/2] })},
		{Name: "blob-not-base64", Doc: "a document is no Base64", field: "PdfDocument.blob", value: says("%PDF-1.7 æøå")},
		{Name: "blob-unsigned", Doc: "a document as it was before anybody signed", field: "PdfDocument.blob", value: aBlob(firstRevision)},
		{Name: "blob-changed", Doc: "a document with one bit changed, in its first revision", field: "PdfDocument.blob", value: aBlob(func(b []byte) []byte {
			b[len(firstRevision(b))/2] ^= 1
			return b
		})},
		{Name: "blob-other-document", Doc: "a signed document that nobody uploaded to this order", field: "PdfDocument.blob",
			value: func(s *Service, v any) any {
				if b, ok := v.(blob); ok && b != nil {
					return blob(s.stranger(b))
				}
				return v
			}},
		{Name: "original-other-document", Doc: "originalBlob is another document", field: "PdfDocument.originalBlob",
			value: func(s *Service, v any) any {
				if b, ok := v.(blob); ok && b != nil {
					return blob(otherPDF())
				}
				return v
			}},

		{Name: "other-order-id", Doc: "an order has another one's id", field: "SignatureOrder.id", value: func(*Service, any) any { return newID("SignatureOrder") }},
		{Name: "other-signatory-id", Doc: "a signatory has another one's id", field: "Signatory.id", value: func(*Service, any) any { return newID("Signatory") }},
		{Name: "other-document-id", Doc: "a document has another one's id", field: "PdfDocument.id", value: func(*Service, any) any { return newID("PdfDocument") }},
		{Name: "no-signatories", Doc: "an order has no signatories", field: "SignatureOrder.signatories", value: nodes(func([]*node) []*node { return []*node{} })},
		{Name: "signatory-twice", Doc: "an order has its signatories twice", field: "SignatureOrder.signatories", value: nodes(func(l []*node) []*node { return append(l, l...) })},
		{Name: "no-documents", Doc: "an order has no documents", field: "SignatureOrder.documents", value: nodes(func([]*node) []*node { return []*node{} })},
		{Name: "document-twice", Doc: "an order has its documents twice", field: "SignatureOrder.documents", value: nodes(func(l []*node) []*node { return append(l, l...) })},
		{Name: "no-signatures", Doc: "a document has no signatures in the answer", field: "PdfDocument.signatures", value: nodes(func([]*node) []*node { return []*node{} })},
		{Name: "no-orders", Doc: "the list of orders is empty", field: "SignatureOrderConnection.edges", value: nodes(func([]*node) []*node { return []*node{} })},
		{Name: "endless-pages", Doc: "the list of orders says that there is more, at the place where the page began", field: "SignatureOrderConnection.pageInfo",
			value: func(_ *Service, v any) any {
				return &node{"PageInfo", map[string]any{"hasNextPage": true, "hasPreviousPage": false, "startCursor": "MQ==", "endCursor": "MQ=="}}
			}},

		{Name: "reason-escapes", Doc: "the reason of a rejection holds terminal escapes and a forged line", field: "Signatory.statusReason", value: says("Nej " + escapes)},
		{Name: "reason-long", Doc: "the reason of a rejection has a million characters", field: "Signatory.statusReason", value: says(string(bytes.Repeat([]byte("nej! "), 200_000)))},
		{Name: "link-elsewhere", Doc: "the link leads to another host", field: "Signatory.href", value: says("https://elsewhere.example/sign")},
		{Name: "link-script", Doc: "the link is a script", field: "Signatory.href", value: says("javascript:alert(1)")},
		{Name: "link-escapes", Doc: "the link holds terminal escapes and a forged line", field: "Signatory.href", value: says("https://elsewhere.example/" + escapes)},
		{Name: "no-link", Doc: "the link is empty", field: "Signatory.href", value: says("")},
	}
	for i := range all {
		all[i].Occasion = AtAnswer
	}
	return all
}

// otherPDF is a document that belongs to no order.
func otherPDF() []byte {
	return fakepdf.New(fakepdf.Page{Lines: []string{"Et andet dokument", "Som ingen har lagt op: æøå ÆØÅ"}})
}

// stranger returns another document with the same evidence in it.
func (s *Service) stranger(pdf []byte) []byte {
	contact := ""
	for _, o := range s.orders.all {
		for _, d := range o.documents {
			if d.current != nil && bytes.Equal(d.current, pdf) && len(d.signatures) > 0 {
				g := d.signatures[len(d.signatures)-1]
				contact = s.contactInfo(g, o, g.signatory)
			}
		}
	}
	now := s.Now()
	out, err := s.authority.Sign(otherPDF(), fakepdf.Signature{At: now, ContactInfo: contact})
	if err == nil {
		out, err = s.authority.Close(out, now)
	}
	if err != nil {
		return otherPDF()
	}
	return out
}
