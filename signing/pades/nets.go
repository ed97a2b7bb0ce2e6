package pades

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/pdfscan"
	"github.com/dkeid/dkeid/internal/revocation"
)

// The names of what Nets eID Broker attaches to the PDF of a workflow (measured in the sample
// that Signaturgruppen publishes).
const (
	workflowToken  = "workflow_token.jwt"
	workflowKey    = "workflow_token_pub.pem"
	workflowStatus = "workflow_token.ocsp"
)

// nets judges a workflow token of Nets eID Broker that is attached to the revision that the
// signature covers.
func (b *bond) nets(demanded bool) {
	attached, err := b.v.file.Attachments(b.signature.Revision())
	if err != nil {
		if demanded {
			b.refuse(EvidenceMalformed)
		}
		return
	}
	files, ok := workflowFiles(attached)
	switch {
	case !ok:
		b.refuse(EvidenceMalformed)
		return
	case files[workflowToken] == nil:
		if demanded {
			b.refuse(EvidenceMissing)
		}
		return
	}
	raw := strings.TrimSpace(string(files[workflowToken]))
	b.tokens = append(b.tokens, raw)
	block, _ := pem.Decode(files[workflowKey])
	if block == nil {
		b.refuse(EvidenceWrong)
		return
	}
	c, ok := readTokenCertificate(block.Bytes)
	if !ok {
		b.refuse(EvidenceWrong)
		return
	}
	kid := sha1.Sum(block.Bytes)
	t, ok := verifyToken(raw, map[string]*rsa.PublicKey{strings.ToUpper(hex.EncodeToString(kid[:])): c.key})
	if !ok || t.claims["token_type"] != "workflow_token_v1" {
		b.refuse(EvidenceWrong)
		return
	}
	answer, _ := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(files[workflowStatus]))) // what is none says nothing
	t.own = !b.vouched(c, answer, t.issued)
	b.admit(t)
	b.workflow(t)
}

// workflowFiles returns the attachments of a workflow by name. False if there are two of one
// name: which of them is meant?
func workflowFiles(all []pdfscan.Attachment) (map[string][]byte, bool) {
	files := map[string][]byte{}
	for _, a := range all {
		switch a.Name {
		case workflowToken, workflowKey, workflowStatus:
			if _, twice := files[a.Name]; twice {
				return nil, false
			}
			files[a.Name] = a.Data
		}
	}
	return files, true
}

// vouched reports whether an authority vouches for the key of a workflow token, and refuses
// one that was revoked. Where the seal alone vouches for the key, it does for the answer too.
func (b *bond) vouched(c *tokenCertificate, answer []byte, at time.Time) bool {
	if c.parsed != nil && b.v.policy.pinned(c.parsed) {
		return true
	}
	var chain []*x509.Certificate
	if c.parsed != nil {
		chain = b.v.chain(c.parsed, nil, b.v.policy.Roots, at, x509.ExtKeyUsageAny)
	}
	if len(chain) < 2 {
		if revocation.SaysRevoked(answer, c.serial, at) {
			b.refuse(EvidenceWrong)
		}
		return false
	}
	all := revocation.Answers{OCSPs: append([][]byte{answer}, b.v.proofs.answers.OCSPs...), CRLs: b.v.proofs.answers.CRLs}
	switch said := all.Judge(chain[0], chain[1], at, b.v.policy.Skew); said.Status {
	case revocation.Revoked:
		b.refuse(EvidenceWrong)
	case revocation.Unknown:
		if !b.v.policy.NoRevocation {
			b.refuse(RevocationUnknown)
		}
	}
	return true
}

// workflow reads who signed which documents.
func (b *bond) workflow(t *token) {
	documents, ok1 := t.numbered("document_", "documents_signed_number")
	signatures, ok2 := t.numbered("signature_", "signatures_number")
	if !ok1 || !ok2 {
		b.refuse(EvidenceMalformed)
		return
	}
	digests, ok := workflowDigests(documents)
	if !ok {
		b.refuse(EvidenceMalformed)
		return
	}
	if len(documents) == 0 || len(signatures) == 0 {
		b.refuse(EvidenceMissing)
	}
	if t.own && b.v.policy.Evidence != NetsEvidence {
		b.v.claimedDigests = append(b.v.claimedDigests, digests...)
	} else {
		b.v.signedDigests = append(b.v.signedDigests, digests...)
	}
	for _, text := range signatures {
		p, simulated, ok := workflowPerson(t, text)
		if !ok {
			b.refuse(EvidenceMalformed)
			return
		}
		if simulated {
			b.test()
		}
		if p.LoginAt.After(t.issued.Add(b.v.policy.Skew)) {
			b.refuse(EvidenceElsewhen)
		}
		b.level(p.Level)
		b.out.Persons = append(b.out.Persons, p)
	}
}
