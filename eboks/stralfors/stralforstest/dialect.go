package stralforstest

import (
	"net/http"
	"strings"
	"sync"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/fakewire"
)

// dialect is Strålfors Connect. Its addresses and answers are proposals of this module
// where nothing is public: see differences.
type dialect struct {
	*ebokstest.Distributor
	shipment, channel fakewire.Element

	mu  sync.Mutex
	set Settings // Settings.Settings is the engine's, and stale here
}

func newDialect(engine *ebokstest.Distributor) *dialect {
	return &dialect{Distributor: engine, shipment: shipmentSchema(), channel: channelSchema()}
}

func (d *dialect) settings() Settings {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.set
}

func (d *dialect) change(change func(*Settings)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(&d.set)
}

const senderSystem = "4711"

// ResetSwitches turns the switches back to the start.
func (d *dialect) ResetSwitches() { d.change(func(s *Settings) { *s = Settings{} }) }

// Profile returns what never changes.
func (*dialect) Profile() ebokstest.Profile {
	return ebokstest.Profile{Name: "stralfors", System: senderSystem, Query: []string{"efter", "antal"}, Differences: differences()}
}

// Traits returns what the conformance suite must know.
func (d *dialect) Traits() ebokstest.Traits {
	variant := func(title string, change func(*Settings)) ebokstest.Variant {
		return ebokstest.Variant{Title: title, Set: func() { d.change(change) }}
	}
	return ebokstest.Traits{
		Furthest:     eboks.DeliveredDigital,
		Unsubscribed: eboks.NotSubscribed,
		ReturnMail:   func(id eboks.ID) { d.Tell(id, CarrierReturned) },
		Variants: []ebokstest.Variant{
			variant("an answer with a body", func(s *Settings) { s.AnswerBody = true }),
			variant("refusals at once", func(s *Settings) { s.RefuseAtOnce = true }),
			variant("states as events", func(s *Settings) { s.States = EventNames }),
			variant("states as UUIDs", func(s *Settings) { s.States = StateUUIDs }),
			variant("states and ids in braces", func(s *Settings) { s.States, s.IDs = BracedUUIDs, BracedIDs }),
			variant("states and ids as URNs", func(s *Settings) { s.States, s.IDs = URNUUIDs, URNIDs }),
			variant("ids in upper case", func(s *Settings) { s.IDs, s.AnswerBody = UpperIDs, true }),
			variant("digital letters by MessageUUID", func(s *Settings) { s.MessageUUIDs = true }),
			variant("local times", func(s *Settings) { s.LocalTimes = true }),
		},
	}
}

// Route reads method and path.
func (d *dialect) Route(r *http.Request) *ebokstest.Operation {
	rest, ok := strings.CutPrefix(r.URL.Path, "/afsendersystem/")
	if !ok {
		return nil
	}
	parts := strings.Split(rest, "/")
	if parts[0] != senderSystem {
		return nil
	}
	const base = "/afsendersystem/{system}"
	one := func(name, template string, answer func(r *http.Request, id eboks.ID) *ebokstest.Reply) *ebokstest.Operation {
		id := parseID(parts[2])
		return &ebokstest.Operation{Name: name, Template: base + template, Letter: id,
			Answer: func(r *http.Request) *ebokstest.Reply { return answer(r, id) }}
	}
	all := func(name, template string, answer func(*http.Request) *ebokstest.Reply) *ebokstest.Operation {
		return &ebokstest.Operation{Name: name, Template: base + template, Answer: answer}
	}
	switch r.Method + " " + strings.Join(shape(parts[1:]), "/") {
	case "PUT forsendelser/*":
		create := one("EnkeltforsendelseOpret", "/forsendelser/{shipment}", d.create)
		create.Bears = true
		return create
	case "POST forsendelser/*/tilbagekald":
		return one("ForsendelseTilbagekald", "/forsendelser/{shipment}/tilbagekald", d.takeBack)
	case "GET forsendelser/*/transaktionslog":
		return one("TransaktionslogForsendelseHent", "/forsendelser/{shipment}/transaktionslog", d.oneLog)
	case "GET transaktionslog":
		return all("TransaktionslogForsendelserHent", "/transaktionslog", d.allLog)
	case "GET forsendelsestyper":
		return all("ForsendelsesTyperHent", "/forsendelsestyper", d.types)
	case "POST kanalvalg":
		return all("KanalvalgHent", "/kanalvalg", d.channelOf)
	}
	return nil
}

// shape stars out the names of things in a path.
func shape(parts []string) []string {
	out := make([]string, len(parts))
	copy(out, parts)
	if len(out) > 1 && out[1] != "" {
		out[1] = "*"
	}
	return out
}

// parseID reads the id of a letter in an address, zero for none.
func parseID(s string) eboks.ID {
	id, err := eboks.ParseID(s)
	if err != nil || id.String() != s {
		return eboks.ID{}
	}
	return id
}
