package eident

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/xml"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/httpx"
)

// artifactRequest asks for the assertion behind an artifact.
type artifactRequest struct {
	id   string // RequestID
	body []byte
}

// newArtifactRequest returns a Request of SAML 1.1 in an envelope of SOAP 1.1 (SAML 1.1
// Core section 3.2, Bindings section 3.1).
func newArtifactRequest(artifact string, now time.Time) artifactRequest {
	id := "_" + strings.ToLower(rand.Text())
	var b bytes.Buffer
	b.WriteString(`<soapenv:Envelope xmlns:soapenv="` + nsSOAP + `"><soapenv:Body>` +
		`<samlp:Request xmlns:samlp="` + nsProtocol + `" MajorVersion="1" MinorVersion="1" RequestID="` + id +
		`" IssueInstant="` + now.UTC().Format("2006-01-02T15:04:05Z") + `"><samlp:AssertionArtifact>`)
	_ = xml.EscapeText(&b, []byte(artifact)) // a bytes.Buffer takes everything
	b.WriteString(`</samlp:AssertionArtifact></samlp:Request></soapenv:Body></soapenv:Envelope>`)
	return artifactRequest{id, b.Bytes()}
}

// fetch sends q once and returns the answer, which is XML: of status 200, or of 500, with
// which a SOAP Fault comes (SOAP 1.1 section 6.2). An artifact that may have arrived is never
// sent again: it is good for one use.
func (b *SAMLBroker) fetch(ctx context.Context, q artifactRequest) (*httpx.Response, error) {
	req, err := http.NewRequest(http.MethodPost, b.rule.Issuer+pathGetAssertion, bytes.NewReader(q.body))
	if err != nil {
		return nil, fault.New(fault.ConfigInvalid, "SAMLConfig.Origin is no usable address")
	}
	req.SetBasicAuth(b.rule.ClientID, b.secret.Reveal())
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	req.Header.Set("Accept", "text/xml")
	req.Header.Set("SOAPAction", `""`)
	resp, err := b.http.Do(ctx, req)
	if err != nil {
		return nil, callFailed(err)
	}
	switch {
	case resp.Status == http.StatusUnauthorized:
		return nil, refused(resp, fault.ConfigInvalid, "refused MID and Password")
	case resp.Status == http.StatusInternalServerError && isXML(resp):
	case resp.Status != http.StatusOK:
		return nil, refused(resp, fault.BrokerUnavailable, "gave no assertion")
	case !isXML(resp):
		return nil, refused(resp, fault.BrokerUnavailable, "gave no XML")
	}
	return resp, nil
}

// refused returns the error for an answer. why is what the assertion service did.
func refused(resp *httpx.Response, class fault.Class, why string) error {
	e := fault.New(class, "the assertion service "+why+" (HTTP "+strconv.Itoa(resp.Status)+")")
	e.Status = resp.Status
	return e
}

// isXML reports whether the answer calls itself XML and is not empty.
func isXML(resp *httpx.Response) bool {
	t, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return err == nil && (t == "text/xml" || t == "application/xml" || t == "application/soap+xml") && len(bytes.TrimSpace(resp.Body)) > 0
}

// callFailed returns the error for a call that got no whole answer.
func callFailed(err error) error {
	call, ok := errors.AsType[*httpx.Error](err)
	if !ok {
		return fault.New(fault.BrokerUnavailable, "the assertion service could not be asked")
	}
	e := fault.New(fault.BrokerUnavailable, "the assertion service could not be asked")
	switch call.Reason {
	case httpx.Redirected:
		e.Class, e.Why = fault.IssuerMismatch, "the assertion service sends the caller elsewhere"
	case httpx.TooLarge, httpx.Slow, httpx.Cut:
		e.Class, e.Why = fault.ResponseInvalid, "the assertion service gave no usable answer"
	}
	e.Status = call.Status
	return e.With(call)
}
