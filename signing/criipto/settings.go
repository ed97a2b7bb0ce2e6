package criipto

import (
	"log/slog"
	"maps"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/signing"
)

const (
	defaultTimeout     = 30 * time.Second
	defaultTransfer    = 5 * time.Minute
	defaultMaxAnswer   = 4_000_000
	defaultMaxDocument = 64_000_000
	defaultPageSize    = 100 // the service's own
	maxPageSize        = 100
	signatories        = 14 // the service's default of maxSignatories
	maxSignatories     = 100
	minSecret          = 32 // bytes: the service takes 256 to 512 bits
	maxSecret          = 64
	minRate            = 1000 // bytes a second of a download
)

var (
	zoneForm   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+/-]{1,63}$`)
	claimForm  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.:/-]{0,63}$`)
	hintForm   = regexp.MustCompile(`^[!-~]+( [!-~]+)*$`)
	clientForm = regexp.MustCompile(`^[!-9;-~]{1,200}$`) // no colon: RFC 7617 section 2
)

func invalid(why string) *signing.Error {
	return &signing.Error{Kind: signing.ConfigInvalid, Service: name, Op: "new", Why: why}
}

// withDefaults checks cfg and fills in what is zero.
func (cfg Config) withDefaults() (Config, error) {
	if cfg.Endpoint == "" {
		cfg.Endpoint = DefaultEndpoint
	}
	if why := cfg.wrong(); why != "" {
		return cfg, invalid(why)
	}
	if cfg.Level == 0 {
		cfg.Level = claims.Substantial
	}
	fill(&cfg.UniqueEvidence, "sub")
	fill(&cfg.LoginHint, "action:sign")
	fill(&cfg.Timezone, "Europe/Copenhagen")
	if cfg.PageSize == 0 {
		cfg.PageSize = defaultPageSize
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.TransferTimeout == 0 {
		cfg.TransferTimeout = defaultTransfer
	}
	if cfg.MaxAnswer == 0 {
		cfg.MaxAnswer = defaultMaxAnswer
	}
	if cfg.MaxDocument == 0 {
		cfg.MaxDocument = defaultMaxDocument
	}
	if cfg.Kinds == nil {
		cfg.Kinds = DefaultKinds()
	}
	cfg.Kinds = maps.Clone(cfg.Kinds)
	cfg.Webhook.Secret = slices.Clone(cfg.Webhook.Secret)
	cfg.Now = clock(cfg.Now)
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return cfg, nil
}

// clock is now, or the clock of this machine if it is nil.
func clock(now func() time.Time) func() time.Time {
	if now == nil {
		return time.Now
	}
	return now
}

func fill(s *string, d string) {
	if *s == "" {
		*s = d
	}
}

// wrong names the first setting that is.
func (cfg *Config) wrong() string {
	switch {
	case !isAddress(cfg.Endpoint):
		return "Endpoint must be an https address without user and fragment"
	case !clientForm.MatchString(cfg.ClientID):
		return "ClientID is missing, or has blanks or a colon"
	case cfg.ClientSecret.IsZero():
		return "ClientSecret is missing"
	case cfg.Level != 0 && cfg.Level != claims.Substantial && cfg.Level != claims.High:
		return "Level must be substantial or high"
	case cfg.UniqueEvidence != "" && !claimForm.MatchString(cfg.UniqueEvidence):
		return "UniqueEvidence is no name of a claim"
	case cfg.LoginHint != "" && (len(cfg.LoginHint) > 1000 || !hintForm.MatchString(cfg.LoginHint)):
		return "LoginHint must be words with a blank between them"
	case cfg.Timezone != "" && !zoneForm.MatchString(cfg.Timezone):
		return "Timezone is no IANA name of a time zone"
	case cfg.MaxSignatories < 0 || cfg.MaxSignatories > maxSignatories:
		return "MaxSignatories must be 1 to 100"
	case cfg.PageSize < 0 || cfg.PageSize > maxPageSize:
		return "PageSize must be 1 to 100"
	case cfg.Timeout < 0 || cfg.TransferTimeout < 0:
		return "Timeout or TransferTimeout is negative"
	case cfg.MaxAnswer < 0 || cfg.MaxDocument < 0:
		return "MaxAnswer or MaxDocument is negative"
	case !possible(cfg.Kinds):
		return "Kinds has a kind that does not exist"
	}
	return cfg.Webhook.wrong()
}

func possible(kinds map[string]signing.Kind) bool {
	for said, k := range kinds {
		if said == "" || !slices.Contains(signing.Kinds(), k) {
			return false
		}
	}
	return true
}

func (h *Hook) wrong() string {
	switch {
	case h.URL == "" && len(h.Secret) == 0 && !h.Validate:
		return ""
	case h.URL == "":
		return "Webhook.URL is missing"
	case !isAddress(h.URL):
		return "Webhook.URL must be an https address without user and fragment"
	case len(h.Secret) < minSecret || len(h.Secret) > maxSecret:
		return "Webhook.Secret must have 32 to 64 bytes"
	}
	return ""
}

// isAddress reports whether s is an absolute https address, or an http address of this
// machine.
func isAddress(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.Contains(s, "#") || strings.ContainsFunc(s, isSpaceOrControl) {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname())
}

// isLink reports whether people can be sent to s. Pages may keep what they need behind a
// '#'.
func isLink(s string) bool {
	page, _, _ := strings.Cut(s, "#")
	return isAddress(page) && !strings.ContainsFunc(s, isSpaceOrControl)
}

func isSpaceOrControl(r rune) bool { return r <= ' ' || r == 0x7f }

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
