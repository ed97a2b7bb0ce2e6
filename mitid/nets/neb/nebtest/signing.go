package nebtest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The paths of the signing APIs, below pathSigning.
const (
	pathSigntext  = "/v2/signtext"
	pathReceipt   = "/v1/pades"
	pathWorkflows = "/workflows/" // prefix
	pathShown     = "/fake/document/"
)

// postLimit is how many bytes a body at path may have.
func postLimit(path string, s Settings) int64 {
	if strings.HasPrefix(path, pathSigning) || path == pathPAR {
		return s.MaxUpload
	}
	return 256 << 10
}

// signingAPI answers at the signing APIs. Each needs a service token.
func (n *dialect) signingAPI(w http.ResponseWriter, r *http.Request, rest string, body []byte, s Settings) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	scope, ok := n.service.Get(digestOf(token))
	allowed := ok && strings.EqualFold(scheme, "bearer") && slices.Contains(strings.Fields(scope), "signtext_api")
	switch {
	case rest == pathSigntext:
		if fakeoidc.Allow(w, r, http.MethodPost) {
			n.sendSigning(w, r, StageSigntext, allowed, func() *mitidtest.Reply { return n.signText(body) })
		}
	case rest == pathReceipt:
		if fakeoidc.Allow(w, r, http.MethodPost) {
			n.sendSigning(w, r, StageReceipt, allowed, func() *mitidtest.Reply { return n.receipt(body) })
		}
	case strings.HasPrefix(rest, pathWorkflows):
		n.workflowAPI(w, r, strings.Split(strings.TrimPrefix(rest, pathWorkflows), "/"), body, allowed, s)
	default:
		n.notFound(w)
	}
}

func (n *dialect) sendSigning(w http.ResponseWriter, r *http.Request, at mitidtest.Stage, allowed bool, answer func() *mitidtest.Reply) {
	if !allowed {
		unauthorized().Write(w, r)
		return
	}
	n.b.Send(w, r, at, answer())
}

// signText keeps a document that a later login signs.
func (n *dialect) signText(body []byte) *mitidtest.Reply {
	var asked struct {
		Type string `json:"SignTextType"`
		Body string `json:"SignTextBase64"`
	}
	if json.Unmarshal(body, &asked) != nil {
		return apiError("Invalid request")
	}
	text := newText(asked.Body, asked.Type)
	if text == nil {
		return apiError("Invalid SignTextBase64 or SignTextType")
	}
	id := text.kind + "_" + fakeoidc.NewUUID()
	n.texts.Put(id, text, serviceLife)
	return apiAnswer(http.StatusOK, mitidtest.Object{{"signTextId", id}})
}

// receipt is a document that a person has signed, by the transaction token of the login.
type receipt struct {
	text *approvalText
	by   *grant
}

// receipt answers with a sealed PDF of what a transaction token says was signed.
func (n *dialect) receipt(body []byte) *mitidtest.Reply {
	var asked struct {
		Token string `json:"JwtTransactionTokensSerialized"`
	}
	if json.Unmarshal(body, &asked) != nil {
		return apiError("Invalid request")
	}
	of, ok := n.signed.Get(digestOf(asked.Token))
	if !ok {
		return apiError("Invalid JwtTransactionTokensSerialized")
	}
	proof, err := n.keys.goodOCSP(n.b.Now())
	if err != nil {
		return apiError("The receipt cannot be made")
	}
	sealed, err := n.seal(of.text.raw, map[string][]byte{
		"transaction_token.jwt": []byte(asked.Token), "transaction_token_pub.pem": n.keys.transactionPEM(),
		"transaction_token.ocsp": []byte(base64.StdEncoding.EncodeToString(proof)),
	})
	if err != nil {
		return apiError("The document cannot be sealed")
	}
	return apiAnswer(http.StatusOK, mitidtest.Object{{"padesB64", base64.StdEncoding.EncodeToString(sealed)}})
}

// shownFile is a document that a page links to.
type shownFile struct {
	kind string
	raw  []byte
}

// documents are the links to what req signs.
func (n *dialect) documents(req *request) mitidtest.Pairs {
	t := req.text
	if t == nil {
		return nil
	}
	var all mitidtest.Pairs
	link := func(title, kind string, raw []byte) {
		id := fakehttp.RandomHex(16)
		n.shown.Put(id, &shownFile{kind, raw}, time.Hour)
		all = append(all, mitidtest.Pair{title, pathShown + id})
	}
	switch {
	case t.signer != nil:
		for _, f := range t.signer.flow.files {
			link(f.title, "pdf", f.raw)
		}
	case t.kind == "pdf", t.kind == "html":
		link("signtext."+t.kind, t.kind, t.raw)
	}
	return all
}

// showFile shows a document. HTML gets a page of its own that can do nothing.
func (n *dialect) showFile(w http.ResponseWriter, id string) {
	f, ok := n.shown.Get(id)
	if !ok {
		n.notFound(w)
		return
	}
	policy := "sandbox; " + fakehttp.Policy
	if f.kind == "pdf" {
		policy = fakehttp.Policy // a browser's reader does not run in a sandbox
	}
	fakehttp.SetPageHeaders(w, policy)
	if f.kind == "pdf" {
		w.Header().Set("Content-Type", "application/pdf")
		w.Header().Set("Content-Disposition", "inline")
	}
	_, _ = w.Write(f.raw)
}
