package nebtest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// workflow is a set of documents that several people sign, one after the other. The lock
// of dialect guards its signatures.
type workflow struct {
	id, cvr, title   string
	created, expires time.Time
	files            []workflowFile
	signatures       []*workflowSignature
	sealed           map[string][]byte // the sealed PDFs, by filter and number of signatures
}

// workflowFile is one document.
type workflowFile struct {
	title string
	raw   []byte
}

func (f *workflowFile) digest() string {
	sum := sha256.Sum256(f.raw)
	return hex.EncodeToString(sum[:])
}

// workflowSignature is one person's signature.
type workflowSignature struct {
	id, transaction string
	created         time.Time
	name, title     string // as the application said
	all, restricted mitidtest.Object
	ages            mitidtest.Object
}

// signerOf is what a signtextid of a workflow stands for.
type signerOf struct {
	flow        *workflow
	name, title string
	required    map[string]string
}

// claims are those of the transaction token about a workflow.
func (s *signerOf) claims(signature string) mitidtest.Object {
	var files mitidtest.Object
	for _, f := range s.flow.files {
		files.Add(f.title, f.digest())
	}
	return mitidtest.Object{
		{"workflow_signature_transaction_id", signature}, {"workflow_id", s.flow.id},
		{"workflow_pdf_title_and_sha256", string(fakeoidc.EscapeText(files.Bytes()))},
	}
}

// signWorkflow adds the signature of a login to its workflow, if it is for one. It
// returns the error word if the workflow is not to be signed so.
func (n *dialect) signWorkflow(g *grant) string {
	if g.text == nil || g.text.signer == nil || g.workflowSignature != "" {
		return ""
	}
	s := g.text.signer
	settings := n.snapshot()
	said := n.userClaims(g, settings)
	for name, want := range s.required {
		if fmt.Sprint(cmp.Or(said.Get(name), any(""))) != want && !settings.IgnoresRequiredClaims {
			return workflowAborted
		}
	}
	now := n.b.Now()
	n.mu.Lock()
	defer n.mu.Unlock()
	if !now.Before(s.flow.expires) {
		return workflowAborted
	}
	of := &workflowSignature{id: fakeoidc.NewUUID(), transaction: fakeoidc.NewUUID(), created: now, name: s.name, title: s.title, all: said}
	for _, m := range said {
		switch m.Name {
		case "mitid.identity_name", "nemlogin.name", "nemlogin.cvr", "nemlogin.org_name", "loa", "ial", "idp_identity_id", "idp", "auth_time", "simulated":
			of.restricted = append(of.restricted, m)
			of.ages = append(of.ages, m)
		case "mitid.age", "mitid.date_of_birth", "nemlogin.age", "nemlogin.date_of_birth":
			of.ages = append(of.ages, m)
		}
	}
	s.flow.signatures = append(s.flow.signatures, of)
	g.workflowSignature = of.transaction
	return ""
}

// workflowAborted is the error word of a workflow that the person did not sign.
const workflowAborted = "workflow_signing_aborted"

// userClaims are what a workflow keeps of the person who signs: texts alone.
func (n *dialect) userClaims(g *grant, s Settings) mitidtest.Object {
	var o mitidtest.Object
	for _, m := range n.capacity(g, s) {
		if m.Name != "acr" {
			o.Add(m.Name, fmt.Sprint(m.Value))
		}
	}
	o.Add("auth_time", unixText(g.session.at))
	o.Add("sub", g.session.sub)
	if s.Simulated {
		o.Add("simulated", "true")
	}
	return o
}

// describe is what the API tells of a workflow.
func (f *workflow) describe() mitidtest.Object {
	signatures := []any{}
	for _, s := range f.signatures {
		var name any
		if s.name != "" {
			name = s.name
		}
		signatures = append(signatures, mitidtest.Object{
			{"id", s.id}, {"created", written(s.created)}, {"serviceProvidedSignerName", name}, {"signatureTransactionId", s.transaction},
			{"userClaims", s.restricted}, {"ipAddressOfUser", "127.0.0.1"},
		})
	}
	return mitidtest.Object{
		{"id", f.id}, {"created", written(f.created)}, {"title", f.title}, {"organizationTin", "DK" + f.cvr},
		{"expiresAt", written(f.expires)}, {"signatures", signatures},
	}
}

// written is a time as .NET writes it.
func written(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.9999999-07:00") }

// workflowToken returns the workflow token with the claims that pick chooses.
func (n *dialect) workflowToken(f *workflow, pick func(*workflowSignature) mitidtest.Object) (string, error) {
	text := func(o mitidtest.Object) string { return string(o.Bytes()) }
	o := mitidtest.Object{
		{"expiry", unixText(f.expires)}, {"documents_signed_number", fmt.Sprint(len(f.files))}, {"organization_tin", "DK" + f.cvr},
		{"service_provider_id", mitidtest.StableUUID("neb provider", f.cvr)}, {"signatures_number", fmt.Sprint(len(f.signatures))},
		{"token_type", "workflow_token_v1"}, {"workflow_id", f.id}, {"workflow_title", f.title},
	}
	for i := range f.files {
		o.Add(fmt.Sprintf("document_%d", i+1), text(mitidtest.Object{{"title", f.files[i].title}, {"sha256Hex", f.files[i].digest()}}))
	}
	for i, s := range f.signatures {
		o.Add(fmt.Sprintf("signature_%d", i+1), text(mitidtest.Object{
			{"Created", written(s.created)}, {"Id", s.id}, {"SignatureTransactionId", s.transaction}, {"UserClaims", pick(s)},
		}))
	}
	now := n.b.Now()
	o = append(o, mitidtest.Object{
		{"nbf", now.Unix()}, {"exp", now.AddDate(30, 0, 0).Unix()}, {"iat", now.Unix()}, {"iss", n.b.Issuer()}, {"aud", "DK" + f.cvr},
	}...)
	d := newToken(n.keys.transaction, "JWT", o)
	mitidtest.Spoil(n.b, StageWorkflowToken, d)
	return d.Serialize()
}
