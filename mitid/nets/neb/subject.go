package neb

import (
	"crypto/x509"
	"slices"
	"strings"
)

// The subjects of the certificates that sign transaction tokens (Signaturgruppen,
// environments). The key changes every three years. The subject does not.
const (
	productionSubject    = "CN=eID Broker Signing, SERIALNUMBER=UI:DK-O:G:eca57a69-98a6-4b9a-9293-bc4be1c3aa06, O=SIGNATURGRUPPEN A/S, 2.5.4.97=NTRDK-29915938, C=DK"
	preProductionSubject = "CN=NEB Transact PP, SERIALNUMBER=UI:DK-O:G:d09df20d-26f0-4ba0-bdd1-2cb4f9524683, O=SIGNATURGRUPPEN A/S, 2.5.4.97=NTRDK-29915938, C=DK"
)

func documentedSubjects(issuer string) []string {
	switch issuer {
	case Production:
		return []string{productionSubject}
	case PreProduction:
		return []string{preProductionSubject}
	}
	return []string{productionSubject, preProductionSubject}
}

// subject is a distinguished name as the sorted list of its attributes, each as
// "object identifier=value". Attributes are compared byte for byte.
type subject []string

// attributeTypes are the short names (RFC 4514, X.520) that parseSubject knows.
var attributeTypes = map[string]string{
	"CN": "2.5.4.3", "SERIALNUMBER": "2.5.4.5", "C": "2.5.4.6", "L": "2.5.4.7", "ST": "2.5.4.8", "O": "2.5.4.10", "OU": "2.5.4.11",
	"organizationIdentifier": "2.5.4.97",
}

// parseSubject reads "TYPE=value, TYPE=value …". A comma inside a value is written
// with a backslash before it.
func parseSubject(text string) (subject, bool) {
	var s subject
	var part strings.Builder
	add := func() bool {
		kind, value, ok := strings.Cut(strings.TrimSpace(part.String()), "=")
		part.Reset()
		oid := kind
		if known, short := attributeTypes[kind]; short {
			oid = known
		} else if !isDotted(kind) {
			return false
		}
		s = append(s, oid+"="+value)
		return ok && value != ""
	}
	escaped := false
	for _, r := range text {
		switch {
		case escaped:
			part.WriteRune(r)
			escaped = false
		case r == '\\':
			escaped = true
		case r == ',':
			if !add() {
				return nil, false
			}
		default:
			part.WriteRune(r)
		}
	}
	if escaped || !add() {
		return nil, false
	}
	slices.Sort(s)
	return s, true
}

// isDotted reports whether s looks like an object identifier.
func isDotted(s string) bool {
	for _, part := range strings.Split(s, ".") {
		if part == "" || strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return strings.Contains(s, ".")
}

// subjectOf returns the subject of c, or nil if an attribute of it is not a text.
func subjectOf(c *x509.Certificate) subject {
	var s subject
	for _, a := range c.Subject.Names {
		value, ok := a.Value.(string)
		if !ok {
			return nil
		}
		s = append(s, a.Type.String()+"="+value)
	}
	slices.Sort(s)
	return s
}

// signsTransactions reports whether c is a certificate of the key of transaction tokens.
func (b *Broker) signsTransactions(c *x509.Certificate) bool {
	if c == nil {
		return false
	}
	s := subjectOf(c)
	return s != nil && slices.ContainsFunc(b.subjects, func(known subject) bool { return slices.Equal(known, s) })
}

// signsTokens reports whether c may be a certificate of the key of ID and userinfo
// tokens: every certificate but that of transaction tokens.
func (b *Broker) signsTokens(c *x509.Certificate) bool { return !b.signsTransactions(c) }
