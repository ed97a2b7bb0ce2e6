package neb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"

	"golang.org/x/oauth2"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// The causes of a refused signature, for errors.Is.
var (
	// ErrEvidenceIncomplete means that the answer does not prove that the person signed:
	// no digest, no signing action, no OCSP answer, or one about another certificate. The
	// broker gives such an answer if it uses a session that was there before.
	ErrEvidenceIncomplete = errors.New("neb: the proof of the signature is incomplete")
	// ErrDocumentMismatch means that the person signed another document.
	ErrDocumentMismatch = errors.New("neb: another document was signed")
	// ErrSignerMismatch means that somebody else signed.
	ErrSignerMismatch = errors.New("neb: somebody else signed")
)

// Document is what a login signs. The broker has it already, under an id. It prints as a
// placeholder. Package signing/neb makes Documents.
type Document struct {
	guarded

	SigntextID string            // of the signtext API or of the workflow API; at most 128 bytes
	Type       string            // "text", "html" or "pdf"; empty for a workflow
	SHA256     [sha256.Size]byte // of the bytes that were sent; of a workflow, what WorkflowSHA256 returns
	WorkflowID string            // empty if it is no workflow; at most 64 bytes
	Note       string            // your own; it comes back in Claims.Signed; at most 128 bytes
	Subject    string            // whose Identity.Subject must sign; if empty, anybody's

	SignatureID string // in Claims.Signed: the signature's id in its workflow
}

// WorkflowSHA256 returns one digest for the documents of a workflow: their SHA-256 by
// title. The order of the documents does not matter.
func WorkflowSHA256(files map[string][sha256.Size]byte) [sha256.Size]byte {
	h := sha256.New()
	for _, title := range slices.Sorted(maps.Keys(files)) {
		of := files[title]
		name := sha256.Sum256([]byte(title))
		_, _ = h.Write(name[:]) // never fails (hash.Hash)
		_, _ = h.Write(of[:])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// Signing returns a broker for logins that sign d. It is for one mitid.Client whose Begin
// is called for d; the Complete of any other client with the same settings and a broker
// of Signing finishes such a login, so that the zero Document will do there.
//
// Every such login demands that the person uses MitID (prompt=login), whatever session
// there is. Complete refuses an answer that does not prove what [Document] says, with a
// cause of [ErrEvidenceIncomplete], [ErrDocumentMismatch] or [ErrSignerMismatch]. OCSPOptional does not apply:
// a signature without an OCSP answer is not complete. A pending login is never finished
// as a signature, nor a signature as a login.
func (b *Broker) Signing(d Document) mitid.Broker { return &signing{b, d} }

// signing has none of the optional abilities of a Broker: nothing but a signature begins
// or ends with it.
type signing struct {
	b   *Broker
	doc Document
}

// Callback is that of the Broker.
func (s *signing) Callback() mitid.CallbackRule { return s.b.Callback() }

// String names the broker and its issuer.
func (s *signing) String() string { return s.b.String() }

// GoString returns String, so that no printer shows the document.
func (s *signing) GoString() string { return s.b.String() }

// Begin sends the person to the broker with the document's id.
func (s *signing) Begin(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	r := &a.Request
	switch {
	case s.doc.SigntextID == "":
		return nil, fault.New(fault.InputInvalid, "there is no document to sign")
	case r.TransactionText.Body != "":
		return nil, oidcbroker.Unsupported("TransactionText: the document is what the person signs")
	case r.Silent:
		return nil, oidcbroker.Unsupported("Silent: nobody signs without seeing a page")
	}
	if err := unsupported(r); err != nil {
		return nil, err
	}
	md, err := s.b.oidc.Prepare(ctx, a)
	if err != nil {
		return nil, err
	}
	r.Fresh = true
	a.Private = s.doc.seal()
	params := append(s.b.params(a, false), oauth2.SetAuthURLParam("signtext_id", s.doc.SigntextID))
	return s.b.oidc.Begin(ctx, md, a, s.b.signingScopes(a), params...)
}

// Complete verifies the answer, and that it proves the signature.
func (s *signing) Complete(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
	doc, err := openDocument(a.Private)
	if err != nil {
		return nil, err
	}
	return s.b.complete(ctx, a, cb, doc)
}

// signingScopes are openid, mitid and transaction_token, and those that the request needs
// besides. The transaction token tells who the person is, so the userinfo is asked for
// only if it has more.
func (b *Broker) signingScopes(a *mitid.Attempt) []string {
	scopes := b.scopes(a)
	if !slices.Contains(scopes, scopeTransaction) {
		scopes = append(scopes, scopeTransaction)
	}
	if !signingNeedsUserinfo(&a.Request) {
		scopes = slices.DeleteFunc(scopes, func(s string) bool { return s == scopeUserinfo })
	}
	return scopes
}

// signingNeedsUserinfo reports whether r asks for facts that a transaction token may not
// have. A transaction token has the CPR number only if the client is set up so.
func signingNeedsUserinfo(r *mitid.Request) bool {
	return showsCPRPage(r) || r.Organisation || r.Capacity.Takes(claims.CapacityProfessional)
}

// sealedDocument is a Document in Attempt.Private.
type sealedDocument struct {
	Signtext string `json:"i,omitempty"`
	Type     string `json:"t,omitempty"`
	SHA256   []byte `json:"d"`
	Workflow string `json:"w,omitempty"`
	Note     string `json:"n,omitempty"`
	Subject  string `json:"s,omitempty"`
}

func (d *Document) seal() []byte {
	raw, _ := json.Marshal(sealedDocument{d.SigntextID, d.Type, d.SHA256[:], d.WorkflowID, d.Note, d.Subject}) // texts always marshal
	return raw
}

func openDocument(private []byte) (*Document, error) {
	var s sealedDocument
	if len(private) == 0 || strictjson.Unmarshal(private, &s) != nil || len(s.SHA256) != sha256.Size {
		return nil, fault.New(fault.StateInvalid, "the pending login is not one that signs; start anew")
	}
	return &Document{SigntextID: s.Signtext, Type: s.Type, SHA256: [sha256.Size]byte(s.SHA256), WorkflowID: s.Workflow, Note: s.Note, Subject: s.Subject}, nil
}

// asked adds to the parameters of a request what the person was asked to sign.
func (d *Document) asked(q url.Values) {
	q.Set("signtext_id", d.SigntextID)
	q.Set("signtext_sha256", hex.EncodeToString(d.SHA256[:]))
	for name, value := range map[string]string{"signtext_type": d.Type, "workflow_id": d.WorkflowID} {
		if value != "" {
			q.Set(name, value)
		}
	}
}

// readWorkflowFiles reads the claim workflow_pdf_title_and_sha256: a JSON text that maps
// titles to digests in hexadecimal digits. A title twice is an error.
func readWorkflowFiles(text string) (map[string][sha256.Size]byte, bool) {
	var digests map[string]string
	if strictjson.Unmarshal([]byte(text), &digests) != nil || len(digests) == 0 {
		return nil, false
	}
	files := make(map[string][sha256.Size]byte, len(digests))
	for title, digits := range digests {
		sum, err := hex.DecodeString(digits)
		if err != nil || len(sum) != sha256.Size {
			return nil, false
		}
		files[title] = [sha256.Size]byte(sum)
	}
	return files, true
}
