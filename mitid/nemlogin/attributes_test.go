package nemlogin

import (
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid"
)

const (
	attrLoA  = "https://data.gov.dk/concept/core/nsis/loa"
	attrName = model + "eid/fullName"
)

// attributePath is the path of an attribute.
func attributePath(name string) string {
	return "./AttributeStatement/Attribute[@Name='" + name + "']"
}

func TestAttributesAreReadWholeOrNotAtAll(t *testing.T) {
	response := mitid.ErrResponseInvalid
	refuse(t, []spoilt{
		twice(attributePath(attrLoA), response),
		{"the same name with another value", change(func(el *etree.Element) {
			second := el.FindElement(attributePath(attrLoA)).Copy()
			second.SelectElement("AttributeValue").SetText("High")
			el.SelectElement("AttributeStatement").AddChild(second)
		}), response},
		{"an element inside a value", change(func(el *etree.Element) {
			el.FindElement(attributePath(attrName) + "/AttributeValue").CreateElement("saml:x").SetText("Ond")
		}), response},
		{"a comment inside a value", func(w *answer) { w.plain = replace("Søren Ærø Ågård", "Søren Ærø<!-- --> Ågård") }, response},
		{"another NameFormat", change(func(el *etree.Element) {
			el.FindElement(attributePath(attrLoA)).CreateAttr("NameFormat", "urn:oasis:names:tc:SAML:2.0:attrname-format:basic")
		}), response},
		{"no NameFormat", change(func(el *etree.Element) { el.FindElement(attributePath(attrLoA)).RemoveAttr("NameFormat") }), response},
		{"no Name", change(func(el *etree.Element) { el.FindElement(attributePath(attrName)).RemoveAttr("Name") }), response},
		{"an encrypted attribute", change(func(el *etree.Element) {
			el.SelectElement("AttributeStatement").CreateElement("saml:EncryptedAttribute")
		}), response},
		{"something else than a value", change(func(el *etree.Element) {
			el.FindElement(attributePath(attrName)).CreateElement("saml:Value").SetText("x")
		}), response},
		{"an attribute of another namespace", change(func(el *etree.Element) {
			el.SelectElement("AttributeStatement").CreateElement("x:Attribute").CreateAttr("xmlns:x", nsProtocol)
		}), response},
	})
}

// OIOSAML 2 has the NameFormat basic, and nobody else.
func TestTheNamesOfOIOSAML2HaveAnotherFormat(t *testing.T) {
	l, err := loginWith(t, mitid.Request{}, change(func(el *etree.Element) {
		old := el.SelectElement("AttributeStatement").CreateElement("saml:Attribute")
		old.CreateAttr("Name", "dk:gov:saml:attribute:SpecVer")
		old.CreateAttr("NameFormat", formatBasic)
		old.CreateElement("saml:AttributeValue").SetText("DK-SAML-2.0")
		remove(el, attributePath(model+"specVersion"))
	}))
	require.NoError(t, err)
	require.Equal(t, "DK-SAML-2.0", l.Claims.(*claims.OIOSAML).SpecVersion)
}

func TestTheLevelComesFromTheAttribute(t *testing.T) {
	level := func(words ...string) func(*answer) {
		return func(w *answer) { w.attributes[attrLoA] = words }
	}
	low := mitid.ErrAssuranceTooLow
	refuse(t, []spoilt{
		{"lower", level("Low"), low},
		{"none", func(w *answer) { delete(w.attributes, attrLoA) }, low},
		{"as a URI", level("https://data.gov.dk/concept/core/nsis/Substantial"), low},
		{"in lower case", level("substantial"), low},
		{"with a blank", level("Substantial "), low},
		{"in the AuthnContext alone", func(w *answer) {
			delete(w.attributes, attrLoA)
			w.assertion = func(el *etree.Element) {
				el.FindElement("./AuthnStatement/AuthnContext/AuthnContextClassRef").SetText(contextLevel + "High")
			}
		}, low},
		{"two of them", level("Low", "High"), mitid.ErrClaimInvalid},
	})
	l, err := loginWith(t, mitid.Request{Level: claims.High}, level("High"))
	require.NoError(t, err)
	require.Equal(t, claims.High, l.Level)
	_, err = loginWith(t, mitid.Request{Level: claims.High}, nil)
	require.ErrorIs(t, err, low)
}

// A CPR number that nobody asked for is nowhere in the login, except in the evidence.
func TestACPRNumberIsToldToThoseWhoAsk(t *testing.T) {
	for use, want := range map[mitid.CPRUse]bool{mitid.CPRNo: false, mitid.CPRIfPresent: true, mitid.CPRRequired: true} {
		l, err := loginWith(t, mitid.Request{CPR: use}, nil)
		require.NoError(t, err)
		require.Equal(t, want, l.Identity.CPR == cprtest.Number(1))
		require.Equal(t, want, l.Claims.(*claims.OIOSAML).CPR == cprtest.Number(1))
	}
	_, err := loginWith(t, mitid.Request{CPR: mitid.CPRRequired}, func(w *answer) { delete(w.attributes, attrCPR) })
	require.ErrorIs(t, err, mitid.ErrClaimMissing)
	_, err = loginWith(t, mitid.Request{CPR: mitid.CPRRequired}, func(w *answer) { w.attributes[attrCPR] = []string{"3002801234"} })
	require.ErrorIs(t, err, mitid.ErrClaimInvalid)
}
