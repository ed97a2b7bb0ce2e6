package pdfscan

import "strings"

// A walk looks at values for what Found says.
type walk struct {
	found *Found
	r     *reading // the revision that is looked at
}

// dictOf returns the dictionary that v is or refers to; nil for anything else.
func (w *walk) dictOf(v any) dict {
	v, err := w.r.resolve(v)
	if err != nil {
		return nil // the object is read by itself, and the error returned there
	}
	return dictOf(v)
}

// alone looks at an object that may be the value of any key.
func (w *walk) alone(v any) {
	switch v := v.(type) {
	case name:
		w.kind(fold(v))
		w.found.Scripts = w.found.Scripts || acts(fold(v))
	case text:
		w.found.Scripts = w.found.Scripts || runs(v)
	}
}

func (w *walk) value(v any) {
	switch v := v.(type) {
	case *stream:
		if v.dict["F"] != nil {
			w.found.Elsewhere = true
		}
		w.dict(v.dict)
	case dict:
		w.dict(v)
	case array:
		for _, e := range v {
			w.value(e)
		}
	}
}

func (w *walk) dict(d dict) {
	for k, v := range d {
		if v != nil {
			w.entry(k, v)
		}
		w.value(v)
	}
	w.action(d)
	w.kind(fold(d["Type"]))
	w.kind(fold(d["Subtype"]))
}

// kind looks at a Type or Subtype.
func (w *walk) kind(k string) {
	switch k {
	case "ocg", "ocmd":
		w.found.Layers = true
	case "sig", "doctimestamp":
		w.found.Signed = true
	case "embeddedfile", "fileattachment":
		w.found.Attachments = true
	case "widget":
		w.found.Forms = true
	case "richmedia", "screen", "movie", "sound", "3d":
		w.found.Scripts = true
	}
}

// entry looks at one key of a dictionary. Names that a document chooses itself, such as
// those of fonts, are looked at as well: a document that calls a font AA is refused
// without need.
func (w *walk) entry(k name, v any) {
	switch strings.ToLower(string(k)) {
	case "javascript", "js", "aa", "richmediacontent":
		w.found.Scripts = true
	case "openaction":
		if a := w.dictOf(v); a != nil && !harmless(fold(a["S"])) {
			w.found.Scripts = true
		}
	case "ocproperties", "oc", "ocgs", "alternates": // other images for other uses
		w.found.Layers = true
	case "ft", "xfa":
		w.found.Forms = true
	case "acroform":
		w.acroForm(w.dictOf(v))
	case "byterange", "docmdp", "perms", "fieldmdp":
		w.found.Signed = true
	case "ef", "collection":
		w.found.Attachments = true
	case "embeddedfiles":
		w.names(w.dictOf(v))
	case "ref":
		if w.dictOf(v)["F"] != nil { // a reference XObject
			w.found.Elsewhere = true
		}
	case "uri":
		if t, ok := v.(text); ok && runs(t) {
			w.found.Scripts = true
		}
	}
}

// acroForm counts a form without fields as none.
func (w *walk) acroForm(d dict) {
	v, err := w.r.resolve(d["Fields"])
	fields, isArray := v.(array)
	if err != nil || d == nil || !isArray && v != nil || len(fields) > 0 {
		w.found.Forms = true
	}
}

// names counts a name tree of embedded files without entries as none.
func (w *walk) names(d dict) {
	v, err := w.r.resolve(d["Names"])
	list, isArray := v.(array)
	if err != nil || d["Kids"] != nil || !isArray && v != nil || len(list) > 0 {
		w.found.Attachments = true
	}
}

// harmless are the actions that show something and do nothing (ISO 32000-1, 12.6.4).
func harmless(action string) bool { return action == "goto" || action == "uri" || action == "named" }

// acts are the other actions.
func acts(action string) bool {
	switch action {
	case "javascript", "launch", "submitform", "resetform", "importdata", "rendition", "movie", "sound", "hide", "gotor",
		"gotoe", "gotodp", "thread", "setocgstate", "trans", "goto3dview", "richmediaexecute":
		return true
	}
	return false
}

// action looks whether d is an action other than a link or a jump.
func (w *walk) action(d dict) {
	if s := fold(d["S"]); acts(s) || fold(d["Type"]) == "action" && !harmless(s) {
		w.found.Scripts = true
	}
}

// runs reports whether an address is a script.
func runs(t text) bool {
	s, ok := t.decoded()
	s = strings.ToLower(strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1
		}
		return r
	}, s))
	return !ok || strings.HasPrefix(s, "javascript:") || strings.HasPrefix(s, "vbscript:") || strings.HasPrefix(s, "data:") || strings.HasPrefix(s, "file:")
}

// fold returns a name in lower case; "" for anything else. Some readers take names
// without regard to case.
func fold(v any) string {
	n, _ := v.(name)
	return strings.ToLower(string(n))
}
