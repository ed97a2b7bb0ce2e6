package nemlogin

import (
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

const (
	confirmationPath = "./Subject/SubjectConfirmation"
	dataPath         = confirmationPath + "/SubjectConfirmationData"
)

func change(f func(*etree.Element)) func(*answer) {
	return func(w *answer) { w.assertion = f }
}

// without returns a case for an assertion that lacks the element at path.
func without(path string, want error) spoilt {
	return spoilt{"no " + path, change(func(el *etree.Element) { remove(el, path) }), want}
}

// twice returns a case for an assertion that has the element at path twice.
func twice(path string, want error) spoilt {
	return spoilt{"two of " + path, change(func(root *etree.Element) {
		el := root.FindElement(path)
		el.Parent().InsertChildAt(el.Index(), el.Copy())
	}), want}
}

func TestTheAssertionMustBeForUs(t *testing.T) {
	refuse(t, nearAttr(inAssertion, dataPath, "Recipient", spACS, mitid.ErrResponseInvalid))
	refuse(t, nearText(inAssertion, "./Issuer", idpEntityID, mitid.ErrIssuerMismatch))
	refuse(t, nearText(inAssertion, "./Conditions/AudienceRestriction/Audience", spEntityID, mitid.ErrTokenInvalid))
	refuse(t, nearAttr(inAssertion, ".", "Version", "2.0", mitid.ErrResponseInvalid))
	refuse(t, []spoilt{
		without("./Conditions/AudienceRestriction", mitid.ErrTokenInvalid),
		twice("./Conditions/AudienceRestriction", mitid.ErrTokenInvalid),
		{"another service provider's audience", change(func(el *etree.Element) {
			el.FindElement("./Conditions/AudienceRestriction/Audience").SetText("https://anden.example/saml")
		}), mitid.ErrTokenInvalid},
		{"ours and another's audience", change(func(el *etree.Element) {
			el.FindElement("./Conditions/AudienceRestriction").CreateElement("saml:Audience").SetText("https://anden.example/saml")
		}), mitid.ErrTokenInvalid},
		{"a second restriction to another", change(func(el *etree.Element) {
			el.FindElement("./Conditions").CreateElement("saml:AudienceRestriction").CreateElement("saml:Audience").SetText("https://anden.example/saml")
		}), mitid.ErrTokenInvalid},
		{"Issuer of another format", change(func(el *etree.Element) { el.SelectElement("Issuer").CreateAttr("Format", "") }), mitid.ErrIssuerMismatch},
	})
}

func TestTheAssertionMustBeWhole(t *testing.T) {
	response := mitid.ErrResponseInvalid
	refuse(t, []spoilt{
		without("./Subject", response), twice("./Subject", response),
		without("./Subject/NameID", response), twice("./Subject/NameID", response),
		without(confirmationPath, response), twice(confirmationPath, response),
		without(dataPath, response), twice(dataPath, response),
		without("./Conditions", response), twice("./Conditions", response),
		without("./AuthnStatement", response), twice("./AuthnStatement", response),
		without("./AuthnStatement/AuthnContext", response), twice("./AuthnStatement/AuthnContext", response),
		without("./AttributeStatement", response), twice("./AttributeStatement", response),
		{"no SessionIndex", change(func(el *etree.Element) { el.SelectElement("AuthnStatement").RemoveAttr("SessionIndex") }), response},
		{"no AuthnInstant", change(func(el *etree.Element) { el.SelectElement("AuthnStatement").RemoveAttr("AuthnInstant") }), response},
		{"no IssueInstant", change(func(el *etree.Element) { el.RemoveAttr("IssueInstant") }), response},
		{"not by the bearer", change(func(el *etree.Element) {
			el.FindElement(confirmationPath).CreateAttr("Method", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key")
		}), response},
		{"no Method", change(func(el *etree.Element) { el.FindElement(confirmationPath).RemoveAttr("Method") }), response},
		{"an unknown condition", change(func(el *etree.Element) { el.SelectElement("Conditions").CreateElement("saml:Condition") }), response},
		{"a proxy restriction", change(func(el *etree.Element) { el.SelectElement("Conditions").CreateElement("saml:ProxyRestriction") }), response},
		{"another statement", change(func(el *etree.Element) { el.CreateElement("saml:AuthzDecisionStatement") }), response},
		{"a statement of another namespace", change(func(el *etree.Element) {
			el.CreateElement("x:AuthnStatement").CreateAttr("xmlns:x", "urn:oasis:names:tc:SAML:1.0:assertion")
		}), response},
		{"an encrypted NameID", change(func(el *etree.Element) { el.SelectElement("Subject").CreateElement("saml:EncryptedID") }), response},
		{"the NameID in another namespace", change(func(el *etree.Element) {
			id := el.FindElement("./Subject/NameID")
			id.Space = "x"
			id.CreateAttr("xmlns:x", nsProtocol)
		}), response},
		{"an element inside the NameID", change(func(el *etree.Element) {
			el.FindElement("./Subject/NameID").CreateElement("saml:x").SetText("x")
		}), response},
		{"a comment inside the NameID", func(w *answer) { w.plain = replace(personUUID[:8], personUUID[:4]+"<!-- å -->"+personUUID[4:8]) }, response},
		{"an empty NameID", func(w *answer) { w.nameID = "" }, response},
		{"a NameID of another format", change(func(el *etree.Element) {
			el.FindElement("./Subject/NameID").CreateAttr("Format", formatTransient)
		}), response},
		{"a NameID without a format", change(func(el *etree.Element) { el.FindElement("./Subject/NameID").RemoveAttr("Format") }), response},
		{"a document type", func(w *answer) {
			w.plain = func(raw []byte) []byte { return append([]byte("<!DOCTYPE x>"), raw...) }
		}, response},
		{"text after it", func(w *answer) { w.plain = func(raw []byte) []byte { return append(raw, "å"...) } }, response},
	})
	_, err := loginWith(t, mitid.Request{}, change(func(el *etree.Element) {
		el.SelectElement("Conditions").CreateElement("saml:OneTimeUse")
		el.InsertChildAt(el.SelectElement("AuthnStatement").Index(), etree.NewElement("saml:Advice"))
		el.SelectElement("Issuer").CreateAttr("Format", formatEntity)
	}))
	require.NoError(t, err)
}

func TestTheAssertionMustBeValidNow(t *testing.T) {
	set := func(path, name string, at time.Time) func(*answer) {
		return change(func(el *etree.Element) { el.FindElement(path).CreateAttr(name, stamp(at)) })
	}
	token := mitid.ErrTokenInvalid
	conditions, statement := "./Conditions", "./AuthnStatement"
	last := now.Add(-skew).Add(time.Millisecond) // the last NotOnOrAfter that is not past
	refuse(t, []spoilt{
		{"Conditions past", set(conditions, "NotOnOrAfter", now.Add(-skew)), mitid.ErrTokenExpired},
		{"confirmation past", set(dataPath, "NotOnOrAfter", now.Add(-skew)), mitid.ErrTokenExpired},
		{"session past", set(statement, "SessionNotOnOrAfter", now.Add(-skew)), mitid.ErrTokenExpired},
		{"not valid yet", set(conditions, "NotBefore", now.Add(skew).Add(time.Millisecond)), token},
		{"issued in the future", set(".", "IssueInstant", now.Add(skew).Add(time.Millisecond)), token},
		{"issued before the login began", set(".", "IssueInstant", now.Add(-skew).Add(-time.Millisecond)), token},
		{"logged in in the future", set(statement, "AuthnInstant", now.Add(skew).Add(time.Millisecond)), token},
		{"no NotBefore", change(func(el *etree.Element) { el.SelectElement("Conditions").RemoveAttr("NotBefore") }), token},
		{"no NotOnOrAfter", change(func(el *etree.Element) { el.SelectElement("Conditions").RemoveAttr("NotOnOrAfter") }), token},
		{"no NotOnOrAfter of the confirmation", change(func(el *etree.Element) { el.FindElement(dataPath).RemoveAttr("NotOnOrAfter") }), token},
		{"a NotBefore of the confirmation", set(dataPath, "NotBefore", now), mitid.ErrResponseInvalid},
	})
	for _, text := range []string{"", "2026-11-30", "2026-11-30T12:00:00", "2026-11-30T13:00:00+01:00", "2026-11-30t12:00:00z", "2026-11-30T12:00:00,5Z",
		"2026-11-30T1:00:00Z", "2026-11-30T24:00:00Z", "2026-02-30T12:00:00Z", "2026-11-30T12:00:00.Z", " 2026-11-30T12:00:00Z", "0001-01-01T00:00:00Z",
		"2026-11-30T12:00:00." + strings.Repeat("0", 40) + "Z"} {
		t.Run("time "+text, func(t *testing.T) {
			_, err := loginWith(t, mitid.Request{}, change(func(el *etree.Element) { el.FindElement(conditions).CreateAttr("NotBefore", text) }))
			require.ErrorIs(t, err, mitid.ErrResponseInvalid)
		})
	}
	for name, accepted := range map[string]func(*answer){
		"Conditions within the skew":   set(conditions, "NotOnOrAfter", last),
		"confirmation within the skew": set(dataPath, "NotOnOrAfter", last),
		"NotBefore within the skew":    set(conditions, "NotBefore", now.Add(skew)),
		"session ends later":           set(statement, "SessionNotOnOrAfter", now.Add(time.Hour)),
		"seven digits, as .NET writes": change(func(el *etree.Element) { el.CreateAttr("IssueInstant", "2026-11-30T12:00:00.1234567Z") }),
		"no fraction":                  change(func(el *etree.Element) { el.CreateAttr("IssueInstant", "2026-11-30T12:00:00Z") }),
		"the IdP is four minutes late": func(w *answer) { w.at = now.Add(-4 * time.Minute) },
		"and four minutes early":       func(w *answer) { w.at = now.Add(4 * time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := loginWith(t, mitid.Request{}, accepted)
			require.NoError(t, err)
		})
	}
}

func TestTheAssertionMustBeSigned(t *testing.T) {
	signature := mitid.ErrSignatureInvalid
	resign := func(k KeyPair) func(*answer) {
		return func(w *answer) { w.signer = k }
	}
	refuse(t, []spoilt{
		{"not signed", func(w *answer) {
			w.signed = func(el *etree.Element) *etree.Element { remove(el, "./Signature"); return el }
		}, signature},
		{"by a key in KeyInfo", resign(pairs("ond")), signature},
		{"by our own key", resign(pairs("sp")), signature},
		{"changed after it was signed", func(w *answer) { w.plain = replace("Substantial", "High") }, signature},
		{"the name changed", func(w *answer) { w.plain = replace(personUUID, "5a7f1f2e-0c6b-4a55-9b1e-3f4f6d0f2c11") }, signature},
		{"an attribute added", func(w *answer) {
			w.plain = replace("</saml:AttributeStatement>", `<saml:Attribute Name="x" NameFormat="`+formatURI+`"/></saml:AttributeStatement>`)
		}, signature},
		{"of another namespace", func(w *answer) { w.assertion = func(el *etree.Element) { el.CreateAttr("xmlns:saml", nsProtocol) } }, signature},
		{"of SAML 1.1", func(w *answer) {
			w.assertion = func(el *etree.Element) { el.CreateAttr("xmlns:saml", "urn:oasis:names:tc:SAML:1.0:assertion") }
		}, signature},
		{"another signed element", func(w *answer) { w.assertion = func(el *etree.Element) { el.Tag = "Advice" } }, signature},
	})
}

// wrap returns a forged assertion, in which the signed one stands where place puts it. The
// forged one has the signature that covers the signed one.
func wrap(place func(forged, genuine, signature *etree.Element)) func(*answer) {
	return func(w *answer) {
		w.signed = func(genuine *etree.Element) *etree.Element {
			forged := w.newAssertion()
			forged.CreateAttr("ID", "_forged")
			forged.FindElement("./Subject/NameID").SetText(namePerson + "00000000-0000-4000-8000-0000000000ff")
			signature := genuine.SelectElement("Signature").Copy()
			place(forged, genuine, signature)
			return forged
		}
	}
}

func TestAWrappedAssertionIsRefused(t *testing.T) {
	unsigned := func(genuine *etree.Element) *etree.Element {
		c := genuine.Copy()
		remove(c, "./Signature")
		return c
	}
	object := func(signature, content *etree.Element) { signature.CreateElement("ds:Object").AddChild(content) }
	signature := mitid.ErrSignatureInvalid
	refuse(t, []spoilt{
		{"signed one inside, its signature outside", wrap(func(f, g, s *etree.Element) {
			f.InsertChildAt(1, s)
			f.AddChild(unsigned(g))
		}), signature},
		{"signed one whole inside", wrap(func(f, g, _ *etree.Element) { f.AddChild(g.Copy()) }), signature},
		{"signed one in Advice", wrap(func(f, g, s *etree.Element) {
			f.InsertChildAt(1, s)
			f.CreateElement("saml:Advice").AddChild(unsigned(g))
		}), signature},
		{"signed one in Advice with its signature", wrap(func(f, g, _ *etree.Element) { f.CreateElement("saml:Advice").AddChild(g.Copy()) }), signature},
		{"signed one in an Object of the signature", wrap(func(f, g, s *etree.Element) {
			object(s, unsigned(g))
			f.InsertChildAt(1, s)
		}), signature},
		{"signed one whole in an Object", wrap(func(f, g, s *etree.Element) {
			object(s, g.Copy())
			f.InsertChildAt(1, s)
		}), signature},
		{"the same ID twice", wrap(func(f, g, s *etree.Element) {
			f.CreateAttr("ID", "_assertion")
			f.InsertChildAt(1, s)
			f.CreateElement("saml:Advice").AddChild(unsigned(g))
		}), signature},
		{"the same ID as Id", wrap(func(f, g, s *etree.Element) {
			f.CreateAttr("Id", "_assertion")
			f.InsertChildAt(1, s)
			f.CreateElement("saml:Advice").AddChild(unsigned(g))
		}), signature},
	})
}

func TestAnExpiredKeyOfTheIdPSaysWhatToDo(t *testing.T) {
	for name, days := range map[string]int{"a year ago": -365, "yesterday": -1} {
		t.Run(name, func(t *testing.T) {
			old := pairs("expired " + name)
			b := newBroker(t, func(c *Config) { c.IdP = [][]byte{metadata(idpEntityID, old)} })
			late := old.Certificate.NotAfter.AddDate(0, 0, -days)
			b.now = func() time.Time { return late }
			_, err := visit{newClient(t, b), mitid.Request{}, func(w *answer) { w.signer, w.at = old, late }}.run(t)
			require.ErrorIs(t, err, mitid.ErrSignatureInvalid)
			require.ErrorContains(t, err, "metadata")
		})
	}
}

// During a key change the files of both keys are in Config.IdP.
func TestTwoKeysOfTheIdPCount(t *testing.T) {
	b := newBroker(t, func(c *Config) {
		c.IdP = [][]byte{metadata(idpEntityID, pairs("idp")), metadata(idpEntityID, pairs("new idp"))}
	})
	for _, signer := range []string{"idp", "new idp"} {
		l, err := visit{newClient(t, b), mitid.Request{}, func(w *answer) { w.signer = pairs(signer) }}.run(t)
		require.NoError(t, err)
		require.Equal(t, pairs(signer).Certificate.Raw, l.Evidence.Tokens[0].Key)
	}
}
