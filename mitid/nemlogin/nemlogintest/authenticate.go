package nemlogintest

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// What a RequestedAuthnContext may hold (OIOSAML Web SSO 3.0.3).
const (
	contextLevel        = attrNSIS + "loa/"
	contextPerson       = "https://data.gov.dk/eid/Person"
	contextProfessional = "https://data.gov.dk/eid/Professional"
	contextCredential   = "https://nemlogin.dk/internal/credential/type/"
)

// authnRequest is an AuthnRequest (SAML Core 2.0, 3.4.1).
type authnRequest struct {
	head
	Consumer     string `xml:"AssertionConsumerServiceURL,attr"`
	Binding      string `xml:"ProtocolBinding,attr"`
	ForceAuthn   bool   `xml:"ForceAuthn,attr"`
	IsPassive    bool   `xml:"IsPassive,attr"`
	NameIDPolicy struct {
		Format string `xml:"Format,attr"`
	} `xml:"urn:oasis:names:tc:SAML:2.0:protocol NameIDPolicy"`
	Contexts struct {
		Comparison string   `xml:"Comparison,attr"`
		Refs       []string `xml:"urn:oasis:names:tc:SAML:2.0:assertion AuthnContextClassRef"`
	} `xml:"urn:oasis:names:tc:SAML:2.0:protocol RequestedAuthnContext"`
	Extensions struct {
		AppSwitch struct {
			Platform  string `xml:"https://data.gov.dk/eid/saml/extensions Platform"`
			ReturnURL string `xml:"https://data.gov.dk/eid/saml/extensions ReturnURL"`
		} `xml:"https://data.gov.dk/eid/saml/extensions AppSwitch"`
	} `xml:"urn:oasis:names:tc:SAML:2.0:protocol Extensions"`

	relayState string
	level      claims.Level
	capacities []string // Person, Professional; empty for either
}

// readAuthnRequest reads what m asks for. Its code is a second-level status code, or empty
// if all is well.
func readAuthnRequest(m *received) (q *authnRequest, code, why string) {
	q = &authnRequest{relayState: m.relayState, level: claims.Substantial}
	if err := xml.Unmarshal(m.text, q); err != nil {
		return nil, "", "the AuthnRequest cannot be read"
	}
	if q.Contexts.Comparison != "minimum" && len(q.Contexts.Refs) > 0 {
		return q, "NoAuthnContext", "Comparison is not minimum"
	}
	levels := 0
	for _, ref := range q.Contexts.Refs {
		word, isLevel := strings.CutPrefix(ref, contextLevel)
		switch {
		case isLevel:
			levels++
			if q.level = levelOf(word); q.level == claims.LevelUnknown {
				return q, "NoAuthnContext", "no such level"
			}
		case ref == contextPerson, ref == contextProfessional:
			q.capacities = append(q.capacities, ref)
		case strings.HasPrefix(ref, contextCredential):
		default:
			return q, "NoAuthnContext", "no such AuthnContextClassRef"
		}
	}
	if levels > 1 || len(q.capacities) > 1 {
		return q, "NoAuthnContext", "more than one level or more than one kind of identity"
	}
	return q, "", ""
}

func levelOf(word string) claims.Level {
	for level, w := range levelWords {
		if w == word {
			return level
		}
	}
	return claims.LevelUnknown
}

func (q *authnRequest) takesPrivate() bool {
	return !slices.Contains(q.capacities, contextProfessional)
}
func (q *authnRequest) takesProfessional() bool {
	return !slices.Contains(q.capacities, contextPerson)
}

// login is a login of one person at one service provider.
type login struct {
	request  *authnRequest
	to       *provider
	citizen  mitidtest.Citizen
	company  *mitidtest.Company // if nil, for themself
	level    claims.Level
	at       time.Time // when the person logged in at NemLog-in
	hidesCPR bool

	nameID, format, index string // of the assertion
}

// identityLevel: everybody was identified at Substantial or above.
func (g *login) identityLevel() claims.Level { return max(g.level, claims.Substantial) }

// authenticate answers an AuthnRequest.
func (e *dialect) authenticate(w http.ResponseWriter, r *http.Request, m *received, p *provider, s Settings) {
	q, code, why := readAuthnRequest(m)
	switch {
	case q == nil:
		e.b.ShowError(w, r, why)
		return
	case q.Binding != "" && q.Binding != bindingPost:
		e.b.ShowError(w, r, "ProtocolBinding is not HTTP-POST")
		return
	case q.Consumer == "":
		q.Consumer = p.consumers[0]
	case !slices.Contains(p.consumers, q.Consumer):
		e.b.ShowError(w, r, "AssertionConsumerServiceURL is not in the metadata")
		return
	}
	if code == "" && q.NameIDPolicy.Format != "" && q.NameIDPolicy.Format != p.nameID {
		code, why = "InvalidNameIDPolicy", "the metadata has another NameIDFormat"
	}
	if code != "" {
		e.refuse(w, r, q, p, s, "Requester", statusPrefix+code, why)
		return
	}
	if of := e.session(r); of != nil && !q.ForceAuthn && of.serves(q) {
		e.b.FromSession(r, of.citizen)
		e.answer(w, r, e.join(of, q, p), s)
		return
	}
	if q.IsPassive {
		e.refuse(w, r, q, p, s, "Responder", statusPrefix+"NoPassive", "")
		return
	}
	if o, ok := e.b.Scripted(r, q.relayState, ""); ok {
		e.act(w, r, q, p, s, o)
		return
	}
	e.welcome(w, r, q, p)
}

// act carries out what a person does.
func (e *dialect) act(w http.ResponseWriter, r *http.Request, q *authnRequest, p *provider, s Settings, o mitidtest.Outcome) {
	switch o.Act {
	case mitidtest.Aborts:
		e.refuse(w, r, q, p, s, "Responder", s.CancelCode, "")
		return
	case mitidtest.Fails:
		e.refuse(w, r, q, p, s, "Responder", o.Code, o.Description)
		return
	}
	of := &session{id: fakehttp.RandomHex(16), citizen: o.Citizen, at: e.b.Now(), hidesCPR: o.HidesCPR}
	if q.takesProfessional() && (!q.takesPrivate() || o.CVR != "") {
		if of.company = mitidtest.ChooseCompany(o.Citizen.Companies, o.CVR); of.company == nil {
			e.refuse(w, r, q, p, s, "Responder", s.NobodyCode, "")
			return
		}
	}
	if of.level = o.Citizen.Reaches(q.level); s.Level != claims.LevelUnknown {
		of.level = s.Level
	}
	if of.level < q.level && s.RefuseLowerLevel {
		e.refuse(w, r, q, p, s, "Responder", statusPrefix+"NoAuthnContext", "")
		return
	}
	e.begin(w, r, of, s)
	e.answer(w, r, e.join(of, q, p), s)
}
