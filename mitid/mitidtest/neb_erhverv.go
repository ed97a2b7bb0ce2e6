package mitidtest

import (
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
)

// aboutCompany are the claims of scope nemlogin. No recording of them exists;
// they follow the vendor's documentation, and what is empty is left out.
func (n *neb) aboutCompany(g *nebGrant, s NEBSettings) object {
	p, co := &g.session.citizen, g.session.company
	var o object
	if born := p.born(); !born.IsZero() {
		o.add("nemlogin.date_of_birth", born.Format(time.DateOnly))
		o.add("nemlogin.age", age(born, n.b.Now()))
	}
	if p.Name != "" {
		parts := strings.Fields(p.Name)
		o.add("nemlogin.name", p.Name)
		o.add("nemlogin.family_name", parts[len(parts)-1])
		o.add("nemlogin.given_name", strings.Join(parts[:max(1, len(parts)-1)], " "))
	} else {
		o.add("nemlogin.alias", "Pseudonym")
	}
	o.add("nemlogin.ial", nebLevelURIs[max(g.session.grantLevel.ial, claims.Substantial)])
	if !p.CPR.IsZero() {
		if s.PublicProvider {
			o.add("nemlogin.cpr", p.CPR.Reveal())
		} else {
			o.add("nemlogin.cpr_uuid", identifier("cpr uuid", p.CPR.Reveal()))
		}
	}
	o = optional(o, "nemlogin.nemid.rid", co.RID)
	o = optional(o, "nemlogin.org_name", co.Name)
	o.add("nemlogin.persistent_professional_id", p.uuidIn(co))
	if co.Role == Signatory {
		o.add("nemlogin.auth_to_repr", co.CVR)
		return o
	}
	o.add("nemlogin.cvr", co.CVR)
	o = optional(o, "nemlogin.se_number", co.SE)
	return optional(o, "nemlogin.p_number", co.ProductionUnit)
}
