package nebtest

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/internal/didyoumean"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The stages of signing.
const (
	StageSigntext      mitidtest.Stage = "signtext"       // the answer with a signtext id
	StageReceipt       mitidtest.Stage = "pades"          // the answer with a sealed PDF
	StageWorkflow      mitidtest.Stage = "workflow"       // every other answer of the workflow API
	StageWorkflowToken mitidtest.Stage = "workflow_token" // the workflow token
)

// SigningTampering is one way to spoil a signature, with a name as a
// mitidtest.Tampering has.
type SigningTampering struct {
	Name string
	Doc  string // what arrives
	Want string // the word of the kind of package signing with which it must be refused
	// Workflow says that it is about a workflow. If false, it is about a document of the
	// signtext API.
	Workflow bool

	tampering mitidtest.Tampering
}

// SigningTamperings returns the catalogue of signatures, ordered by name. The tamperings of
// transaction tokens and OCSP answers in [Tamperings] spoil signatures too.
func SigningTamperings() []SigningTampering {
	ts := slices.Concat(tokenSigningTamperings(), workflowTamperings(), answerTamperings())
	slices.SortFunc(ts, func(a, b SigningTampering) int { return strings.Compare(a.Name, b.Name) })
	return ts
}

// TamperSigning spoils the next signature, once, with a tampering of [SigningTamperings].
func (b *Broker) TamperSigning(name string) error {
	all := SigningTamperings()
	names := make([]string, len(all))
	for i, t := range all {
		if t.Name == name {
			b.Apply(t.tampering)
			return nil
		}
		names[i] = t.Name
	}
	return fmt.Errorf("nebtest: %s", didyoumean.Text("tampering", name, names))
}

func onSigning[T any](name, doc, want string, workflow bool, at mitidtest.Stage, f func(*mitidtest.Broker, *T)) SigningTampering {
	return SigningTampering{name, doc, want, workflow, mitidtest.On(name, doc, at, mitid.TransactionMismatch, f)}
}

// tokenSigningTamperings spoil the transaction token of a document.
func tokenSigningTamperings() []SigningTampering {
	var ts []SigningTampering
	on := func(name, doc, want string, f func(o *mitidtest.Object)) {
		ts = append(ts, onSigning(name, doc, want, false, StageTransactionToken, func(_ *mitidtest.Broker, d *mitidtest.Token) { f(&d.Payload) }))
	}
	each := func(o *mitidtest.Object, claim string, f func(name string)) {
		for _, prefix := range []string{"mitid.", ""} {
			if o.Get(prefix+claim) != nil {
				f(prefix + claim)
			}
		}
	}
	drop := func(o *mitidtest.Object, claims ...string) {
		for _, c := range claims {
			each(o, c, func(name string) { o.Drop(name) })
		}
	}
	const text, kind, digest = "transaction_text", "transaction_text_type", "transaction_text_sha256"
	sum := sha256.Sum256([]byte("Jeg sælger Ærø for 1 kr."))
	other := base64.StdEncoding.EncodeToString(sum[:])
	on("session-reused", "the broker used an old session: nothing was shown, and the token has neither digest nor signing action", "EvidenceIncomplete", func(o *mitidtest.Object) {
		drop(o, text, kind, digest)
		o.Set("transaction_actions", "mitid.reuse_jwt")
	})
	on("signing-action-missing", "the token has the digest and not the signing action", "EvidenceIncomplete", func(o *mitidtest.Object) { o.Set("transaction_actions", "mitid.login") })
	on("signing-action-in-another-word", "the signing action is part of a longer word", "EvidenceIncomplete", func(o *mitidtest.Object) {
		o.Set("transaction_actions", []string{"mitid.login", "mitid.transaction_signing_started"})
	})
	on("document-digest-missing", "the token does not tell the digest", "EvidenceIncomplete", func(o *mitidtest.Object) { drop(o, digest) })
	on("document-digest-empty", "the digest is an empty text", "EvidenceIncomplete", func(o *mitidtest.Object) { each(o, digest, func(name string) { o.Set(name, "") }) })
	on("document-type-missing", "the token does not tell the type", "EvidenceIncomplete", func(o *mitidtest.Object) { drop(o, kind) })
	on("document-digest-other", "the digest is that of another document", "DocumentMismatch", func(o *mitidtest.Object) { each(o, digest, func(name string) { o.Set(name, other) }) })
	on("document-type-other", "the document was shown as another type", "DocumentMismatch", func(o *mitidtest.Object) {
		each(o, kind, func(name string) {
			if o.Get(name) == "html" {
				o.Set(name, "text")
			} else {
				o.Set(name, "html")
			}
		})
	})
	on("document-spellings-differ", "the digests with and without the prefix differ, and one is right", "DocumentMismatch", func(o *mitidtest.Object) {
		right := o.Get(digest)
		if right == nil {
			right = o.Get("mitid." + digest)
		}
		o.Set("mitid."+digest, right)
		o.Set(digest, other)
	})
	gone := onSigning("signing-token-missing", "the token answer has no transaction token", "EvidenceIncomplete", false, mitidtest.StageToken, func(_ *mitidtest.Broker, p *mitidtest.Reply) {
		p.Object.Drop("transaction_token")
		p.Object.Drop("transaction_token_ocsp_resp")
	})
	return append(ts, gone)
}

// workflowTamperings spoil what the tokens say of a workflow.
func workflowTamperings() []SigningTampering {
	var ts []SigningTampering
	on := func(name, doc, want string, at mitidtest.Stage, f func(o *mitidtest.Object)) {
		ts = append(ts, onSigning(name, doc, want, true, at, func(_ *mitidtest.Broker, d *mitidtest.Token) { f(&d.Payload) }))
	}
	signer := func(name, doc, want string, f func(o *mitidtest.Object)) {
		on("workflow-signer-"+name, doc, want, StageTransactionToken, f)
	}
	const files = "workflow_pdf_title_and_sha256"
	zeros := strings.Repeat("0", 64)
	signer("action-missing", "the person logged in and did not sign the workflow", "EvidenceIncomplete", func(o *mitidtest.Object) { o.Set("transaction_actions", "mitid.login") })
	signer("id-missing", "the transaction token names no workflow", "EvidenceIncomplete", func(o *mitidtest.Object) { o.Drop("workflow_id") })
	signer("id-other", "the transaction token is of another workflow", "DocumentMismatch", func(o *mitidtest.Object) { o.Set("workflow_id", "00000000-0000-4000-8000-000000000000") })
	signer("signature-id-missing", "the transaction token names no signature", "EvidenceIncomplete", func(o *mitidtest.Object) { o.Drop("workflow_signature_transaction_id") })
	signer("documents-missing", "the transaction token lists no documents", "EvidenceIncomplete", func(o *mitidtest.Object) { o.Drop(files) })
	signer("documents-malformed", "the list of documents is no JSON", "EvidenceIncomplete", func(o *mitidtest.Object) { o.Set(files, "{") })
	signer("documents-other", "one document has another digest", "DocumentMismatch", func(o *mitidtest.Object) { o.Set(files, `{"Aftale på Ærø":"`+zeros+`"}`) })

	token := func(name, doc, want string, f func(o *mitidtest.Object)) {
		on("workflow-token-"+name, doc, want, StageWorkflowToken, f)
	}
	token("other-organisation", "the workflow token is for another organisation", "TokenInvalid", func(o *mitidtest.Object) { o.Set("aud", "DK00000000") })
	token("other-tin", "organization_tin is another organisation's", "TokenInvalid", func(o *mitidtest.Object) { o.Set("organization_tin", "DK00000000") })
	token("other-issuer", "another broker issued the workflow token", "TokenInvalid", func(o *mitidtest.Object) { o.Set("iss", "https://elsewhere.example/op") })
	token("other-type", "token_type is another", "TokenInvalid", func(o *mitidtest.Object) { o.Set("token_type", "workflow_token_v9") })
	token("other-workflow", "the workflow token is of another workflow", "DocumentMismatch", func(o *mitidtest.Object) { o.Set("workflow_id", "00000000-0000-4000-8000-000000000000") })
	token("other-document", "a document has another digest", "DocumentMismatch", func(o *mitidtest.Object) {
		o.Set("document_1", `{"title":"Aftale på Ærø","sha256Hex":"`+zeros+`"}`)
	})
	token("document-missing", "a document is missing", "EvidenceIncomplete", func(o *mitidtest.Object) { o.Drop("document_1") })
	token("document-too-many", "there is a document that nobody sent", "DocumentMismatch", func(o *mitidtest.Object) {
		n := 1
		for o.Get(fmt.Sprintf("document_%d", n)) != nil {
			n++
		}
		o.Add(fmt.Sprintf("document_%d", n), `{"title":"Fælde","sha256Hex":"`+zeros+`"}`)
		o.Set("documents_signed_number", fmt.Sprint(n))
	})
	token("signature-missing", "a signature is missing", "EvidenceIncomplete", func(o *mitidtest.Object) { o.Drop("signature_1") })
	token("simulated", "a signature is of a simulated identity", "SignerMismatch", func(o *mitidtest.Object) {
		text, _ := o.Get("signature_1").(string)
		o.Set("signature_1", strings.Replace(text, `"UserClaims":{`, `"UserClaims":{"simulated":"true",`, 1))
	})
	token("other-signer", "a signature is somebody else's", "SignerMismatch", func(o *mitidtest.Object) {
		text, _ := o.Get("signature_1").(string)
		i := strings.Index(text, `"mitid.uuid":"`)
		j := strings.Index(text, `"idp_identity_id":"`)
		if i < 0 || j < 0 {
			return
		}
		uuid := text[i+len(`"mitid.uuid":"`):][:36]
		o.Set("signature_1", strings.ReplaceAll(text, uuid, "00000000-0000-4000-8000-000000000000"))
	})
	token("level-low", "a signature is at level Low", "AssuranceTooLow", func(o *mitidtest.Object) {
		text, _ := o.Get("signature_1").(string)
		o.Set("signature_1", strings.ReplaceAll(text, "nsis/Substantial", "nsis/Low"))
	})
	ts = append(ts, onSigning("workflow-token-wrong-signature", "the workflow token is signed by a key that is not published", "TokenInvalid", true, StageWorkflowToken, func(b *mitidtest.Broker, d *mitidtest.Token) {
		d.Key = b.Keys().Active() // the kid stays
	}))
	return ts
}

// answerTamperings spoil the answers of the signing APIs.
func answerTamperings() []SigningTampering {
	var ts []SigningTampering
	on := func(name, doc, want string, workflow bool, at mitidtest.Stage, f func(p *mitidtest.Reply)) {
		ts = append(ts, onSigning(name, doc, want, workflow, at, func(_ *mitidtest.Broker, p *mitidtest.Reply) { f(p) }))
	}
	on("signtext-503", "the signtext API is down", "Unavailable", false, StageSigntext, func(p *mitidtest.Reply) { p.Maintenance(http.StatusServiceUnavailable) })
	on("signtext-page", "a proxy shows a page with status 200", "Unavailable", false, StageSigntext, func(p *mitidtest.Reply) { p.Maintenance(http.StatusOK) })
	on("signtext-id-missing", "the signtext API gives no id", "ResponseInvalid", false, StageSigntext, func(p *mitidtest.Reply) { p.Object.Drop("signTextId") })
	on("signtext-refused", "the signtext API refuses the document", "Refused", false, StageSigntext, func(p *mitidtest.Reply) { *p = *apiError("Åh nej") })
	on("signtext-redirect", "the signtext API redirects", "ResponseInvalid", false, StageSigntext, func(p *mitidtest.Reply) { p.Redirect(http.StatusTemporaryRedirect, "https://elsewhere.example/") })
	on("pades-empty", "the sealed PDF is empty", "ResponseInvalid", false, StageReceipt, func(p *mitidtest.Reply) { p.Object.Set("padesB64", "") })
	on("pades-no-pdf", "the sealed PDF is something else", "ResponseInvalid", false, StageReceipt, func(p *mitidtest.Reply) { p.Object.Set("padesB64", "w6bDuMOl") })
	on("pades-malformed", "the sealed PDF is no base64", "ResponseInvalid", false, StageReceipt, func(p *mitidtest.Reply) { p.Object.Set("padesB64", "æøå") })
	pdf := func(name, doc, want string, change func(pdf []byte) []byte) {
		on(name, doc, want, false, StageReceipt, func(p *mitidtest.Reply) {
			encoded, _ := p.Object.Get("padesB64").(string)
			raw, _ := base64.StdEncoding.DecodeString(encoded) // we have written it
			p.Object.Set("padesB64", base64.StdEncoding.EncodeToString(change(raw)))
		})
	}
	pdf("pades-unsealed", "the PDF has no seal", "SignatureInvalid", func([]byte) []byte { return fakepdf.New(fakepdf.Page{Lines: []string{"Kvittering på Ærø"}}) })
	pdf("pades-changed", "the sealed PDF was changed by one bit", "SignatureInvalid", func(raw []byte) []byte {
		raw[len(raw)/4] ^= 1
		return raw
	})
	pdf("pades-longer", "more follows the sealed PDF", "SignatureInvalid", func(raw []byte) []byte { return append(raw, "% Ærø\n%%EOF\n"...) })
	on("workflow-other", "the answer names no workflow that there can be", "OutcomeUnknown", true, StageWorkflow, func(p *mitidtest.Reply) {
		for _, name := range []string{"id", "workflowId"} {
			if p.Object.Get(name) != nil {
				p.Object.Set(name, "../00000000")
			}
		}
	})
	on("workflow-hang-up", "the connection ends without an answer", "OutcomeUnknown", true, StageWorkflow, func(p *mitidtest.Reply) { p.HangUp = true })
	return ts
}
