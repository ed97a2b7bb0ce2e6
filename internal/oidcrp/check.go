package oidcrp

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
)

// The defaults of Config, and the limits of its texts.
const (
	defaultSkew       = 5 * time.Minute
	defaultMinAge     = 5 * time.Minute
	defaultMaxAge     = 24 * time.Hour
	defaultAge        = time.Hour
	defaultStaleFor   = 24 * time.Hour
	defaultCoolDown   = 10 * time.Second
	maxAddress        = 2048 // bytes of an address that discovery names
	maxConfiguredText = 512  // bytes of an issuer or client id
)

func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&c.Skew, defaultSkew},
		{&c.Cache.MinAge, defaultMinAge},
		{&c.Cache.MaxAge, defaultMaxAge},
		{&c.Cache.DefaultAge, defaultAge},
		{&c.Cache.StaleFor, defaultStaleFor},
		{&c.Cache.CoolDown, defaultCoolDown},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return c
}

// invalid returns the error for a Config; why names the field.
func (c Config) invalid(why string) error {
	name := c.Name
	if name == "" {
		name = "oidcrp"
	}
	return fault.New(fault.ConfigInvalid, name+": "+why)
}

// check returns an error for settings that cannot work or are not safe. Otherwise it
// returns the hosts on which endpoints may be.
func (c Config) check() (allowedHosts, error) {
	if c.Name == "" {
		return allowedHosts{}, c.invalid("Name is missing")
	}
	if c.ClientID == "" || len(c.ClientID) > maxConfiguredText || !isGraphic(c.ClientID) {
		return allowedHosts{}, c.invalid("ClientID must be 1 to 512 visible ASCII characters")
	}
	if len(c.Algs) == 0 {
		return allowedHosts{}, c.invalid("Algs is empty")
	}
	for _, alg := range c.Algs {
		if _, ok := algorithms[alg]; !ok {
			return allowedHosts{}, c.invalid("Algs (Algorithm) must be of RS256, RS384, RS512, PS256, PS384, PS512, ES256 and ES384")
		}
	}
	if c.Skew < 0 || c.Skew > time.Hour {
		return allowedHosts{}, c.invalid("Skew must be between 0 and 1 hour")
	}
	if c.Timeout < 0 || c.MaxBody < 0 {
		return allowedHosts{}, c.invalid("Timeout and MaxBody must not be negative")
	}
	k := c.Cache
	if k.MinAge < 0 || k.MaxAge < k.MinAge || k.DefaultAge < 0 || k.StaleFor < 0 || k.CoolDown < 0 {
		return allowedHosts{}, c.invalid("Cache is out of range")
	}
	return c.checkIssuer()
}

func (c Config) checkIssuer() (allowedHosts, error) {
	const why = "Issuer must be an https address (http on loopback only) without query, fragment and trailing slash"
	if len(c.Issuer) > maxConfiguredText || !isGraphic(c.Issuer) || strings.ContainsAny(c.Issuer, "?#") || strings.HasSuffix(c.Issuer, "/") {
		return allowedHosts{}, c.invalid(why)
	}
	u, err := url.Parse(c.Issuer)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return allowedHosts{}, c.invalid(why)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return allowedHosts{}, c.invalid(why)
	}
	for _, h := range c.Hosts {
		if v, err := url.Parse("https://" + h); err != nil || h == "" || v.Host != h || v.Hostname() == "" {
			return allowedHosts{}, c.invalid("Hosts must hold entries of the form host or host:port")
		}
	}
	return allowedHosts{plain: u.Scheme == "http", hosts: append([]string{u.Host}, c.Hosts...)}, nil
}

// allowedHosts says on which hosts the broker's endpoints may be.
type allowedHosts struct {
	plain bool // the issuer is http on loopback, so an endpoint may be too
	hosts []string
}

// allows reports whether address is one that a request may go to.
func (o allowedHosts) allows(address string) bool {
	if len(address) > maxAddress || !isGraphic(address) || strings.Contains(address, "#") {
		return false
	}
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Opaque != "" || !slices.Contains(o.hosts, u.Host) {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && o.plain && isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// isGraphic reports whether s consists of visible ASCII characters, without blanks.
func isGraphic(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
