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
	maxDescription = 1024 // a longer description is cut
)

// Answer is the broker's answer at the redirect URL: a code or an error, never
// both. It prints as a placeholder, because a code is a secret and anybody may have
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
// 4.1.2, RFC 9207). The caller checks the state parameter. An Answer with an error is
// a success of ReadAnswer: see [ClassOf].
//
// The error is ResponseInvalid for a repeated or oversized parameter, for an answer
// with both or neither of code and error, and for an answer that carries a token. We
// ask for a code, and others may have seen a token in an address. It is
// IssuerMismatch for another issuer, and for a missing one if the broker announces
// iss. ReadAnswer makes a call only if iss is missing and no discovery document is
// cached.
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

// Said returns the broker's error code and description, cut by [fault.Cut].
func (a *Answer) Said() string {
	if a.Description == "" {
		return fault.Cut(a.Error)
	}
	return fault.Cut(a.Error + ": " + a.Description)
}

// isTokenName reports whether a parameter has the name of a token, in any letter
// case. Answers of other flows have such parameters (OpenID Connect Core section
// 3.2.2.5, RFC 6749 section 4.2.2, JARM).
func isTokenName(name string) bool {
	name = strings.ToLower(name)
	return name == "token" || name == "response" || strings.HasSuffix(name, "_token")
}

// isVisible reports whether s consists of printable ASCII and has one to limit
// characters. Codes, tokens and errors do (RFC 6749 appendix A).
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
