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

// A Finding is the result of one check of [Party.Probe].
type Finding struct {
	Grade Grade
	About string      // what was checked, such as "keys"
	Class fault.Class // the class of the error if Grade is Failed
	Code  string      // the broker's error code if ClassOf or the adapter knows it
	What  string      // the result in our words
	Do    string      // what the operator should do; empty if there is nothing to do
}

// Grade says how good the result of a check is.
type Grade uint8

// The grades have the values of mitid.Grade.
const (
	Fine     Grade = iota
	Unproved       // the check could not decide
	Advice         // logins work, but something should change
	Failed         // logins do not work
)

// warnSkew is the largest difference between the two clocks without advice. Beyond
// it, a login with Request.Fresh may be refused.
const warnSkew = time.Minute

// Probe fetches the discovery document and the keys again and compares them with
// Config. The first login then finds both in the cache. If the broker takes pushed
// requests, Probe calls begin, which must push a login that nobody completes.
func (p *Party) Probe(ctx context.Context, begin func(context.Context) error) []Finding {
	d, err := p.metadata.refetch(ctx, p.metadata.current.Load(), nil)
	if err == nil && d == nil { // the cool-down forbids a fetch, and the copy is good
		d, err = p.metadata.get(ctx, nil)
	}
	if err != nil {
		return []Finding{failedFinding("discovery", err, p.discoveryAdvice(err))}
	}
	found := []Finding{
		{About: "discovery", What: "the document is the issuer's, and its addresses are on configured hosts"},
		p.probeClock(),
		p.probeKeys(ctx),
	}
	if d.value.PAR == "" {
		return append(found, Finding{Grade: Unproved, About: "client",
			What: "the broker takes no pushed requests, so client id, secret and redirect address are not proved",
			Do:   "log in once"})
	}
	if err := begin(ctx); err != nil {
		return append(found, p.explainPush(err))
	}
	return append(found, Finding{About: "client", What: "the broker took a login of this client with this redirect address"})
}

// A clock is the time in a Date header of the broker, and our time when it came.
type clock struct{ broker, ours time.Time }

// keepClock stores the time in the Date header of an answer.
func (p *Party) keepClock(h http.Header) {
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		p.clock.Store(&clock{at, p.now()})
	}
}

func (p *Party) probeClock() Finding {
	const do = "synchronise the clock of this machine with a time server; if it is right, tell the broker"
	c := p.clock.Load()
	if c == nil {
		return Finding{Grade: Unproved, About: "clock", What: "the broker's answers have no Date header"}
	}
	apart := c.broker.Sub(c.ours).Abs()
	skew := time.Duration(p.skew) * time.Second
	switch {
	case apart > skew:
		return Finding{Grade: Failed, About: "clock", Class: fault.TokenInvalid, What: "the broker's clock and ours differ by more than " + inMinutes(skew) + ", so its tokens are refused", Do: do}
	case apart > warnSkew:
		return Finding{Grade: Advice, About: "clock", What: "the broker's clock and ours differ by more than a minute, so fresh logins may be refused", Do: do}
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
		return failedFinding("keys", err, "check that this machine reaches the jwks_uri of the discovery document; if it does, the broker is out of order")
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
			Do: "check Issuer and, if the Config has one, Algorithm; then ask the broker"}
	case late == usable:
		return Finding{Grade: Advice, About: "keys", What: "the certificates of the broker's keys have expired; its tokens are still accepted", Do: "ask the broker whether the keys are the current ones"}
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
		return "check Issuer; if the broker's documentation names the same host as the discovery document, add it to Hosts"
	case fault.ResponseInvalid:
		return "check that Issuer is the address of the broker itself; then tell the broker"
	}
	return "check that this machine reaches Issuer (name, proxy, firewall, certificate authorities); if it does, the broker is out of order"
}

// clientCodes are the error codes by which a broker refuses the client itself.
var clientCodes = []string{"invalid_client", "unauthorized_client"}

// explainPush says why the broker refused a pushed request, and what to do.
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
		return failedFinding("redirect address", err, "register RedirectURL at the broker, letter by letter; if it is, check that the client may use what the Config asks for (scopes, signed requests)")
	}
	return failedFinding("client", err, "if the text names a setting, change it; otherwise tell the broker")
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
