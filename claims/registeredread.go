package claims

import (
	"strconv"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// lastSecond is the end of the year 9999, which keeps arithmetic with skews away
// from the ends of int64.
const lastSecond = 253402300799

// read takes one claim in the form of RFC 7519 and no other: texts, and times as
// whole seconds. Every other form is TokenInvalid, null included.
func (r *Registered) read(claim criiptoClaim, v *strictjson.Value) error {
	switch claim {
	case claimAud:
		return r.audience(v)
	case claimExp, claimNbf, claimIat:
		return r.time(claim, v)
	}
	text, ok, err := v.Text()
	switch {
	case err != nil:
		return err
	case !ok:
		return notRegistered(claim, "is not a text")
	}
	switch claim {
	case claimIss:
		r.Issuer = text
	case claimSub:
		r.Subject = text
	case claimNonce:
		r.Nonce = text
	case claimAzp:
		r.AuthorizedParty = text
	}
	return nil
}

func (r *Registered) time(claim criiptoClaim, v *strictjson.Value) error {
	text, ok, err := v.Text()
	if err != nil {
		return err
	}
	seconds, malformed := strconv.ParseInt(text, 10, 64)
	if ok || malformed != nil || seconds < 0 || seconds > lastSecond {
		return notRegistered(claim, "is not a time in whole seconds")
	}
	switch claim {
	case claimExp:
		r.Expires = seconds
	case claimNbf:
		r.NotBefore = seconds
	case claimIat:
		r.IssuedAt = seconds
	}
	return nil
}

// audience takes a text or a list of texts.
func (r *Registered) audience(v *strictjson.Value) error {
	if v.Kind() == strictjson.List {
		r.Audience = []string{}
		return v.Elements(r.oneAudience)
	}
	return r.oneAudience(v)
}

func (r *Registered) oneAudience(v *strictjson.Value) error {
	text, ok, err := v.Text()
	switch {
	case err != nil:
		return err
	case !ok:
		return notRegistered(claimAud, "is neither a text nor a list of texts")
	}
	r.Audience = append(r.Audience, text)
	return nil
}

func notRegistered(claim criiptoClaim, why string) error {
	return fault.New(fault.TokenInvalid, "claim "+claim.String()+" "+why)
}
