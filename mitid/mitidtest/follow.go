package mitidtest

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Follow begins the record of a login ([Broker.Logins]). A dialect calls it once for each
// authorization request, with the parameters in force, before it judges them. The same
// parameters again go on with a login that still waits: the browser has opened the page
// anew. redirect_uri is where the app wants the answer.
func (b *Broker) Follow(r *http.Request, params url.Values) {
	key := keyOf("request", params.Encode())
	if e, ok := b.journal.keyed.Get(key); ok && b.journal.waits(e) {
		turnOf(r).of = e
		return
	}
	now, text := b.Now(), "the app asked for a login"
	e := newEntry(now, params.Get("redirect_uri"))
	if e.returns != "" {
		text += ", with the answer to " + address(e.returns)
	}
	b.journal.keyed.Put(key, e, visitLife)
	b.journal.add(e)
	turnOf(r).of = e
	b.write(r, text, nil)
}

// FromSession says that a session answers the login of r, and nobody acts. A dialect calls
// it before Conclude.
func (b *Broker) FromSession(r *http.Request, c Citizen) {
	b.write(r, "a session of "+nameOf(c)+" answers (single sign-on)", func(e *entry, _ time.Time) { e.shown.Who = nameOf(c) })
}

// Refuse says that r is refused, and why. ShowError calls it. A dialect calls it where
// neither ShowError, Conclude nor the error in a Reply tells of the refusal.
func (b *Broker) Refuse(r *http.Request, why string) {
	t := turnOf(r)
	t.problem = why // Send tells it of a request of the app's
	if t.of != nil && b.journal.waits(t.of) {
		b.write(r, "refused: "+safe(why), func(e *entry, now time.Time) { b.ends(e, now, why) })
	}
}

// Conclude ends the login of r with the answer that the browser carries to the app. problem
// is empty if the answer is good, and the code of the error and its description otherwise.
// Conclude records it, and lets the tampering that waits at StageCallback spoil the answer.
func (b *Broker) Conclude(r *http.Request, back *Answer, problem string) {
	way := "by redirect"
	if back.Post {
		way = "by a form that posts itself"
	}
	if problem != "" {
		b.write(r, "answered "+way+": "+safe(problem), func(e *entry, now time.Time) { b.ends(e, now, problem) })
	} else {
		state := LoginCompleted // there is nothing to fetch
		if back.Params.Get("code")+back.Params.Get("SAMLart") != "" {
			state = LoginApproved
		}
		b.Remember(r, back.key())
		b.write(r, "answered "+way, func(e *entry, now time.Time) {
			if e.shown.State == LoginWaiting {
				e.end(now, state, "")
			}
		})
	}
	Spoil(b, StageCallback, back)
	b.noteSpoilt(r)
}

// ends sets how a login has ended that a problem ended, unless it had an answer already. The
// journal is locked.
func (b *Broker) ends(e *entry, now time.Time, problem string) {
	problem = safe(problem)
	switch {
	case e.shown.State != LoginWaiting:
	case e.said == "" && !e.asked:
		if strings.Contains(problem, "redirect_uri") && !b.RedirectAllowed(e.returns) {
			problem = "the app's redirect URI is not registered: " + address(e.returns)
		}
		e.end(now, LoginRefused, problem)
	case e.said != "" && e.act == Aborts:
		e.end(now, LoginAborted, e.said)
	case e.said != "" && e.act == Fails:
		e.end(now, LoginFailed, e.said)
	default:
		e.end(now, LoginFailed, "the broker ended the login: "+problem)
	}
}

// Remember makes key lead to the login of r: a code, a token, the id of a session.
func (b *Broker) Remember(r *http.Request, key string) {
	if e := turnOf(r).of; e != nil && key != "" {
		b.journal.keyed.Put(keyOf("key", key), e, keyLife)
	}
}

// Resume makes r a request about the login that a key of Remember leads to. For a token
// request with the parameter code and a request with a bearer token, Send does it.
func (b *Broker) Resume(r *http.Request, key string) {
	if e, ok := b.journal.keyed.Get(keyOf("key", key)); ok && key != "" {
		turnOf(r).of = e
	}
}

// Note adds a step to the login that a key of Remember leads to.
func (b *Broker) Note(key, text string) {
	if e, ok := b.journal.keyed.Get(keyOf("key", key)); ok && key != "" {
		b.writeTo(e, safe(text), nil)
	}
}

// noteSpoilt adds which tampering has spoilt an answer. Which login it hit is known as long
// as logins do not overtake each other between a token and the answer that holds it.
func (b *Broker) noteSpoilt(r *http.Request) {
	if turnOf(r).of == nil {
		return
	}
	if why := b.takeSpoilt(); why != "" {
		b.write(r, why, func(e *entry, _ time.Time) { e.shown.Why = why })
	}
}

// noteWalk is noteSpoilt for the walker, who changes an answer of the broker's with that key.
func (b *Broker) noteWalk(key string) {
	if why := b.takeSpoilt(); why != "" {
		b.Note(key, why)
	}
}

// noteSent records an answer of an endpoint that the app calls.
func (b *Broker) noteSent(r *http.Request, at Stage, p *Reply, problem string) {
	t := turnOf(r)
	if t.of == nil {
		_, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if at == StageToken {
			key = t.form.Get("code")
		}
		b.Resume(r, key)
	}
	switch {
	case t.of != nil:
	case at == StagePAR && problem != "":
		b.Follow(r, t.form)
		b.Refuse(r, problem)
		return
	case at.early():
		return
	default:
		b.takeSpoilt() // no login's
		return
	}
	problem = cmp.Or(t.problem, problem)
	text := at.words() + " answers " + strconv.Itoa(p.Status)
	if problem != "" {
		text += " " + safe(problem)
	}
	b.write(r, text, func(e *entry, now time.Time) {
		if at == StageToken {
			e.redeemed(now, safe(problem), p)
		}
	})
	if access, _ := p.Object.Get("access_token").(string); access != "" {
		b.Remember(r, access)
	}
	b.noteSpoilt(r)
}

// redeemed sets what a token request led to.
func (e *entry) redeemed(now time.Time, problem string, p *Reply) {
	bad := problem != "" || p.Status >= http.StatusBadRequest || p.HangUp
	switch {
	case bad && e.shown.State == LoginCompleted:
		e.shown.Why = "the app redeemed the code a second time, and was refused: " + problem
	case !bad:
		e.end(now, LoginCompleted, "")
	case strings.HasPrefix(problem, "invalid_client"):
		e.end(now, LoginFailed, "the app redeemed the code with a wrong client id or secret: "+problem)
	default:
		e.end(now, LoginFailed, "the app's token request was refused: "+problem)
	}
}
