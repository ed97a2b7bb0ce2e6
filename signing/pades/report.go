package pades

import (
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// A Report is what [Verify] found. It prints and logs as its verdict alone.
type Report struct {
	guarded
	Verdict   Verdict
	Reasons   []Reason // those that concern the whole file, and those of its signatures
	Revisions int      // how many states the file has: the first, and one for each update
	// Signatures are in the order of the fields of the form.
	Signatures []Signature
	// Timestamps are the document timestamps, in the same order.
	Timestamps []Timestamp
	Changes    []Change
	Grown      bool         // the first update behind Policy.Original added pages at the end
	Discloses  []Disclosure // what anybody who has the file can read in it
	Notes      []Note
}

// A Signature is one signature and what became of it. It prints as its verdict.
type Signature struct {
	guarded
	Field    string // the whole name of its form field
	Verdict  Verdict
	Reasons  []Reason
	Notes    []Note
	Revision int  // which state of the file it covers, from 1
	Whole    bool // it covers the whole file as it is now

	// Time is when it was made, in UTC: at or before the time of a trusted timestamp if Proven, else what
	// the signer claims. It is zero if nobody says.
	Time   time.Time
	Proven bool
	// Stamped means that it has a timestamp of its own that counts. Without one a document timestamp
	// may prove the time.
	Stamped bool
	// InOriginal means that it stands in Policy.Original already.
	InOriginal bool

	Certificate *x509.Certificate // whose key verified it; nil if none did
	Signer      string            // the subject of the certificate, as RFC 2253 writes it
	// Persons are whom the evidence names that verified: one with Criipto, or the drawing beside a login
	// too; everybody who signed with Nets; none if there is no evidence. They have signed only if the
	// Verdict is Passed.
	Persons []Person

	// Name, Reason and Location are what the signature says of itself. Nobody but the signer vouches
	// for them.
	Name, Reason, Location string

	contact func() string // a function, so that no printer sees the tokens in it
}

// ContactInfo returns where Criipto puts the evidence of a login, as it stands in the file. It
// may hold tokens.
func (s *Signature) ContactInfo() string {
	if s.contact == nil {
		return ""
	}
	return s.contact()
}

// A Timestamp is a document timestamp. It prints as its verdict.
type Timestamp struct {
	guarded
	Field       string
	Verdict     Verdict
	Reasons     []Reason
	Revision    int // which state of the file it covers, from 1
	Whole       bool
	Time        time.Time // UTC; zero if it did not verify
	Certificate *x509.Certificate
}

// A Change is something that an update did to the state before it.
type Change struct {
	Revision int    // which state of the file it made, from 2
	Object   int    // the number of the object; 0 if it is none
	Page     int    // from 1; 0 if it is on none, or that is not known
	Kind     string // one of a list in docs/guides/verify.md, such as content-changed
	Field    string // the whole name of a form field, if it is about one
	Allowed  bool   // all signatures before it allow it
}

// A Disclosure is a kind of personal data that stands in the file in clear.
type Disclosure string

// The disclosures.
const (
	DisclosesCPR       Disclosure = "cpr"
	DisclosesName      Disclosure = "name"
	DisclosesBirthDate Disclosure = "birthdate"
	DisclosesAddress   Disclosure = "address"
	DisclosesID        Disclosure = "person-id" // such as MitID's UUID
	DisclosesIP        Disclosure = "ip-address"
	DisclosesEmail     Disclosure = "email"
)

// Format writes the verdict under every verb.
func (r Report) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "pades.Report: "+r.Verdict.String())
}

// LogValue gives the verdict and the reasons.
func (r Report) LogValue() slog.Value {
	return slog.GroupValue(slog.String("verdict", r.Verdict.String()), slog.Any("reasons", r.Reasons))
}

// Format writes the verdict under every verb.
func (s Signature) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "pades.Signature: "+s.Verdict.String())
}

// LogValue gives the verdict and the reasons.
func (s Signature) LogValue() slog.Value {
	return slog.GroupValue(slog.String("verdict", s.Verdict.String()), slog.Any("reasons", s.Reasons))
}

// Format writes the verdict under every verb.
func (t Timestamp) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "pades.Timestamp: "+t.Verdict.String())
}
