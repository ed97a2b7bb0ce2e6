package eidenttest

import (
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// samlTamperings are the catalogue of SAML 1.1.
func samlTamperings() []mitidtest.Tampering {
	fits := func(t mitidtest.Tampering) bool {
		return t.Stage == mitidtest.StageToken && strings.HasPrefix(t.Name, "token-endpoint-") &&
			!strings.Contains(t.Name, "-json-") && !strings.Contains(t.Name, "-echo-") && t.Want != 0 && t.Name != "token-endpoint-trailing-value" && t.Name != "token-endpoint-cut" // those of JSON
	}
	shared := slices.DeleteFunc(mitidtest.SharedTamperings(nil), func(t mitidtest.Tampering) bool { return !fits(t) })
	return slices.Concat(mitidtest.CallbackTamperings("TARGET", mitid.StateInvalid), shared,
		artifactTamperings(), within("response", responseTamperings()), within("response-xml", formTamperings()),
		within("assertion", signatureTamperings()), within("assertion", conditionTamperings()), within("assertion", attributeTamperings()),
		wrappingTamperings(), personTamperingsSAML())
}

// within puts the place before the names.
func within(place string, ts []mitidtest.Tampering) []mitidtest.Tampering {
	for i := range ts {
		ts[i].Name = place + "-" + ts[i].Name
	}
	return ts
}

// onStatement returns a tampering with an assertion and what is around it.
func onStatement(name, doc string, want mitid.Kind, f func(*mitidtest.Broker, *statement)) mitidtest.Tampering {
	return mitidtest.On(name, doc, StageAssertion, want, f)
}

// artifactTamperings spoil what the browser brings back, and how the service refuses.
func artifactTamperings() []mitidtest.Tampering {
	back := func(name, doc string, want mitid.Kind, f func(w *mitidtest.Answer)) mitidtest.Tampering {
		return mitidtest.On(name, "the callback "+doc, mitidtest.StageCallback, want, func(_ *mitidtest.Broker, w *mitidtest.Answer) { f(w) })
	}
	instead := func(code string) func(w *mitidtest.Answer) {
		return func(w *mitidtest.Answer) { w.Drop("SAMLart"); w.Add("status", code) }
	}
	bad := mitid.ResponseInvalid
	ts := []mitidtest.Tampering{
		back("artifact-twice", "has SAMLart twice, equal", bad, func(w *mitidtest.Answer) { w.Add("SAMLart", w.Params.Get("SAMLart")) }),
		back("two-artifacts", "has two artifacts, the wrong one first", bad, func(w *mitidtest.Answer) {
			w.Params = append(mitidtest.Pairs{{Name: "SAMLart", Value: strings.Repeat("A", 56)}}, w.Params...)
		}),
		back("missing-artifact", "has neither SAMLart nor status", bad, func(w *mitidtest.Answer) { w.Drop("SAMLart") }),
		back("empty-artifact", "has an empty SAMLart", bad, func(w *mitidtest.Answer) { w.Set("SAMLart", "") }),
		back("long-artifact", "has a SAMLart of 10 kB", bad, func(w *mitidtest.Answer) { w.Set("SAMLart", strings.Repeat("A", 10_000)) }),
		back("artifact-with-markup", "has markup in SAMLart", bad, func(w *mitidtest.Answer) {
			w.Set("SAMLart", "AAE=</samlp:AssertionArtifact><samlp:AssertionArtifact>AAE=")
		}),
		back("artifact-with-blank", "has a blank behind the artifact", bad, func(w *mitidtest.Answer) { w.Set("SAMLart", w.Params.Get("SAMLart")+" ") }),
		back("artifact-and-status", "has SAMLart and status", bad, func(w *mitidtest.Answer) { w.Add("status", "cancel") }),
		back("status-twice", "has status twice", bad, func(w *mitidtest.Answer) { instead("cancel")(w); w.Add("status", "cancel") }),
		back("status-cancel", "has the status cancel", mitid.UserCancelled, instead("cancel")),
		back("status-unknown", "has a status that nobody knows", mitid.BrokerDeclined, instead("fejl_i_morgen")),
		back("status-empty", "has an empty status", mitid.BrokerDeclined, instead("")),
		back("status-long", "has a status of 10 kB with markup and control characters", mitid.BrokerDeclined, instead(strings.Repeat("<script>alert('æøå')</script>\r\n\x1b[31m", 260))),
	}
	for code, want := range map[string]mitid.Kind{
		"artifact_expired": mitid.BrokerDeclined, "artifact_invalidated": mitid.BrokerDeclined, "artifact_not_match_mid": mitid.BrokerDeclined,
		"assertion_attribute_null": mitid.BrokerDeclined, "assertion_notfound": mitid.BrokerDeclined, "fejl_i_morgen": mitid.BrokerDeclined, "cancel": mitid.UserCancelled,
	} {
		ts = append(ts, onStatement("refused-"+strings.ReplaceAll(code, "_", "-"), "the service refuses the artifact with "+code, want, func(_ *mitidtest.Broker, st *statement) {
			st.sent = func(_, response, assertion *etree.Element) {
				response.RemoveChild(assertion)
				status := response.SelectElement("Status")
				status.SelectElement("StatusCode").CreateAttr("Value", "samlp:Requester")
				child(status, "samlp:StatusMessage").SetText(code)
			}
		}))
	}
	for _, r := range []struct {
		name, doc string
		status    int
		want      mitid.Kind
	}{
		{"password-refused", "the service answers 401", 401, mitid.ConfigInvalid},
		{"token-endpoint-429", "token endpoint answers 429", 429, mitid.BrokerUnavailable},
		{"token-endpoint-500-with-assertion", "token endpoint answers 500 with the assertion", 500, mitid.BrokerUnavailable},
		{"token-endpoint-202", "token endpoint answers 202 with the assertion", 202, mitid.BrokerUnavailable},
	} {
		ts = append(ts, mitidtest.On(r.name, r.doc, mitidtest.StageToken, r.want, func(_ *mitidtest.Broker, p *mitidtest.Reply) { p.Status = r.status }))
	}
	return append(ts,
		mitidtest.On("token-endpoint-as-json", "token endpoint calls the assertion JSON", mitidtest.StageToken, mitid.BrokerUnavailable, func(_ *mitidtest.Broker, p *mitidtest.Reply) {
			p.Header.Set("Content-Type", "application/json")
		}),
		mitidtest.On("token-endpoint-html-as-xml", "token endpoint answers with a maintenance page that calls itself XML", mitidtest.StageToken, bad, func(_ *mitidtest.Broker, p *mitidtest.Reply) {
			p.Maintenance(200)
			p.Header.Set("Content-Type", "text/xml")
		}),
	)
}

// responseTamperings spoil the envelope and the response.
func responseTamperings() []mitidtest.Tampering {
	var ts []mitidtest.Tampering
	sent := func(name, doc string, want mitid.Kind, f func(root, response, assertion *etree.Element)) {
		ts = append(ts, onStatement(name, doc, want, func(_ *mitidtest.Broker, st *statement) { st.sent = f }))
	}
	attr := func(name, doc string, want mitid.Kind, attribute, value string) {
		sent(name, doc, want, func(_, response, _ *etree.Element) { response.CreateAttr(attribute, value) })
	}
	attr("wrong-request-id", "InResponseTo names another request", mitid.StateInvalid, "InResponseTo", "_0000000000000000000000000000")
	attr("empty-request-id", "InResponseTo is empty", mitid.StateInvalid, "InResponseTo", "")
	sent("missing-request-id", "there is no InResponseTo", mitid.StateInvalid, func(_, response, _ *etree.Element) { response.RemoveAttr("InResponseTo") })
	attr("version-2", "the response is of SAML 2", mitid.ResponseInvalid, "MajorVersion", "2")
	sent("missing-status", "there is no Status", mitid.ResponseInvalid, func(_, response, _ *etree.Element) { response.RemoveChild(response.SelectElement("Status")) })
	sent("two-statuses", "there are two Statuses", mitid.ResponseInvalid, func(_, response, _ *etree.Element) {
		response.AddChild(response.SelectElement("Status").Copy())
	})
	code := func(name, doc, value string) {
		sent(name, doc, mitid.BrokerDeclined, func(_, response, _ *etree.Element) {
			response.SelectElement("Status").SelectElement("StatusCode").CreateAttr("Value", value)
		})
	}
	code("status-responder", "the status is Responder, beside an assertion", "samlp:Responder")
	code("status-success-and-more", "the status begins with Success, and goes on", "samlp:SuccessNot")
	code("status-success-lower-case", "the status is success in small letters", "samlp:success")
	code("empty-status-code", "the status has an empty code", "")
	sent("without-assertion", "there is no assertion", mitid.ResponseInvalid, func(_, response, assertion *etree.Element) { response.RemoveChild(assertion) })
	sent("assertion-twice", "the assertion is there twice, equal", mitid.ResponseInvalid, func(_, response, assertion *etree.Element) {
		response.AddChild(assertion.Copy())
	})
	sent("unsigned-assertion-last", "an unsigned assertion about somebody else follows", mitid.ResponseInvalid, func(_, response, assertion *etree.Element) {
		response.AddChild(evil(assertion))
	})
	sent("unsigned-assertion-first", "an unsigned assertion about somebody else comes first", mitid.ResponseInvalid, func(_, response, assertion *etree.Element) {
		response.InsertChildAt(assertion.Index(), evil(assertion))
	})
	space := func(name, doc, prefix, uri string) {
		sent(name, doc, mitid.ResponseInvalid, func(root, response, assertion *etree.Element) {
			for _, el := range []*etree.Element{root, response, assertion} {
				if el.SelectAttr("xmlns:"+prefix) != nil {
					el.CreateAttr("xmlns:"+prefix, uri)
				}
			}
		})
	}
	space("envelope-of-soap-12", "the envelope is of SOAP 1.2", "soapenv", "http://www.w3.org/2003/05/soap-envelope")
	space("other-namespace", "the response is in a namespace of nobody", "samlp", "urn:example:protocol")
	space("assertion-other-namespace", "the assertion is in a namespace of nobody", "saml", "urn:example:assertion")
	space("assertion-of-saml-2", "the assertion is in the namespace of SAML 2", "saml", "urn:oasis:names:tc:SAML:2.0:assertion")
	sent("missing-envelope", "the response comes without envelope", mitid.ResponseInvalid, func(root, response, _ *etree.Element) {
		*root = *response.Copy()
	})
	sent("two-bodies", "the envelope has two bodies", mitid.ResponseInvalid, func(root, _, _ *etree.Element) { root.AddChild(root.SelectElement("Body").Copy()) })
	sent("twice", "the body has two responses", mitid.ResponseInvalid, func(root, response, _ *etree.Element) {
		root.SelectElement("Body").AddChild(response.Copy())
	})
	sent("beside-element", "an element of nobody stands beside the response", mitid.ResponseInvalid, func(root, _, _ *etree.Element) {
		root.SelectElement("Body").CreateElement("soapenv:More")
	})
	sent("fault", "a SOAP Fault stands in place of the response", mitid.BrokerUnavailable, func(root, response, _ *etree.Element) {
		body := root.SelectElement("Body")
		body.RemoveChild(response)
		f := child(body, "soapenv:Fault")
		child(f, "faultcode").SetText("soapenv:Server")
		child(f, "faultstring").SetText("noget gik galt på Ærø")
	})
	sent("fault-of-ours", "a SOAP Fault blames the request", mitid.BrokerDeclined, func(root, response, _ *etree.Element) {
		body := root.SelectElement("Body")
		body.RemoveChild(response)
		f := child(body, "soapenv:Fault")
		child(f, "faultcode").SetText("soapenv:Client")
		child(f, "faultstring").SetText("noget gik galt på Ærø")
	})
	return ts
}
