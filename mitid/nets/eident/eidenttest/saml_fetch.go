package eidenttest

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The namespaces of the messages. SAML 1.1 has those of SAML 1.0.
const (
	nsSOAP      = "http://schemas.xmlsoap.org/soap/envelope/"
	nsProtocol  = "urn:oasis:names:tc:SAML:1.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:1.0:assertion"
)

// maxRequest bounds a request for an assertion, in bytes.
const maxRequest = 64 << 10

// getAssertion answers a request for the assertion behind an artifact, once.
func (e *dialect) getAssertion(r *http.Request, s Settings) *mitidtest.Reply {
	requestID, art, err := readArtifactRequest(r)
	e.b.Resume(r, art)
	mid, password, _ := r.BasicAuth()
	if !fakeoidc.Fits(mid, e.b.ClientID()) || !fakeoidc.Fits(password, e.b.ClientSecret().Reveal()) {
		e.b.Refuse(r, "wrong MID or password")
		p := soapReply(http.StatusUnauthorized, nil)
		p.Header.Set("WWW-Authenticate", `Basic realm="E-Ident"`)
		return p
	}
	if err != nil {
		return soapFault("Client", "malformed request")
	}
	a, code := e.takeArtifact(art, mid, s)
	if code != "" {
		e.b.Refuse(r, code)
		return e.refusedArtifact(requestID, code, s)
	}
	return e.assertionReply(a.g, requestID, s)
}

// takeArtifact returns what an artifact stands for, once, or the code of the refusal.
func (e *dialect) takeArtifact(art, mid string, s Settings) (*artifact, string) {
	a, ok := e.artifacts.Get(art)
	_, before := e.fetched.Get(art)
	switch {
	case before:
		return nil, "artifact_invalidated"
	case !ok:
		return nil, "assertion_notfound"
	case a.mid != mid:
		return nil, "artifact_not_match_mid"
	case e.b.Now().After(a.made.Add(s.CodeLifetime)):
		return nil, "artifact_expired"
	}
	if _, ok := e.artifacts.Take(art); !ok { // somebody else was faster
		return nil, "artifact_invalidated"
	}
	e.fetched.Put(art, true, artifactMemory)
	return a, ""
}

// errMalformed is only compared with nil.
var errMalformed = errors.New("malformed")

// readArtifactRequest reads a Request with one AssertionArtifact in an envelope of SOAP
// 1.1.
func readArtifactRequest(r *http.Request) (requestID, art string, err error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest))
	if err != nil {
		return "", "", err
	}
	doc, err := xmlsig.Parse(body)
	if err != nil {
		return "", "", err
	}
	el := doc.Root()
	if !xmlsig.Is(el, nsSOAP, "Envelope") {
		return "", "", errMalformed
	}
	for _, step := range []struct{ space, local string }{{nsSOAP, "Body"}, {nsProtocol, "Request"}, {nsProtocol, "AssertionArtifact"}} {
		if el, err = xmlsig.One(el, step.space, step.local); err != nil {
			return "", "", err
		}
		if step.local != "Request" {
			continue
		}
		requestID, _ = xmlsig.Attr(el, "RequestID")
		instant, _ := xmlsig.Attr(el, "IssueInstant")
		major, _ := xmlsig.Attr(el, "MajorVersion")
		minor, _ := xmlsig.Attr(el, "MinorVersion")
		if _, err := time.Parse(time.RFC3339, instant); err != nil || requestID == "" || major != "1" || minor != "1" {
			return "", "", errMalformed
		}
	}
	art, err = xmlsig.Text(el)
	return requestID, art, err
}

// refusedArtifact returns the answer for an artifact that is good for nothing.
func (e *dialect) refusedArtifact(requestID, code string, s Settings) *mitidtest.Reply {
	if s.SAMLCode == InFault {
		return soapFault("Client", code)
	}
	response := e.response(requestID, s)
	status := child(response, "samlp:Status")
	outer := child(status, "samlp:StatusCode", "Value", "samlp:Requester")
	if s.SAMLCode == InStatusCode {
		child(outer, "samlp:StatusCode", "Value", code)
	} else {
		child(status, "samlp:StatusMessage").SetText(code)
	}
	return soapReply(http.StatusOK, written(envelope(response)))
}

// response returns a Response without status.
func (e *dialect) response(requestID string, s Settings) *etree.Element {
	response := etree.NewElement("samlp:Response")
	set(response, "xmlns:samlp", nsProtocol, "ResponseID", "R-"+fakehttp.RandomHex(16), "MajorVersion", "1", "MinorVersion", "1", "IssueInstant", instantOf(e.b.Now()))
	if !s.NoInResponseTo {
		set(response, "InResponseTo", requestID)
	}
	return response
}

// envelope returns content in an envelope of SOAP 1.1.
func envelope(content *etree.Element) *etree.Element {
	root := etree.NewElement("soapenv:Envelope")
	set(root, "xmlns:soapenv", nsSOAP)
	child(root, "soapenv:Body").AddChild(content)
	return root
}

func soapFault(code, text string) *mitidtest.Reply {
	fault := etree.NewElement("soapenv:Fault")
	child(fault, "faultcode").SetText("soapenv:" + code)
	child(fault, "faultstring").SetText(text)
	return soapReply(http.StatusInternalServerError, written(envelope(fault)))
}

func soapReply(status int, body []byte) *mitidtest.Reply {
	p := mitidtest.NewReply(status, nil)
	p.Body = body
	p.Header.Set("Content-Type", "text/xml; charset=utf-8")
	return p
}

// written returns a document with root.
func written(root *etree.Element) []byte {
	doc := etree.NewDocument()
	doc.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	doc.SetRoot(root)
	body, _ := doc.WriteToBytes() // fails for writers that fail, and memory never does
	return body
}

// child adds a child with attributes: names and values in turn.
func child(parent *etree.Element, name string, attributes ...string) *etree.Element {
	el := parent.CreateElement(name)
	set(el, attributes...)
	return el
}

func set(el *etree.Element, attributes ...string) {
	for i := 0; i < len(attributes); i += 2 {
		el.CreateAttr(attributes[i], attributes[i+1])
	}
}

func instantOf(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
