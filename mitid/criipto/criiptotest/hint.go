package criiptotest

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// hint is a login_hint: tokens separated by one blank
// (https://docs.idura.app/verify/getting-started/oidc-intro).
type hint struct {
	tokens, unknown []string
	hasMessage      bool
	message         string
	action          string
	sub             string // CPR number to pre-fill
	uuid            string
	vat             string // CVR number
	business        bool
	optional        bool // the person may choose
	transfer        bool // Controlled Transfer
	scopes          []string
	acr             string
}

// maxMessage is how many characters the MitID app shows.
const maxMessage = 130

var errMessage = errors.New("the message of the login_hint is unreadable or too long")

// bareHints and namedHints are the tokens that the real broker knows and that
// change nothing here.
var (
	bareHints  = []string{"appswitch:ios", "appswitch:android", "appswitch:browser", "mobile:continue_button:never", "enforce_ftn_requirements", "flow:same-device", "stepUp:mrtd"}
	namedHints = []string{"appswitch:resumeUrl:", "css_path:", "country:", "mock:", "BIM:", "BID:", "BIS:", "title:", "pushTitle:", "pushText:", "nonVisibleData:", "txinfo:", "minregistrationlevel:", "userconfirmationmethod:"}
)

// headings are the words of the MitID app's heading.
var headings = map[string]string{"login": "Log on", "confirm": "Confirm", "accept": "Accept", "approve": "Approve", "sign": "Sign"}

// parseHint reads a login_hint. Unknown tokens are kept aside and tolerated; of
// a token that is given twice the last one counts.
func parseHint(s string) (*hint, error) {
	h := &hint{action: "login"}
	if s == "" {
		return h, nil
	}
	var err error
	for t := range strings.SplitSeq(s, " ") {
		h.tokens = append(h.tokens, t)
		name, value, _ := strings.Cut(t, ":")
		switch {
		case t == "business":
			h.business = true
		case t == "business_optional":
			h.optional = true
		case t == "dk:mitid:ct":
			h.transfer = true
		case name == "message":
			if h.message, err = decodeMessage(value); err != nil {
				return h, err
			}
			h.hasMessage = true
		case name == "action" && headings[value] != "":
			h.action = value
		case name == "sub" && fakeoidc.TenDigits(value):
			h.sub = value
		case name == "uuid" && value != "":
			h.uuid = value
		case name == "vatid" && strings.HasPrefix(value, "DK") && len(value) == 10:
			h.vat = value[2:]
		case name == "scope" && value != "":
			h.scopes = append(h.scopes, value)
		case name == "acr_values" && value != "":
			h.acr = value
		case slices.Contains(bareHints, t), slices.ContainsFunc(namedHints, func(p string) bool { return strings.HasPrefix(t, p) }):
		default:
			h.unknown = append(h.unknown, t)
		}
	}
	return h, nil
}

// decodeMessage reads both Base64 alphabets, with and without padding.
func decodeMessage(s string) (string, error) {
	s = strings.TrimRight(s, "=")
	s = strings.NewReplacer("-", "+", "_", "/").Replace(s)
	text, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil || !utf8.Valid(text) || utf8.RuneCount(text) > maxMessage {
		return "", errMessage
	}
	return string(text), nil
}

// heading returns the MitID app's heading and text for a login.
func (h *hint) heading(s Settings) (header, body string) {
	header = headings[h.action] + " at " + s.CompanyAlias
	if h.hasMessage {
		return header, h.message
	}
	return header, s.ApplicationName
}

// Hint returns the tokens of the login_hint that q carries, in order, and those
// among them that the real broker does not know.
func Hint(q mitidtest.Request) (tokens, unknown []string) {
	h, _ := parseHint(q.Param("login_hint")) // what can be read of it
	return h.tokens, h.unknown
}
