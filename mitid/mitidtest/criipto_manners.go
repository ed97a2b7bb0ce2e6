package mitidtest

import (
	"slices"
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

func (c *criipto) paths() Endpoints {
	return Endpoints{
		Discovery: pathDiscovery, Keys: pathJWKS, Authorize: pathAuthorize, PAR: pathPAR,
		Token: pathToken, Userinfo: pathUserinfo, EndSession: pathLogout,
	}
}

func (c *criipto) publicClientID() string { return "urn:my:application:identifier:6766" }

func (c *criipto) clientID() string { return "urn:my:application:identifier:6765" }

func (c *criipto) citizens() []Citizen { return Citizens() }

func (c *criipto) save() (restore func()) {
	before := c.settings
	return func() { c.settings = before }
}

// criiptoTamperings are the catalogue of this dialect.
func criiptoTamperings() []Tampering {
	announce := func(b *Broker) { b.criipto.settings.IssParameter = true }
	return slices.Concat(SharedTamperings(announce), personTamperings(), UserinfoTamperings(), criiptoAgeTamperings())
}

func (c *criipto) manners() Manners {
	return Manners{
		TextsNeedLogin: true,
		Carried:        criiptoCarried,
		Subject: func(p *Citizen, co *Company) string {
			if co != nil {
				return braced(p.subjectIn(co))
			}
			return braced(p.subject())
		},
		uuid: func(p *Citizen, co *Company) string {
			if co != nil {
				return p.uuidIn(co)
			}
			return p.uuid()
		},
		Heading: func(a mitid.Action) string { return headings[actionWords[a]] + " at Acme" },
		SpoilReference: func(b *Broker, text string) {
			b.spoilDraft(func(d *Draft) {
				d.Payload.Drop("refTextBody")
				if text != "" {
					d.Payload.Add("refTextBody", text)
				}
			})
		},
		RememberLogins:     func(b *Broker) { b.Configure(func(s *Settings) { s.SSO = true }) },
		SendCPRUninvited: func(b *Broker) { b.Configure(func(s *Settings) { s.DynamicScopes = false }) },
		WithoutPAR:   func(b *Broker) { b.Configure(func(s *Settings) { s.PAR = PARAbsent }) },
		RemembersCPR: func(b *Broker, p *Citizen) bool {
			_, yes := get(b, b.criipto.consents, p.uuid())
			return yes
		},
		NoCompany: mitid.UserCancelled,
		WrongCPR:  mitid.UserCancelled,
		Outcomes: []Ending{
			{"the broker's cookie is missing", Fail("MITID_NONCE_COOKIE_MISSING", ""), mitid.StateInvalid},
			{"MitID's own client fails", Fail("mitid_core_client_error", "unknown: Error loading authenticator"), mitid.BrokerUnavailable},
		},
	}
}

// actionWords are the actions in this dialect.
var actionWords = [...]string{mitid.LogOn: "login", mitid.Approve: "approve", mitid.Confirm: "confirm", mitid.Accept: "accept", mitid.Sign: "sign"}

// criiptoCarried reads the login_hint.
func criiptoCarried(q Request) Carried {
	acr, scope := q.Param("acr_values"), q.Param("scope")
	c := Carried{Locale: q.Param("ui_locales"), Prompt: q.Param("prompt"), Action: "log_on"}
	for _, t := range q.Hint {
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
