package oidcrp

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"github.com/dkeid/dkeid/internal/fault"
)

// The longest values taken in an answer, in bytes.
const (
	maxCode        = 4096
	maxErrorCode   = 256
	maxDescription = 1024 // longer ones are cut
)

// Answer is the broker's answer at the redirect URL: a code or an error, never
// both. It prints as a placeholder: a code is a secret, and a stranger may have
// written the error text.
type Answer struct {
	Code        string
	Error       string
	Description string // cut to 1024 bytes; never show or log it as it is
}

// Format writes a placeholder under every verb.
func (a Answer) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "[answer]") }

// LogValue returns a placeholder.
func (a Answer) LogValue() slog.Value { return slog.StringValue("[answer]") }

// MarshalJSON refuses, so that no log writes it by reflection.
func (a Answer) MarshalJSON() ([]byte, error) { return nil, errNotWritten }

// ReadAnswer reads the parameters of an authorization response (RFC 6749 section
// 4.1.2, RFC 9207). The state parameter is the caller's. An error answer is no
// error here: see [ClassOf].
//
// Errors: ResponseInvalid for a repeated or oversized parameter, for an answer with
// neither code nor error, or both, and for one that carries a token: we ask for a
// code, and a token in an address has been seen by others; IssuerMismatch for another
// issuer, or none where the broker announces it. No call is made, except for
// discovery where the issuer is missing and no copy is at hand.
func (p *Party) ReadAnswer(ctx context.Context, values url.Values) (*Answer, error) {
	for _, list := range values {
		if len(list) != 1 {
			return nil, p.fault(fault.ResponseInvalid, "a parameter of the answer is given twice")
		}
	}
	for name := range values {
		if isTokenName(name) {
			return nil, p.fault(fault.ResponseInvalid, "the answer carries a token beside the code")
		}
	}
	issuer, hasIssuer := values["iss"]
	if hasIssuer && issuer[0] != p.issuer {
		return nil, p.fault(fault.IssuerMismatch, "the answer is another issuer's")
	}
	code, hasCode := values["code"]
	problem, hasProblem := values["error"]
	switch {
	case hasCode == hasProblem:
		return nil, p.fault(fault.ResponseInvalid, "the answer has neither code nor error, or both")
	case hasCode && !isVisible(code[0], maxCode), hasProblem && !isVisible(problem[0], maxErrorCode):
		return nil, p.fault(fault.ResponseInvalid, "the answer's code or error is malformed")
	}
	if !hasIssuer && (hasCode || !p.errorsWithoutIssuer) {
		m, err := p.metadata.get(ctx, nil)
		if err != nil {
			return nil, err
		}
		if m.value.IssParam {
			return nil, p.fault(fault.IssuerMismatch, "the answer does not say whose it is")
		}
	}
	if hasCode {
		return &Answer{Code: code[0]}, nil
	}
	description := strings.ToValidUTF8(values.Get("error_description"), "\uFFFD")
	if len(description) > maxDescription {
		description = strings.ToValidUTF8(description[:maxDescription], "")
	}
	return &Answer{Error: problem[0], Description: description}, nil
}

// Said returns the broker's words, cut as [fault.Error.Said] is.
func (a *Answer) Said() string {
	if a.Description == "" {
		return fault.Cut(a.Error)
	}
	return fault.Cut(a.Error + ": " + a.Description)
}

// isTokenName reports whether a parameter is called as tokens are in the answers of
// flows that we do not use (OpenID Connect Core section 3.2.2.5, RFC 6749 section
// 4.2.2, JARM), in any letter case.
func isTokenName(name string) bool {
	name = strings.ToLower(name)
	return name == "token" || name == "response" || strings.HasSuffix(name, "_token")
}

// isVisible reports whether s is one to limit characters of printable ASCII, as
// RFC 6749 appendix A has codes, tokens and errors.
func isVisible(s string, limit int) bool {
	if s == "" || len(s) > limit {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
