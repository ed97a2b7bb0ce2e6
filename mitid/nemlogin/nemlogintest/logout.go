package nemlogintest

import (
	"encoding/xml"
	"errors"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// logoutRequest is what this fake reads of a LogoutRequest.
type logoutRequest struct {
	head
	NameID struct {
		Format string `xml:"Format,attr"`
		Value  string `xml:",chardata"`
	} `xml:"urn:oasis:names:tc:SAML:2.0:assertion NameID"`
	Indexes []string `xml:"urn:oasis:names:tc:SAML:2.0:protocol SessionIndex"`
}

// logoutResponse is what this fake reads of a LogoutResponse.
type logoutResponse struct {
	head
	Status struct {
		Code struct {
			Value string `xml:"Value,attr"`
		} `xml:"urn:oasis:names:tc:SAML:2.0:protocol StatusCode"`
	} `xml:"urn:oasis:names:tc:SAML:2.0:protocol Status"`
}

// logout is a logout that goes from one service provider to the next.
type logout struct {
	asked      *provider // by whom; nil if the person asked NemLog-in
	answers    string    // the ID of their request
	relayState string
	left       []participant
	awaits     string // the ID of the LogoutRequest that is under way
	awaitsFrom string
	partial    bool
}

const logoutLife = 10 * time.Minute

// endSession answers the LogoutRequest of a service provider: the others are told first.
func (e *dialect) endSession(w http.ResponseWriter, r *http.Request, m *received, p *provider) {
	var q logoutRequest
	if err := xml.Unmarshal(m.text, &q); err != nil || q.NameID.Value == "" {
		e.b.ShowError(w, r, "the LogoutRequest names nobody")
		return
	}
	l := &logout{asked: p, answers: q.ID, relayState: m.relayState}
	if of := e.sessionOf(&q); of != nil {
		mine, others := e.leave(of, p.entityID)
		if mine == nil || mine.nameID != q.NameID.Value || mine.format != q.NameID.Format {
			l.partial = true
		}
		l.left = others
		e.sessions.Take(of.id)
	}
	e.b.DropCookie(w, cookieSession)
	e.next(w, r, l)
}

// sessionOf returns the session that a LogoutRequest is about, or nil.
func (e *dialect) sessionOf(q *logoutRequest) *session {
	for _, index := range q.Indexes {
		if of, ok := e.indexes.Get(index); ok {
			return of
		}
	}
	of, _ := e.subjects.Get(q.NameID.Value)
	return of
}

// endHere ends the session of the browser, as the person asks NemLog-in itself to do.
func (e *dialect) endHere(w http.ResponseWriter, r *http.Request) {
	l := &logout{}
	if of := e.session(r); of != nil {
		_, l.left = e.leave(of, "")
		e.sessions.Take(of.id)
	}
	e.b.DropCookie(w, cookieSession)
	e.next(w, r, l)
}

// next sends the browser to the next service provider that is to log the person out, and
// then to the one that asked.
func (e *dialect) next(w http.ResponseWriter, r *http.Request, l *logout) {
	for len(l.left) > 0 {
		part := l.left[0]
		l.left = l.left[1:]
		if part.to.logout == "" {
			l.partial = true
			continue
		}
		handle := fakehttp.RandomHex(16)
		msg := e.newLogout(part, handle)
		l.awaits, l.awaitsFrom = msg.el.SelectAttrValue("ID", ""), part.to.entityID
		e.logouts.Put(handle, l, logoutLife)
		e.show(w, r, msg)
		return
	}
	if l.asked == nil || l.asked.logout == "" {
		e.b.ShowLoggedOut(w, r)
		return
	}
	codes := []string{statusPrefix + "Success"}
	if l.partial {
		codes = append(codes, statusPrefix+"PartialLogout")
	}
	el := e.newMessage("LogoutResponse", l.asked.logout, "InResponseTo", l.answers)
	addStatus(el, "", codes...)
	e.show(w, r, &logoutMessage{to: l.asked, name: "SAMLResponse", el: el, relayState: l.relayState, post: l.asked.logoutPost, key: e.b.Keys().Active()})
}

// loggedOut takes the LogoutResponse of a service provider.
func (e *dialect) loggedOut(w http.ResponseWriter, r *http.Request, m *received, p *provider) {
	var a logoutResponse
	l, ok := e.logouts.Take(m.relayState)
	if err := xml.Unmarshal(m.text, &a); err != nil || !ok || a.InResponseTo != l.awaits || p.entityID != l.awaitsFrom {
		e.b.ShowError(w, r, "the LogoutResponse answers no request that is under way")
		return
	}
	l.partial = l.partial || a.Status.Code.Value != statusPrefix+"Success"
	e.next(w, r, l)
}

// message ends the latest session of a subject. It returns the LogoutRequest for its
// service provider, as the browser brings it.
func (e *dialect) message(subject string, post bool) (mitid.Callback, error) {
	of, ok := e.subjects.Get(subject)
	if !ok {
		return mitid.Callback{}, errors.New("nemlogintest: nobody with that NameID has logged in")
	}
	part, others := e.partOf(of, subject)
	switch {
	case part == nil:
		return mitid.Callback{}, errors.New("nemlogintest: the session of that NameID has ended")
	case part.to.logout == "":
		return mitid.Callback{}, errors.New("nemlogintest: the metadata of that service provider has no SingleLogoutService")
	}
	m := e.newLogout(*part, fakehttp.RandomHex(16))
	m.post, m.lower = post, e.switches.Now().LowerCaseEscapes
	e.sessions.Take(of.id)
	e.logouts.Put(m.relayState, &logout{left: others, awaits: m.el.SelectAttrValue("ID", ""), awaitsFrom: part.to.entityID}, logoutLife)
	mitidtest.Spoil(e.b, mitidtest.StageLogout, m)
	if m.unfit {
		return mitid.Callback{}, errors.ErrUnsupported
	}
	back, err := m.answer()
	if err != nil {
		return mitid.Callback{}, err
	}
	if post {
		return mitid.Callback{Method: http.MethodPost, Body: []byte(back.Params.Encode())}, nil
	}
	return mitid.Callback{Method: http.MethodGet, RawQuery: m.encode(back.Params)}, nil
}

// partOf returns the part of a NameID in a session, and the others.
func (e *dialect) partOf(of *session, nameID string) (mine *participant, others []participant) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, part := range of.parts {
		if part.nameID == nameID {
			mine = &part
		} else {
			others = append(others, part)
		}
	}
	return mine, others
}
