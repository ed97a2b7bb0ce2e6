package criipto

import (
	"encoding/json"
	"strings"

	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/dkeid/dkeid/signing"
)

// The limits of the evidence in a signature.
const (
	maxEvidence = 8 << 20 // bytes; drawings are pictures
	maxParts    = 16      // of a composite
)

// meta says which order and signatory evidence is about.
type meta struct {
	order, signatory string
}

// An envelope is the evidence as it stands in the ContactInfo of a signature.
type envelope struct {
	meta        string
	environment string
	kind        string
	value       string // JSON
}

// readEvidence returns what the evidence is about and the only token in it. A drawing, or
// nothing, proves nobody's identity. The evidence may hold pictures and keys; they are
// not read.
func (c *verification) readEvidence(contactInfo string) (meta, string, error) {
	switch {
	case contactInfo == "":
		return meta{}, "", incomplete("a signature without evidence")
	case len(contactInfo) > maxEvidence:
		return meta{}, "", incomplete("evidence that is too long")
	}
	var e envelope
	if err := read(contactInfo, map[string]field{
		"meta": nested(&e.meta), "environment": plain(&e.environment), "type": plain(&e.kind), "value": nested(&e.value),
	}); err != nil {
		return meta{}, "", err
	}
	var m meta
	environment := ""
	if err := read(e.meta, map[string]field{
		"signatureOrderId": plain(&m.order), "signatoryId": plain(&m.signatory), "environment": plain(&environment),
	}); err != nil {
		return meta{}, "", err
	}
	if m.order == "" || m.signatory == "" {
		return meta{}, "", incomplete("evidence that names no order or no signatory")
	}
	for _, at := range []string{e.environment, environment} {
		if at != "" && at != "PRODUCTION" && (at != "TEST" || !c.v.cfg.AllowTest) {
			return meta{}, "", incomplete("evidence of a test environment (VerifierConfig.AllowTest)")
		}
	}
	token, err := tokenOf(e.kind, e.value)
	return m, token, err
}

func incomplete(why string) *signing.Error { return refuse(signing.EvidenceIncomplete, why) }

// tokenOf returns the only token in evidence of a kind.
func tokenOf(kind, value string) (string, error) {
	if bare(kind) != "signature.composite.v1" {
		token, err := partOf(kind, value)
		if err == nil && token == "" {
			err = incomplete("a signature that is a drawing, or nothing, which proves nobody's identity")
		}
		return token, err
	}
	var parts []json.RawMessage
	if err := strictjson.Unmarshal([]byte(value), &parts); err != nil || len(parts) > maxParts {
		return "", incomplete("evidence of parts that cannot be read, or of too many")
	}
	found := ""
	for _, part := range parts {
		var kind, value string
		if err := read(string(part), map[string]field{"type": plain(&kind), "value": nested(&value)}); err != nil {
			return "", err
		}
		token, err := partOf(kind, value)
		switch {
		case err != nil:
			return "", err
		case token != "" && found != "":
			return "", incomplete("a signature with two tokens")
		case token != "":
			found = token
		}
	}
	if found == "" {
		return "", incomplete("a signature that is a drawing, or nothing, which proves nobody's identity")
	}
	return found, nil
}

// bare returns a kind without the prefix that older evidence lacks.
func bare(kind string) string { return strings.TrimPrefix(kind, "criipto.") }

// partOf returns the token in a part of the evidence; empty if it is a drawing or
// nothing.
func partOf(kind, value string) (string, error) {
	switch bare(kind) {
	case "signature.jwt.v1":
		token := ""
		if err := read(value, map[string]field{"jwt": plain(&token)}); err != nil {
			return "", err
		}
		if token == "" {
			return "", incomplete("evidence without its token")
		}
		return token, nil
	case "signature.drawable.v1", "signature.empty.v1", "signature.noop.v1":
		return "", nil
	}
	return "", incomplete("evidence of a kind that is not known")
}

// A field reads one member. It returns false for one of the wrong form.
type field func(v *strictjson.Value) (bool, error)

// plain reads a text.
func plain(into *string) field {
	return func(v *strictjson.Value) (bool, error) {
		text, ok, err := v.Text()
		*into = text
		return ok, err
	}
}

// nested reads an object or a list, or a text that holds JSON.
func nested(into *string) field {
	return func(v *strictjson.Value) (bool, error) {
		kind := v.Kind()
		text, ok, err := v.Text()
		*into = text
		return ok || kind == strictjson.Object || kind == strictjson.List, err
	}
}

// read reads the known members of a JSON object. Names are compared letter by letter, and
// a name that differs by letter case alone is refused.
func read(text string, fields map[string]field) error {
	err := strictjson.Members([]byte(text), func(name string, v *strictjson.Value) error {
		f, known := fields[name]
		if !known {
			for other := range fields {
				if strings.EqualFold(name, other) {
					return incomplete("evidence with a known name in another letter case")
				}
			}
			return nil
		}
		ok, err := f(v)
		if err == nil && !ok {
			return incomplete("evidence with a member of the wrong form")
		}
		return err
	})
	if e, ok := err.(*signing.Error); ok {
		return e
	}
	if err != nil {
		return incomplete("evidence that cannot be read")
	}
	return nil
}
