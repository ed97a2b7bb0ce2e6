package nemlogintest

import (
	"encoding/base64"
	"strings"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// formTamperings spoil the form that the browser posts.
func formTamperings() []mitidtest.Tampering {
	on := func(name, doc string, want mitid.Kind, f func(a *mitidtest.Answer)) mitidtest.Tampering {
		return mitidtest.On(name, doc, mitidtest.StageCallback, want, func(_ *mitidtest.Broker, a *mitidtest.Answer) { f(a) })
	}
	change := func(name, doc string, f func(old string) string) mitidtest.Tampering {
		return on(name, doc, mitid.ResponseInvalid, func(a *mitidtest.Answer) { a.Set("SAMLResponse", f(a.Params.Get("SAMLResponse"))) })
	}
	return []mitidtest.Tampering{
		mitidtest.OnWalk("callback-10-mb", "the callback's SAMLResponse has 10 MB", mitid.ResponseInvalid, func(_ *mitidtest.Broker, a *mitidtest.Answer) {
			a.Set("SAMLResponse", strings.Repeat("QUJD", 10<<18))
		}),
		on("state-is-address", "the callback's RelayState is an address of somebody else", mitid.StateInvalid, func(a *mitidtest.Answer) {
			a.Set("RelayState", "https://evil.example/")
		}),
		on("callback-without-response", "the callback has no SAMLResponse", mitid.ResponseInvalid, func(a *mitidtest.Answer) { a.Drop("SAMLResponse") }),
		change("callback-empty-response", "the callback's SAMLResponse is empty", func(string) string { return "" }),
		change("callback-no-base64", "the callback's SAMLResponse is no Base64", func(s string) string { return "æøå" + s }),
		change("callback-base64-url", "the callback's SAMLResponse is in the other Base64 alphabet", func(s string) string {
			return strings.NewReplacer("+", "-", "/", "_").Replace(s) + "-"
		}),
		change("callback-cut", "the callback's SAMLResponse ends in the middle", func(s string) string { return s[:len(s)/8*4] }),
		change("callback-deflated", "the callback's SAMLResponse is deflated, as for a redirect", func(s string) string {
			text, err := base64.StdEncoding.DecodeString(s)
			if err != nil {
				return ""
			}
			return base64.StdEncoding.EncodeToString(deflate(text))
		}),
		on("callback-response-twice", "the callback has SAMLResponse twice, equal", mitid.SignatureInvalid, func(a *mitidtest.Answer) {
			a.Add("SAMLResponse", a.Params.Get("SAMLResponse"))
		}),
		on("callback-with-artifact", "the callback carries SAMLart beside the response", mitid.ResponseInvalid, func(a *mitidtest.Answer) { a.Add("SAMLart", "AAQAAA") }),
		on("callback-with-request", "the callback carries SAMLRequest beside the response", mitid.ResponseInvalid, func(a *mitidtest.Answer) { a.Add("SAMLRequest", "PHgvPg==") }),
		on("callback-by-redirect", "the callback comes by redirect", mitid.ResponseInvalid, func(a *mitidtest.Answer) { a.Post = false }),
	}
}

// responseTamperings spoil what the Response says.
func responseTamperings() []mitidtest.Tampering {
	const evil = "https://evil.example/callback"
	ts := spoilAttribute("destination", "the response", "Response", "Destination", evil, mitid.ResponseInvalid, around)
	ts = append(ts, spoilAttribute("request-id", "the response", "Response", "InResponseTo", "_4c2f6e0d9b1a4f7c8e5d3a2b1c0f9e8d", mitid.StateInvalid, around)...)
	ts = append(ts, issuerTamperings("the response", around)...)
	return append(ts,
		around("missing-id", "the response has no ID", mitid.ResponseInvalid, func(el *etree.Element) { el.RemoveAttr("ID") }),
		around("missing-version", "the response has no Version", mitid.ResponseInvalid, func(el *etree.Element) { el.RemoveAttr("Version") }),
		around("other-version", "the response's Version is 1.1", mitid.ResponseInvalid, func(el *etree.Element) { el.CreateAttr("Version", "1.1") }),
		around("missing-issue-time", "the response has no IssueInstant", mitid.ResponseInvalid, func(el *etree.Element) { el.RemoveAttr("IssueInstant") }),
		around("other-namespace", "the response is one of SAML 1.1", mitid.ResponseInvalid, func(el *etree.Element) {
			el.CreateAttr("xmlns:samlp", "urn:oasis:names:tc:SAML:1.0:protocol")
		}),
		around("other-name", "the response is a LogoutResponse", mitid.ResponseInvalid, func(el *etree.Element) { el.Tag = "LogoutResponse" }),
		onResponse("without-assertion", "the response is a success and has no assertion", mitid.ResponseInvalid, func(_ *mitidtest.Broker, m *response) { m.assertion = nil }),
		onResponse("plain-assertion", "the assertion is not encrypted", mitid.ResponseInvalid, func(_ *mitidtest.Broker, m *response) { m.sealing.way = EncryptNothing }),
		around("artifact", "the response is an ArtifactResponse around the right one", mitid.ResponseInvalid, func(el *etree.Element) { el.Tag = "ArtifactResponse" }),
		moreAssertions("unsigned-assertion-first", "an encrypted assertion without a signature stands before the right one", true, true),
		moreAssertions("unsigned-assertion-last", "an encrypted assertion without a signature stands behind the right one", false, true),
		moreAssertions("plain-assertion-first", "a plain assertion without a signature stands before the right one", true, false),
		moreAssertions("plain-assertion-last", "a plain assertion without a signature stands behind the right one", false, false),
		onResponse("assertion-twice", "the right assertion is there twice", mitid.ResponseInvalid, func(_ *mitidtest.Broker, m *response) {
			m.filled = func(el *etree.Element) error {
				twice(find(el, "EncryptedAssertion"))
				return nil
			}
		}),
	)
}

// moreAssertions puts an assertion about somebody else beside the right one.
func moreAssertions(name, doc string, first, sealed bool) mitidtest.Tampering {
	return onResponse(name, doc, mitid.ResponseInvalid, func(_ *mitidtest.Broker, m *response) {
		evil := m.assertion.Copy()
		somebodyElse(evil)
		evil.CreateAttr("ID", "_evil")
		m.filled = func(el *etree.Element) error {
			if sealed {
				var err error
				if evil, err = m.sealing.seal(write(evil)); err != nil {
					return err
				}
			}
			at := find(el, "EncryptedAssertion").Index()
			if !first {
				at++
			}
			el.InsertChildAt(at, evil)
			return nil
		}
	})
}

// issuerTamperings spoil the Issuer that is a child of the Response or of the assertion.
func issuerTamperings(whose string, on func(name, doc string, want mitid.Kind, f func(*etree.Element)) mitidtest.Tampering) []mitidtest.Tampering {
	bad := func(name, what string, f func(issuer *etree.Element)) mitidtest.Tampering {
		return on(name, what, mitid.IssuerMismatch, func(el *etree.Element) { f(find(el, "Issuer")) })
	}
	ts := []mitidtest.Tampering{
		bad("missing-issuer", whose+" has no Issuer", remove),
		bad("issuer-twice", whose+"'s Issuer is there twice", twice),
		bad("other-issuer", whose+"'s Issuer is another IdP", func(i *etree.Element) { i.SetText("https://saml.other-idp.example") }),
		bad("issuer-with-slash", whose+"'s Issuer is the right one plus a slash", func(i *etree.Element) { i.SetText(i.Text() + "/") }),
		bad("issuer-with-blank", whose+"'s Issuer is followed by a blank", func(i *etree.Element) { i.SetText(i.Text() + " ") }),
		bad("issuer-other-format", whose+"'s Issuer has another Format", func(i *etree.Element) { i.CreateAttr("Format", formatPersistent) }),
	}
	for i, v := range values("x") {
		ts = append(ts, bad(v.name+"-issuer", whose+"'s Issuer is "+v.doc, func(el *etree.Element) { el.SetText(values(el.Text())[i].value) }))
	}
	return ts
}

// statusTamperings spoil the status.
func statusTamperings() []mitidtest.Tampering {
	instead := func(name, doc string, want mitid.Kind, message string, codes ...string) mitidtest.Tampering {
		return mitidtest.On(name, doc, StageResponse, want, func(_ *mitidtest.Broker, m *response) {
			remove(find(m.el, "Status"))
			addStatus(m.el, message, codes...)
			m.assertion = nil
		})
	}
	status := func(name, doc string, want mitid.Kind, f func(status *etree.Element)) mitidtest.Tampering {
		return mitidtest.On("status-"+name, doc, StageResponse, want, func(_ *mitidtest.Broker, m *response) { f(find(m.el, "Status")) })
	}
	responder, requester := statusPrefix+"Responder", statusPrefix+"Requester"
	long := strings.Repeat("<script>alert('æøå')</script>\r\n", 400)[:10_000]
	return []mitidtest.Tampering{
		instead("cancelled", "the person pressed cancel", mitid.UserCancelled, "", responder, statusPrefix+"AuthnFailed"),
		instead("cancelled-with-message", "the person pressed cancel, and NemLog-in says so", mitid.UserCancelled, "Brugeren afbrød: æøå", responder, statusPrefix+"AuthnFailed"),
		instead("status-without-reason", "the status gives no reason", mitid.BrokerDeclined, "", responder),
		instead("status-unknown-reason", "the status gives a reason that nobody knows", mitid.BrokerDeclined, "", responder, "urn:dk:nemlog-in:status:IMorgen"),
		instead("status-reason-of-other-prefix", "the status gives a reason whose prefix is not the standard's", mitid.BrokerDeclined, "", responder, "urn:oasis:names:tc:SAML:1.0:status:AuthnFailed"),
		instead("status-reason-is-a-word", "the status gives a reason without its prefix", mitid.BrokerDeclined, "", responder, "AuthnFailed"),
		instead("status-denied", "the status says RequestDenied", mitid.BrokerDeclined, "", responder, statusPrefix+"RequestDenied"),
		instead("status-unknown-person", "the status says UnknownPrincipal", mitid.BrokerDeclined, "", responder, statusPrefix+"UnknownPrincipal"),
		instead("status-no-level", "the status says NoAuthnContext", mitid.AssuranceTooLow, "", responder, statusPrefix+"NoAuthnContext"),
		instead("status-no-passive", "the status says NoPassive", mitid.InteractionRequired, "", responder, statusPrefix+"NoPassive"),
		instead("status-no-name-id", "the status says InvalidNameIDPolicy", mitid.ConfigInvalid, "", requester, statusPrefix+"InvalidNameIDPolicy"),
		instead("status-with-long-message", "the status has 10 kB of markup as its message", mitid.BrokerDeclined, long, responder, statusPrefix+"RequestDenied"),
		instead("status-is-markup", "the status code is markup", mitid.BrokerDeclined, "", "<script>alert(1)</script>"),
		instead("status-wrong-success", "the status is Success plus one character", mitid.BrokerDeclined, "", statusPrefix+"Success1"),
		status("failed-with-assertion", "the status says that the login failed, and a right assertion is there", mitid.BrokerDeclined, func(s *etree.Element) {
			find(s, "StatusCode").CreateAttr("Value", responder)
		}),
		status("success-and-reason", "the status is Success and gives a reason for a failure", mitid.ResponseInvalid, func(s *etree.Element) {
			add(find(s, "StatusCode"), "samlp:StatusCode", "Value", statusPrefix+"AuthnFailed")
		}),
		status("missing", "there is no status", mitid.ResponseInvalid, remove),
		status("twice", "there are two statuses", mitid.ResponseInvalid, twice),
		status("without-code", "the status has no code", mitid.ResponseInvalid, func(s *etree.Element) { remove(find(s, "StatusCode")) }),
		status("code-twice", "the status has its code twice", mitid.ResponseInvalid, func(s *etree.Element) { twice(find(s, "StatusCode")) }),
		status("empty-code", "the status code is empty", mitid.BrokerDeclined, func(s *etree.Element) { find(s, "StatusCode").CreateAttr("Value", "") }),
	}
}
