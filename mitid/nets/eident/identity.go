package eident

import (
	"encoding/json"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid/nets"
)

// identity returns the person behind the claims, with the settings of Config that
// change how claims are read.
func (s *settings) identity(c *Claims) (claims.Identity, error) {
	read, n := *c, nets.NemLogin{}
	if c.NemLogin != nil {
		n = *c.NemLogin
	}
	var number string
	if err := takeText(c, &number, s.orgNumber); err != nil {
		return claims.Identity{}, err
	}
	if number != "" {
		cvr, err := claims.ParseCVR(number)
		if err != nil || !n.CVR.IsZero() && n.CVR != cvr {
			return claims.Identity{}, fault.New(fault.ClaimInvalid, "the configured claim of the organisation's number is no CVR number, or not that of nemlogin.cvr")
		}
		n.CVR, read.NemLogin = cvr, &n
	}
	if s.privateActs && c.IdentityType == "private" && (!c.AuthorizedToRepresent.IsZero() || !n.AuthToRepr.IsZero()) {
		read.IdentityType = "professional"
	}
	id, err := read.Identity()
	if err != nil {
		return claims.Identity{}, err
	}
	return id, s.addConfigured(&id, c)
}

// addConfigured adds what is in the claims that Config names.
func (s *settings) addConfigured(id *claims.Identity, c *Claims) error {
	if err := takeText(c, &id.NemIDPID, s.pid); err != nil || id.Organisation == nil {
		return err
	}
	return takeText(c, &id.Organisation.Name, s.orgName)
}

// takeText puts the text of an unknown claim into an empty field.
func takeText(c *Claims, into *string, claim string) error {
	raw, ok := c.Unknown[claim]
	if !ok || claim == "" || *into != "" || string(raw) == "null" {
		return nil
	}
	s, ok := text(raw)
	if !ok {
		return fault.New(fault.ClaimInvalid, "a claim that the Config names is no text")
	}
	*into = s
	return nil
}

// text reads a JSON text.
func text(raw json.RawMessage) (s string, ok bool) {
	return s, len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &s) == nil
}
