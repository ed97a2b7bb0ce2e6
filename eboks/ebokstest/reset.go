package ebokstest

import "github.com/dkeid/dkeid/eboks"

// Reset brings the fake back to its start, between two tests: mailboxes, letters and their
// histories, receipts, misbehaviours, requests, settings and the clock. Addresses and certificates
// stay. A request that is under way may still bring its letter in.
func (d *Distributor) Reset() {
	d.mu.Lock()
	d.begin()
	silent := d.set.NoContinue
	d.mu.Unlock()
	d.listener.silent.Store(silent)
	d.records.Reset()
	d.dialect.ResetSwitches()
}

// begin makes everything as it is at the start. Changes goes on counting.
func (d *Distributor) begin() {
	d.set, d.ahead = d.cfg.Settings.defaults(), 0
	d.post, d.boxes, d.play = newPost(), newBoxes(), newScript()
	d.traces = traces{of: make(map[eboks.ID]*trace), changes: d.traces.changes + 1}
	people := d.cfg.Mailboxes
	if people == nil {
		people = People()
	}
	d.add(people)
}
