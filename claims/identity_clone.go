package claims

import "slices"

// Clone returns a deep copy.
func (id Identity) Clone() Identity {
	if id.Name != nil {
		name := *id.Name
		id.Name = &name
	}
	if id.Address != nil {
		address := *id.Address
		address.Lines = slices.Clone(address.Lines)
		id.Address = &address
	}
	if id.Organisation != nil {
		organisation := *id.Organisation
		id.Organisation = &organisation
	}
	id.Authenticators = slices.Clone(id.Authenticators)
	return id
}
