package eboks

import "time"

// progress counts and tells.
type progress struct {
	Progress
	tell  func(Progress)
	every time.Duration
	now   func() time.Time
	begun time.Time
	told  time.Time
}

func progressOf(b Batch, now func() time.Time) *progress {
	p := &progress{tell: b.Progress, every: b.Every, now: now, begun: now()}
	if p.every <= 0 {
		p.every = time.Second
	}
	p.told = p.begun
	return p
}

func (p *progress) count(r sized) {
	p.Done++
	p.Octets += r.octets
	switch {
	case r.Err == nil:
		p.Accepted++
	case KindOf(r.Err) == OutcomeUnknown:
		p.Unknown++
	default:
		p.Failed++
	}
	if p.tell == nil {
		return
	}
	if now := p.now(); now.Sub(p.told) >= p.every {
		p.told = now
		p.tell(p.at(now))
	}
}

func (p *progress) at(now time.Time) Progress {
	p.Elapsed = now.Sub(p.begun)
	if s := p.Elapsed.Seconds(); s > 0 {
		p.Rate, p.OctetsASec = float64(p.Done)/s, float64(p.Octets)/s
	}
	return p.Progress
}

func (p *progress) end() {
	if p.tell != nil {
		p.LastOfBatch = true
		p.tell(p.at(p.now()))
	}
}
