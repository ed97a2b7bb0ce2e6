package post

import (
	"context"
	"errors"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

const (
	pageSize    = 100                 // events that are kept together
	askEvery    = time.Minute         // about one letter
	askFor      = 14 * 24 * time.Hour // nobody asks about a letter that is older
	giveUpAfter = 3                   // letters in a row that cannot be asked about, before the round ends
)

// ReceiptCode marks, among the events, the distributor's answer when it took the
// letter in. It is no word of any distributor.
const ReceiptCode = "receipt"

// news reads what became of letters, in the way the distributor has.
func (p *Postman) news(ctx context.Context) error {
	can := p.client.Capabilities()
	switch {
	case can.Events:
		return p.readEvents(ctx, can.Name)
	case can.Status:
		return p.askForEach(ctx)
	}
	return nil
}

// readEvents goes on after the last event that was handled. Nothing of the store is
// held while the distributor is asked.
func (p *Postman) readEvents(ctx context.Context, sender string) error {
	after, err := p.store.Cursor(ctx, sender)
	if err != nil {
		return err
	}
	var page []eboks.Event
	for e, err := range p.client.Events(ctx, after) {
		if err != nil { // what came before it stands
			return errors.Join(p.keep(ctx, sender, page), err)
		}
		if page = append(page, e); len(page) == pageSize {
			if err := p.keep(ctx, sender, page); err != nil {
				return err
			}
			page = nil
		}
	}
	return p.keep(ctx, sender, page)
}

// keep handles a page of events. The client learns of them first: the cursor is stored
// with what they change, so that after a kill between the two they come again, which has
// no second effect.
func (p *Postman) keep(ctx context.Context, sender string, page []eboks.Event) error {
	if len(page) == 0 {
		return nil
	}
	if err := p.client.Learn(ctx, page...); err != nil {
		return err
	}
	strange, err := p.store.Handle(ctx, sender, page...)
	for _, e := range strange {
		if !e.Unread { // the client has told somebody of those
			p.log.WarnContext(ctx, "an event is about no letter of ours", "id", e.ID.String())
		}
	}
	return err
}

// askForEach asks about every letter that has no end on this wire. One that cannot be
// asked about waits its turn behind the others. When several in a row cannot, the
// distributor is away, and the others are asked about in a later round.
func (p *Postman) askForEach(ctx context.Context) error {
	now := p.store.Now()
	open, err := p.store.OpenLetters(ctx, now, now.Add(-askFor), p.ends())
	if err != nil {
		return err
	}
	failed := 0
	for _, id := range open {
		events, silence := p.ask(ctx, id)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := p.store.Asked(ctx, id, now.Add(askEvery), events); err != nil {
			return err
		}
		if silence == nil {
			failed = 0
			continue
		}
		p.log.WarnContext(ctx, "nobody says what became of a letter", "id", id.String(), "error", silence)
		if failed++; failed == giveUpAfter {
			return silence
		}
	}
	return nil
}

// ask returns what the distributor says of a letter.
func (p *Postman) ask(ctx context.Context, id eboks.ID) ([]eboks.Event, error) {
	h, err := p.client.Status(ctx, id)
	if err != nil {
		return nil, err
	}
	return h.Events(), p.client.Learn(ctx, h.Events()...)
}

// ends are the states after which nobody need ask on this wire.
func (p *Postman) ends() (all []eboks.Status) {
	can := p.client.Capabilities()
	for _, s := range eboks.Statuses() {
		if can.Final(s) {
			all = append(all, s)
		}
	}
	return all
}
