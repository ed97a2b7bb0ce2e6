package textletter

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dkeid/dkeid/internal/cprshape"
)

const maxFromLine = 100 // characters of a sender's line

// checked returns the letter as it is written, or says what is wrong with it.
func (l Letter) checked() (Letter, error) {
	if err := l.bounded(); err != nil {
		return l, err
	}
	a, err := newAlphabet()
	if err != nil {
		return l, err
	}
	l.Paragraphs, l.To, l.From.Lines = slices.Clone(l.Paragraphs), slices.Clone(l.To), slices.Clone(l.From.Lines)
	line := func(field string, s *string, limit int) {
		if err == nil {
			*s, err = a.line(field, *s, limit)
		}
	}
	line("Title", &l.Title, MaxTitle)
	line("From.Name", &l.From.Name, maxFromLine)
	for i := range l.From.Lines {
		line(fmt.Sprintf("line %d of From.Lines", i+1), &l.From.Lines[i], maxFromLine)
	}
	for i := range l.To {
		line(fmt.Sprintf("line %d of To", i+1), &l.To[i], maxFromLine)
	}
	if l.Reference != "" {
		line("Reference", &l.Reference, MaxReference)
	}
	for i := range l.Paragraphs {
		if err == nil {
			err = l.Paragraphs[i].check(a, fmt.Sprintf("paragraph %d", i+1))
		}
	}
	return l, err
}

// bounded refuses what is missing, and what is too much to be looked at.
func (l Letter) bounded() error {
	size := 0
	for _, s := range slices.Concat([]string{l.Title, l.From.Name, l.Reference}, l.From.Lines, l.To) {
		size += utf8.RuneCountInString(s)
	}
	for _, p := range l.Paragraphs {
		size += utf8.RuneCountInString(p.Heading) + utf8.RuneCountInString(p.Text) + len(p.URL)
	}
	switch {
	case l.Language != "" && l.Language != Danish && l.Language != English:
		return refused(`Language is "da", "en" or empty`)
	case l.Date.IsZero() || l.Date.Year() < 1 || l.Date.Year() > 9999:
		return refused("Date is missing, or not between the years 1 and 9999")
	case len(l.Paragraphs) == 0:
		return refused("Paragraphs is empty")
	case len(l.Paragraphs) > MaxParagraphs:
		return refused(fmt.Sprintf("there are more than %d Paragraphs", MaxParagraphs))
	case size > MaxText:
		return refused(fmt.Sprintf("the letter has more than %d characters", MaxText))
	case len(l.To) > MaxTo:
		return refused(fmt.Sprintf("To has more than %d lines", MaxTo))
	case len(l.From.Lines) > MaxFrom:
		return refused(fmt.Sprintf("From.Lines has more than %d lines", MaxFrom))
	case cprshape.In(l.Title):
		return refused("Title has ten digits that could be a CPR number; it is shown in e-mails")
	case cprshape.In(strings.Join(l.To, "\n")):
		return refused("To has ten digits that could be a CPR number; it is shown in the window of the envelope")
	}
	return nil
}

func (p *Paragraph) check(a *alphabet, field string) (err error) {
	if p.Heading == "" && p.URL == "" && strings.TrimSpace(p.Text) == "" {
		return refused(field + " is empty")
	}
	if p.Heading != "" {
		if p.Heading, err = a.line("the heading of "+field, p.Heading, MaxTitle); err != nil {
			return err
		}
	}
	if p.Text, err = a.text(field, p.Text); err != nil {
		return err
	}
	if p.URL != "" && !isAddress(p.URL) {
		return refused(fmt.Sprintf("the URL of %s is not an address with https of at most %d bytes of ASCII", field, MaxURL))
	}
	return nil
}

// isAddress reports whether s leads to a page and can be written as it is: over https,
// or on this machine.
func isAddress(s string) bool {
	notPlain := func(r rune) bool { return r <= ' ' || r >= 0x7f }
	u, err := url.Parse(s)
	return err == nil && len(s) <= MaxURL && !strings.ContainsFunc(s, notPlain) && u.Hostname() != "" && u.User == nil &&
		(u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()))
}
