package eident

import (
	"encoding/json"
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
)

// attributeClaims has the claim of each attribute. Most names are the claim's in capitals.
// It never changes.
var attributeClaims = func() map[string]string {
	named := map[string]string{"mitid.uuid": "MITID_UUID", "name": "FULLNAME", "birthdate": "DOB", "nemid.pid": "NEMID_PID"}
	table := make(map[string]string)
	for _, claim := range dialect.Names() {
		switch attribute, ok := named[claim]; {
		case ok:
			table[attribute] = claim
		case claim == "jti" || claim == "auth_time": // the assertion itself has them
		default:
			table[strings.ToUpper(claim)] = claim
		}
	}
	return table
}()

// transactionPrefix stands before the transaction in an AssertionID (E-Ident, CPR step-up).
const transactionPrefix = "TI2-"

// claims returns what st states as claims of the OIDC dialect, whose rules they must keep.
// Subject is the sub that the OIDC adapter finds: mitid: and the UUID in small letters. So a
// merchant who changes the protocol keeps the keys of their users.
func (st *statement) claims() (*Claims, error) {
	o := map[string]any{"iss": st.issuer, "exp": st.expires.Unix(), "nbf": st.notBefore.Unix(), "iat": st.issued.Unix()}
	if st.audience != nil {
		o["aud"] = st.audience
	}
	if id, ok := strings.CutPrefix(st.id, transactionPrefix); ok {
		o["jti"] = id
	}
	unknown := make(map[string]json.RawMessage)
	for name, values := range st.attributes {
		var value any = values
		if len(values) == 1 {
			value = values[0]
		}
		claim, known := attributeClaims[name]
		if known {
			o[claim] = value
			continue
		}
		if _, known := attributeClaims[strings.ToUpper(name)]; known {
			return nil, fault.New(fault.TokenInvalid, "a known attribute in another letter case")
		}
		raw, err := json.Marshal(value)
		if err != nil {
			return nil, fault.New(fault.ResponseInvalid, "an attribute cannot be read")
		}
		unknown[name] = raw
	}
	text, _ := o["mitid.uuid"].(string)
	if uuid, err := claims.ParseUUID(text); err == nil {
		o["sub"] = "mitid:" + uuid.String()
	}
	payload, err := json.Marshal(o)
	if err != nil {
		return nil, fault.New(fault.ResponseInvalid, "an attribute cannot be read")
	}
	c, err := parseClaims(payload)
	if err != nil {
		return nil, err
	}
	c.AuthTime = st.authTime
	if len(unknown) > 0 {
		c.Unknown = unknown
	}
	return c, nil
}

// evidence returns the answer as it arrived, with the signature of its assertion, and the
// certificate that verified it. If no signature was verified, there is no key.
func (st *statement) evidence(body []byte) mitid.Token {
	t := mitid.Token{Use: "assertion", Raw: mitid.NewSecret(string(body))}
	if st.certificate != nil {
		t.Key = st.certificate.Raw
	}
	return t
}
