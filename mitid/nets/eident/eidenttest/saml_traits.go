package eidenttest

import (
	"strings"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// samlTraits returns what the conformance suite must know of SAML.
func (e *dialect) samlTraits() mitidtest.Traits {
	return mitidtest.Traits{
		Carried:         readCarriedSAML,
		Subject:         func(c *mitidtest.Citizen, co *mitidtest.Company) string { return "mitid:" + c.MitIDUUID(co) },
		ProfessionalCap: true,
		SpoilReference: func(text string) {
			e.b.Apply(onStatement("", "", 0, func(_ *mitidtest.Broker, st *statement) {
				st.drop("REFERENCE_TEXT")
				if text != "" {
					st.add("REFERENCE_TEXT", text)
				}
			}))
		},
		SendCPRUninvited: func() { e.switches.Change(func(s *Settings) { s.CPRUninvited = true }) },
		NoCompany:        mitid.BrokerDeclined,
		WrongCPR:         mitid.CPRMismatch,
		Spellings: map[string]func(){
			"a birth date with dots": func() { e.switches.Change(func(s *Settings) { s.DottedBirthDate = true }) },
		},
		Outcomes: []mitidtest.Ending{
			{"the broker says cancel", mitidtest.Fail("cancel"), mitid.UserCancelled},
			{"the person cannot be authenticated", mitidtest.Fail("authfailed"), mitid.BrokerDeclined},
			{"anything goes wrong", mitidtest.Fail("generalerror"), mitid.BrokerDeclined},
			{"the person has no CPR number", mitidtest.Fail("get_ssn_error"), mitid.BrokerDeclined},
			{"the broker misses a parameter", mitidtest.Fail("input_params_notpresent"), mitid.ConfigInvalid},
			{"a code with markup", mitidtest.Fail("<script>alert('æøå')</script>"), mitid.BrokerDeclined},
		},
	}
}

// readCarriedSAML reads the parameters of SAML. There is none for a fresh login: every login
// at this fake is one.
func readCarriedSAML(q mitidtest.Request) mitidtest.Carried {
	c := mitidtest.Carried{Prompt: "login", Action: "log_on"}
	c.Locale = map[string]string{"da_DK": "da", "en_GB": "en"}[q.Param("locale")]
	c.Level, c.AsksCPR = q.Param("loa_value"), q.Param("returnssn") == "true"
	c.UUID, _ = ReadEither.read(q.Param("presetid"))
	for name := range q.Query {
		if samlParams[name] == "" && !strings.Contains(" mid TARGET status returnssn return_nemid_pid ", " "+name+" ") {
			c.Unknown = append(c.Unknown, name)
		}
	}
	return c
}
