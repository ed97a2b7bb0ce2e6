package nebtest

import (
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// aboutCompany are the claims of scope nemlogin. No recording of them exists;
// they follow the vendor's documentation, and what is empty is left out.
func (n *dialect) aboutCompany(g *grant, s Settings) mitidtest.Object {
	p, co := &g.session.citizen, g.session.company
	var o mitidtest.Object
	if born := p.Born(); !born.IsZero() {
		o.Add("nemlogin.date_of_birth", born.Format(time.DateOnly))
		o.Add("nemlogin.age", mitidtest.Age(born, n.b.Now()))
	}
	if p.Name != "" {
		parts := strings.Fields(p.Name)
		o.Add("nemlogin.name", p.Name)
		o.Add("nemlogin.family_name", parts[len(parts)-1])
		o.Add("nemlogin.given_name", strings.Join(parts[:max(1, len(parts)-1)], " "))
	} else {
		o.Add("nemlogin.alias", "Pseudonym")
	}
	o.Add("nemlogin.ial", levelURIs[max(g.session.grantLevel.ial, claims.Substantial)])
	if !p.CPR.IsZero() {
		if s.PublicProvider {
			o.Add("nemlogin.cpr", p.CPR.Reveal())
		} else {
			o.Add("nemlogin.cpr_uuid", mitidtest.StableUUID("cpr uuid", p.CPR.Reveal()))
		}
	}
	o = o.Optional("nemlogin.nemid.rid", co.RID)
	o = o.Optional("nemlogin.org_name", co.Name)
	o.Add("nemlogin.persistent_professional_id", p.MitIDUUID(co))
	if co.Role == mitidtest.Signatory {
		o.Add("nemlogin.auth_to_repr", co.CVR)
		return o
	}
	o.Add("nemlogin.cvr", co.CVR)
	o = o.Optional("nemlogin.se_number", co.SE)
	return o.Optional("nemlogin.p_number", co.ProductionUnit)
}
