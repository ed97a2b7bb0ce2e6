package eboks_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/stretchr/testify/require"
)

// TestTheRecipeNeverSendsTwice follows the recipe that the guide prints (whatNow),
// through every kind of answer that an adapter may give, twice in a row, whether or not
// the distributor kept the letter, and with a ledger that lasts and one that a restart
// empties. Whatever happens, the person gets one letter or none.
func TestTheRecipeNeverSendsTwice(t *testing.T) {
	type reply struct {
		err   *eboks.Error // nil: a receipt
		keeps bool         // the distributor keeps the letter
	}
	var replies []reply
	for _, k := range eboks.Kinds() {
		for _, then := range []eboks.Then{eboks.Ask, eboks.Retry, eboks.Decide, eboks.Stop} {
			for _, keeps := range []bool{false, true} {
				if keeps && (then == eboks.Retry || then == eboks.Stop) {
					continue // an adapter that says so is certain
				}
				if k == eboks.AlreadyAccepted && !keeps {
					continue // it has the letter, by definition
				}
				replies = append(replies, reply{&eboks.Error{Kind: k, Then: then, Status: 400}, keeps})
			}
		}
	}
	replies = append(replies, reply{nil, true})
	for _, c := range []struct{ dedupes, status, forgets bool }{
		{true, true, false}, {true, false, false}, {false, true, false}, {false, false, false},
		{true, true, true}, {true, false, true}, // a ledger in memory needs a distributor that recognises a repeated ID
	} {
		t.Run(fmt.Sprintf("dedupes %v, status %v, restarts %v", c.dedupes, c.status, c.forgets), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				outcomes := map[string]int{}
				for _, first := range replies {
					for _, second := range replies {
						d := &keeping{scripted: newScripted(), kept: map[eboks.ID]bool{}}
						d.can.Dedupes, d.can.Status = c.dedupes, c.status
						for _, r := range []reply{first, second} {
							d.answers = append(d.answers, func(_ context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
								if d.kept[l.ID] && c.dedupes {
									return nil, &eboks.Error{Kind: eboks.AlreadyAccepted, Status: 409}
								}
								if r.keeps {
									d.keep(l.ID)
								}
								if r.err != nil {
									return nil, r.err
								}
								return &eboks.Receipt{ID: l.ID}, nil
							})
						}
						outcomes[follow(t, d, c.forgets)]++
						require.LessOrEqual(t, d.times, 1, "%v, then %v: the person got the letter twice", first, second)
					}
				}
				require.Positive(t, outcomes["store the receipt"])
				require.Positive(t, outcomes["find another way to the person"])
				t.Log(outcomes)
			})
		})
	}
}

// keeping is a distributor that may keep a letter whatever it answers.
type keeping struct {
	*scripted
	kept  map[eboks.ID]bool
	times int // how many letters the person has
}

func (d *keeping) keep(id eboks.ID) {
	d.kept[id] = true
	d.times++
}

func (d *keeping) Send(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	if len(d.answers) > 0 {
		return d.scripted.Send(ctx, l)
	}
	if d.kept[l.ID] && d.can.Dedupes {
		return nil, &eboks.Error{Kind: eboks.AlreadyAccepted, Status: 409}
	}
	d.keep(l.ID)
	return &eboks.Receipt{ID: l.ID}, nil
}

func (d *keeping) ReadStatus(_ context.Context, id eboks.ID) ([]eboks.Event, error) {
	if d.kept[id] {
		return []eboks.Event{event(id, eboks.Accepted, "2026-11-22T10:00:00Z")}, nil
	}
	return nil, nil
}

// follow does what the recipe says, as a program and a person would, and returns what
// it said last.
func follow(t *testing.T, d *keeping, forgets bool) string {
	t.Helper()
	var book eboks.Ledger = eboks.NewMemoryLedger(0)
	c := newClient(t, d, with(book))
	id, text := eboks.NewID(), "Kære Åse"
	for range 12 {
		if forgets {
			c = newClient(t, d)
		}
		_, err := c.Send(t.Context(), decision(id, cprtest.Number(9000), pdf(text)))
		advice := whatNow(err)
		switch advice {
		case "send the same letter again later", "send the same letter again later: it asks first":
			time.Sleep(time.Minute)
		case "a person asks the distributor, then Release or GiveUp":
			if d.kept[id] {
				return advice + ": it is there"
			}
			if err := c.Release(t.Context(), id); err != nil {
				return advice
			}
			time.Sleep(time.Minute)
		case "correct it; a corrected letter has a new ID":
			id, text = eboks.NewID(), text+", rettet"
		case "find another way to the person":
			d.times++ // by hand
			return advice
		default:
			return advice
		}
	}
	return "for ever"
}
