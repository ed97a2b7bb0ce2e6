package nemlogintest

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// logoutMessage is a message about a logout in the making, so that a tampering can spoil
// it.
type logoutMessage struct {
	to         *provider
	name       string // SAMLRequest or SAMLResponse
	el         *etree.Element
	relayState string
	post       bool
	lower      bool // escapes as .NET writes them
	unfit      bool // a tampering found that it is for the other binding

	key       *mitidtest.Key
	algorithm string // SigAlg; if empty, RSA-SHA256 (redirect)
	sign      signer // if nil, with key (post)
	unsigned  bool   // there is no signature

	signed   func(*etree.Element)       // changes the signed message (post)
	text     func([]byte) []byte        // changes the written message
	deflated func([]byte) []byte        // changes the deflated message (redirect)
	covered  func(signed []byte) []byte // changes what is signed (redirect)
	params   func(*mitidtest.Answer)    // changes the parameters after they were signed
}

// newMessage returns a message without content.
func (e *dialect) newMessage(local, destination string, attributes ...string) *etree.Element {
	el := newElement("samlp:"+local, append([]string{
		"xmlns:saml", nsAssertion, "ID", newID(), "Version", "2.0", "IssueInstant", instant(e.b.Now()), "Destination", destination,
	}, attributes...)...)
	add(el, "saml:Issuer").SetText(e.b.Issuer())
	return el
}

// newLogout returns the LogoutRequest for one service provider.
func (e *dialect) newLogout(part participant, relayState string) *logoutMessage {
	el := e.newMessage("LogoutRequest", part.to.logout, "NotOnOrAfter", instant(e.b.Now().Add(5*time.Minute)))
	add(el, "saml:NameID", "Format", part.format).SetText(part.nameID)
	add(el, "samlp:SessionIndex").SetText(part.index)
	return &logoutMessage{to: part.to, name: "SAMLRequest", el: el, relayState: relayState, post: part.to.logoutPost, key: e.b.Keys().Active()}
}

// show sends the browser to the service provider with the message.
func (e *dialect) show(w http.ResponseWriter, r *http.Request, m *logoutMessage) {
	back, err := m.answer()
	if err != nil {
		e.b.ShowErrorWith(w, r, http.StatusInternalServerError, "the message cannot be made")
		return
	}
	back.Show(w)
}

// answer signs the message. A redirect's parameters are in the order that is signed (SAML
// Bindings 2.0, 3.4.4.1).
func (m *logoutMessage) answer() (*mitidtest.Answer, error) {
	text, err := m.write()
	if err != nil {
		return nil, err
	}
	back := &mitidtest.Answer{RedirectURI: m.to.logout, Post: m.post}
	if !m.post {
		text = deflate(text)
		if m.deflated != nil {
			text = m.deflated(text)
		}
	}
	back.Add(m.name, base64.StdEncoding.EncodeToString(text))
	if m.relayState != "" {
		back.Add("RelayState", m.relayState)
	}
	if !m.post && !m.unsigned {
		if err := m.signQuery(back); err != nil {
			return nil, err
		}
	}
	if m.params != nil {
		m.params(back)
	}
	return back, nil
}

// write signs a message that is to be posted, and writes it.
func (m *logoutMessage) write() ([]byte, error) {
	if m.post && !m.unsigned {
		sign := m.sign
		if sign == nil {
			sign = signWith(m.key)
		}
		signed, err := sign(m.el)
		if err != nil {
			return nil, err
		}
		m.el = signed
	}
	if m.signed != nil {
		m.signed(m.el)
	}
	text := write(m.el)
	if m.text != nil {
		text = m.text(text)
	}
	return text, nil
}

func (m *logoutMessage) signQuery(back *mitidtest.Answer) error {
	algorithm := cmp.Or(m.algorithm, rsaSHA256)
	back.Add("SigAlg", algorithm)
	signed := []byte(m.encode(back.Params))
	if m.covered != nil {
		signed = m.covered(signed)
	}
	value, err := signText(m.key, algorithm, signed)
	if err != nil {
		return err
	}
	back.Add("Signature", base64.StdEncoding.EncodeToString(value))
	return nil
}

var escape = regexp.MustCompile("%[0-9A-F]{2}")

func (m *logoutMessage) encode(p mitidtest.Pairs) string {
	if m.lower {
		return escape.ReplaceAllStringFunc(p.Encode(), strings.ToLower)
	}
	return p.Encode()
}

// deflate packs a message without a header.
func deflate(text []byte) []byte {
	var packed bytes.Buffer
	z, _ := flate.NewWriter(&packed, flate.BestCompression) // fails for unknown levels only
	_, _ = z.Write(text)
	_ = z.Close()
	return packed.Bytes()
}
