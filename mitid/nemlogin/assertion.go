package nemlogin

import (
	"time"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid"
)

// assertion is what a verified Assertion says.
type assertion struct {
	nameID       string
	sessionIndex string
	sessionEnds  time.Time // zero if it does not say
	authTime     time.Time
	expires      time.Time
	attributes   []claims.SAMLAttribute
}

// openAssertion decrypts and verifies the assertion of r. It returns it as its signature
// covers it, and its XML as it was encrypted.
func (b *Broker) openAssertion(r *response) (*xmlsig.Signed, []byte, error) {
	e, err := readEnvelope(r.encrypted)
	if err != nil {
		return nil, nil, err
	}
	plain := b.decrypt(e)
	signed, err := verify(r.verifier, plain)
	switch {
	case err == nil:
		return signed, plain, nil
	case plain != nil && (e.gcm || r.signed):
		return nil, nil, err
	}
	// The ciphertext may be crafted. Which of the steps failed would tell about the
	// plaintext (Jager and Somorovsky, How to break XML encryption, 2011).
	return nil, nil, undecryptable()
}

// verify reads an assertion and verifies its signature, which OIOSAML demands whether or
// not the Response is signed.
func verify(v *xmlsig.Verifier, plain []byte) (*xmlsig.Signed, error) {
	doc, err := xmlsig.Parse(plain)
	if err != nil {
		return nil, err
	}
	signed, err := v.Verify(doc, doc.Root())
	if err != nil {
		return nil, err
	}
	if !xmlsig.Is(signed.Root, nsAssertion, "Assertion") {
		return nil, fault.New(fault.SignatureInvalid, "the signature does not cover an Assertion of SAML 2.0")
	}
	return signed, nil
}

// readAssertion checks the verified assertion el against a, and reads it (SAML Core section
// 2.3.3, SAML Profiles section 4.1.4.3, OIOSAML Web SSO 3.0.3). Whether it has
// expired is checked last.
func (b *Broker) readAssertion(a *mitid.Attempt, el *etree.Element) (*assertion, error) {
	if !isMessage(el) {
		return nil, fault.New(fault.ResponseInvalid, "the assertion has no ID, or its Version is not 2.0")
	}
	if err := onlyChildren(el, "Issuer", "Subject", "Conditions", "Advice", "AuthnStatement", "AttributeStatement"); err != nil {
		return nil, err
	}
	if err := b.checkIssuer(el); err != nil {
		return nil, err
	}
	as, now := new(assertion), b.now()
	if err := b.readSubject(a, el, as); err != nil {
		return nil, err
	}
	if err := b.readConditions(el, as, now); err != nil {
		return nil, err
	}
	if err := readAuthnStatement(el, as, now); err != nil {
		return nil, err
	}
	var err error
	if as.attributes, err = readAttributes(el); err != nil {
		return nil, err
	}
	issued, err := instant(el, "IssueInstant")
	switch {
	case err != nil:
		return nil, err
	case issued.After(now.Add(skew)):
		return nil, fault.New(fault.TokenInvalid, "the assertion was issued in the future; check the clock")
	case issued.Before(a.Started.Add(-skew)):
		return nil, fault.New(fault.TokenInvalid, "the assertion was issued before the login began; check the clock")
	case !now.Before(as.expires.Add(skew)), !as.sessionEnds.IsZero() && !now.Before(as.lastMoment()):
		return nil, &fault.Error{Class: fault.TokenInvalid, Why: "the assertion has expired, or NemLog-in's session has ended", Expired: true}
	}
	return as, nil
}

// lastMoment returns when NemLog-in's session has ended by either clock; zero if it does
// not say.
func (as *assertion) lastMoment() time.Time {
	if as.sessionEnds.IsZero() {
		return time.Time{}
	}
	return as.sessionEnds.Add(skew)
}

// readSubject reads the Subject: one NameID of the registered format, and one confirmation
// by the bearer that is for us, for this login and not too old (SAML Profiles section
// 4.1.4.2).
func (b *Broker) readSubject(a *mitid.Attempt, el *etree.Element, as *assertion) error {
	subject, err := xmlsig.One(el, nsAssertion, "Subject")
	if err != nil {
		return err
	}
	if err := onlyChildren(subject, "NameID", "SubjectConfirmation"); err != nil {
		return err
	}
	nameID, err := xmlsig.One(subject, nsAssertion, "NameID")
	if err != nil {
		return err
	}
	if format, _ := xmlsig.Attr(nameID, "Format"); format != b.cfg.nameIDFormat() {
		return fault.New(fault.ResponseInvalid, "the NameID has another format than Config.TransientNameID says")
	}
	if err := b.checkNameIDAttributes(nameID); err != nil {
		return err
	}
	if as.nameID, err = xmlsig.Text(nameID); err != nil {
		return err
	}
	confirmation, err := xmlsig.One(subject, nsAssertion, "SubjectConfirmation")
	if err != nil {
		return err
	}
	if method, _ := xmlsig.Attr(confirmation, "Method"); method != "urn:oasis:names:tc:SAML:2.0:cm:bearer" {
		return fault.New(fault.ResponseInvalid, "the subject is not confirmed by the bearer of the assertion")
	}
	if err := onlyChildren(confirmation, "SubjectConfirmationData"); err != nil {
		return err // such as the NameID of somebody else (SAML Core section 2.4.1.1)
	}
	data, err := xmlsig.One(confirmation, nsAssertion, "SubjectConfirmationData")
	if err != nil {
		return err
	}
	return readConfirmation(a, data, as)
}

func readConfirmation(a *mitid.Attempt, data *etree.Element, as *assertion) error {
	recipient, _ := xmlsig.Attr(data, "Recipient")
	answers, _ := xmlsig.Attr(data, "InResponseTo")
	_, early := xmlsig.Attr(data, "NotBefore")
	switch {
	case recipient != a.RedirectURL:
		return fault.New(fault.ResponseInvalid, "the assertion is for another address than mitid.Config.RedirectURL")
	case answers != requestID(a):
		return fault.New(fault.StateInvalid, "the assertion answers another request, or none")
	case early:
		return fault.New(fault.ResponseInvalid, "the subject's confirmation has a NotBefore, which the profile forbids")
	}
	end, err := endOf(data, "NotOnOrAfter")
	as.expires = end
	return err
}

// readConditions checks the Conditions: for us alone, and valid now. A condition that we do
// not know makes the assertion invalid (SAML Core section 2.5.1).
func (b *Broker) readConditions(el *etree.Element, as *assertion, now time.Time) error {
	conditions, err := xmlsig.One(el, nsAssertion, "Conditions")
	if err != nil {
		return err
	}
	if err := onlyChildren(conditions, "AudienceRestriction", "OneTimeUse"); err != nil {
		return err
	}
	if err := b.checkAudience(conditions); err != nil {
		return err
	}
	if _, ok := xmlsig.Attr(conditions, "NotBefore"); !ok {
		return fault.New(fault.TokenInvalid, "the assertion does not say from when it is valid")
	}
	begin, err := instant(conditions, "NotBefore")
	switch {
	case err != nil:
		return err
	case now.Before(begin.Add(-skew)):
		return fault.New(fault.TokenInvalid, "the assertion is not valid yet; check the clock")
	}
	end, err := endOf(conditions, "NotOnOrAfter")
	as.expires = earlier(as.expires, end)
	return err
}

// checkAudience checks that the assertion is for this service provider and nobody else.
func (b *Broker) checkAudience(conditions *etree.Element) error {
	restrictions := xmlsig.Children(conditions, nsAssertion, "AudienceRestriction")
	if len(restrictions) == 1 {
		if all := restrictions[0].ChildElements(); len(all) == 1 && xmlsig.Is(all[0], nsAssertion, "Audience") {
			if text, err := xmlsig.Text(all[0]); err == nil && text == b.cfg.EntityID {
				return nil
			}
		}
	}
	return fault.New(fault.TokenInvalid, "the assertion is not for Config.EntityID alone")
}

// readAuthnStatement reads the one AuthnStatement (SAML Core section 2.7.2). Its
// AuthnContext does not tell the level: the attribute nsis/loa does.
func readAuthnStatement(el *etree.Element, as *assertion, now time.Time) error {
	statement, err := xmlsig.One(el, nsAssertion, "AuthnStatement")
	if err != nil {
		return err
	}
	if _, err := xmlsig.One(statement, nsAssertion, "AuthnContext"); err != nil {
		return err
	}
	if as.sessionIndex, _ = xmlsig.Attr(statement, "SessionIndex"); as.sessionIndex == "" || len(as.sessionIndex) > maxName {
		return fault.New(fault.ResponseInvalid, "the assertion has no SessionIndex, which a logout needs, or it is too long")
	}
	if as.authTime, err = instant(statement, "AuthnInstant"); err != nil {
		return err
	}
	if as.authTime.After(now.Add(skew)) {
		return fault.New(fault.TokenInvalid, "the person logged in in the future; check the clock")
	}
	as.sessionEnds, err = optionalInstant(statement, "SessionNotOnOrAfter")
	return err
}

// endOf reads the attribute that says how long el is valid.
func endOf(el *etree.Element, name string) (time.Time, error) {
	if _, ok := xmlsig.Attr(el, name); !ok {
		return time.Time{}, fault.New(fault.TokenInvalid, "the assertion does not say until when it is valid")
	}
	return instant(el, name)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// onlyChildren returns an error if el has a child that is none of the elements locals of
// SAML 2.0.
func onlyChildren(el *etree.Element, locals ...string) error {
	for _, child := range el.ChildElements() {
		known := false
		for _, local := range locals {
			known = known || xmlsig.Is(child, nsAssertion, local)
		}
		if !known {
			return fault.New(fault.ResponseInvalid, "the assertion holds an element that is not admitted where it stands")
		}
	}
	return nil
}
