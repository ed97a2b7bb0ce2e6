package nemlogintest

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/xmlsig"
)

// The limits of what a service provider sends.
const (
	maxMessage    = 64 << 10         // bytes, after it is inflated
	maxRelayState = 80               // bytes (SAML Bindings 2.0, 3.4.3)
	maxSkew       = 10 * time.Minute // how far IssueInstant may be from now
)

// received is a message of a service provider.
type received struct {
	kind       string // the local name of its root: AuthnRequest, LogoutRequest, LogoutResponse
	text       []byte
	relayState string
	post       bool
	// signed, algorithm and signature are those of a redirect's query.
	signed, algorithm string
	signature         []byte
	head
}

// head is what all messages have (SAML Core 2.0, 3.2).
type head struct {
	ID           string    `xml:"ID,attr"`
	Version      string    `xml:"Version,attr"`
	IssueInstant time.Time `xml:"IssueInstant,attr"`
	Destination  string    `xml:"Destination,attr"`
	InResponseTo string    `xml:"InResponseTo,attr"`
	Issuer       string    `xml:"urn:oasis:names:tc:SAML:2.0:assertion Issuer"`
}

// receive reads the message of a redirect or a form post.
func receive(r *http.Request, form url.Values) (*received, error) {
	m := &received{post: r.Method == http.MethodPost}
	raw := map[string]string{}
	if m.post {
		for name, values := range form {
			if len(values) != 1 {
				return nil, errors.New("a parameter is repeated")
			}
			raw[name] = url.QueryEscape(values[0])
		}
	} else {
		for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
			name, value, _ := strings.Cut(pair, "=")
			if _, again := raw[name]; again {
				return nil, errors.New("a parameter is repeated")
			}
			raw[name] = value
		}
	}
	name := "SAMLRequest"
	if _, ok := raw[name]; !ok {
		name = "SAMLResponse"
	}
	values := map[string]string{}
	for n, v := range raw {
		var err error
		if values[n], err = url.QueryUnescape(v); err != nil {
			return nil, errors.New("a parameter is not percent-encoded")
		}
	}
	if m.relayState = values["RelayState"]; len(m.relayState) > maxRelayState {
		return nil, errors.New("RelayState is longer than 80 bytes")
	}
	data, err := base64.StdEncoding.DecodeString(values[name])
	if err != nil || len(data) == 0 {
		return nil, errors.New("there is no SAMLRequest or SAMLResponse in Base64")
	}
	if m.text = data; !m.post {
		if err := m.inflate(raw, name, values); err != nil {
			return nil, err
		}
	}
	if len(m.text) > maxMessage {
		return nil, errors.New("the message is too long")
	}
	root := rootOf(m.text)
	if err := xml.Unmarshal(m.text, &m.head); err != nil || root.Space != nsProtocol {
		return nil, errors.New("the message is no XML of SAML 2.0")
	}
	m.kind = root.Local
	return m, nil
}

// rootOf returns the name of the root element, or none.
func rootOf(text []byte) xml.Name {
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		t, err := d.Token()
		if err != nil {
			return xml.Name{}
		}
		if start, ok := t.(xml.StartElement); ok {
			return start.Name
		}
	}
}

func (m *received) inflate(raw map[string]string, name string, values map[string]string) error {
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(m.text)), maxMessage+1))
	if err != nil {
		return errors.New("the message is not deflated")
	}
	m.text = text
	m.signed = name + "=" + raw[name]
	if state, ok := raw["RelayState"]; ok {
		m.signed += "&RelayState=" + state
	}
	m.signed += "&SigAlg=" + raw["SigAlg"]
	m.algorithm = values["SigAlg"]
	m.signature, err = base64.StdEncoding.DecodeString(values["Signature"])
	if err != nil || len(m.signature) == 0 {
		return errors.New("the request is not signed")
	}
	return nil
}

// The refusals that newer metadata can turn; see Settings.Missing.
var (
	errUnknownProvider = errors.New("the Issuer is no registered service provider: give its metadata to Register")
	errOtherKey        = errors.New("the signature is by none of the keys in the metadata")
)

// judge returns the provider that sent m to this address and signed it.
func (e *dialect) judge(m *received) (*provider, error) {
	p := e.provider(m.Issuer)
	now := e.b.Now()
	switch {
	case p == nil:
		return nil, errUnknownProvider
	case m.Version != "2.0":
		return nil, errors.New("the Version is not 2.0")
	case m.ID == "" || m.ID[0] >= '0' && m.ID[0] <= '9':
		return nil, errors.New("the ID is no NCName")
	case m.Destination != e.address():
		return nil, errors.New("the Destination is another address")
	case m.IssueInstant.Before(now.Add(-maxSkew)) || m.IssueInstant.After(now.Add(maxSkew)):
		return nil, errors.New("IssueInstant is more than ten minutes from now")
	case m.post:
		return p, e.verifyPost(m, p)
	case m.algorithm != rsaSHA256:
		return nil, errors.New("SigAlg is not RSA-SHA256")
	}
	if !slices.ContainsFunc(p.signing, func(k *publicKey) bool { return verifies(k, []byte(m.signed), m.signature) }) {
		return nil, errOtherKey
	}
	return p, nil
}

// verifyPost verifies the signature inside a message that was posted.
func (e *dialect) verifyPost(m *received, p *provider) error {
	doc, err := xmlsig.Parse(m.text)
	if err != nil {
		return errors.New("the message is malformed")
	}
	v := xmlsig.Verifier{Certificates: p.certificates, Now: e.b.Now, ID: "ID"}
	if _, err := v.Verify(doc, doc.Root()); err != nil {
		return errOtherKey
	}
	return nil
}
