package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
)

// letterState is where a letter stands with us. How far it has come at the
// distributor is the history of its events.
type letterState string

// The states of a letter. The store's table letter holds the same words.
const (
	letterWaiting  letterState = "waiting"  // surely not sent
	letterOffered  letterState = "offered"  // it may have arrived; nobody knows yet
	letterAccepted letterState = "accepted" // the distributor has it
	letterRefused  letterState = "refused"  // it will never be sent
)

// receiptMaterial is the kind of letter that this app sends, as the settings of
// the distributor name it.
const receiptMaterial eboks.Material = "kvittering"

// reasonReplacement is why no letter goes to a replacement number.
const reasonReplacement = "replacement number"

// receiptCode marks, among the events, the distributor's answer when it took the
// letter in. It is no word of any distributor.
const receiptCode = "receipt"

// letterContent is everything that a letter says. It is kept as it was when the
// status changed: a new name, or a question that is worded anew, changes no letter.
type letterContent struct {
	Lang lang
	// Title is what the recipient reads in the list of letters, and in the e-mail
	// that announces it: it names no questionnaire, because that may be about health.
	Title   string
	At      time.Time // of the status change, UTC, whole seconds
	Name    string    // empty if protected
	Subject string    // the questionnaire
	Again   bool      // the follow-up
	Sign    bool      // there is an agreement to sign
	Lines   []contentLine
}

// contentLine is one question and its answer.
type contentLine struct {
	Question string
	Values   []string
}

// newLetterContent writes down what was handed in.
func newLetterContent(l lang, at time.Time, name string, q *questionnaire, st stage, given answers) letterContent {
	c := letterContent{Lang: l, Title: letterTexts["letter.title"].in(l), At: at.UTC().Truncate(time.Second), Name: name,
		Subject: q.Title.in(l), Again: st == stageFollowUp}
	for _, n := range q.form(st).lines(given, l) {
		c.Lines = append(c.Lines, contentLine{n.Question.in(l), n.Values})
	}
	return c
}

// Format keeps what a person wrote out of every print.
func (letterContent) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("letterContent{…}")) }

func (c letterContent) write() ([]byte, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("write letter: %w", err)
	}
	return b, nil
}

func readLetterContent(b []byte) (letterContent, error) {
	var c letterContent
	if err := json.Unmarshal(b, &c); err != nil {
		return letterContent{}, fmt.Errorf("a stored letter cannot be read") // the cause may repeat it
	}
	return c, nil
}

// letter is one letter of an account, without what it says.
type letter struct {
	ID        eboks.ID
	Record    string
	Status    status // the change that it reports
	State     letterState
	Reason    string // with letterRefused: a word of package eboks
	Attempts  int
	Created   time.Time
	Addressed bool      // there is a number to send it to
	Offered   time.Time // for the first time; zero if not yet
	SHA256    string    // of the PDF, in hexadecimal digits; empty if not made yet
	History   eboks.History
}

// stand is the word for how far a letter has come: the end of a text's key.
func (l *letter) stand() string {
	switch s := l.History.Status(); {
	case s == eboks.OpenedViaLink, s == eboks.Opened:
		return "opened"
	case s.Arrived():
		return "delivered"
	case s == eboks.Failed, s == eboks.Returned, s == eboks.Recalled, l.State == letterRefused:
		return "refused"
	case s == eboks.AcceptedDigital:
		return "taken" // some distributors tell no more
	case l.State == letterOffered:
		return "asked"
	case l.State == letterAccepted:
		return "sent"
	case l.Addressed:
		return "waiting"
	}
	return "number"
}

// reason names the text that says why a letter was refused.
func (l *letter) reason() string {
	why := l.Reason
	for _, e := range l.History.Events() {
		if e.Reachability != eboks.ReachabilityUnknown {
			why = e.Reachability.String()
		}
	}
	if key := "letter.why." + why; why != "" && knownText(key) {
		return key
	}
	return "letter.why.other"
}

// path is where the letter's own page is. The ID says nothing about anybody.
func (l *letter) path() string { return "/letters/" + l.ID.String() }

// reasonOf is the word for why a letter was refused.
func reasonOf(err error) string {
	e, ok := errors.AsType[*eboks.Error](err)
	switch {
	case !ok:
		return ""
	case e.Reachability != eboks.ReachabilityUnknown:
		return e.Reachability.String()
	}
	if n, ok := errors.AsType[*cpr.Error](err); ok && n.Reason == cpr.ReasonReplacement {
		return reasonReplacement
	}
	return e.Kind.String()
}
