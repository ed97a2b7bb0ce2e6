package nemlogin

import (
	"bytes"
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

// A spoilt answer, and the error that it must end with.
type spoilt struct {
	name   string
	change func(*answer)
	want   error
}

// refuse runs each case against a Broker of its own.
func refuse(t *testing.T, cases []spoilt) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l, err := loginWith(t, mitid.Request{}, c.change)
			require.ErrorIs(t, err, c.want)
			require.Nil(t, l)
		})
	}
}

// near returns what is almost text: whoever compares less than every byte takes it.
func near(text string) []string {
	return []string{"", text + "x", text + "/", text + " ", " " + text, "\n" + text, text[:len(text)-1], text + "\u00a0", text + "?", text + "#"}
}

// nearAttr has a case for each of near, as the attribute name of the element at path. The
// attribute is missing in one more case.
func nearAttr(hook func(*answer, func(*etree.Element)), path, name, text string, want error) []spoilt {
	cases := []spoilt{{name + " missing", func(w *answer) {
		hook(w, func(el *etree.Element) { el.FindElement(path).RemoveAttr(name) })
	}, want}}
	for _, wrong := range near(text) {
		cases = append(cases, spoilt{name + " " + strings.TrimPrefix(wrong, text), func(w *answer) {
			hook(w, func(el *etree.Element) { el.FindElement(path).CreateAttr(name, wrong) })
		}, want})
	}
	return cases
}

// nearText has a case for each of near, as the text of the element at path. The element is
// missing in one case and there twice in one more.
func nearText(hook func(*answer, func(*etree.Element)), path, text string, want error) []spoilt {
	cases := []spoilt{
		{path + " missing", func(w *answer) {
			hook(w, func(root *etree.Element) { remove(root, path) })
		}, want},
		{path + " twice", func(w *answer) {
			hook(w, func(root *etree.Element) {
				el := root.FindElement(path)
				el.Parent().InsertChildAt(el.Index(), el.Copy())
			})
		}, want},
		{path + " with an element inside", func(w *answer) {
			hook(w, func(root *etree.Element) { root.FindElement(path).CreateElement("saml:x").SetText("x") })
		}, want},
	}
	for _, wrong := range near(text) {
		cases = append(cases, spoilt{path + " " + strings.TrimPrefix(wrong, text), func(w *answer) {
			hook(w, func(root *etree.Element) { root.FindElement(path).SetText(wrong) })
		}, want})
	}
	return cases
}

func remove(root *etree.Element, path string) {
	el := root.FindElement(path)
	el.Parent().RemoveChild(el)
}

func inResponse(w *answer, f func(*etree.Element))  { w.response = f }
func inAssertion(w *answer, f func(*etree.Element)) { w.assertion = f }

// replace returns a hook for answer.sent or answer.plain.
func replace(from, to string) func([]byte) []byte {
	return func(raw []byte) []byte {
		if !bytes.Contains(raw, []byte(from)) {
			panic("the document does not hold " + from)
		}
		return bytes.Replace(raw, []byte(from), []byte(to), 1)
	}
}

func TestTheResponseMustBeForUs(t *testing.T) {
	refuse(t, nearAttr(inResponse, ".", "Destination", spACS, mitid.ErrResponseInvalid))
	refuse(t, nearText(inResponse, "./Issuer", idpEntityID, mitid.ErrIssuerMismatch))
	refuse(t, nearAttr(inResponse, ".", "Version", "2.0", mitid.ErrResponseInvalid))
	refuse(t, []spoilt{
		{"Issuer of another format", func(w *answer) {
			w.response = func(el *etree.Element) { el.SelectElement("Issuer").CreateAttr("Format", formatPersistent) }
		}, mitid.ErrIssuerMismatch},
		{"Issuer in another namespace", func(w *answer) {
			w.response = func(el *etree.Element) { el.SelectElement("Issuer").Space = "samlp" }
		}, mitid.ErrIssuerMismatch},
		{"Issuer without its last slash", func(w *answer) {
			w.response = func(el *etree.Element) {
				el.SelectElement("Issuer").SetText(strings.TrimSuffix(idpEntityID, "/"))
			}
		}, mitid.ErrIssuerMismatch},
		{"no ID", func(w *answer) { w.response = func(el *etree.Element) { el.RemoveAttr("ID") } }, mitid.ErrResponseInvalid},
		{"no IssueInstant", func(w *answer) { w.response = func(el *etree.Element) { el.RemoveAttr("IssueInstant") } }, mitid.ErrResponseInvalid},
		{"IssueInstant with a zone", func(w *answer) {
			w.response = func(el *etree.Element) { el.CreateAttr("IssueInstant", "2026-11-30T13:00:00+01:00") }
		}, mitid.ErrResponseInvalid},
		{"Destination in a namespace", func(w *answer) {
			w.response = func(el *etree.Element) {
				el.RemoveAttr("Destination")
				el.CreateAttr("samlp:Destination", spACS)
			}
		}, mitid.ErrResponseInvalid},
	})
}

func TestTheResponseMustAnswerTheRequest(t *testing.T) {
	refuse(t, []spoilt{
		{"InResponseTo missing: the IdP began", func(w *answer) { w.response = func(el *etree.Element) { el.RemoveAttr("InResponseTo") } }, mitid.ErrStateInvalid},
		{"InResponseTo unknown", func(w *answer) { w.request.id = "_ukendt" }, mitid.ErrStateInvalid},
		{"InResponseTo empty", func(w *answer) { w.request.id = "" }, mitid.ErrStateInvalid},
		{"InResponseTo and a letter", func(w *answer) { w.request.id += "x" }, mitid.ErrStateInvalid},
		{"InResponseTo without its underscore", func(w *answer) { w.request.id = w.request.id[1:] }, mitid.ErrStateInvalid},
		{"the assertion alone answers another", func(w *answer) {
			w.assertion = func(el *etree.Element) {
				el.FindElement("./Subject/SubjectConfirmation/SubjectConfirmationData").CreateAttr("InResponseTo", "_x")
			}
		}, mitid.ErrStateInvalid},
		{"the assertion alone answers none", func(w *answer) {
			w.assertion = func(el *etree.Element) {
				el.FindElement("./Subject/SubjectConfirmation/SubjectConfirmationData").RemoveAttr("InResponseTo")
			}
		}, mitid.ErrStateInvalid},
	})
}

// An answer to one pending login is not taken for another one of the same browser, and not
// a second time for its own.
func TestAnAnswerIsUsedOnce(t *testing.T) {
	c := newClient(t, newBroker(t, nil))
	first, err := c.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	second, err := c.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	w := newAnswer(receive(t, first.URL, &pairs("sp").Key.PublicKey))
	cb := w.callback(t)

	other := *w
	request := *w.request
	request.relayState = second.Handle
	other.request = &request
	_, err = c.Complete(t.Context(), second.State, other.callback(t))
	require.ErrorIs(t, err, mitid.ErrStateInvalid)

	_, err = c.Complete(t.Context(), second.State, cb) // the RelayState is another one's
	require.ErrorIs(t, err, mitid.ErrStateInvalid)

	l, err := c.Complete(t.Context(), first.State, cb)
	require.NoError(t, err)
	require.NotNil(t, l)
	_, err = c.Complete(t.Context(), first.State, cb)
	require.ErrorIs(t, err, mitid.ErrReplay)
}

func TestTheFormMustHoldOneResponse(t *testing.T) {
	refuse(t, []spoilt{
		{"none", func(w *answer) { w.form = func(f url.Values) { f.Del("SAMLResponse") } }, mitid.ErrResponseInvalid},
		{"empty", func(w *answer) { w.form = func(f url.Values) { f.Set("SAMLResponse", "") } }, mitid.ErrResponseInvalid},
		{"two", func(w *answer) { w.form = func(f url.Values) { f.Add("SAMLResponse", f.Get("SAMLResponse")) } }, mitid.ErrSignatureInvalid},
		{"an artifact too", func(w *answer) { w.form = func(f url.Values) { f.Set("SAMLart", "AAQAA") } }, mitid.ErrResponseInvalid},
		{"a request too", func(w *answer) { w.form = func(f url.Values) { f.Set("SAMLRequest", "") } }, mitid.ErrResponseInvalid},
		{"no Base64", func(w *answer) { w.form = func(f url.Values) { f.Set("SAMLResponse", "blåbær") } }, mitid.ErrResponseInvalid},
		{"Base64 for URLs", func(w *answer) { w.form = func(f url.Values) { f.Set("SAMLResponse", "PD94_-") } }, mitid.ErrResponseInvalid},
		{"Base64 with bits left over", func(w *answer) { w.form = func(f url.Values) { f.Set("SAMLResponse", "PF==") } }, mitid.ErrResponseInvalid},
		{"Base64 and more", func(w *answer) { w.form = func(f url.Values) { f.Set("SAMLResponse", f.Get("SAMLResponse")+"=") } }, mitid.ErrResponseInvalid},
		{"a RelayState of another site", func(w *answer) { w.form = func(f url.Values) { f.Set("RelayState", "https://ond.example/") } }, mitid.ErrStateInvalid},
		{"no RelayState", func(w *answer) { w.form = func(f url.Values) { f.Del("RelayState") } }, mitid.ErrStateInvalid},
		{"two RelayStates", func(w *answer) { w.form = func(f url.Values) { f.Add("RelayState", "x") } }, mitid.ErrResponseInvalid},
	})
}

// Two texts never stand for one response: the bits behind the last byte are zero (RFC 4648
// section 3.5).
func TestBase64HasOneForm(t *testing.T) {
	for _, extra := range []int{1, 2} { // so that one or two characters of padding follow
		_, err := loginWith(t, mitid.Request{}, func(w *answer) {
			w.sent = func(raw []byte) []byte {
				for len(raw)%3 != extra {
					raw = append(raw, '\n')
				}
				return raw
			}
			w.form = func(f url.Values) {
				text := f.Get("SAMLResponse")
				end := strings.IndexByte(text, '=') - 1
				require.Contains(t, "AEIMQUYcgkosw048", text[end:end+1])
				f.Set("SAMLResponse", text[:end]+string(text[end]+1)+text[end+1:])
			}
		})
		require.ErrorIs(t, err, mitid.ErrResponseInvalid)
	}
}

// The Base64 may be broken into lines (RFC 2045), and a parameter that nobody knows may be
// there.
func TestTheFormMayBeWrittenDifferently(t *testing.T) {
	_, err := loginWith(t, mitid.Request{}, func(w *answer) {
		w.form = func(f url.Values) {
			text := f.Get("SAMLResponse")
			var lines strings.Builder
			for len(text) > 76 {
				lines.WriteString(text[:76] + "\r\n")
				text = text[76:]
			}
			f.Set("SAMLResponse", lines.String()+text)
			f.Set("ok", "Fortsæt")
		}
	})
	require.NoError(t, err)
}

func TestTheResponseMustBeAResponse(t *testing.T) {
	refuse(t, []spoilt{
		{"no XML", func(w *answer) { w.sent = func([]byte) []byte { return []byte("blåbær") } }, mitid.ErrResponseInvalid},
		{"another message", func(w *answer) { w.response = func(el *etree.Element) { el.Tag = "LogoutResponse" } }, mitid.ErrResponseInvalid},
		{"another namespace", func(w *answer) { w.sent = replace(nsProtocol, "urn:oasis:names:tc:SAML:1.0:protocol") }, mitid.ErrResponseInvalid},
		{"a document type", func(w *answer) {
			w.sent = func(raw []byte) []byte { return append([]byte(`<!DOCTYPE x [<!ENTITY a "å">]>`), raw...) }
		}, mitid.ErrResponseInvalid},
		{"text before", func(w *answer) { w.sent = func(raw []byte) []byte { return append([]byte("å"), raw...) } }, mitid.ErrResponseInvalid},
		{"text after", func(w *answer) { w.sent = func(raw []byte) []byte { return append(raw, "å"...) } }, mitid.ErrResponseInvalid},
		{"two roots", func(w *answer) { w.sent = func(raw []byte) []byte { return append(raw, "<x/>"...) } }, mitid.ErrResponseInvalid},
		{"a comment", func(w *answer) { w.sent = replace("</saml:Issuer>", "<!-- -->x</saml:Issuer>") }, mitid.ErrResponseInvalid},
		{"a comment at the end of the issuer", func(w *answer) { w.sent = replace("</saml:Issuer>", "<!-- -->.ond</saml:Issuer>") }, mitid.ErrResponseInvalid},
		{"too deep", func(w *answer) {
			w.sent = replace("</saml:Issuer>", strings.Repeat("<x>", 5000)+strings.Repeat("</x>", 5000)+"</saml:Issuer>")
		}, mitid.ErrResponseInvalid},
	})
}

func TestTheResponseMustHoldOneEncryptedAssertion(t *testing.T) {
	plain := func(t *testing.T, w *answer) *etree.Element {
		doc := etree.NewDocument()
		require.NoError(t, doc.ReadFromBytes(w.assertionXML(t)))
		return doc.Root()
	}
	refuse(t, []spoilt{
		{"none", func(w *answer) { w.response = func(el *etree.Element) { remove(el, "./EncryptedAssertion") } }, mitid.ErrResponseInvalid},
		{"two", func(w *answer) {
			w.response = func(el *etree.Element) { el.AddChild(el.SelectElement("EncryptedAssertion").Copy()) }
		}, mitid.ErrResponseInvalid},
		{"a signed plain one alone", func(w *answer) {
			w.response = func(el *etree.Element) {
				remove(el, "./EncryptedAssertion")
				el.AddChild(plain(t, w))
			}
		}, mitid.ErrResponseInvalid},
		{"an unsigned plain one before", func(w *answer) {
			w.response = func(el *etree.Element) { el.InsertChildAt(0, w.newAssertion()) }
		}, mitid.ErrResponseInvalid},
		{"an unsigned plain one after", func(w *answer) {
			w.response = func(el *etree.Element) { el.AddChild(w.newAssertion()) }
		}, mitid.ErrResponseInvalid},
		{"a signed plain one after", func(w *answer) {
			w.response = func(el *etree.Element) { el.AddChild(plain(t, w)) }
		}, mitid.ErrResponseInvalid},
		{"an unsigned plain one in extensions", func(w *answer) {
			w.response = func(el *etree.Element) {
				extensions := etree.NewElement("samlp:Extensions")
				extensions.AddChild(w.newAssertion())
				el.InsertChildAt(1, extensions)
			}
		}, mitid.ErrResponseInvalid},
		{"of another namespace", func(w *answer) {
			w.response = func(el *etree.Element) { el.SelectElement("EncryptedAssertion").Space = "samlp" }
		}, mitid.ErrResponseInvalid},
	})
}

func TestASignedResponseMustVerify(t *testing.T) {
	_, err := loginWith(t, mitid.Request{}, func(w *answer) { w.signMessage = true })
	require.NoError(t, err)
	refuse(t, []spoilt{
		{"changed after it was signed", func(w *answer) {
			w.signMessage, w.sent = true, replace(`Version="2.0" IssueInstant`, `Consent="urn:oasis:names:tc:SAML:2.0:consent:obtained" Version="2.0" IssueInstant`)
		}, mitid.ErrSignatureInvalid},
		{"signed by somebody else", func(w *answer) {
			w.response = func(el *etree.Element) {
				signed, err := signElement(el, pairs("ond"))
				require.NoError(t, err)
				el.InsertChildAt(1, signed.SelectElement("Signature").Copy())
			}
		}, mitid.ErrSignatureInvalid},
		{"signed without a Destination", func(w *answer) {
			w.signMessage, w.response = true, func(el *etree.Element) { el.RemoveAttr("Destination") }
		}, mitid.ErrResponseInvalid},
		{"the Response alone is signed", func(w *answer) {
			w.signMessage, w.signed = true, func(el *etree.Element) *etree.Element {
				remove(el, "./Signature")
				return el
			}
		}, mitid.ErrSignatureInvalid},
		{"an element added that the signature does not cover", func(w *answer) {
			w.signMessage = true
			w.sent = replace("</samlp:Response>", "<saml:Assertion ID=\"_x\"/></samlp:Response>")
		}, mitid.ErrSignatureInvalid},
	})
}

// No error repeats what came.
func TestErrorsRepeatNothing(t *testing.T) {
	for _, c := range []spoilt{
		{"issuer", func(w *answer) {
			w.response = func(el *etree.Element) { el.SelectElement("Issuer").SetText("kanariefugl") }
		}, nil},
		{"destination", func(w *answer) { w.response = func(el *etree.Element) { el.CreateAttr("Destination", "kanariefugl") } }, nil},
		{"status", func(w *answer) { w.status = loginStatus("Responder", "urn:kanariefugl", "kanariefugl") }, nil},
		{"name", func(w *answer) { w.nameID = "kanariefugl" }, nil},
		{"time", func(w *answer) {
			w.assertion = func(el *etree.Element) { el.CreateAttr("IssueInstant", "kanariefugl") }
		}, nil},
		{"attribute", func(w *answer) {
			w.attributes["https://data.gov.dk/model/core/eid/dateOfBirth"] = []string{"kanariefugl"}
		}, nil},
		{"level", func(w *answer) { w.attributes["https://data.gov.dk/concept/core/nsis/loa"] = []string{"kanariefugl"} }, nil},
		{"form", func(w *answer) { w.form = func(f url.Values) { f.Set("SAMLResponse", "kanariefugl!") } }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := loginWith(t, mitid.Request{}, c.change)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "kanariefugl")
		})
	}
}

// Complete makes no call, so it does not ask the context either: an answer that is here is
// judged.
func TestCompleteMakesNoCall(t *testing.T) {
	c := newClient(t, newBroker(t, nil))
	rd, err := c.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	cb := newAnswer(receive(t, rd.URL, &pairs("sp").Key.PublicKey)).callback(t)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.Complete(done, rd.State, cb)
	require.NoError(t, err)
}
