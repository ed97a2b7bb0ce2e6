package nemlogin

import (
	"slices"
	"time"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
)

// maxName bounds a NameID, a SessionIndex and an ID, in bytes (SAML Core 2.0 section
// 8.3.7 bounds a persistent NameID by 256 characters).
const maxName = 1024

// checkMessage returns an error unless m is a message local of the IdP to Config.LogoutURL
// and of this time, with no other children than Issuer, Extensions and those named. It
// returns the IssueInstant.
func (b *Broker) checkMessage(m *etree.Element, local string, children ...string) (time.Time, error) {
	bad := func(class fault.Class, why string) (time.Time, error) { return time.Time{}, fault.New(class, why) }
	if !xmlsig.Is(m, nsProtocol, local) {
		return bad(fault.ResponseInvalid, "the message is no "+local)
	}
	for _, el := range m.ChildElements() {
		if xmlsig.Is(el, nsAssertion, "EncryptedID") {
			return bad(fault.ResponseInvalid, "the NameID of the LogoutRequest is encrypted, which this adapter does not read")
		}
		known := xmlsig.Is(el, nsAssertion, "Issuer") || xmlsig.Is(el, nsProtocol, "Extensions") ||
			slices.ContainsFunc(children, func(name string) bool { return xmlsig.Is(el, spaceOf(name), name) })
		if !known {
			return bad(fault.ResponseInvalid, "the "+local+" has a part that it must not have")
		}
	}
	if id, _ := xmlsig.Attr(m, "ID"); !isMessage(m) || len(id) > maxName {
		return bad(fault.ResponseInvalid, "the "+local+" has no ID, or its Version is not 2.0")
	}
	if to, _ := xmlsig.Attr(m, "Destination"); to != b.cfg.LogoutURL {
		return bad(fault.ResponseInvalid, "the Destination of the "+local+" is not Config.LogoutURL")
	}
	if err := b.checkIssuer(m); err != nil {
		return time.Time{}, err
	}
	at, err := instant(m, "IssueInstant")
	if err != nil {
		return time.Time{}, err
	}
	switch age := b.now().Sub(at); {
	case age > skew:
		return time.Time{}, &fault.Error{Class: fault.TokenInvalid, Why: "the " + local + " is older than five minutes", Expired: true}
	case age < -skew:
		return bad(fault.TokenInvalid, "the IssueInstant of the "+local+" lies ahead")
	}
	return at, nil
}

func spaceOf(name string) string {
	if name == "NameID" {
		return nsAssertion
	}
	return nsProtocol
}

func (b *Broker) checkNotOnOrAfter(m *etree.Element) error {
	end, err := optionalInstant(m, "NotOnOrAfter")
	if err == nil && !end.IsZero() && !b.now().Before(end.Add(skew)) {
		err = &fault.Error{Class: fault.TokenInvalid, Why: "the LogoutRequest has expired", Expired: true}
	}
	return err
}

// nameID returns the NameID of a LogoutRequest.
func (b *Broker) nameID(m *etree.Element) (string, error) {
	el, err := xmlsig.One(m, nsAssertion, "NameID")
	if err != nil {
		return "", err
	}
	if err := b.checkNameIDAttributes(el); err != nil {
		return "", err
	}
	return nonEmptyText(el, "the NameID")
}

// checkNameIDAttributes returns an error if the NameID el is of another format or of
// somebody else's making. The qualifiers may be left out (SAML Core 2.0 section 8.3.7).
func (b *Broker) checkNameIDAttributes(el *etree.Element) error {
	for _, a := range []struct{ name, want string }{
		{"Format", b.cfg.nameIDFormat()}, {"NameQualifier", b.idp.entityID}, {"SPNameQualifier", b.cfg.EntityID},
	} {
		if v, given := xmlsig.Attr(el, a.name); given && v != a.want {
			return fault.New(fault.ResponseInvalid, "the "+a.name+" of the NameID is not the one that is registered")
		}
	}
	return nil
}

func nonEmptyText(el *etree.Element, what string) (string, error) {
	text, err := xmlsig.Text(el)
	if err != nil {
		return "", err
	}
	if text == "" || len(text) > maxName {
		return "", fault.New(fault.ResponseInvalid, what+" of the LogoutRequest is empty or too long")
	}
	return text, nil
}
