package claimset

import (
	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// lastSecond is the end of the year 9999. Later times are refused, so that adding a
// skew cannot overflow.
const lastSecond = 253402300799

// registeredNames are the claims that readRegistered knows. It never changes.
var registeredNames = [...]string{"iss", "sub", "aud", "nonce", "azp", "at_hash", "exp", "nbf", "iat"}

// readRegistered reads a claim if it is one of registeredNames. The claim must have the
// form of RFC 7519: a text, or a number for a time. For every other form, null
// included, the error is TokenInvalid. A time with a fraction is rounded so that the
// token lives shorter.
func readRegistered(r *claims.Registered, name string, v *strictjson.Value) (known bool, err error) {
	switch name {
	case "iss":
		r.Issuer, err = registeredText(name, v)
	case "sub":
		r.Subject, err = registeredText(name, v)
	case "aud":
		err = readAudience(r, v)
	case "nonce":
		r.Nonce, err = registeredText(name, v)
	case "azp":
		r.AuthorizedParty, err = registeredText(name, v)
	case "at_hash":
		// An empty at_hash would count as a missing one.
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
func readAudience(r *claims.Registered, v *strictjson.Value) error {
	add := func(v *strictjson.Value) error {
		text, err := registeredText("aud", v)
		r.Audience = append(r.Audience, text)
		return err
	}
	if v.Kind() != strictjson.List {
		return add(v)
	}
	r.Audience = []string{}
	return v.Elements(add)
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
