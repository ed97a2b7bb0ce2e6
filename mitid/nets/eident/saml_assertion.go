package eident

import (
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid"
)

// statement is what a valid assertion states.
type statement struct {
	id, issuer string
	issued     time.Time
	notBefore  time.Time
	expires    time.Time // NotOnOrAfter
	audience   []string
	authTime   time.Time // AuthenticationInstant; zero if there is none
	attributes map[string][]string

	certificate *x509.Certificate // that verified the signature; nil if none was looked at
}

// samlSkew is how far the broker's clock may differ from ours.
const samlSkew = 5 * time.Minute

// statement reads an assertion and judges everything but the person.
func (b *SAMLBroker) statement(a *mitid.Attempt, el *etree.Element) (*statement, error) {
	if !isVersion1(el) {
		return nil, fault.New(fault.ResponseInvalid, "the assertion is of another version of SAML")
	}
	st := new(statement)
	st.id, _ = xmlsig.Attr(el, "AssertionID")
	st.issuer, _ = xmlsig.Attr(el, "Issuer")
	switch {
	case st.id == "":
		return nil, fault.New(fault.ResponseInvalid, "the assertion has no AssertionID")
	case st.issuer == "" || b.issuer != "" && st.issuer != b.issuer:
		return nil, fault.New(fault.IssuerMismatch, "the assertion has no Issuer, or another than SAMLConfig.Issuer").Saying(st.issuer)
	}
	var err error
	if st.issued, err = instant(el, "IssueInstant"); err != nil {
		return nil, err
	}
	if err := b.readConditions(st, el); err != nil {
		return nil, err
	}
	if err := st.checkTimes(a); err != nil {
		return nil, err
	}
	if err := b.readAuthentication(st, el, a.Now); err != nil {
		return nil, err
	}
	return st, b.readAttributes(st, el)
}

// readConditions reads Conditions. A condition that is not known makes the assertion
// invalid (SAML 1.1 Core section 2.3.2.1).
func (b *SAMLBroker) readConditions(st *statement, el *etree.Element) error {
	conditions, err := xmlsig.One(el, nsAssertion, "Conditions")
	if err != nil {
		return err
	}
	for _, name := range []string{"NotBefore", "NotOnOrAfter"} {
		if _, there := xmlsig.Attr(conditions, name); !there {
			return fault.New(fault.TokenInvalid, "the conditions have no "+name)
		}
	}
	if st.notBefore, err = instant(conditions, "NotBefore"); err != nil {
		return err
	}
	if st.expires, err = instant(conditions, "NotOnOrAfter"); err != nil {
		return err
	}
	restricted := false
	for _, c := range conditions.ChildElements() {
		switch {
		case xmlsig.Is(c, nsAssertion, "AudienceRestrictionCondition"):
			restricted = true
			var audience []string
			for _, el := range xmlsig.Children(c, nsAssertion, "Audience") {
				text, err := xmlsig.Text(el)
				if err != nil {
					return err
				}
				audience = append(audience, text)
			}
			if !slices.Contains(audience, b.audience) {
				return fault.New(fault.TokenInvalid, "the assertion is for another audience; see SAMLConfig.Audience").Saying(strings.Join(audience, " "))
			}
			st.audience = append(st.audience, audience...)
		case xmlsig.Is(c, nsAssertion, "DoNotCacheCondition"):
		default:
			return fault.New(fault.ResponseInvalid, "the assertion has an unknown condition")
		}
	}
	if b.audienced && !restricted {
		return fault.New(fault.TokenInvalid, "the assertion names no audience")
	}
	return nil
}

// checkTimes judges when the assertion was made and how long it is valid.
func (st *statement) checkTimes(a *mitid.Attempt) error {
	began := a.Started.Add(-samlSkew)
	if len(a.Private) > 0 { // that of a step-up may be that of the older login
		began = began.Add(-transactionLife)
	}
	bad := func(why string) *fault.Error { return fault.New(fault.TokenInvalid, "the assertion "+why) }
	switch window := st.expires.Sub(st.notBefore); {
	case window <= 0 || window > transactionLife+samlSkew:
		return bad("is valid for no time, or for more than 15 minutes")
	case a.Now.Before(st.notBefore.Add(-samlSkew)):
		return bad("is not valid yet")
	case !a.Now.Before(st.expires.Add(samlSkew)):
		e := bad("is valid no longer")
		e.Expired = true
		return e
	case st.issued.Before(began):
		return bad("was made before the login began")
	case st.issued.After(a.Now.Add(samlSkew)):
		return bad("was made in the future")
	}
	return nil
}

// readAuthentication reads the time of the login.
func (b *SAMLBroker) readAuthentication(st *statement, el *etree.Element, now time.Time) error {
	one := xmlsig.One
	if b.incomplete {
		one = xmlsig.Optional
	}
	authentication, err := one(el, nsAssertion, "AuthenticationStatement")
	if err != nil || authentication == nil {
		return err
	}
	if st.authTime, err = instant(authentication, "AuthenticationInstant"); err != nil {
		return err
	}
	if st.authTime.After(now.Add(samlSkew)) {
		return fault.New(fault.TokenInvalid, "the person logged in in the future; check the clock")
	}
	return b.checkSubject(authentication)
}

// The confirmation methods of an assertion that was fetched by artifact; the second is
// deprecated (SAML 1.1 Bindings sections 4.1.1.6 and 5.1).
const (
	methodArtifact   = "urn:oasis:names:tc:SAML:1.0:cm:artifact"
	methodArtifact01 = "urn:oasis:names:tc:SAML:1.0:cm:artifact-01"
)

// checkSubject checks that a statement has a Subject, who was confirmed by artifact. The
// NameIdentifier is not read: the vendor does not publish what it is, and the attribute
// MITID_UUID says who the person is.
func (b *SAMLBroker) checkSubject(statement *etree.Element) error {
	subject, err := xmlsig.One(statement, nsAssertion, "Subject")
	if err != nil {
		return err
	}
	confirmation, err := xmlsig.Optional(subject, nsAssertion, "SubjectConfirmation")
	if err != nil {
		return err
	}
	if confirmation == nil {
		if b.incomplete {
			return nil
		}
		return fault.New(fault.ResponseInvalid, "a Subject has no SubjectConfirmation")
	}
	for _, m := range xmlsig.Children(confirmation, nsAssertion, "ConfirmationMethod") {
		text, err := xmlsig.Text(m)
		if err != nil {
			return err
		}
		if text == methodArtifact || text == methodArtifact01 {
			return nil
		}
	}
	return fault.New(fault.ResponseInvalid, "the assertion was made for another profile than Browser/Artifact")
}

// readAttributes reads the one AttributeStatement. A name may stand there once, in any
// namespace.
func (b *SAMLBroker) readAttributes(st *statement, el *etree.Element) error {
	attributes, err := xmlsig.One(el, nsAssertion, "AttributeStatement")
	if err != nil {
		return err
	}
	if err := b.checkSubject(attributes); err != nil {
		return err
	}
	st.attributes = make(map[string][]string)
	for _, at := range xmlsig.Children(attributes, nsAssertion, "Attribute") {
		name, _ := xmlsig.Attr(at, "AttributeName")
		if _, twice := st.attributes[name]; name == "" || twice {
			return fault.New(fault.ResponseInvalid, "an attribute has no name, or is there twice")
		}
		var values []string
		for _, v := range xmlsig.Children(at, nsAssertion, "AttributeValue") {
			text, err := xmlsig.Text(v)
			if err != nil {
				return err
			}
			values = append(values, text)
		}
		if len(values) == 0 {
			return fault.New(fault.ResponseInvalid, "an attribute has no value")
		}
		st.attributes[name] = values
	}
	return nil
}

// instant reads an attribute that is a point in time (XML Schema dateTime).
func instant(el *etree.Element, name string) (time.Time, error) {
	text, _ := xmlsig.Attr(el, name)
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || t.Year() < 2000 || t.Year() > 9999 {
		return time.Time{}, fault.New(fault.ResponseInvalid, name+" is missing, or no point in time")
	}
	return t, nil
}
