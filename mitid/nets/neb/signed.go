package neb

import (
	"crypto/sha256"
	"slices"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
)

// workflowAction says that the person signed in a workflow (Signaturgruppen, workflow
// signing).
const workflowAction = "workflow_finalized"

func incomplete(why string) error {
	return fault.New(fault.TransactionMismatch, why).With(ErrEvidenceIncomplete)
}

func otherDocument(why string) error {
	return fault.New(fault.TransactionMismatch, why).With(ErrDocumentMismatch)
}

// proves returns nil if the transaction token says that the person signed d. Its
// signature, its login and its OCSP answer have been checked.
func (t *Transaction) proves(d *Document) error {
	if d.WorkflowID != "" {
		return t.provesWorkflow(d)
	}
	said := t.Text
	switch {
	case !slices.Contains(t.Actions, signingAction):
		return incomplete("the person logged in and signed nothing")
	case said == nil || said.SHA256 == [sha256.Size]byte{}:
		return incomplete("the broker does not tell which document the person signed")
	case said.Type == "":
		return incomplete("the broker does not tell of what type the signed document was")
	case said.Type != d.Type:
		return otherDocument("the person saw a document of another type than the one that was sent")
	case said.SHA256 != d.SHA256:
		return otherDocument("the person signed another document than the one that was sent")
	case said.Encoded != "" && !said.Agrees():
		return otherDocument("the document that came back is not the one of its digest")
	}
	return nil
}

func (t *Transaction) provesWorkflow(d *Document) error {
	switch {
	case !slices.Contains(t.Actions, workflowAction):
		return incomplete("the person logged in and did not sign the workflow")
	case t.WorkflowID == "" || t.WorkflowFiles == "" || t.WorkflowSignatureID == "":
		return incomplete("the broker does not tell which documents the person signed in which workflow")
	case t.WorkflowID != d.WorkflowID:
		return otherDocument("the person signed another workflow")
	}
	files, ok := readWorkflowFiles(t.WorkflowFiles)
	if !ok {
		return incomplete("the broker's list of the signed documents is malformed")
	}
	if WorkflowSHA256(files) != d.SHA256 {
		return otherDocument("the person signed other documents than those that were sent")
	}
	d.SignatureID = t.WorkflowSignatureID
	return nil
}

// admitSigner returns an error if somebody else has signed.
func (d *Document) admitSigner(a *mitid.Attempt, id *claims.Identity) error {
	if d.Subject != "" && id.Subject != d.Subject || !a.ExpectUUID.IsZero() && id.UUID != a.ExpectUUID {
		return fault.New(fault.TokenInvalid, "the document is for another person").With(ErrSignerMismatch)
	}
	return nil
}
