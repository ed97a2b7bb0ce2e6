package claims

import (
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/private"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// Registered are the claims of RFC 7519 and OpenID Connect Core that decide
// whether a token is to be believed. They are the same in every dialect, and
// nothing here says that they have been checked.
//
// It prints which parts it has and refuses to marshal, as [Identity] does.
type Registered struct {
	Issuer          string
	Subject         string
	Audience        []string // one entry when the token had a text in place of a list
	Nonce           string
	AuthorizedParty string
	AtHash          string // at_hash: of the access token that came along (OpenID Connect Core section 3.1.3.6)
	Expires         int64  // Unix seconds, a fraction rounded down; 0 if missing
	NotBefore       int64  // Unix seconds, a fraction rounded up; 0 if missing
	IssuedAt        int64  // Unix seconds, a fraction rounded up; 0 if missing
}

// String names the parts that are present.
func (r Registered) String() string {
	return private.Outline("claims.Registered",
		private.Part("iss", r.Issuer != ""),
		private.Part("sub", r.Subject != ""),
		private.Part("aud", len(r.Audience) > 0),
		private.Part("nonce", r.Nonce != ""),
		private.Part("azp", r.AuthorizedParty != ""),
		private.Part("at_hash", r.AtHash != ""),
		private.Part("exp", r.Expires != 0),
		private.Part("nbf", r.NotBefore != 0),
		private.Part("iat", r.IssuedAt != 0),
	)
}

// Format writes String under every verb.
func (r Registered) Format(f fmt.State, _ rune) { private.Format(f, r.String()) }

// LogValue returns String.
func (r Registered) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalJSON refuses; keep the token itself where it is needed as evidence.
func (r Registered) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (r Registered) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (r Registered) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }

// lastSecond is the end of the year 9999, which keeps arithmetic with skews away
// from the ends of int64.
const lastSecond = 253402300799

// registeredNames are the claims that read knows; it is only read.
var registeredNames = [...]string{"iss", "sub", "aud", "nonce", "azp", "at_hash", "exp", "nbf", "iat"}

// read takes a claim if it is one of registeredNames, in the form of RFC 7519 and
// no other: texts, and times as numbers. Every other form is TokenInvalid, null
// included. A time with a fraction is rounded to the side that lets the token live
// shorter.
func (r *Registered) read(name string, v *strictjson.Value) (known bool, err error) {
	switch name {
	case "iss":
		r.Issuer, err = registeredText(name, v)
	case "sub":
		r.Subject, err = registeredText(name, v)
	case "aud":
		err = r.readAudience(v)
	case "nonce":
		r.Nonce, err = registeredText(name, v)
	case "azp":
		r.AuthorizedParty, err = registeredText(name, v)
	case "at_hash":
		// Nothing may be there and count as absent.
		if r.AtHash, err = registeredText(name, v); err == nil && r.AtHash == "" {
			err = fault.New(fault.TokenInvalid, "claim at_hash is empty")
		}
	case "exp":
		r.Expires, err = registeredTime(name, v, false)
	case "nbf":
		r.NotBefore, err = registeredTime(name, v, true)
	case "iat":
		r.IssuedAt, err = registeredTime(name, v, true)
	default:
		return false, nil
	}
	return true, err
}

// readAudience takes a text or a list of texts.
func (r *Registered) readAudience(v *strictjson.Value) error {
	if v.Kind() != strictjson.List {
		return r.addAudience(v)
	}
	r.Audience = []string{}
	return v.Elements(r.addAudience)
}

func (r *Registered) addAudience(v *strictjson.Value) error {
	text, err := registeredText("aud", v)
	r.Audience = append(r.Audience, text)
	return err
}

func registeredText(name string, v *strictjson.Value) (string, error) {
	text, ok, err := v.Text()
	switch {
	case err != nil:
		return "", err
	case !ok:
		return "", fault.New(fault.TokenInvalid, "claim "+name+" is not a text")
	}
	return text, nil
}

func registeredTime(name string, v *strictjson.Value, up bool) (int64, error) {
	text, isText, err := v.Text()
	if err != nil {
		return 0, err
	}
	seconds, ok := strictjson.Seconds(text, up)
	if isText || !ok || seconds > lastSecond {
		return 0, fault.New(fault.TokenInvalid, "claim "+name+" is not a time in seconds")
	}
	return seconds, nil
}
