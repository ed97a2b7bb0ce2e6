package transactiontext

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	colour      = regexp.MustCompile(`^(?:#[0-9a-f]{3}|#[0-9a-f]{6}|[a-z]{3,20})$`)
	family      = regexp.MustCompile(`^[a-z0-9 ,-]+$`)
	fontSize    = regexp.MustCompile(`^(?:small|medium|large|x-large|xx-large|smaller|larger|[0-9]{1,3}(?:\.[0-9]{1,2})?(?:px|pt|em|rem|%))$`)
	fontStyle   = regexp.MustCompile(`^(?:normal|italic|oblique)$`)
	weight      = regexp.MustCompile(`^(?:normal|bold|bolder|lighter|[1-9]00)$`)
	alignment   = regexp.MustCompile(`^(?:left|center|right|justify|top|middle|bottom|baseline)$`)
	decoration  = regexp.MustCompile(`^(?:none|underline)$`)
	listStyle   = regexp.MustCompile(`^(?:none|disc|circle|square|decimal)$`)
	collapse    = regexp.MustCompile(`^(?:collapse|separate)$`)
	spaces      = regexp.MustCompile(`^(?:auto|[0-9]{1,2}(?:\.[0-9]{1,2})?(?:px|pt|em|rem)?)(?: (?:auto|[0-9]{1,2}(?:\.[0-9]{1,2})?(?:px|pt|em|rem)?)){0,3}$`)
	borderStyle = regexp.MustCompile(`^(?:none|[0-9](?:px|pt)? (?:solid|dashed|dotted|double) (?:#[0-9a-f]{3}|#[0-9a-f]{6}|[a-z]{3,20}))$`)

	// styling are all characters that a style needs: no brackets, and so no
	// functions and addresses; no escapes, comments, quotes and at-rules.
	styling  = regexp.MustCompile(`^[A-Za-z0-9 \t\n.,:;#%-]*$`)
	selector = regexp.MustCompile(`^[A-Za-z0-9 \t\n.,_-]+$`)
)

// propertyForm returns the form of the value of a property; nil for one that may
// not be there. There are none that hide, move, replace or load something.
func propertyForm(name string) *regexp.Regexp {
	switch name {
	case "color", "background-color":
		return colour
	case "font-family":
		return family
	case "font-size":
		return fontSize
	case "font-style":
		return fontStyle
	case "font-weight":
		return weight
	case "text-align", "vertical-align":
		return alignment
	case "text-decoration":
		return decoration
	case "list-style-type":
		return listStyle
	case "border-collapse":
		return collapse
	case "border", "border-top", "border-bottom", "border-left", "border-right":
		return borderStyle
	case "margin", "margin-top", "margin-bottom", "margin-left", "margin-right",
		"padding", "padding-top", "padding-bottom", "padding-left", "padding-right":
		return spaces
	}
	return nil
}

// checkDeclarations takes the value of a style attribute.
func checkDeclarations(s string) error {
	if !styling.MatchString(s) {
		return refuse("holds a style with a character that is not allowed")
	}
	for declaration := range strings.SplitSeq(s, ";") {
		if strings.Trim(declaration, " \t\n") == "" {
			continue
		}
		name, value, _ := strings.Cut(declaration, ":")
		name = strings.ToLower(strings.Trim(name, " \t\n"))
		value = strings.ToLower(strings.Join(strings.Fields(value), " "))
		form := propertyForm(name)
		switch {
		case form == nil:
			return refuse("holds a style that is not allowed")
		case !form.MatchString(value), form == colour && (value == "transparent" || value == "currentcolor"), name == "font-size" && tiny(value):
			return refuse("holds a style with a value that is not allowed")
		}
	}
	return nil
}

// checkSheet takes the text of a style element: rules with plain selectors.
func checkSheet(s string) error {
	for {
		s = strings.TrimLeft(s, " \t\n")
		if s == "" {
			return nil
		}
		selectors, rest, ok := strings.Cut(s, "{")
		if !ok || !selector.MatchString(selectors) {
			return refuse("holds a style sheet with a selector that is not allowed")
		}
		declarations, after, ok := strings.Cut(rest, "}")
		if !ok {
			return refuse("holds a style sheet with a rule that is not closed")
		}
		if err := checkDeclarations(declarations); err != nil {
			return err
		}
		s = after
	}
}

// tiny reports whether text of that size could not be read.
func tiny(size string) bool {
	for unit, least := range map[string]float64{"px": 8, "pt": 6, "rem": 0.6, "em": 0.6, "%": 60} {
		if number, ok := strings.CutSuffix(size, unit); ok {
			n, err := strconv.ParseFloat(number, 64)
			if err == nil {
				return n < least
			}
		}
	}
	return false
}
