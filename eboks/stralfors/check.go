package stralfors

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dkeid/dkeid/eboks"
)

const (
	maxText        = 2000 // characters of BrugerNavn, EnhedTekst, KonteringsGruppeTekst
	maxPage        = 1000
	defaultPage    = 100
	maxAttachments = 100 // Bilag in a BilagSamling
	attachments    = 10
)

var (
	materialForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`) // as eboks has it
	systemForm   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,9}$`)
	codeForm     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$`)
	numberForm   = regexp.MustCompile(`^[0-9]{1,10}$`)
	elementForm  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,63}$`)
	mailForm     = regexp.MustCompile(`^[^@\s]{1,64}@[^@\s]{1,189}$`)
)

// positive reports whether s is a number above zero.
func positive(s string) bool { return numberForm.MatchString(s) && strings.Trim(s, "0") != "" }

func invalid(why string) error {
	return &eboks.Error{Kind: eboks.ConfigInvalid, Sender: name, Op: "new", Why: why, NotDelivered: true}
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
	if err := cfg.checkTables(); err != nil {
		return cfg, err
	}
	cfg.Materials, cfg.Codes, cfg.Duplicates = maps.Clone(cfg.Materials), maps.Clone(cfg.Codes), slices.Clone(cfg.Duplicates)
	cfg.From.Lines = slices.Clone(cfg.From.Lines)
	fill(&cfg.Namespace, Namespace3)
	if cfg.NumberNamespace == "" {
		if cfg.NumberNamespace = cfg.Namespace; cfg.Namespace == Namespace1 {
			cfg.NumberNamespace = NumberNamespace1
		}
	}
	fill(&cfg.FileFormat, "PDF")
	fill(&cfg.Channels.Digital, "Digital Post")
	fill(&cfg.Channels.Print, "Fysisk Post")
	fill(&cfg.LogMarker, "TransaktionsIdentifikator")
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.PageSize == 0 {
		cfg.PageSize = defaultPage
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
	if cfg.Zone == nil {
		if cfg.Zone, err = time.LoadLocation("Europe/Copenhagen"); err != nil {
			return cfg, invalid("this machine has no time zones: set Zone, or import time/tzdata")
		}
	}
	return cfg, nil
}

func fill(s *string, d string) {
	if *s == "" {
		*s = d
	}
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
	case !line(cfg.User, 1, maxText):
		return "User is missing, too long or not one line; every letter says who sends it"
	case cfg.HTTPClient == nil && len(cfg.Certificate.Certificate) == 0:
		return "Certificate is missing"
	case cfg.HTTPClient == nil && cfg.Certificate.PrivateKey == nil:
		return "Certificate has no key"
	case cfg.Timeout < 0:
		return "Timeout is negative"
	case cfg.PageSize < 0 || cfg.PageSize > maxPage:
		return "PageSize must be 1 to 1000"
	case l.Title < 0 || l.File < 0 || l.Total < 0 || l.Encoded < 0 || l.PrintTotal < 0:
		return "Limits has a negative number"
	case l.Attachments > maxAttachments:
		return "Limits.Attachments is over the wire's 100"
	case cfg.Namespace != "" && cfg.Namespace != Namespace3 && cfg.Namespace != Namespace1:
		return "Namespace must be Namespace3 or Namespace1"
	case !word(cfg.NumberNamespace, 200):
		return "NumberNamespace is no namespace"
	case !word(cfg.FileFormat, 10):
		return "FileFormat has at most 10 characters, no blanks"
	case !line(cfg.Channels.Digital, 0, 100) || !line(cfg.Channels.Print, 0, 100) || !line(cfg.Channels.Either, 0, 100):
		return "Channels has a word that is too long or not one line"
	case cfg.LogMarker != "" && !elementForm.MatchString(cfg.LogMarker):
		return "LogMarker is no name of an element"
	case !line(cfg.Unit, 0, maxText) || !line(cfg.CostGroup, 0, maxText):
		return "Unit and CostGroup have at most 2000 characters and are one line"
	case !cfg.From.IsZero() && !complete(cfg.From):
		return "From needs Name, and Street, House and PostCode or one to six Lines"
	}
	if why := cfg.Receipts.wrong(); why != "" {
		return why
	}
	return cfg.Print.wrong()
}

func (r *Receipts) wrong() string {
	switch {
	case r.Mail != "" && !mailForm.MatchString(r.Mail):
		return "Receipts.Mail is no e-mail address"
	case !oneOf(r.Which, "Alle", "Ingen", "Kun fejl"):
		return `Receipts.Which must be "Alle", "Ingen" or "Kun fejl"`
	}
	return ""
}

func (p *Print) wrong() string {
	switch {
	case !oneOf(p.Sides, "Simplex", "Duplex"):
		return `Print.Sides must be "Simplex" or "Duplex"`
	case !oneOf(p.Colour, "SH", "Farve"):
		return `Print.Colour must be "SH" or "Farve"`
	case !oneOf(p.Envelope, "C4", "C5", "MA"):
		return `Print.Envelope must be "C4", "C5" or "MA"`
	case !oneOf(p.Category, "Prioritaire", "Economique", "Bulk", "Rekommanderet", "Rekommanderet med modtagerbevis", "Forkyndelse"):
		return "Print.Category is none of the six that its comment lists"
	case p.Allocation != "" && !positive(p.Allocation):
		return "Print.Allocation must be a positive number of at most ten digits"
	case max(p.StampFrom, p.StampTo, p.StampDate, p.Urgent, p.HandleReturns, p.TellMoves) >= lastChoice:
		return "Print has a Choice that is none"
	}
	return ""
}

func (cfg *Config) checkTables() error {
	for word, m := range cfg.Materials {
		if !materialForm.MatchString(string(word)) {
			return invalid("Materials: a Material has 1 to 64 letters (a to z), digits, '-', '_' or '.'")
		}
		if !positive(m.ShipmentType) || m.ContentType != "" && !numberForm.MatchString(m.ContentType) {
			return invalid("Materials: ShipmentType must be a positive number of at most ten digits, ContentType a number or empty")
		}
	}
	for code, v := range cfg.Codes {
		switch {
		case !codeForm.MatchString(code):
			return invalid("Codes: an error number has at most 32 letters, digits, '-', '_' or '.'")
		case !v.possible():
			return invalid("Codes: a Verdict has a Kind that no answer can have, or a Reachability without RecipientUnreachable")
		case slices.Contains(cfg.Duplicates, code):
			return invalid("Codes and Duplicates name the same error number")
		}
	}
	if slices.ContainsFunc(cfg.Duplicates, func(code string) bool { return !codeForm.MatchString(code) }) {
		return invalid("Duplicates: an error number has at most 32 letters, digits, '-', '_' or '.'")
	}
	return nil
}

// line reports whether s is one line of from to to characters.
func line(s string, from, to int) bool {
	n := utf8.RuneCountInString(s)
	return n >= from && n <= to && utf8.ValidString(s) && strings.TrimSpace(s) == s && !strings.ContainsFunc(s, unicode.IsControl)
}

// word is line without blanks, or empty.
func word(s string, to int) bool { return line(s, 0, to) && !strings.ContainsFunc(s, unicode.IsSpace) }

func oneOf(s string, words ...string) bool { return s == "" || slices.Contains(words, s) }

func complete(a eboks.Address) bool {
	if len(a.Lines) > 0 {
		return a.Name != "" && len(a.Lines) <= 6
	}
	return a.Name != "" && a.Street != "" && a.House != "" && a.PostCode != ""
}
