package eidenttest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// StageAssertion is the stage of an assertion and what is around it.
const StageAssertion mitidtest.Stage = "assertion"

// statement is an answer with an assertion before it is sent, so that a tampering can spoil
// it.
type statement struct {
	assertion *etree.Element                                 // not signed yet
	sign      signer                                         // of the assertion; nil if it is not signed
	response  *etree.Element                                 // without the assertion
	sent      func(root, response, assertion *etree.Element) // changes the signed tree
	wrap      signer                                         // replaces the response with the assertion in it
	text      func(body string) string                       // changes what is written
}

// signer returns a signed copy of an element.
type signer func(el *etree.Element) (*etree.Element, error)

// signWith signs with a key, and shows its certificate.
func signWith(key *mitidtest.Key) signer {
	return func(el *etree.Element) (*etree.Element, error) {
		private, err := key.Private()
		if err != nil {
			return nil, err
		}
		return xmlsig.Sign(el, "AssertionID", private, key.Certificate)
	}
}

// assertionReply returns the answer that tells what g's person allowed.
func (e *dialect) assertionReply(g *grant, requestID string, s Settings) *mitidtest.Reply {
	st := &statement{assertion: e.assertion(g, s), response: e.response(requestID, s), sign: signWith(e.b.Keys().Active())}
	child(child(st.response, "samlp:Status"), "samlp:StatusCode", "Value", "samlp:Success")
	if s.Unsigned {
		st.sign = nil
	}
	mitidtest.Spoil(e.b, StageAssertion, st)
	body, err := st.write()
	if err != nil {
		return soapFault("Server", "the assertion cannot be made")
	}
	e.transactions.Put(g.jti, g, s.TokenLifetime-time.Second) // over when the assertion is
	return soapReply(http.StatusOK, body)
}

// write signs the assertion and puts everything together.
func (st *statement) write() ([]byte, error) {
	signed := st.assertion
	if st.sign != nil {
		var err error
		if signed, err = st.sign(st.assertion); err != nil {
			return nil, err
		}
	}
	st.response.AddChild(signed)
	root := envelope(st.response)
	if st.sent != nil {
		st.sent(root, st.response, signed)
	}
	if st.wrap != nil {
		wrapped, err := st.wrap(st.response)
		if err != nil {
			return nil, err
		}
		root = envelope(wrapped)
	}
	body := written(root)
	if st.text != nil {
		body = []byte(st.text(string(body)))
	}
	return body, nil
}

func (e *dialect) assertionIssuer(s Settings) string {
	return cmp.Or(s.AssertionIssuer, e.b.Origin())
}

// assertion returns what g's person allowed the merchant to learn.
func (e *dialect) assertion(g *grant, s Settings) *etree.Element {
	now := cmp.Or(g.issued, e.b.Now())
	g.issued = now
	id := "TI2-" + g.jti
	if s.BareAssertionID {
		id = "A" + g.jti // an ID cannot begin with a digit
	}
	el := etree.NewElement("saml:Assertion")
	set(el, "xmlns:saml", nsAssertion, "AssertionID", id, "MajorVersion", "1", "MinorVersion", "1",
		"Issuer", e.assertionIssuer(s), "IssueInstant", instantOf(now))
	conditions := child(el, "saml:Conditions", "NotBefore", instantOf(now), "NotOnOrAfter", instantOf(now.Add(s.TokenLifetime)))
	if !s.NoAudience {
		child(child(conditions, "saml:AudienceRestrictionCondition"), "saml:Audience").SetText(cmp.Or(s.Audience, e.b.ClientID()))
	}
	claims := e.payload(g, s)
	subject, _ := claims.Get("sub").(string)
	if !s.NoAuthentication {
		authentication := child(el, "saml:AuthenticationStatement", "AuthenticationMethod", "urn:oasis:names:tc:SAML:1.0:am:unspecified", "AuthenticationInstant", instantOf(g.at))
		addSubject(authentication, subject, s)
	}
	statement := child(el, "saml:AttributeStatement")
	addSubject(statement, subject, s)
	for _, m := range claims {
		if name := attributeOf(m.Name, s); name != "" {
			attribute := child(statement, "saml:Attribute", "AttributeName", name, "AttributeNamespace", "urn:nets:eident")
			for _, value := range valuesOf(m.Value) {
				child(attribute, "saml:AttributeValue").SetText(value)
			}
		}
	}
	return el
}

func addSubject(statement *etree.Element, name string, s Settings) {
	subject := child(statement, "saml:Subject")
	child(subject, "saml:NameIdentifier").SetText(name)
	if !s.NoConfirmation {
		child(child(subject, "saml:SubjectConfirmation"), "saml:ConfirmationMethod").SetText("urn:oasis:names:tc:SAML:1.0:cm:artifact")
	}
}

// attributeNames has the attributes whose names are not those of claims in capitals. A claim
// with an empty name is no attribute: other parts of an assertion have it.
var attributeNames = map[string]string{
	"mitid.uuid": "MITID_UUID", "name": "FULLNAME", "birthdate": "DOB", "ssn": "", "pid": "",
	"iss": "", "aud": "", "sub": "", "nonce": "", "jti": "", "iat": "", "exp": "", "auth_time": "",
}

// attributeOf returns the name of the attribute for a claim. Claims that nobody knows keep
// theirs.
func attributeOf(claim string, s Settings) string {
	if claim == s.PIDClaim {
		return "NEMID_PID"
	}
	if name, ok := attributeNames[claim]; ok {
		return name
	}
	switch claim {
	case "aal", "ial", "loa", "acr", "amr", "mitid_amr", "identity_type", "mitid_transactionid", "dk_ssn", "authorized_to_represent",
		"reference_text", "transaction_text", "transaction_text_type", "transaction_text_sha256", "lookup_error":
		return strings.ToUpper(claim)
	}
	if strings.HasPrefix(claim, "nemlogin.") {
		return strings.ToUpper(claim)
	}
	return claim
}

// valuesOf returns a claim's value as texts.
func valuesOf(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []string:
		return v
	}
	text, err := json.Marshal(value)
	if err != nil {
		return []string{""}
	}
	return []string{string(text)}
}
