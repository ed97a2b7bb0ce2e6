package neb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/signing"
)

// workflowTokenType is the only version that is known (measured in the vendor's sample).
const workflowTokenType = "workflow_token_v1"

// workflowToken is a verified workflow token.
type workflowToken struct {
	files      map[string][sha256.Size]byte // by title
	signatures []workflowSignature
	evidence   []signing.Token
	status     string // the OCSP answer about its key
}

// workflowSignature is one signature in it.
type workflowSignature struct {
	transaction string
	created     time.Time
	claims      *neb.Transaction // of the person
	simulated   bool
}

// workflowToken fetches the workflow token of an order and verifies it.
func (s *Service) workflowToken(ctx context.Context, op string, order signing.ID) (*workflowToken, error) {
	c, id, err := s.workflowCall(op, http.MethodGet, order, "/workflowtoken")
	if err != nil {
		return nil, err
	}
	var said struct {
		Token string     `json:"workflowToken"`
		OCSP  string     `json:"ocspResponse"`
		Info  resultInfo `json:"workflowResultInfo"`
	}
	if err := s.do(ctx, c, &said); err != nil {
		return nil, err
	}
	payload, proof, err := s.broker.VerifyWorkflowToken(ctx, mitid.NewSecret(said.Token), said.OCSP, "DK"+s.cfg.organisation)
	if err != nil {
		return nil, refused(op, order, err)
	}
	t, why := readWorkflowToken(payload, id, "DK"+s.cfg.organisation)
	if why != nil {
		why.text = "workflow token: " + why.text
		return nil, why.as(c)
	}
	t.status = said.OCSP
	t.evidence = []signing.Token{
		{Use: "workflow_token", Raw: signing.NewSecret(proof.Raw.Reveal()), Key: proof.Key}, {Use: "ocsp", Raw: signing.NewSecret(said.OCSP)},
	}
	return t, nil
}

// readWorkflowToken reads the payload of a workflow token. Documents and signatures are
// JSON texts inside the JSON, numbered from 1.
func readWorkflowToken(payload []byte, id orderID, organisation string) (*workflowToken, *reason) {
	texts := make(map[string]string)
	if err := strictjson.Members(payload, func(name string, v *strictjson.Value) error {
		text, ok, err := v.Text()
		if ok {
			texts[name] = text
		}
		return err
	}); err != nil {
		return nil, &reason{signing.TokenInvalid, "it is malformed", nil}
	}
	switch {
	case texts["token_type"] != workflowTokenType:
		return nil, &reason{signing.TokenInvalid, "of another type", nil}
	case texts["organization_tin"] != organisation:
		return nil, &reason{signing.TokenInvalid, "of another organisation", nil}
	case texts["workflow_id"] != id.workflow:
		return nil, &reason{signing.DocumentMismatch, "of another workflow", nil}
	}
	t := &workflowToken{files: make(map[string][sha256.Size]byte)}
	documents, why := numbered(texts, "document_", "documents_signed_number")
	if why != nil {
		return nil, why
	}
	for _, text := range documents {
		title, sum, ok := readFile(text)
		if _, twice := t.files[title]; !ok || twice {
			return nil, &reason{signing.TokenInvalid, "a document is malformed or there twice", nil}
		}
		t.files[title] = sum
	}
	if neb.WorkflowSHA256(t.files) != id.sum {
		return nil, &reason{signing.DocumentMismatch, "other documents were signed than those that were sent", nil}
	}
	signatures, why := numbered(texts, "signature_", "signatures_number")
	if why != nil {
		return nil, why
	}
	for _, text := range signatures {
		one, ok := readSignature(text)
		if !ok {
			return nil, &reason{signing.TokenInvalid, "a signature is malformed", nil}
		}
		t.signatures = append(t.signatures, one)
	}
	return t, nil
}

// numbered returns the claims prefix+"1", prefix+"2" and so on, and compares their number
// with the claim called count.
func numbered(texts map[string]string, prefix, count string) ([]string, *reason) {
	n, ok := number(texts[count], maxParts)
	if !ok {
		return nil, &reason{signing.EvidenceIncomplete, "it does not say how many documents and signatures it has", nil}
	}
	all := 0
	for name := range texts {
		if rest, found := strings.CutPrefix(name, prefix); found && strings.Trim(rest, "0123456789") == "" {
			all++
		}
	}
	var list []string
	for i := range n {
		text, there := texts[prefix+strconv.Itoa(i+1)]
		if !there {
			return nil, &reason{signing.EvidenceIncomplete, "a document or signature is missing", nil}
		}
		list = append(list, text)
	}
	if all != n {
		return nil, &reason{signing.TokenInvalid, "it has more documents or signatures than it says", nil}
	}
	return list, nil
}

func readFile(text string) (title string, sum [sha256.Size]byte, ok bool) {
	var said struct {
		Title  string `json:"title"`
		SHA256 string `json:"sha256Hex"`
	}
	if strictjson.Unmarshal([]byte(text), &said) != nil {
		return "", sum, false
	}
	raw, err := hex.DecodeString(said.SHA256)
	if err != nil || len(raw) != sha256.Size {
		return "", sum, false
	}
	return said.Title, [sha256.Size]byte(raw), true
}

var errNotAText = errors.New("neb: a member is no text")

func readSignature(text string) (workflowSignature, bool) {
	var one workflowSignature
	created, claims := "", ""
	err := strictjson.Members([]byte(text), func(name string, v *strictjson.Value) error {
		into := map[string]*string{"Created": &created, "SignatureTransactionId": &one.transaction}[name]
		if name == "UserClaims" {
			raw, err := v.Raw()
			claims = raw
			return err
		}
		if into == nil {
			return nil
		}
		read, ok, err := v.Text()
		if *into = read; err == nil && !ok {
			return errNotAText
		}
		return err
	})
	if err != nil || claims == "" || one.transaction == "" {
		return one, false
	}
	if one.created = timeOf(created); one.created.IsZero() {
		return one, false
	}
	if one.claims, err = neb.ParseTransaction([]byte(claims)); err != nil {
		return one, false
	}
	one.simulated = marked(one.claims.Unknown)
	return one, true
}
