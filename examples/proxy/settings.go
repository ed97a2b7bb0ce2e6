package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/didyoumean"
	"github.com/dkeid/dkeid/mitid"
)

const maxSettings = 1 << 20 // bytes

// settings are the file of settings. Every secret is a file of its own, named here.
type settings struct {
	Listen         string         `yaml:"listen"`
	PublicURL      string         `yaml:"public_url"`
	TLS            tlsSettings    `yaml:"tls"`
	TrustedProxies []addressRange `yaml:"trusted_proxies"`
	OwnPath        string         `yaml:"own_path"`
	LogoutPath     string         `yaml:"logout_path"`

	Upstream    upstreamSettings    `yaml:"upstream"`
	ForwardAuth forwardAuthSettings `yaml:"forward_auth"`
	Broker      brokerSettings      `yaml:"broker"`
	Session     sessionSettings     `yaml:"session"`
	Identity    identitySettings    `yaml:"identity"`
	Paths       []pathSettings      `yaml:"paths"`
}

type tlsSettings struct {
	CertFile string `yaml:"cert_file"`
	KeyFile  string `yaml:"key_file"`
}

type upstreamSettings struct {
	URL              string        `yaml:"url"`
	Host             string        `yaml:"host"`
	CAFile           string        `yaml:"ca_file"`
	Timeout          time.Duration `yaml:"timeout"` // until the header of the answer
	DropHeaders      []string      `yaml:"drop_headers"`
	WebSocketOrigins []string      `yaml:"websocket_origins"`
}

// Other proxies ask at an address of its own, which people cannot reach: the answers hold
// identities.
type forwardAuthSettings struct {
	Listen string `yaml:"listen"`
}

type brokerSettings struct {
	Name             string   `yaml:"name"`
	Issuer           string   `yaml:"issuer"`
	ClientID         string   `yaml:"client_id"`
	ClientSecretFile string   `yaml:"client_secret_file"`
	CAFile           string   `yaml:"ca_file"`
	EntityID         string   `yaml:"entity_id"`
	IdPMetadataFiles []string `yaml:"idp_metadata_files"`
	KeyFiles         []string `yaml:"key_files"`
	CertFiles        []string `yaml:"cert_files"`
	Private          bool     `yaml:"private"`
	CBC              bool     `yaml:"cbc"`
}

type sessionSettings struct {
	Lifetime time.Duration `yaml:"lifetime"`
	Store    store         `yaml:"store"`
	KeyFile  string        `yaml:"key_file"`
	KeepOpen bool          `yaml:"keep_open"`
}

type identitySettings struct {
	Header   string        `yaml:"header"`
	Audience string        `yaml:"audience"`
	Lifetime time.Duration `yaml:"lifetime"`
	KeyFiles []string      `yaml:"key_files"`
}

type pathSettings struct {
	Path     string   `yaml:"path"`
	Only     bool     `yaml:"only"`
	Public   bool     `yaml:"public"`
	Level    level    `yaml:"level"`
	Identity capacity `yaml:"identity"`
	CPR      cprUse   `yaml:"cpr"`
}

// The values of a list. Each says in which line a word stands that is not in the list.
type (
	level        claims.Level
	capacity     claims.Capacity
	cprUse       mitid.CPRUse
	store        bool // true if sessions are in cookies, false if in memory
	addressRange netip.Prefix
)

var (
	levels     = map[string]claims.Level{"low": claims.Low, "substantial": claims.Substantial, "high": claims.High}
	capacities = map[string]claims.Capacity{"private": claims.CapacityPrivate, "professional": claims.CapacityProfessional, "either": claims.CapacityEither}
	cprUses    = map[string]mitid.CPRUse{"no": mitid.CPRNo, "if-present": mitid.CPRIfPresent, "required": mitid.CPRRequired}
	stores     = map[string]bool{"memory": false, "cookie": true}
)

func (l *level) UnmarshalYAML(n *yaml.Node) error {
	return word(n, (*claims.Level)(l), levels, "low, substantial or high")
}

func (c *capacity) UnmarshalYAML(n *yaml.Node) error {
	return word(n, (*claims.Capacity)(c), capacities, "private, professional or either")
}

func (c *cprUse) UnmarshalYAML(n *yaml.Node) error {
	return word(n, (*mitid.CPRUse)(c), cprUses, "no, if-present or required")
}

func (s *store) UnmarshalYAML(n *yaml.Node) error {
	return word(n, (*bool)(s), stores, "memory or cookie")
}

func (a *addressRange) UnmarshalYAML(n *yaml.Node) error {
	p, err := netip.ParsePrefix(n.Value)
	if err != nil {
		one, err := netip.ParseAddr(n.Value)
		if err != nil {
			return wrongWord(n, "write an address or a range such as 10.1.0.0/16")
		}
		p = netip.PrefixFrom(one, one.BitLen())
	}
	*a = addressRange(p)
	return nil
}

func word[T any](n *yaml.Node, to *T, words map[string]T, names string) error {
	v, ok := words[n.Value]
	if n.Kind != yaml.ScalarNode || !ok {
		return wrongWord(n, "write "+names)
	}
	*to = v
	return nil
}

// wrongWord returns an error with which the decoder goes on to the next setting.
func wrongWord(n *yaml.Node, why string) error {
	return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %s", n.Line, why)}}
}

// parseSettings reads a file of settings. It refuses settings that it does not know and
// settings that are there twice. Its errors name lines and settings, and no values, which
// may be secrets in the wrong place.
func parseSettings(data []byte) (*settings, error) {
	if len(data) > maxSettings {
		return nil, errors.New("the file is larger than 1 MB")
	}
	s := &settings{}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	err := d.Decode(s)
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty")
	}
	if err != nil {
		return nil, plainYAMLError(err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("the file holds more than one document")
	}
	var all yaml.Node
	if err := yaml.Unmarshal(data, &all); err != nil {
		return nil, plainYAMLError(err)
	}
	return s, refuseEmpty(&all)
}

// refuseEmpty refuses settings without a value, such as "level:" before a comment. They
// would count as left out.
func refuseEmpty(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		return fmt.Errorf("line %d: write a value, or leave the setting out", n.Line)
	}
	var all []error
	for _, c := range n.Content {
		all = append(all, refuseEmpty(c))
	}
	return errors.Join(all...)
}

var (
	unknownField = regexp.MustCompile(`^line (\d+): field (\S+) not found in type`)
	wrongType    = regexp.MustCompile(`(?s)^line (\d+): cannot unmarshal .* into ([\w.\[\]]+)$`)
	twice        = regexp.MustCompile(`(?s)^line (\d+): mapping key .* already defined at line (\d+)$`)
	wrote        = regexp.MustCompile(`^line \d+: write `)
	syntaxLine   = regexp.MustCompile(`line \d+`)
)

// plainYAMLError says what is wrong in words of the settings.
func plainYAMLError(err error) error {
	typed, ok := errors.AsType[*yaml.TypeError](err)
	if !ok {
		return errors.New(strings.TrimPrefix(syntaxLine.FindString(err.Error())+": ", ": ") + "this is no YAML")
	}
	var all []error
	for _, text := range typed.Errors {
		all = append(all, errors.New(plainYAMLText(text)))
	}
	return errors.Join(all...)
}

func plainYAMLText(text string) string {
	if m := unknownField.FindStringSubmatch(text); m != nil {
		names := settingNames(reflect.TypeFor[settings]())
		slices.Sort(names)
		return "line " + m[1] + ": " + didyoumean.Text("setting", m[2], slices.Compact(names))
	}
	if m := twice.FindStringSubmatch(text); m != nil {
		return "line " + m[1] + ": the setting is in line " + m[2] + " too"
	}
	if m := wrongType.FindStringSubmatch(text); m != nil {
		return "line " + m[1] + ": " + expected(m[2])
	}
	if wrote.MatchString(text) {
		return text
	}
	return syntaxLine.FindString(text) + ": the value does not fit"
}

func expected(goType string) string {
	switch {
	case goType == "bool":
		return "write true or false"
	case goType == "time.Duration":
		return "write a time such as 90s or 1h"
	case strings.HasPrefix(goType, "[]"):
		return "write a list"
	case goType == "string":
		return "write one text"
	}
	return "write settings below this one"
}

// settingNames returns the names of all settings.
func settingNames(t reflect.Type) (names []string) {
	for t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for f := range t.Fields() {
		if name := f.Tag.Get("yaml"); name != "" {
			names = append(append(names, name), settingNames(f.Type)...)
		}
	}
	return names
}
