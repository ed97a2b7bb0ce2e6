package eident

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
	"github.com/dkeid/dkeid/mitid/nets"
	"github.com/dkeid/dkeid/mitid/nets/internal/netsclaims"
)

// reader holds the claims while they are read. Two claims hold the CPR number.
type reader struct {
	Claims
	dkSSN, ssn cpr.Number
	text       netsclaims.TextClaims
}

// dialect never changes.
var dialect = claimset.NewDialect(func(r *reader) claimset.Target {
	return claimset.Target{Registered: &r.Registered, Unknown: &r.Unknown, State: &r.state}
}, claimset.Join(
	claimset.Table[reader]{
		"amr":                     claimset.Strings(func(r *reader) *[]string { return &r.AMR }),
		"mitid_amr":               claimset.Strings(func(r *reader) *[]string { return &r.MitIDAMR }),
		"acr":                     claimset.String(func(r *reader) *string { return &r.ACR }),
		"loa":                     claimset.Level(func(r *reader) *claims.Level { return &r.Levels.LoA }, netsclaims.Level).LoA(),
		"ial":                     claimset.Level(func(r *reader) *claims.Level { return &r.Levels.IAL }, netsclaims.Level),
		"aal":                     claimset.Level(func(r *reader) *claims.Level { return &r.Levels.AAL }, netsclaims.Level),
		"auth_time":               claimset.Parsed(claimset.Silent, func(r *reader) *time.Time { return &r.AuthTime }, anyTime),
		"identity_type":           claimset.String(func(r *reader) *string { return &r.IdentityType }),
		"jti":                     claimset.String(func(r *reader) *string { return &r.TransactionID }),
		"mitid_transactionid":     claimset.String(func(r *reader) *string { return &r.MitIDTransactionID }),
		"mitid.uuid":              claimset.Parsed(claimset.Text, func(r *reader) *claims.UUID { return &r.UUID }, claims.ParseUUID),
		"pid":                     claimset.String(func(r *reader) *string { return &r.PID }),
		"nemid.pid":               claimset.Parsed(claimset.Text, func(r *reader) *string { return &r.NemIDPID }, claimset.NemIDPID),
		"name":                    claimset.String(func(r *reader) *string { return &r.Name }),
		"birthdate":               claimset.Parsed(claimset.Text, func(r *reader) *time.Time { return &r.BirthDate }, netsclaims.Day),
		"dk_ssn":                  claimset.Parsed(claimset.Text, func(r *reader) *cpr.Number { return &r.dkSSN }, claimset.CPR),
		"ssn":                     claimset.Parsed(claimset.Text, func(r *reader) *cpr.Number { return &r.ssn }, claimset.CPR),
		"authorized_to_represent": claimset.Parsed(claimset.Number, func(r *reader) *claims.CVR { return &r.AuthorizedToRepresent }, claims.ParseCVR),
		"reference_text":          claimset.String(func(r *reader) *string { return &r.ReferenceText }),
		"additional_info":         claimset.String(func(r *reader) *string { return &r.AdditionalInfo }),
	},
	netsclaims.TextTable("", func(r *reader) *netsclaims.TextClaims { return &r.text }),
	netsclaims.WithinNemLogin(nemLogin),
))

// nemLogin returns the place of the claims nemlogin.*.
func nemLogin(r *reader) *nets.NemLogin {
	if r.NemLogin == nil {
		r.NemLogin = new(nets.NemLogin)
	}
	return r.NemLogin
}

// parseClaims reads the payload of an ID token, or a userinfo answer, as
// [claimset.Dialect.Read] says. If dk_ssn and ssn differ, the claims cannot be used, and
// nothing is kept of either.
func parseClaims(payload []byte) (*Claims, error) {
	r := new(reader)
	if err := dialect.Read(payload, r); err != nil {
		return nil, err
	}
	e := &r.Claims
	if e.NemLogin != nil && *e.NemLogin == (nets.NemLogin{}) {
		e.NemLogin = nil
	}
	switch {
	case netsclaims.Differ(r.dkSSN, r.ssn):
		e.state.Keep(fault.New(fault.ClaimInvalid, "dk_ssn is not ssn"))
	case r.dkSSN.IsZero():
		e.CPR = r.ssn
	default:
		e.CPR = r.dkSSN
	}
	text, err := r.text.Read(plainOrBase64)
	e.state.Keep(err)
	e.Text = text
	return e, nil
}

// anyTime reads seconds, or the form of date that an E-Ident token of 2021 had. For any
// other text it returns zero.
func anyTime(s string) (time.Time, error) {
	if t, err := claimset.UnixTime(s); err == nil {
		return t, nil
	}
	t, err := time.Parse("02-01-2006 15:04:05 UTC", s)
	if err != nil {
		return time.Time{}, nil
	}
	return t, nil
}

// plainOrBase64 decodes a text. E-Ident does not publish whether it returns texts plain
// or in base64, so the digest decides. Without a digest the text stays as it came.
func plainOrBase64(encoded string, digest [sha256.Size]byte) (string, error) {
	if sha256.Sum256([]byte(encoded)) != digest {
		b, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if err == nil && sha256.Sum256(b) == digest {
			return string(b), nil
		}
	}
	return encoded, nil
}
