package transactiontext

import (
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

var (
	sides     = regexp.MustCompile(`^(?i:left|center|right|justify)$`)
	heights   = regexp.MustCompile(`^(?i:top|middle|bottom|baseline)$`)
	extent    = regexp.MustCompile(`^[1-9][0-9]{0,3}%?$`)
	thickness = regexp.MustCompile(`^[0-9]{1,2}$`)
	span      = regexp.MustCompile(`^[1-9][0-9]?$`)
	paint     = regexp.MustCompile(`^(?:#[0-9A-Fa-f]{6}|[A-Za-z]{3,20})$`)
	face      = regexp.MustCompile(`^[A-Za-z0-9 ,-]{1,60}$`)
	size      = regexp.MustCompile(`^\+?[1-7]$`)
	class     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 _-]{0,60}$`)
	language  = regexp.MustCompile(`^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?$`)
	bullet    = regexp.MustCompile(`^(?:disc|circle|square)$`)
	sheetType = regexp.MustCompile(`^text/css$`)
)

// attributeForm returns the form of the value of an attribute; nil for one that
// may not be there. The presentational ones may: there are none that load, run,
// name or hide something.
func attributeForm(element, name string) *regexp.Regexp {
	switch {
	case element == "html" || element == "head" || element == "title":
		return nil
	case element == "style":
		if name == "type" {
			return sheetType
		}
		return nil
	}
	switch name {
	case "align":
		return sides
	case "valign":
		return heights
	case "width", "height":
		return extent
	case "border", "cellpadding", "cellspacing":
		return thickness
	case "colspan", "rowspan":
		return span
	case "color", "bgcolor":
		return paint
	case "face":
		return face
	case "size":
		return size
	case "class":
		return class
	case "lang":
		return language
	case "type":
		return bullet
	}
	return nil
}

// checkAttributes judges attributes by their values after all references are
// resolved.
func checkAttributes(t html.Token) error {
	for _, a := range t.Attr {
		if err := checkCharacters(a.Val); err != nil {
			return err
		}
		form := attributeForm(t.Data, a.Key)
		switch {
		case a.Key == "style" && t.Data != "html" && t.Data != "head" && t.Data != "title" && t.Data != "style":
			if err := checkDeclarations(a.Val); err != nil {
				return err
			}
		case a.Key == "href" && t.Data == "a":
			if !isLink(a.Val) {
				return refuse("holds a link that is not a plain https or mailto address")
			}
		case form == nil:
			return refuse("holds an attribute that is not allowed")
		case !form.MatchString(a.Val):
			return refuse("holds an attribute with a value that is not allowed")
		}
	}
	return nil
}

// linkCharacters are those of RFC 3986, without what a reader could mistake.
var linkCharacters = regexp.MustCompile(`^[A-Za-z0-9._~:/?#@!$&()*+,;=%-]+$`)

// isLink takes absolute addresses in plain ASCII, of a host and without a user in
// front of it. Anything that a browser would first have to repair is refused.
func isLink(s string) bool {
	if !linkCharacters.MatchString(s) {
		return false
	}
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	switch {
	case strings.HasPrefix(s, "https://"):
		return u.Hostname() != "" && u.User == nil && !strings.Contains(u.Host, "%")
	case strings.HasPrefix(s, "mailto:"):
		return u.Opaque != "" && u.RawQuery == "" && u.Fragment == ""
	}
	return false
}
