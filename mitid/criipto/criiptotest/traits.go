package criiptotest

import (
	"slices"
	"strings"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Profile returns what never changes in this dialect.
func (c *dialect) Profile() mitidtest.Profile {
	return mitidtest.Profile{
		Name: "criipto", ClientID: clientID, PublicClientID: publicClientID, Failures: failures(), Differences: differences(),
		Endpoints: endpoints(),
	}
}

// The ids of the two applications: the second has no secret.
const (
	clientID       = "urn:my:application:identifier:6765"
	publicClientID = "urn:my:application:identifier:6766"
)

func endpoints() mitidtest.Endpoints {
	return mitidtest.Endpoints{
		Discovery: pathDiscovery, Keys: pathJWKS, Authorize: pathAuthorize, PAR: pathPAR,
		Token: pathToken, Userinfo: pathUserinfo, EndSession: pathLogout,
	}
}

// Save returns a function that turns the switches back.
func (c *dialect) Save() (restore func()) { return c.switches.Save() }

// Tamperings are the catalogue of this dialect.
func (c *dialect) Tamperings() []mitidtest.Tampering {
	announce := func() { c.switches.Change(func(s *Settings) { s.IssParameter = true }) }
	return slices.Concat(mitidtest.SharedTamperings(announce), c.personTamperings(), mitidtest.UserinfoTamperings(), c.ageTamperings())
}

// Traits returns what the conformance suite must know.
func (c *dialect) Traits() mitidtest.Traits {
	return mitidtest.Traits{
		TextsNeedLogin: true,
		Carried:        readCarried,
		Subject:        func(p *mitidtest.Citizen, co *mitidtest.Company) string { return braced(subject(p, co)) },
		Heading:        func(a mitid.Action) string { return headings[actionWords[a]] + " at Acme" },
		SpoilReference: func(text string) {
			c.b.Apply(mitidtest.OnToken("", "", 0, func(_ *mitidtest.Broker, d *mitidtest.Token) {
				d.Payload.Drop("refTextBody")
				if text != "" {
					d.Payload.Add("refTextBody", text)
				}
			}))
		},
		RememberLogins:   func() { c.switches.Change(func(s *Settings) { s.SSO = true }) },
		SendCPRUninvited: func() { c.switches.Change(func(s *Settings) { s.DynamicScopes = false }) },
		WithoutPAR:       func() { c.switches.Change(func(s *Settings) { s.PAR = PARAbsent }) },
		RemembersCPR: func(p *mitidtest.Citizen) bool {
			_, yes := c.consents.Get(p.MitIDUUID(nil))
			return yes
		},
		Spellings: map[string]func(){"long claim names": func() { c.switches.Change(func(s *Settings) { s.LongClaimNames = true }) }},
		NoCompany: mitid.UserCancelled,
		WrongCPR:  mitid.UserCancelled,
		Outcomes: []mitidtest.Ending{
			{"the broker's cookie is missing", mitidtest.Fail("MITID_NONCE_COOKIE_MISSING", ""), mitid.StateInvalid},
			{"MitID's own client fails", mitidtest.Fail("mitid_core_client_error", "unknown: Error loading authenticator"), mitid.BrokerUnavailable},
		},
	}
}

// actionWords are the actions in this dialect.
var actionWords = [...]string{mitid.LogOn: "login", mitid.Approve: "approve", mitid.Confirm: "confirm", mitid.Accept: "accept", mitid.Sign: "sign"}

// readCarried reads the login_hint.
func readCarried(q mitidtest.Request) mitidtest.Carried {
	acr, scope := q.Param("acr_values"), q.Param("scope")
	hints, unknown := Hint(q)
	c := mitidtest.Carried{Unknown: unknown, Locale: q.Param("ui_locales"), Prompt: q.Param("prompt"), Action: "log_on"}
	for _, t := range hints {
		name, value, _ := strings.Cut(t, ":")
		switch {
		case name == "acr_values":
			acr = value
		case name == "scope":
			scope = value
		case name == "uuid":
			c.UUID = value
		case name == "sub":
			c.CPR = value
		case name == "action" && value != "login":
			c.Action = value
		case strings.HasPrefix(t, "appswitch:resumeUrl:"):
			c.Resume = strings.TrimPrefix(t, "appswitch:resumeUrl:")
		case name == "appswitch":
			c.Platform = value
		}
	}
	if slices.Contains(acrs(), acr) && acr != acrBusiness {
		c.Level = levelOf(acr).String()
	}
	c.AsksCPR = slices.Contains(strings.FieldsFunc(scope, func(r rune) bool { return r == ' ' || r == ',' }), "ssn")
	return c
}
