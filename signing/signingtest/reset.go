package signingtest

// Reset brings the fake back to its start, between two tests: orders, logins and browsers,
// misbehaviours, requests, settings, and webhooks that were not sent. Addresses, credentials and
// the authority of seals stay. The clock is the tenant's: if the tenant belongs to this fake, Reset
// brings that back too; otherwise reset Config.Verify yourself.
func (s *Service) Reset() {
	s.mail.forget()
	s.mu.Lock()
	s.startOver()
	s.mu.Unlock()
	s.records.Reset()
	if s.ownTenant {
		s.tenant.Reset()
	}
	s.trustCallback()
}

// startOver makes everything as it is at the start. Changes goes on counting.
func (s *Service) startOver() {
	s.set, s.orders, s.play = s.cfg.Settings, newStore(), script{}
	s.pending, s.waits = make(map[string]*pending), nil
	s.browsers = browsers{seen: make(map[string]*visitor)}
	s.changes++
}
