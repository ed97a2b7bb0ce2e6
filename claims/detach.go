package claims

import "strings"

// detach copies every text of id, so that an Identity does not keep the payload
// alive that it was read from, with a CPR number in it that nobody asked for.
func (id *Identity) detach() {
	clone(&id.Subject, &id.Country, &id.SessionID, &id.NemIDPID)
	if n := id.Name; n != nil {
		clone(&n.Full, &n.Given, &n.Middle, &n.Family)
	}
	if a := id.Address; a != nil {
		for i := range a.Lines {
			clone(&a.Lines[i])
		}
		clone(&a.CareOf, &a.Street, &a.Road, &a.RoadCode, &a.HouseNumber, &a.Floor, &a.Side, &a.PostalCode,
			&a.City, &a.Locality, &a.Region, &a.Municipality, &a.MunicipalityCode, &a.Country)
	}
	if o := id.Organisation; o != nil {
		clone(&o.Name, &o.RID)
	}
	for i := range id.Authenticators {
		clone(&id.Authenticators[i].Word)
	}
}

func clone(texts ...*string) {
	for _, t := range texts {
		*t = strings.Clone(*t)
	}
}
