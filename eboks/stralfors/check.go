package stralfors

import (
	"errors"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/internal/fjernprint"
)

const (
	maxAttachments = 100 // Bilag in a BilagSamling
	attachments    = 10
)

var (
	materialForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`) // as eboks has it
	systemForm   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,9}$`)
)

func invalid(why string) error {
	return &eboks.Error{Kind: eboks.ConfigInvalid, Sender: name, Op: "new", Why: why, Then: eboks.Stop}
}

// withDefaults checks cfg and fills in what is zero.
func (cfg Config) withDefaults() (Config, error) {
	base, err := baseURL(cfg.BaseURL)
	if err != nil {
		return cfg, err
	}
	cfg.BaseURL = base
	if why := cfg.wrong(); why != "" {
		return cfg, invalid(why)
	}
	if cfg.Wire, err = cfg.Wire.withDefaults(); err != nil {
		return cfg, err
	}
	cfg.Materials = maps.Clone(cfg.Materials)
	cfg.From.Lines = slices.Clone(cfg.From.Lines)
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	switch {
	case cfg.Limits.Attachments == 0:
		cfg.Limits.Attachments = attachments
	case cfg.Limits.Attachments < 0:
		cfg.Limits.Attachments = 0
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return cfg, nil
}

func baseURL(s string) (string, error) {
	u, err := url.Parse(s)
	switch {
	case s == "":
		return "", invalid("BaseURL is missing; Strålfors does not publish it, the agreement has it")
	case err != nil || u.Scheme != "https" || u.Hostname() == "":
		return "", invalid("BaseURL must be an https address")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Contains(s, "#"):
		return "", invalid("BaseURL must have no user, query or fragment")
	}
	return strings.TrimSuffix(s, "/"), nil
}

// wrong names the first setting that is.
func (cfg *Config) wrong() string {
	l := cfg.Limits
	switch {
	case !systemForm.MatchString(cfg.System):
		return "System must be the sender system's id: 1 to 10 letters, digits, '-', '_' or '.'"
	case cfg.User == "":
		return "User is missing; every letter says who sends it"
	case cfg.Timeout < 0:
		return "Timeout is negative"
	case l.Title < 0 || l.File < 0 || l.Total < 0 || l.Encoded < 0 || l.PrintTotal < 0:
		return "Limits has a negative number"
	case l.Attachments > maxAttachments:
		return "Limits.Attachments is over the wire's 100"
	}
	p := &cfg.Print
	if max(p.StampFrom, p.StampTo, p.StampDate, p.Urgent, p.HandleReturns, p.TellMoves) >= lastChoice {
		return "Print has a Choice that is none"
	}
	if why := wrongFrom(cfg.From); why != "" {
		return why
	}
	if why := outside([]field{
		{"User", "BrugerNavn", cfg.User}, {"Unit", "EnhedTekst", cfg.Unit}, {"CostGroup", "KonteringsGruppeTekst", cfg.CostGroup},
		{"Receipts.Mail", "KvitteringsEmail", cfg.Receipts.Mail}, {"Receipts.Which", "KvitteringsTypeKode", cfg.Receipts.Which},
		{"Print.Sides", "SimplexDuplexKode", p.Sides}, {"Print.Colour", "FarveSHKode", p.Colour}, {"Print.Envelope", "KuvertTypeKode", p.Envelope},
		{"Print.Category", "PostKategoriKode", p.Category}, {"Print.Allocation", "AllokeringsIdentifikator", p.Allocation},
	}); why != "" {
		return why
	}
	return wrongMaterials(cfg.Materials)
}

// field is a setting and the element that it fills.
type field struct{ name, element, text string }

// outside names the first setting that is not empty and that the schema does not
// admit.
func outside(fields []field) string {
	for _, f := range fields {
		if f.text == "" {
			continue
		}
		if fault := fjernprint.Fault(f.element, f.text); fault != "" {
			return f.name + fault
		}
	}
	return ""
}

// wrongFrom holds the return address to what a letter's address must be.
func wrongFrom(a eboks.Address) string {
	if a.IsZero() {
		return ""
	}
	if e, bad := errors.AsType[*eboks.Error](a.Check()); bad {
		return "From: " + e.Why
	}
	if !writable(&a) {
		return "From: this wire has no post box without a street; use Lines"
	}
	return ""
}

// writable reports whether the wire has a place for an address that eboks takes.
func writable(a *eboks.Address) bool {
	return len(a.Lines) > 0 || a.Street != "" && a.House != ""
}

func wrongMaterials(ms map[eboks.Material]Material) string {
	for word, m := range ms {
		if !materialForm.MatchString(string(word)) {
			return "Materials: a Material has 1 to 64 letters (a to z), digits, '-', '_' or '.'"
		}
		if !isShipmentType(m.ShipmentType) {
			return "Materials: ShipmentType must be a positive number of at most ten digits"
		}
		if why := outside([]field{{"Materials: ContentType", "MeddelelseIndholdstypeIdentifikator", m.ContentType}}); why != "" {
			return why
		}
	}
	return ""
}

func isShipmentType(s string) bool { return fjernprint.Fault("ForsendelseTypeIdentifikator", s) == "" }
