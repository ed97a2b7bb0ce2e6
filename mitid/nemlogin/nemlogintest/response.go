package nemlogintest

import (
	"encoding/base64"
	"net/http"
	"time"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The stages of a response that a tampering can spoil, beside those of package mitidtest.
const (
	// StageAssertion is the assertion: what it says, and its signature.
	StageAssertion mitidtest.Stage = "assertion"
	// StageResponse is the response around it: its XML, the encryption, the status.
	StageResponse mitidtest.Stage = "response"
)

// response is a Response in the making, so that a tampering can spoil it. The steps are in
// this order: the assertion is signed, written, encrypted, put into the Response, and the
// Response is written.
type response struct {
	el        *etree.Element // the Response, without an assertion
	assertion *etree.Element // nil if the status is not Success
	sign      signer         // of the assertion; if nil, it is not signed
	signOuter signer         // of the Response; if nil, it is not signed
	sealing   sealing

	// signed changes the signed assertion, and text the written one.
	signed func(assertion *etree.Element)
	text   func(assertion []byte) []byte
	// filled changes the Response with the assertion in it, before it is signed, and whole
	// the written one.
	filled func(response *etree.Element) error
	whole  func(response []byte) []byte
}

// newResponse returns a Response to q without an assertion.
func (e *dialect) newResponse(q *authnRequest, p *provider, s Settings, code ...string) *response {
	el := newElement("samlp:Response",
		"xmlns:saml", nsAssertion, "ID", newID(), "Version", "2.0", "IssueInstant", instant(e.b.Now().Add(-s.IssuedAgo)),
		"Destination", q.Consumer, "InResponseTo", q.ID)
	add(el, "saml:Issuer").SetText(e.b.Issuer())
	addStatus(el, "", code...)
	m := &response{el: el, sealing: sealing{way: s.Encryption, to: p.encryption, beside: s.KeyBesideData}}
	if m.sealing.way == EncryptByMetadata {
		if m.sealing.way = p.methods.way(); s.CBCBesideGCM && p.methods[aes256CBC] && p.methods[oaepMGF1P] {
			m.sealing.way = EncryptCBC
		}
	}
	if s.SignResponse {
		m.signOuter = signWith(e.b.Keys().Active())
	}
	return m
}

// addStatus adds a Status with the codes, one within the other.
func addStatus(el *etree.Element, message string, codes ...string) {
	status := add(el, "samlp:Status")
	at := status
	for _, code := range codes {
		at = add(at, "samlp:StatusCode", "Value", code)
	}
	if message != "" {
		add(status, "samlp:StatusMessage").SetText(message)
	}
}

// answer sends the browser back with an assertion about g.
func (e *dialect) answer(w http.ResponseWriter, r *http.Request, g *login, s Settings) {
	m := e.newResponse(g.request, g.to, s, statusPrefix+"Success")
	m.assertion, m.sign = e.newAssertion(g, s), signWith(e.b.Keys().Active())
	e.b.Remember(r, g.index)
	e.send(w, r, g.request, m, "")
}

// refuse sends the browser back with a status that is not Success.
func (e *dialect) refuse(w http.ResponseWriter, r *http.Request, q *authnRequest, p *provider, s Settings, top, second, words string) {
	m := e.newResponse(q, p, s, statusPrefix+top, second)
	if words != "" {
		add(find(m.el, "Status"), "samlp:StatusMessage").SetText(words)
	}
	e.send(w, r, q, m, mitidtest.ErrorPairs(second, words).Problem())
}

func (e *dialect) send(w http.ResponseWriter, r *http.Request, q *authnRequest, m *response, problem string) {
	if m.assertion != nil {
		mitidtest.Spoil(e.b, StageAssertion, m)
	}
	mitidtest.Spoil(e.b, StageResponse, m)
	text, err := m.build()
	if err != nil {
		e.b.ShowErrorWith(w, r, http.StatusInternalServerError, "the response cannot be made")
		return
	}
	back := &mitidtest.Answer{RedirectURI: q.Consumer, Post: true, Params: mitidtest.Pairs{{"SAMLResponse", base64.StdEncoding.EncodeToString(text)}}}
	if q.relayState != "" {
		back.Add("RelayState", q.relayState)
	}
	e.b.Conclude(r, back, problem)
	back.Show(w)
}

// build carries the steps out.
func (m *response) build() ([]byte, error) {
	if m.assertion != nil {
		if err := m.fill(); err != nil {
			return nil, err
		}
	}
	if m.filled != nil {
		if err := m.filled(m.el); err != nil {
			return nil, err
		}
	}
	if m.signOuter != nil {
		signed, err := m.signOuter(m.el)
		if err != nil {
			return nil, err
		}
		m.el = signed
	}
	text := write(m.el)
	if m.whole != nil {
		text = m.whole(text)
	}
	return text, nil
}

// fill puts the assertion into the Response.
func (m *response) fill() error {
	if m.sign != nil {
		signed, err := m.sign(m.assertion)
		if err != nil {
			return err
		}
		m.assertion = signed
	}
	if m.signed != nil {
		m.signed(m.assertion)
	}
	text := write(m.assertion)
	if m.text != nil {
		text = m.text(text)
	}
	if m.sealing.way == EncryptNothing {
		plain, err := parse(text)
		if err != nil {
			return err
		}
		m.el.AddChild(plain)
		return nil
	}
	sealed, err := m.sealing.seal(text)
	if err != nil {
		return err
	}
	m.el.AddChild(sealed)
	return nil
}

// newAssertion returns the assertion about g, not signed (OIOSAML Web SSO 3.0.3).
func (e *dialect) newAssertion(g *login, s Settings) *etree.Element {
	now := e.b.Now().Add(-s.IssuedAgo)
	a := newElement("saml:Assertion", "ID", newID(), "Version", "2.0", "IssueInstant", instant(now))
	add(a, "saml:Issuer").SetText(e.b.Issuer())
	subject := add(a, "saml:Subject")
	add(subject, "saml:NameID", "Format", g.format).SetText(g.nameID)
	add(add(subject, "saml:SubjectConfirmation", "Method", methodBearer), "saml:SubjectConfirmationData",
		"NotOnOrAfter", instant(now.Add(s.Confirmation)), "Recipient", g.request.Consumer, "InResponseTo", g.request.ID)
	conditions := add(a, "saml:Conditions", "NotBefore", instant(now), "NotOnOrAfter", instant(now.Add(s.Lifetime)))
	add(add(conditions, "saml:AudienceRestriction"), "saml:Audience").SetText(g.to.entityID)
	authn := add(a, "saml:AuthnStatement", "AuthnInstant", instant(g.at.Add(-s.IssuedAgo)), "SessionIndex", g.index)
	if s.SessionEnd {
		authn.CreateAttr("SessionNotOnOrAfter", instant(g.at.Add(s.SessionLifetime)))
	}
	add(add(authn, "saml:AuthnContext"), "saml:AuthnContextClassRef").SetText(contextLevel + levelWords[g.level])
	addAttributes(a, g, s, e.b.Now())
	return a
}

func newID() string { return "_" + fakehttp.RandomHex(16) }

// instant writes a time as SAML does: in UTC (SAML Core 2.0, 1.3.3).
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
