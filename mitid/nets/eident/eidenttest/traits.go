package eidenttest

import (
	"slices"
	"strings"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Profile returns what never changes in this dialect. The client id is a merchant's.
func (e *dialect) Profile() mitidtest.Profile {
	if e.saml {
		return mitidtest.Profile{Name: "eident", ClientID: "MER2", State: "TARGET", Failures: failures(e.saml), Differences: differences(),
			Endpoints: mitidtest.Endpoints{Authorize: pathStart, Token: pathGetAssertion}}
	}
	return mitidtest.Profile{Name: "eident", ClientID: "MER2", Failures: failures(e.saml), Differences: differences(), Endpoints: endpoints()}
}

func endpoints() mitidtest.Endpoints {
	return mitidtest.Endpoints{
		Base: "/oidc", Discovery: pathDiscovery, Keys: pathJWKS, Authorize: pathStart,
		Token: pathToken, Userinfo: pathUserinfo,
	}
}

// Save returns a function that turns the switches back.
func (e *dialect) Save() (restore func()) { return e.switches.Save() }

// ScriptAccess opens what scripts call where the switch is on.
func (e *dialect) ScriptAccess(path string) mitidtest.ScriptAccess {
	if !e.snapshot().CrossOrigin {
		return mitidtest.ClosedToScripts
	}
	return endpoints().ScriptAccess(path)
}

// Traits returns what the conformance suite must know.
func (e *dialect) Traits() mitidtest.Traits {
	if e.saml {
		return e.samlTraits()
	}
	return mitidtest.Traits{
		Carried:         readCarried,
		Subject:         func(c *mitidtest.Citizen, co *mitidtest.Company) string { return "mitid:" + c.MitIDUUID(co) },
		ProfessionalCap: true,
		SpoilReference: func(text string) {
			e.b.Apply(mitidtest.OnToken("", "", 0, func(_ *mitidtest.Broker, d *mitidtest.Token) {
				d.Payload.Drop("reference_text")
				if text != "" {
					d.Payload.Add("reference_text", text)
				}
			}))
		},
		SendCPRUninvited: func() { e.switches.Change(func(s *Settings) { s.CPRUninvited = true }) },
		NoCompany:        mitid.BrokerDeclined,
		WrongCPR:         mitid.CPRMismatch,
		Outcomes: []mitidtest.Ending{
			{"the broker says cancel", mitidtest.Fail("cancel", ""), mitid.UserCancelled},
			{"the broker says cancel beside access_denied", mitidtest.Fail("access_denied", "cancel"), mitid.UserCancelled},
			{"the person cannot be authenticated", mitidtest.Fail("authfailed", ""), mitid.BrokerDeclined},
			{"anything goes wrong", mitidtest.Fail("generalerror", "noget gik galt på Ærø"), mitid.BrokerDeclined},
			{"the person has no CPR number", mitidtest.Fail("get_ssn_error", ""), mitid.BrokerDeclined},
			{"the broker misses a parameter", mitidtest.Fail("input_params_notpresent", ""), mitid.ConfigInvalid},
		},
	}
}

// readCarried reads the flat parameters.
func readCarried(q mitidtest.Request) mitidtest.Carried {
	c := mitidtest.Carried{Prompt: q.Param("prompt"), Action: "log_on"}
	c.Locale = map[string]string{"da_DK": "da", "en_GB": "en"}[q.Param("language")]
	c.Level, c.AsksCPR = q.Param("loa_value"), slices.Contains(strings.Fields(q.Param("scope")), "ssn")
	c.UUID, _ = ReadEither.read(q.Param("login_hint"))
	return c
}

// Tamperings are the catalogue of this dialect, which pushes no requests.
func (e *dialect) Tamperings() []mitidtest.Tampering {
	if e.saml {
		return samlTamperings()
	}
	announce := func() { e.switches.Change(func(s *Settings) { s.IssParameter = true }) }
	shared := slices.DeleteFunc(mitidtest.SharedTamperings(announce), func(t mitidtest.Tampering) bool { return t.Stage == mitidtest.StagePAR })
	return slices.Concat(shared, personTamperings(), textTamperings(), userinfoTamperings())
}
