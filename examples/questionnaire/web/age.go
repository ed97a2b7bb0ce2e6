package web

import (
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// The proof of age, which tells nobody's name: a shop needs no more before it sells
// beer or wine.
const (
	adult       = 18 // years
	agePath     = "/age"
	askAgePath  = "/age/ask"
	AgeCallback = "/age/callback"
	ageCookie   = "age"
)

// ageLife is how long a browser shows an answer. Whoever comes next is asked anew.
const ageLife = 5 * time.Minute

// ages is the way to a proof of age. It has a gate of its own, because brokers know
// the application that asks for ages under an id of its own.
type ages struct {
	gate    *mitidhttp.Gate
	answers store.Safe
}

// openAges makes the proof of age where the broker has one.
func (a *App) openAges() error {
	if _, able := a.cfg.Ages.(mitid.AgeProver); !able {
		return nil
	}
	stateKeys, err := a.cfg.Keys.Derive("age state")
	if err != nil {
		return err
	}
	gateKeys, err := a.cfg.Keys.Derive("age gate")
	if err != nil {
		return err
	}
	client, err := mitid.New(mitid.Config{
		Broker: a.cfg.Ages, RedirectURL: a.cfg.PublicURL + AgeCallback, StateKeys: stateKeys, Now: a.cfg.Now, Logger: a.cfg.Logger,
	})
	if err != nil {
		return err
	}
	all := &ages{}
	if all.answers, err = store.NewSafe(a.cfg.Keys, "age answer"); err != nil {
		return err
	}
	all.gate, err = mitidhttp.New(mitidhttp.Config{
		Client: client, Keys: gateKeys, Name: "age", Home: agePath, OnLogin: a.onAge, Refused: a.ageRefused,
		Locale: func(r *http.Request) mitid.Locale { return localeOf(a.languages.of(r)) },
		Now:    a.cfg.Now, Logger: a.cfg.Logger,
	})
	a.ages = all
	return err
}

// askAge is where a proof of age begins, empty where there is none.
func (a *App) askAge() string {
	if a.ages == nil {
		return ""
	}
	return askAgePath
}

// onAge gives the answer to the browser, sealed, and keeps nothing. A shop keeps
// l.Evidence with the order.
func (a *App) onAge(w http.ResponseWriter, _ *http.Request, l *mitid.Login) error {
	plain := binary.BigEndian.AppendUint64(nil, uint64(a.cfg.Now().Add(ageLife).Unix()))
	plain = append(plain, ageWord(l.Age)...)
	http.SetCookie(w, &http.Cookie{Name: ageCookie, Value: base64.RawURLEncoding.EncodeToString(a.ages.answers.Seal(plain, ageCookie)),
		Path: agePath, MaxAge: int(ageLife / time.Second), HttpOnly: true, Secure: a.secure, SameSite: http.SameSiteLaxMode})
	return nil
}

// ageWord is the answer in our texts. Only a clear yes is one.
func ageWord(p *mitid.AgeProof) string {
	switch {
	case p.AtLeast(adult):
		return "yes"
	case p != nil && p.Answer == mitid.AgeNotReached:
		return "no"
	}
	return "unproven"
}

// answerOf returns the answer that the browser brings, or "ask".
func (a *App) answerOf(r *http.Request) string {
	c, err := r.Cookie(ageCookie)
	if err != nil {
		return "ask"
	}
	sealed, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return "ask"
	}
	plain, err := a.ages.answers.Open(sealed, ageCookie)
	if err != nil || len(plain) < 8 || a.cfg.Now().Unix() >= int64(binary.BigEndian.Uint64(plain)) {
		return "ask"
	}
	return string(plain[8:])
}

// showAge shows the answer, or asks.
func (a *App) showAge(v *visit) error {
	answer := a.answerOf(v.r)
	title, err := survey.TextOf(v.lang, "age."+answer+".title")
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "age", view{Title: title, Path: agePath, Content: struct{ Answer, Href string }{answer, askAgePath}})
}

// ageRefused answers somebody whose proof did not come about.
func (a *App) ageRefused(w http.ResponseWriter, r *http.Request, refusal error) {
	v, err := a.visit(w, r)
	if err == nil {
		m := message{Title: "age.refused.title", Said: mitid.PublicText(refusal, localeOf(v.lang)), Retry: askAgePath}
		switch mitid.KindOf(refusal) {
		case mitid.UserCancelled:
			m.Said, m.Lead, m.Calm = "", "age.cancelled", true
		case mitid.ConfigInvalid, mitid.Unsupported:
			m.Retry = "" // trying again changes nothing
		}
		err = v.message(mitidhttp.StatusOf(refusal), m)
	}
	if err != nil {
		v.fail(err)
	}
}
