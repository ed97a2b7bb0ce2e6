package pdfscan

import (
	"strings"
	"time"
)

// A Lock names fields that must not change after a signature (ISO 32000-2, 12.7.5.5 and
// 12.8.2.4).
type Lock struct {
	Action string // All, Include or Exclude
	Fields []string
}

// Covers reports whether the lock is about a field. A name stands for the fields below it too.
func (l Lock) Covers(field string) bool {
	named := false
	for _, f := range l.Fields {
		named = named || field == f || strings.HasPrefix(field, f+".")
	}
	switch l.Action {
	case "Include":
		return named
	case "Exclude":
		return !named
	}
	return true
}

// says reads what a signature dictionary says, in the revision that it covers.
func (s *Signature) says(r *reading, d dict) error {
	for key, into := range map[name]*string{"Name": &s.Name, "Reason": &s.Reason, "Location": &s.Location, "ContactInfo": &s.ContactInfo} {
		v, err := r.resolve(d[key])
		if err != nil {
			return err
		}
		t, ok := v.(text)
		if ok {
			*into, ok = t.decoded()
		}
		if !ok && v != nil && key == "ContactInfo" { // it may hold evidence
			return forged("a ContactInfo that cannot be read")
		}
	}
	v, err := r.resolve(d["M"])
	if err != nil {
		return err
	}
	if t, ok := v.(text); ok {
		s.At = pdfTime(string(t.bytes))
	}
	return s.references(r, d)
}

// references reads the signature references: certification and locks (ISO 32000-2, 12.8.2).
func (s *Signature) references(r *reading, d dict) error {
	list, ok, err := r.list(d["Reference"])
	if err != nil {
		return err
	}
	if !ok || len(list) > 16 {
		return forged("signature references that cannot be read")
	}
	for _, v := range list {
		one, err := r.dict(v)
		if err != nil {
			return err
		}
		parameters, err := r.dict(one["TransformParams"])
		if err != nil {
			return err
		}
		switch one["TransformMethod"] {
		case name("DocMDP"):
			s.Certifies, err = r.permission(parameters["P"], 2)
		case name("FieldMDP"):
			err = s.lock(r, parameters)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// permission reads a P of DocMDP or of a lock.
func (r *reading) permission(v any, absent int) (int, error) {
	v, err := r.resolve(v)
	if err != nil {
		return 0, err
	}
	switch p, ok := v.(int64); {
	case v == nil:
		return absent, nil
	case !ok || p < 1 || p > 3:
		return 0, forged("a certification with a permission that is none")
	default:
		return int(p), nil
	}
}

// locked reads the Lock of the field that a signature is in.
func (s *Signature) locked(v any) error {
	r := &reading{s.file, s.revision}
	d, err := r.dict(v)
	if err != nil || d == nil {
		return err
	}
	p, err := r.permission(d["P"], 0)
	if err != nil {
		return err
	}
	if p != 0 && (s.Certifies == 0 || p < s.Certifies) {
		s.Certifies = p
	}
	return s.lock(r, d)
}

// lock adds what a dictionary with Action and Fields names.
func (s *Signature) lock(r *reading, d dict) error {
	l := Lock{}
	action, _ := d["Action"].(name)
	l.Action = string(action)
	fields, ok, err := r.list(d["Fields"])
	if err != nil {
		return err
	}
	if !ok || len(fields) > maxFields || l.Action != "All" && l.Action != "Include" && l.Action != "Exclude" {
		return forged("a lock that cannot be read")
	}
	for _, v := range fields {
		v, err := r.resolve(v)
		if err != nil {
			return err
		}
		t, _ := v.(text)
		field, ok := t.decoded()
		if !ok || field == "" {
			return forged("a lock that cannot be read")
		}
		l.Fields = append(l.Fields, field)
	}
	s.Locks = append(s.Locks, l)
	return nil
}

// dict returns the dictionary that v is or refers to; nil for nothing.
func (r *reading) dict(v any) (dict, error) {
	v, err := r.resolve(v)
	if err != nil || v == nil {
		return nil, err
	}
	d, ok := v.(dict)
	if !ok {
		return nil, malformed("something in place of a dictionary")
	}
	return d, nil
}

// pdfTime reads a date (ISO 32000-1, 7.9.4), in UTC if it names no zone; the zero time if it
// cannot be read.
func pdfTime(s string) time.Time {
	const form = "20060102150405"
	s, ok := strings.CutPrefix(s, "D:")
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if !ok || digits < 4 || digits > len(form) {
		return time.Time{}
	}
	zone := strings.ReplaceAll(s[digits:], "'", "")
	if strings.HasPrefix(zone, "Z") {
		zone = "" // what follows is 0000, if anything
	}
	if len(zone) > len("-0700") {
		return time.Time{}
	}
	t, err := time.Parse(form[:digits]+"-0700"[:len(zone)], s[:digits]+zone)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
