package mitidtest

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

func (n *neb) paths() Endpoints {
	return Endpoints{
		Base: nebBase, Discovery: nebDiscovery, Keys: nebJWKS, Authorize: nebAuthorize, PAR: nebPAR,
		Token: nebToken, Userinfo: nebUserinfo, EndSession: nebEndSession,
	}
}

func (n *neb) publicClientID() string { return "" }

func (n *neb) clientID() string { return "0b7e2f5c-6d41-4a83-9c1e-5f0a7d3b2e64" }

func (n *neb) citizens() []Citizen { return Citizens() }

func (n *neb) save() (restore func()) {
	before := n.settings
	return func() { n.settings = before }
}

func (n *neb) manners() Manners {
	return Manners{
		Carried: nebCarried,
		Subject: func(p *Citizen, co *Company) string { return nebSubject(n.snapshot().Organisation, p, co) },
		uuid: func(p *Citizen, co *Company) string {
			if co != nil {
				return p.uuidIn(co)
			}
			return p.uuid()
		},
		ProfessionalCap: true,
		PrivateCPR:      true,
		ForcedCPR:       true,
		LogoutHint:      true,
		BareIDToken:     true,
		SpoilReference:       (*Broker).spoilReference,
		TextsNeedLogin:  true,
		RememberLogins:        func(*Broker) {}, // always
		SendCPRUninvited:    func(b *Broker) { b.ConfigureNEB(func(s *NEBSettings) { s.UninvitedCPR = true }) },
		NoCompany:       mitid.BrokerDeclined,
		WrongCPR:        mitid.CPRMismatch,
		Outcomes: []Ending{
			{"MitID's own client fails", Fail("access_denied", "mitid_core_client_error"), mitid.BrokerUnavailable},
			{"the person closes MitID", Fail("access_denied", "mitid_core_client_error_user_abort"), mitid.UserCancelled},
			{"the person leaves the choice of a company", Fail("access_denied", "mitid_erhverv_user_aborted"), mitid.UserCancelled},
			{"MitID's session runs out", Fail("access_denied", "mitid_timeout"), mitid.StateInvalid},
			{"the broker's cookies are missing", Fail("access_denied", "user_is_missing_cookies"), mitid.StateInvalid},
		},
	}
}

// nebCarried reads idp_params.
func nebCarried(q Request) Carried {
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
	return Carried{
		Level: or(m.Level, "substantial"), AsksCPR: slices.Contains(strings.Fields(q.Param("scope")), "ssn"),
		Locale: q.Param("language"), Prompt: q.Param("prompt"), UUID: m.UUID, CPR: m.CPR,
		Action: or(strings.ToLower(m.Action), "log_on"), Platform: m.Platform, Resume: m.URL,
	}
}
