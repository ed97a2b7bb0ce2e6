package nemlogin

import (
	"strings"
	"time"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
)

// skew is how far NemLog-in's clock may differ from ours (OIOSAML Web SSO 3.0.3
// wants three to five minutes).
const skew = 5 * time.Minute

// instant reads the attribute name of el, which must be there.
func instant(el *etree.Element, name string) (time.Time, error) {
	text, ok := xmlsig.Attr(el, name)
	if !ok {
		return time.Time{}, fault.Newf(fault.ResponseInvalid, "the attribute %s is missing", name)
	}
	return parseInstant(name, text)
}

// optionalInstant reads the attribute name of el. It returns the zero time if there is none.
func optionalInstant(el *etree.Element, name string) (time.Time, error) {
	text, ok := xmlsig.Attr(el, name)
	if !ok {
		return time.Time{}, nil
	}
	return parseInstant(name, text)
}

// parseInstant reads an xs:dateTime in UTC (SAML Core section 1.3.3). Go's parser also
// takes one digit for the hour and a comma before the fraction.
func parseInstant(name, text string) (time.Time, error) {
	const seconds = "2006-01-02T15:04:05"
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || len(text) > 40 || !strings.HasPrefix(text, at.Format(seconds)) || !strings.HasSuffix(text, "Z") || strings.Contains(text, ",") || at.IsZero() {
		return time.Time{}, fault.Newf(fault.ResponseInvalid, "the attribute %s is no time in UTC", name)
	}
	return at, nil
}
