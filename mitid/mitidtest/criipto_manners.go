package mitidtest

import (
	"slices"
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

func (c *criipto) paths() paths {
	return paths{
		discovery: pathDiscovery, jwks: pathJWKS, authorize: pathAuthorize, par: pathPAR,
		token: pathToken, userinfo: pathUserinfo, logout: pathLogout,
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
	return slices.Concat(sharedTamperings(announce), personTamperings(), userinfoTamperings(), criiptoAgeTamperings())
}

func (c *criipto) manners() manners {
	return manners{
		textsNeedLogin: true,
		carried:        criiptoCarried,
		subject: func(p *Citizen, co *Company) string {
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
		heading: func(a mitid.Action) string { return headings[actionWords[a]] + " at Acme" },
		reference: func(b *Broker, text string) {
			b.spoilDraft(func(d *draft) {
				d.payload.drop("refTextBody")
				if text != "" {
					d.payload.add("refTextBody", text)
				}
			})
		},
		sessions:     func(b *Broker) { b.Configure(func(s *Settings) { s.SSO = true }) },
		uninvitedCPR: func(b *Broker) { b.Configure(func(s *Settings) { s.DynamicScopes = false }) },
		withoutPAR:   func(b *Broker) { b.Configure(func(s *Settings) { s.PAR = PARAbsent }) },
		remembersCPR: func(b *Broker, p *Citizen) bool {
			_, yes := get(b, b.criipto.consents, p.uuid())
			return yes
		},
		noCompany: mitid.UserCancelled,
		wrongCPR:  mitid.UserCancelled,
		outcomes: []ending{
			{"the broker's cookie is missing", Fail("MITID_NONCE_COOKIE_MISSING", ""), mitid.StateInvalid},
			{"MitID's own client fails", Fail("mitid_core_client_error", "unknown: Error loading authenticator"), mitid.BrokerUnavailable},
		},
	}
}

// actionWords are the actions in this dialect.
var actionWords = [...]string{mitid.LogOn: "login", mitid.Approve: "approve", mitid.Confirm: "confirm", mitid.Accept: "accept", mitid.Sign: "sign"}

// criiptoCarried reads the login_hint.
func criiptoCarried(q Request) carried {
	acr, scope := q.param("acr_values"), q.param("scope")
	c := carried{locale: q.param("ui_locales"), prompt: q.param("prompt"), action: "log_on"}
	for _, t := range q.Hint {
		name, value, _ := strings.Cut(t, ":")
		switch {
		case name == "acr_values":
			acr = value
		case name == "scope":
			scope = value
		case name == "uuid":
			c.uuid = value
		case name == "sub":
			c.cpr = value
		case name == "action" && value != "login":
			c.action = value
		case strings.HasPrefix(t, "appswitch:resumeUrl:"):
			c.resume = strings.TrimPrefix(t, "appswitch:resumeUrl:")
		case name == "appswitch":
			c.platform = value
		}
	}
	if slices.Contains(acrs(), acr) && acr != acrBusiness {
		c.level = levelOf(acr).String()
	}
	c.asksCPR = slices.Contains(strings.FieldsFunc(scope, func(r rune) bool { return r == ' ' || r == ',' }), "ssn")
	return c
}
