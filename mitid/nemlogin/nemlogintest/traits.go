package nemlogintest

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Profile returns what never changes in this dialect. The client id is the entity id of a
// service provider, which must be registered.
func (e *dialect) Profile() mitidtest.Profile {
	return mitidtest.Profile{
		Name: "nemlogin", ClientID: "https://saml.acme.example", State: "RelayState", Failures: failures(), Differences: differences(),
		Endpoints: mitidtest.Endpoints{Authorize: pathSAML},
	}
}

// Save returns a function that turns the switches back.
func (e *dialect) Save() (restore func()) { return e.switches.Save() }

// ScriptAccess opens nothing: no script speaks SAML.
func (e *dialect) ScriptAccess(string) mitidtest.ScriptAccess { return mitidtest.ClosedToScripts }

// Traits returns what the conformance suite must know.
func (e *dialect) Traits() mitidtest.Traits {
	return mitidtest.Traits{
		Carried: readCarried,
		Subject: func(c *mitidtest.Citizen, co *mitidtest.Company) string {
			return nameIDOf(e.b.ClientID(), c, co)
		},
		NoAuthenticators: true,
		SendCPRUninvited: func() {}, // whoever registered the attribute always gets it
		LogoutMessage:    e.message,
		NoCompany:        mitid.BrokerDeclined,
		Spellings: map[string]func(){
			"attributes of OIOSAML 2": func() { e.switches.Change(func(s *Settings) { s.OldAttributes = true }) },
			"UUIDs without urn:uuid:": func() { e.switches.Change(func(s *Settings) { s.UUIDPrefix = "" }) },
			"AES-256-CBC":             func() { e.switches.Change(func(s *Settings) { s.Encryption = EncryptCBC }) },
			"rsa-oaep-mgf1p":          func() { e.switches.Change(func(s *Settings) { s.Encryption = EncryptGCMWithMGF1P }) },
			"the key beside the data": func() { e.switches.Change(func(s *Settings) { s.KeyBesideData = true }) },
			"the response signed too": func() { e.switches.Change(func(s *Settings) { s.SignResponse = true }) },
		},
		Outcomes: []mitidtest.Ending{
			{"nobody can be authenticated", mitidtest.Fail(statusPrefix + "RequestDenied"), mitid.BrokerDeclined},
			{"the level cannot be reached", mitidtest.Fail(statusPrefix + "NoAuthnContext"), mitid.AssuranceTooLow},
			{"a page is needed", mitidtest.Fail(statusPrefix + "NoPassive"), mitid.InteractionRequired},
			{"the NameID format is another one", mitidtest.Fail(statusPrefix + "InvalidNameIDPolicy"), mitid.ConfigInvalid},
		},
	}
}

// readCarried reads an AuthnRequest.
func readCarried(sent mitidtest.Request) mitidtest.Carried {
	m, err := receive(&http.Request{Method: http.MethodGet, URL: &url.URL{RawQuery: sent.Query.Encode()}}, nil)
	if err != nil || m.kind != "AuthnRequest" {
		return mitidtest.Carried{}
	}
	var q authnRequest
	_ = xml.Unmarshal(m.text, &q) // receive has read it
	c := mitidtest.Carried{Action: "log_on", Platform: strings.ToLower(q.Extensions.AppSwitch.Platform), Resume: q.Extensions.AppSwitch.ReturnURL}
	for _, ref := range q.Contexts.Refs {
		if word, ok := strings.CutPrefix(ref, contextLevel); ok {
			c.Level = strings.ToLower(word)
		}
	}
	switch {
	case q.ForceAuthn:
		c.Prompt = "login"
	case q.IsPassive:
		c.Prompt = "none"
	}
	return c
}
