package oidcrp

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
)

// A Finding is one thing that [Party.Probe] looked at.
type Finding struct {
	Grade Grade
	About string      // what was looked at, such as "keys"
	Class fault.Class // of a Failed one
	Code  string      // the broker's error code, when it is one of the table
	What  string      // in our words
	Do    string      // what to do about it; empty if there is nothing
}

// Grade says how a Finding came out.
type Grade uint8

// The grades. Their order is that of mitid.Grade.
const (
	Fine     Grade = iota
	Unproved       // nothing could be learned
	Advice         // logins work, and something should change
	Failed         // logins do not work
)

// warnSkew is the difference of clocks from which on a fresh login may be refused.
const warnSkew = time.Minute

// Probe fetches discovery and keys anew, so that they are there for the first
// login, and compares them with Config. Where the broker takes pushed requests it
// calls begin, which must push a login and forget it.
func (p *Party) Probe(ctx context.Context, begin func(context.Context) error) []Finding {
	d, err := p.metadata.refetch(ctx, p.metadata.current.Load(), nil)
	if err == nil && d == nil { // one was fetched a moment ago
		d, err = p.metadata.get(ctx, nil)
	}
	if err != nil {
		return []Finding{failedFinding("discovery", err, p.discoveryAdvice(err))}
	}
	found := []Finding{
		{About: "discovery", What: "the document is the issuer's, and its addresses are on the hosts that are configured"},
		p.probeClock(),
		p.probeKeys(ctx),
	}
	if d.value.PAR == "" {
		return append(found, Finding{Grade: Unproved, About: "client",
			What: "the broker takes no pushed requests, so that client id, secret and redirect address are not proved",
			Do:   "log in once"})
	}
	if err := begin(ctx); err != nil {
		return append(found, p.explainPush(err))
	}
	return append(found, Finding{About: "client", What: "the broker took a login of this client with this redirect address"})
}

// clock is what the broker's Date header told beside ours.
type clock struct{ broker, ours time.Time }

// keepClock keeps the time of an answer.
func (p *Party) keepClock(h http.Header) {
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		p.clock.Store(&clock{at, p.now()})
	}
}

func (p *Party) probeClock() Finding {
	const do = "set the clock of this machine by a time server; if it is right, tell the broker"
	c := p.clock.Load()
	if c == nil {
		return Finding{Grade: Unproved, About: "clock", What: "the broker does not say what time it is"}
	}
	apart := c.broker.Sub(c.ours).Abs()
	skew := time.Duration(p.skew) * time.Second
	switch {
	case apart > skew:
		return Finding{Grade: Failed, About: "clock", Class: fault.TokenInvalid, What: "the broker's clock and ours differ by more than " + inMinutes(skew) + ", so that its tokens are refused", Do: do}
	case apart > warnSkew:
		return Finding{Grade: Advice, About: "clock", What: "the broker's clock and ours differ by more than a minute, so that fresh logins may be refused", Do: do}
	}
	return Finding{About: "clock", What: "the broker's clock and ours are less than a minute apart"}
}

func inMinutes(d time.Duration) string { return strconv.Itoa(int(d/time.Minute)) + " minutes" }

func (p *Party) probeKeys(ctx context.Context) Finding {
	d, err := p.keys.refetch(ctx, p.keys.current.Load(), nil)
	if err == nil && d == nil {
		d, err = p.keys.get(ctx, nil)
	}
	if err != nil {
		return failedFinding("keys", err, "see that this machine reaches the address jwks_uri of the discovery document; if it does, the broker is out of order")
	}
	usable, late := 0, 0
	for _, k := range d.value.all {
		if !p.isForIDTokens(k) {
			continue
		}
		usable++
		if k.certificate != nil && p.now().After(k.certificate.NotAfter) {
			late++
		}
	}
	switch {
	case usable == 0:
		return Finding{Grade: Failed, About: "keys", Class: fault.TokenInvalid, What: "the broker publishes no key for the algorithm of its ID tokens",
			Do: "see that Issuer is the right one and, where the Config has one, Algorithm; then ask the broker"}
	case late == usable:
		return Finding{Grade: Advice, About: "keys", What: "the certificates beside the broker's keys have expired; its tokens are taken all the same", Do: "ask the broker whether the keys are the current ones"}
	}
	return Finding{About: "keys", What: "usable keys: " + strconv.Itoa(usable)}
}

// isForIDTokens reports whether k can check an ID token.
func (p *Party) isForIDTokens(k *key) bool {
	for alg := range p.algs {
		if k.fits(alg) {
			return true
		}
	}
	return false
}

func (p *Party) discoveryAdvice(err error) string {
	switch fault.ClassOf(err) {
	case fault.IssuerMismatch:
		return "write Issuer exactly as the broker's discovery document does"
	case fault.ConfigInvalid:
		return "see that Issuer is right; if discovery names another host and the broker's documentation does too, add it to Hosts"
	case fault.ResponseInvalid:
		return "see that Issuer is the broker and not a page before it; then tell the broker"
	}
	return "see that this machine reaches Issuer (name, proxy, firewall, certificate authorities); if it does, the broker is out of order"
}

// clientCodes are the codes that say that the client itself is refused.
var clientCodes = []string{"invalid_client", "unauthorized_client"}

// explainPush explains why the broker did not take a login.
func (p *Party) explainPush(err error) Finding {
	var f *fault.Error
	code := ""
	if errors.As(err, &f) {
		code = f.Code
	}
	const compare = "compare ClientID and ClientSecret (or PrivateKey and KeyID, and what is registered for them) with the broker's pages; test and production have clients of their own"
	class := fault.ClassOf(err)
	switch {
	case slices.Contains(clientCodes, code), code == "" && class == fault.ConfigInvalid:
		return failedFinding("client", err, compare)
	case code == "invalid_redirect_uri":
		return failedFinding("redirect address", err, "register RedirectURL at the broker, letter by letter")
	case class == fault.BrokerUnavailable || class == fault.Throttled:
		return failedFinding("client", err, "wait and check again; nothing was learned about client id, secret and redirect address")
	case class == fault.ConfigInvalid || class == fault.BrokerDeclined:
		return failedFinding("redirect address", err, "register RedirectURL at the broker, letter by letter; if it is, see that the client may do what the Config asks for (scopes, signed requests)")
	}
	return failedFinding("client", err, "tell the broker; if the text names a setting, change that")
}

func failedFinding(about string, err error, do string) Finding {
	f := Finding{Grade: Failed, About: about, Class: fault.ClassOf(err), Do: do}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		f.Code, f.What = e.Code, e.Why
		if e.Err != nil {
			f.What += ": " + e.Err.Error()
		}
	}
	return f
}
