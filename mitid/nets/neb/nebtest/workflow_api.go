package nebtest

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// workflowLife is how long a workflow is kept after it has expired.
const workflowLife = 365 * 24 * time.Hour

// workflowAPI answers below /workflows/{cvr}.
func (n *dialect) workflowAPI(w http.ResponseWriter, r *http.Request, parts []string, body []byte, allowed bool, s Settings) {
	cvr, get := parts[0], r.Method == http.MethodGet
	if allowed && (get && !s.WorkflowRead || !get && !s.WorkflowWrite) {
		emptyAnswer(http.StatusForbidden).Write(w, r)
		return
	}
	send := func(at mitidtest.Stage, answer func() *mitidtest.Reply) { n.sendSigning(w, r, at, allowed, answer) }
	about := func(answer func(f *workflow) *mitidtest.Reply) func() *mitidtest.Reply {
		return func() *mitidtest.Reply {
			f, ok := n.flows.Get(parts[1])
			if !ok || f.cvr != cvr {
				return apiAnswer(http.StatusNotFound, mitidtest.Object{{"errorMessage", "Unknown workflow"}})
			}
			n.mu.Lock()
			defer n.mu.Unlock()
			return answer(f)
		}
	}
	switch what := strings.Join(parts[1:], "/"); {
	case !isCVR(cvr):
		n.notFound(w)
	case what == "" && get:
		send(StageWorkflow, func() *mitidtest.Reply { return n.listWorkflows(cvr) })
	case what == "":
		send(StageWorkflow, func() *mitidtest.Reply { return n.createWorkflow(cvr, body) })
	case what == "signtextid" && !get:
		send(StageSigntext, func() *mitidtest.Reply { return n.workflowSigntext(cvr, body) })
	case len(parts) == 2 && get:
		send(StageWorkflow, about(func(f *workflow) *mitidtest.Reply { return apiAnswer(http.StatusOK, f.describe()) }))
	case len(parts) == 3 && parts[2] == "pades" && !get:
		send(StageReceipt, about(func(f *workflow) *mitidtest.Reply { return n.workflowPAdES(f, body) }))
	case len(parts) == 3 && parts[2] == "workflowtoken" && get:
		send(StageWorkflow, about(n.workflowTokenAnswer))
	default:
		n.notFound(w)
	}
}

func isCVR(s string) bool { return len(s) == 8 && strings.Trim(s, "0123456789") == "" }

func (n *dialect) createWorkflow(cvr string, body []byte) *mitidtest.Reply {
	var asked struct {
		Title string `json:"title"`
		PDFs  []struct {
			Title string `json:"title"`
			PDF   string `json:"pdfBase64"`
		} `json:"pdfList"`
		Expires time.Time `json:"expiresAt"`
	}
	if json.Unmarshal(body, &asked) != nil || len(asked.PDFs) == 0 {
		return apiError("Invalid request")
	}
	now := n.b.Now()
	if !asked.Expires.After(now) {
		return apiError("Invalid expiresAt")
	}
	f := &workflow{id: fakeoidc.NewUUID(), cvr: cvr, title: asked.Title, created: now, expires: asked.Expires}
	for _, p := range asked.PDFs {
		t := newText(p.PDF, "pdf")
		if t == nil {
			return apiError("Invalid pdfBase64")
		}
		f.files = append(f.files, workflowFile{p.Title, t.raw})
	}
	n.flows.Put(f.id, f, asked.Expires.Sub(now)+workflowLife)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.flowIDs = append(n.flowIDs, f.id)
	return apiAnswer(http.StatusOK, mitidtest.Object{{"workflowId", f.id}})
}

func (n *dialect) listWorkflows(cvr string) *mitidtest.Reply {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := []any{}
	n.flowIDs = slices.DeleteFunc(n.flowIDs, func(id string) bool {
		f, ok := n.flows.Get(id)
		if ok && f.cvr == cvr {
			all = append(all, f.describe())
		}
		return !ok
	})
	p := apiAnswer(http.StatusOK, nil)
	p.Body, _ = json.Marshal(all) // objects of texts always marshal
	return p
}

func (n *dialect) workflowSigntext(cvr string, body []byte) *mitidtest.Reply {
	var asked struct {
		ID       string            `json:"workflowId"`
		Name     string            `json:"signerName"`
		Title    string            `json:"signerTitle"`
		Required map[string]string `json:"requiredClaims"`
	}
	if json.Unmarshal(body, &asked) != nil {
		return apiError("Invalid request")
	}
	f, ok := n.flows.Get(asked.ID)
	if !ok || f.cvr != cvr {
		return apiAnswer(http.StatusNotFound, mitidtest.Object{{"errorMessage", "Unknown workflow"}})
	}
	now := n.b.Now()
	if !now.Before(f.expires) {
		return apiError("The workflow has expired")
	}
	until := now.Add(serviceLife)
	if f.expires.Before(until) {
		until = f.expires
	}
	id := "workflow_" + fakeoidc.NewUUID()
	n.texts.Put(id, &approvalText{kind: "workflow", signer: &signerOf{f, asked.Name, asked.Title, asked.Required}}, until.Sub(now))
	return apiAnswer(http.StatusOK, mitidtest.Object{{"workflowId", f.id}, {"signtextId", id}, {"expiresAt", written(until)}})
}

// resultInfo is the member workflowResultInfo, with the vendor's spelling.
func (f *workflow) resultInfo() mitidtest.Object {
	return mitidtest.Object{{"ocspReponseIncluded", true}, {"documentCount", len(f.files)}, {"signatureCount", len(f.signatures)}}
}

func (n *dialect) workflowTokenAnswer(f *workflow) *mitidtest.Reply {
	if len(f.signatures) == 0 {
		return apiError("The workflow has no signature")
	}
	token, err := n.workflowToken(f, func(s *workflowSignature) mitidtest.Object { return s.all })
	proof, err2 := n.ocspFor(n.b.Now())
	if err != nil || err2 != nil {
		return apiError("The workflow token cannot be made")
	}
	return apiAnswer(http.StatusOK, mitidtest.Object{
		{"workflowToken", token}, {"ocspResponse", base64.StdEncoding.EncodeToString(proof)},
		{"publicSigningCertPem", string(n.keys.transactionPEM())}, {"workflowResultInfo", f.resultInfo()},
	})
}

func (n *dialect) workflowPAdES(f *workflow, body []byte) *mitidtest.Reply {
	var asked struct {
		ID     string `json:"workflowId"`
		Claims struct {
			Filter string `json:"claimOutputFilter"`
		} `json:"workflowTokenClaimParameters"`
	}
	if json.Unmarshal(body, &asked) != nil || asked.ID != f.id {
		return apiError("Invalid request")
	}
	if len(f.signatures) == 0 {
		return apiError("The workflow has no signature")
	}
	pick, ok := map[string]func(*workflowSignature) mitidtest.Object{
		"":           func(s *workflowSignature) mitidtest.Object { return s.restricted },
		"Restricted": func(s *workflowSignature) mitidtest.Object { return s.restricted },
		"All":        func(s *workflowSignature) mitidtest.Object { return s.all }, "IncludeAgeClaims": func(s *workflowSignature) mitidtest.Object { return s.ages },
	}[asked.Claims.Filter]
	if !ok {
		return apiError("Invalid claimOutputFilter")
	}
	key := fmt.Sprint(asked.Claims.Filter, len(f.signatures))
	answer := func() *mitidtest.Reply {
		return apiAnswer(http.StatusOK, mitidtest.Object{
			{"padesDocument", mitidtest.Object{{"padesB64", base64.StdEncoding.EncodeToString(f.sealed[key])}}}, {"workflowResultInfo", f.resultInfo()},
		})
	}
	if f.sealed[key] != nil {
		return answer()
	}
	token, err := n.workflowToken(f, pick)
	proof, err2 := n.keys.goodOCSP(n.b.Now())
	if err != nil || err2 != nil {
		return apiError("The workflow token cannot be made")
	}
	sealed, err := n.seal(f.bound(), map[string][]byte{
		"workflow_token.jwt": []byte(token), "workflow_token_pub.pem": n.keys.transactionPEM(),
		"workflow_token.ocsp": []byte(base64.StdEncoding.EncodeToString(proof)),
	})
	if err != nil {
		return apiError("The document cannot be sealed")
	}
	if f.sealed == nil {
		f.sealed = map[string][]byte{}
	}
	f.sealed[key] = sealed
	return answer()
}

// bound returns the pages that the seal covers: those of the only document, or one page
// that lists the documents.
func (f *workflow) bound() []byte {
	if len(f.files) == 1 {
		return f.files[0].raw
	}
	lines := []string{f.title, ""}
	for _, d := range f.files {
		lines = append(lines, d.title, d.digest())
	}
	return fakepdf.New(fakepdf.Page{Lines: lines})
}

// seal seals pages, with attachments. The caller holds the lock.
func (n *dialect) seal(pdf []byte, attached map[string][]byte) ([]byte, error) {
	a, err := n.seals()
	if err != nil {
		return nil, err
	}
	return a.Seal(pdf, fakepdf.Seal{At: n.b.Now(), Reason: "Underskrevet hos en falsk mægler", Attachments: attached})
}

// transactionPEM is the certificate of transaction and workflow tokens.
func (k *keySet) transactionPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: k.transaction.Certificate.Raw})
}

// goodOCSP is an OCSP answer that no tampering spoils.
func (k *keySet) goodOCSP(now time.Time) ([]byte, error) {
	a, err := k.answer(now)
	if err != nil {
		return nil, err
	}
	return a.bytes()
}
