package ebokstest

import (
	"strconv"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// word is a state of the distributor.
type word uint8

const (
	wordAccepted word = iota
	wordReady
	wordTaken
	wordDelivered
	wordPrinter
	wordCarrier
	wordFailed
	wordRecalled
	wordStrange // that no table knows
)

// words are their names in the log, their UUIDs, and what they mean.
var words = [...]struct {
	name, uuid string
	status     eboks.Status
}{
	wordAccepted:  {"ModtagetStraalforsConnect", "dd98e71c-41ac-4305-a47b-8f86b00e639b", eboks.Accepted},
	wordReady:     {"Klar", "e2b30d57-504a-4e2e-ae2d-a1394a9cb0b8", eboks.Queued},
	wordTaken:     {"ModtagetDigitalPost", "eb866ca2-b871-4387-b501-12cde577bd58", eboks.AcceptedDigital},
	wordDelivered: {"AfleveretDigitalPost", "f7161a89-5068-4023-bc80-d7f4daad2a2e", eboks.DeliveredDigital},
	wordPrinter:   {"AfleveretTilPrintOgKuvertering", "e3c0a021-2070-40d4-b7b7-754aeba762e9", eboks.PrintQueued},
	wordCarrier:   {"ModtagetPostDanmark", "e94a0a8b-60a0-42ad-8b83-52c9e15d0fb3", eboks.HandedToCarrier},
	wordFailed:    {"Fejlet", "e225a75c-4b63-46c4-9423-77f5c8762445", eboks.Failed},
	wordRecalled:  {"Tilbagekaldt", "f03904aa-df6e-417f-bd74-6a01a61adbcf", eboks.Recalled},
	wordStrange:   {"LagtIFlaskepostÆØÅ", "5f0c5a5e-1d1f-4c4e-8d5b-0d8a3f6a9b11", eboks.Unknown},
}

func (w word) status() eboks.Status { return words[w].status }

// step is a state that a letter will come to.
type step struct {
	at   time.Time
	word word
	code string // why it failed
}

// course plans what will become of a letter.
func (d *Distributor) course(l *letter) []step {
	start := l.At
	if l.NotBefore.After(start) {
		start = l.NotBefore
	}
	s := d.set
	plan := append(make([]step, 0, 4), step{at: l.At, word: wordAccepted})
	digital := []step{
		{at: start.Add(s.Ready), word: wordReady},
		{at: start.Add(s.Taken), word: wordTaken},
		{at: start.Add(s.Delivered), word: wordDelivered},
	}
	paper := []step{
		{at: start.Add(s.Ready), word: wordReady},
		{at: start.Add(s.Taken), word: wordPrinter},
		{at: start.Add(s.Delivered), word: wordCarrier},
	}
	failure := []step{{at: start.Add(s.Ready), word: wordFailed, code: codeOf(l.verdict)}}
	switch {
	case l.Channel == eboks.PrintOnly:
		return append(plan, paper...)
	case l.verdict == eboks.Reachable:
		return append(plan, digital...)
	case l.verdict == eboks.Deceased: // never on paper
		return append(plan, failure...)
	case l.Channel == eboks.DigitalThenPrint && !l.Address.IsZero():
		return append(plan, paper...)
	case d.dialect == PostNord && l.verdict == eboks.NotRegistered && !s.NoPostProcessing:
		return append(plan, paper...)
	default:
		return append(plan, failure...)
	}
}

// codeOf returns the fake's own error code for a recipient who cannot be
// reached.
func codeOf(r eboks.Reachability) string {
	switch r {
	case eboks.NotRegistered:
		return CodeNotRegistered
	case eboks.Exempt:
		return CodeExempt
	case eboks.Minor:
		return CodeMinor
	case eboks.Deceased:
		return CodeDeceased
	case eboks.NotSubscribed:
		return CodeNotSubscribed
	default:
		return CodeInvalidNumber
	}
}

// take makes a letter's next step.
func (d *Distributor) take(l *letter) {
	if len(l.steps) == 0 {
		return
	}
	s := l.steps[0]
	l.steps = l.steps[1:]
	if l.recall == recallPending && (s.word.status() == eboks.DeliveredDigital || s.word.status() == eboks.HandedToCarrier) {
		s.word, l.recall, l.steps = wordRecalled, recallDone, nil
	}
	l.Status = s.word.status()
	if s.word.status() == eboks.DeliveredDigital {
		l.went++
		l.box.letters = append(l.box.letters, l)
	}
	d.issue(l, s)
	if len(l.steps) > 0 {
		d.post.due.push(l.steps[0].at, l.number, func() { d.take(l) })
	}
}

type recallState uint8

const (
	recallNone recallState = iota
	recallPending
	recallDone
)

// recall asks for a letter back and says what becomes of it.
func (d *Distributor) recall(id eboks.ID) (status eboks.RecallStatus, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	l := d.post.letters[id]
	switch {
	case l == nil:
		return 0, false
	case l.recall == recallDone:
		return eboks.RecallDone, true
	case len(l.steps) == 0:
		return eboks.RecallNotPossible, true
	case l.Status == eboks.AcceptedDigital || l.Status == eboks.PrintQueued:
		l.recall = recallPending
		return eboks.RecallPending, true
	}
	l.recall, l.steps, l.Status = recallDone, nil, eboks.Recalled
	d.issue(l, step{at: d.now(), word: wordRecalled})
	return eboks.RecallDone, true
}

// reference is the distributor's own id of a letter.
func (l *letter) reference() string { return strconv.Itoa(700001 + l.number) }
