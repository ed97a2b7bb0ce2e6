package postnordtest

import (
	"net/http"
	"strings"
	"sync"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/fakewire"
)

// dialect is e-Boks Dispatch version 3.
type dialect struct {
	*ebokstest.Distributor
	schema fakewire.Element

	mu  sync.Mutex
	set Settings // Settings.Settings is the engine's, and stale here
}

const (
	dispatchPath = "/int/rest/srv.svc/3/dispatchsystem/"
	lookupPath   = "/oio/rest/srv.svc/1/afsendersystem/"
	messagesPath = "/rest/messages/"
)

// The sender that a fake knows.
const (
	senderSystem = "4711"
	senderPadded = "004711"
	senderClient = "DKEID"
)

func newDialect(engine *ebokstest.Distributor) *dialect {
	return &dialect{Distributor: engine, schema: dispatchSchema()}
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

// ResetSwitches turns the switches back to the start.
func (d *dialect) ResetSwitches() { d.change(func(s *Settings) { *s = Settings{} }) }

// Profile returns what never changes.
func (*dialect) Profile() ebokstest.Profile {
	return ebokstest.Profile{Name: "postnord", System: senderSystem, ClientID: senderClient, Query: []string{"message_id"}, Differences: differences()}
}

// Traits returns what the conformance suite must know. The wire has no word for delivery,
// nor for somebody who has not subscribed to a material.
func (d *dialect) Traits() ebokstest.Traits {
	variant := func(title string, change func(*Settings)) ebokstest.Variant {
		return ebokstest.Variant{Title: title, Set: func() { d.change(change) }}
	}
	return ebokstest.Traits{
		Furthest:     eboks.AcceptedDigital,
		Unsubscribed: eboks.NotRegistered,
		Variants: []ebokstest.Variant{
			variant("419 for a repeated id", func(s *Settings) { s.Repeated419 = true }),
			variant("no post-processing", func(s *Settings) { s.NoPostProcessing = true }),
			variant("look-ups in JSON", func(s *Settings) { s.LookupJSON = true }),
		},
	}
}

// Route reads method and path.
func (d *dialect) Route(r *http.Request) *ebokstest.Operation {
	if name, ok := last(r.URL.Path, dispatchPath+senderSystem+"/dispatches/"); ok && r.Method == http.MethodPut {
		return &ebokstest.Operation{Name: "Dispatch", Template: dispatchPath + "{system}/dispatches/{message}", Letter: letterID(name), Bears: true, Answer: d.create}
	}
	if r.Method != http.MethodGet {
		return nil
	}
	if material, ok := last(r.URL.Path, lookupPath+senderSystem+"/tilmeldinger/"); ok {
		return &ebokstest.Operation{Name: "Tilmelding", Template: lookupPath + "{system}/tilmeldinger/{material}",
			Answer: func(r *http.Request) *ebokstest.Reply { return d.lookup(r, eboks.Material(material)) }}
	}
	if r.URL.Path == messagesPath+senderClient+"/" {
		return &ebokstest.Operation{Name: "Messages", Template: messagesPath + "{client}/", Letter: letterID(r.URL.Query().Get("message_id")), Answer: d.messages}
	}
	return nil
}

// last returns the last part of a path that begins with base.
func last(path, base string) (part string, ok bool) {
	part, ok = strings.CutPrefix(path, base)
	return part, ok && part != "" && !strings.Contains(part, "/")
}

func (d *dialect) refuse(status int, code, text string) *ebokstest.Reply {
	return d.Refuse(&ebokstest.Refusal{Status: status, Code: code, Text: text})
}
