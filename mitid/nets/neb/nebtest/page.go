package nebtest

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// welcome shows the page where a human picks a citizen, or the CPR page of a
// session.
func (n *dialect) welcome(w http.ResponseWriter, r *http.Request, req *request, old *session) {
	s := n.snapshot()
	sit := mitidtest.Pages{
		Locales: req.params.Get("language"), Action: strings.ToLower(req.idp.mitid.action), Service: s.ServiceName, Message: n.message(req, s),
		UUID: req.idp.mitid.uuid, Documents: n.documents(req),
		Companies: func(o mitidtest.Outcome) ([]mitidtest.Company, bool) {
			if !req.mayBeBusiness(old) {
				return nil, false
			}
			return o.Citizen.Companies, req.mayBePrivate()
		},
		CPR:      func(o mitidtest.Outcome) *mitidtest.CPRPage { return n.cprPage(req, old, o) },
		WrongCPR: func() mitidtest.Outcome { return mitidtest.Fail("access_denied", n.snapshot().WrongCPR) },
		OtherBrowser: func(w http.ResponseWriter, r *http.Request, _ bool) {
			n.sendError(w, r, req, "access_denied", "user_is_missing_cookies")
		},
		End: func(w http.ResponseWriter, r *http.Request, o mitidtest.Outcome) {
			n.act(w, r, req, n.snapshot(), o, old)
		},
	}
	if sit.Locales == "kl" {
		sit.Locales = "da" // the fake's pages know no Greenlandic
	}
	if req.provesAge() {
		sit.Ages = req.agesAsked()
	}
	if old != nil {
		sit.Known = &old.citizen
	}
	n.b.ShowPages(w, r, sit)
}

// message is what MitID would show: the reference text, and the text to approve.
func (n *dialect) message(req *request, s Settings) string {
	var shown string
	if raw, err := base64.StdEncoding.DecodeString(req.idp.mitid.reference); err == nil {
		shown = string(raw)
	}
	if t := req.text; t != nil && (t.kind == "text" || t.kind == "html") {
		shown = strings.TrimSpace(shown + "\n\n" + string(t.raw))
	}
	return cmp.Or(shown, s.ServiceName+" web")
}

// mayBeBusiness reports whether a login may be one for a company. A session stays
// what it is.
func (r *request) mayBeBusiness(old *session) bool {
	return old == nil && slices.Contains(r.idps, "mitid_erhverv")
}

// mayBePrivate reports whether the person may log in for themself.
func (r *request) mayBePrivate() bool {
	return slices.Contains(r.idps, "mitid") || r.idp.allowPrivate
}

// cprPage returns the CPR page, unless it is not needed.
func (n *dialect) cprPage(req *request, old *session, o mitidtest.Outcome) *mitidtest.CPRPage {
	s := n.snapshot()
	private := !req.mayBeBusiness(old) || req.mayBePrivate() && o.CVR == ""
	if !private || !asksCPR(req, s) || s.PublicProvider || s.UninvitedCPR {
		return nil
	}
	return &mitidtest.CPRPage{Prefilled: req.idp.mitid.cpr, MaySkip: s.CPRSkip}
}
