package nebtest

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Profile returns what never changes in this dialect.
func (n *dialect) Profile() mitidtest.Profile {
	return mitidtest.Profile{
		Name: "neb", ClientID: "0b7e2f5c-6d41-4a83-9c1e-5f0a7d3b2e64", Keys: n.keys.ring, Failures: failures(), Differences: differences(),
		Endpoints: endpoints(),
	}
}

func endpoints() mitidtest.Endpoints {
	return mitidtest.Endpoints{
		Base: pathBase, Discovery: pathDiscovery, Keys: pathJWKS, Authorize: pathAuthorize, PAR: pathPAR,
		Token: pathToken, Userinfo: pathUserinfo, EndSession: pathEndSession,
	}
}

// Save returns a function that turns the switches back.
func (n *dialect) Save() (restore func()) { return n.switches.Save() }

// ScriptAccess opens what scripts call where the switch is on.
func (n *dialect) ScriptAccess(path string) mitidtest.ScriptAccess {
	if !n.snapshot().CrossOrigin {
		return mitidtest.ClosedToScripts
	}
	return endpoints().ScriptAccess(path)
}

// Traits returns what the conformance suite must know.
func (n *dialect) Traits() mitidtest.Traits {
	return mitidtest.Traits{
		Carried: readCarried,
		Subject: func(p *mitidtest.Citizen, co *mitidtest.Company) string {
			return subjectOf(n.snapshot().Organisation, p, co)
		},
		ProfessionalCap: true,
		PrivateCPR:      true,
		ForcedCPR:       true,
		LogoutHint:      true,
		BareIDToken:     true,
		SpoilReference:  n.spoilReference,
		TextsNeedLogin:  true,
		Bypassed: func(at mitidtest.Stage) bool {
			switch at {
			case StageUserinfoToken:
				return n.b.HasTampering(at) || n.b.Count(pathUserinfo) > 0
			case StageTransactionToken, StageOCSP:
				return n.b.HasTampering(at)
			}
			return false
		},
		LogoutToken:      n.logoutOf,
		LogoutQuery:      n.logoutQuery,
		SendCPRUninvited: func() { n.switches.Change(func(s *Settings) { s.UninvitedCPR = true }) },
		NoCompany:        mitid.BrokerDeclined,
		WrongCPR:         mitid.CPRMismatch,
		Outcomes: []mitidtest.Ending{
			{"MitID's own client fails", mitidtest.Fail("access_denied", "mitid_core_client_error"), mitid.BrokerUnavailable},
			{"the person closes MitID", mitidtest.Fail("access_denied", "mitid_core_client_error_user_abort"), mitid.UserCancelled},
			{"the person leaves the choice of a company", mitidtest.Fail("access_denied", "mitid_erhverv_user_aborted"), mitid.UserCancelled},
			{"MitID's session runs out", mitidtest.Fail("access_denied", "mitid_timeout"), mitid.StateInvalid},
			{"the broker's cookies are missing", mitidtest.Fail("access_denied", "user_is_missing_cookies"), mitid.StateInvalid},
		},
	}
}

// readCarried reads idp_params.
func readCarried(q mitidtest.Request) mitidtest.Carried {
	var idps struct {
		MitID struct {
			Level    string `json:"loa_value"`
			UUID     string `json:"uuid_hint"`
			CPR      string `json:"cpr_hint"`
			Action   string `json:"action_text"`
			Platform string `json:"app_switch_os"`
			URL      string `json:"app_switch_url"`
		} `json:"mitid"`
	}
	_ = json.Unmarshal([]byte(q.Param("idp_params")), &idps) // nothing is carried then
	m := idps.MitID
	return mitidtest.Carried{
		Level: cmp.Or(m.Level, "substantial"), AsksCPR: slices.Contains(strings.Fields(q.Param("scope")), "ssn"),
		Locale: q.Param("language"), Prompt: q.Param("prompt"), UUID: m.UUID, CPR: m.CPR,
		Action: cmp.Or(strings.ToLower(m.Action), "log_on"), Platform: m.Platform, Resume: m.URL,
	}
}
