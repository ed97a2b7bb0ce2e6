package pades

import (
	"github.com/dkeid/dkeid/internal/pdfscan"
)

// changed returns why the document is no longer what a signature signed.
func (v *verification) changed(s *pdfscan.Signature) []Reason {
	if s.Revision()+1 == v.file.Revisions() {
		return nil
	}
	if v.damage != nil {
		return []Reason{Malformed}
	}
	var why []Reason
	for _, c := range v.changes {
		if c.Update <= s.Revision() {
			continue
		}
		if r := v.judge(c); r != "" {
			add(&why, r)
		}
	}
	return why
}

// judge returns the reason against a change; "" if it is allowed by every signature before it.
func (v *verification) judge(c pdfscan.Change) Reason {
	certified, permits, locked := v.restrictions(c)
	switch c.Kind {
	case pdfscan.ProofsAdded, pdfscan.TimestampAdded, pdfscan.MetadataSet:
		return ""
	case pdfscan.SignatureAdded, pdfscan.FieldAdded:
		if certified == 1 || locked {
			return Modified
		}
		return ""
	case pdfscan.FieldFilled:
		switch {
		case certified == 1 || locked:
			return Modified
		case permits || v.policy.FormFilling:
			return ""
		}
		return FormFilled
	}
	return Modified
}

// listChanges reports the changes.
func (v *verification) listChanges() {
	if v.damage != nil {
		v.reason(Malformed)
	}
	for _, c := range v.changes {
		v.report.Changes = append(v.report.Changes, Change{
			Revision: c.Update + 1, Object: c.Object, Page: c.Page, Kind: string(c.Kind), Field: c.Field, Allowed: v.judge(c) == "",
		})
	}
}

// restrictions returns what certifications before a change allow (DocMDP; 0 if there are none),
// whether the first signature permits filling in, and whether a signature before it locks its field. A
// certification by somebody who signed later takes nothing from those who signed before (ISO 32000-2, 12.8.2.2).
func (v *verification) restrictions(c pdfscan.Change) (certified int, permits, locked bool) {
	first := c.Update
	for _, one := range v.seals {
		s := one.Signature
		if s == nil || s.Revision() >= c.Update {
			continue
		}
		if s.Certifies != 0 && (certified == 0 || s.Certifies < certified) {
			certified = s.Certifies
		}
		if !one.isStamp() && s.Revision() < first {
			first, permits = s.Revision(), s.Certifies > 1
		}
		for _, l := range s.Locks {
			locked = locked || c.Field != "" && c.Kind == pdfscan.FieldFilled && l.Covers(c.Field)
		}
	}
	return certified, permits, locked
}
