package nebtest

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
)

// mitIDParams is the member mitid of idp_params, as far as it makes sense.
type mitIDParams struct {
	reference     string // as sent, in Base64
	level         claims.Level
	uuid, cpr     string
	psd2          bool
	action        string
	appSwitch     bool
	platform, url string
	text          *approvalText // ignored unless the request is signed
}

// idpParams is idp_params.
type idpParams struct {
	mitid        mitIDParams
	allowPrivate bool
	nonsense     bool // something in it has an impossible value
}

// approvalText is a text that the person approves.
type approvalText struct {
	body string // as sent, in Base64
	raw  []byte
	kind string // text, html, pdf; workflow

	signer *signerOf // of a workflow; nil for everything else
}

// maxMessage is how many characters the MitID app shows.
const maxMessage = 130

var uuidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

var levelWords = map[string]claims.Level{"low": claims.Low, "substantial": claims.Substantial, "high": claims.High}

// parseParams reads idp_params. It fails when that is no JSON object of
// objects; members that make no sense are reported later, to the client.
func parseParams(text string) (p idpParams, ok bool) {
	p.mitid.level = claims.Substantial
	if text == "" {
		return p, true
	}
	var idps map[string]map[string]any
	if err := json.Unmarshal([]byte(text), &idps); err != nil || idps == nil {
		return p, false
	}
	words := func(m map[string]any, name string) string {
		v, there := m[name]
		s, isText := v.(string)
		p.nonsense = p.nonsense || there && !isText
		return s
	}
	truth := func(m map[string]any, name string) bool {
		v, there := m[name]
		t, isTruth := v.(bool)
		p.nonsense = p.nonsense || there && !isTruth
		return t
	}
	m := idps["mitid"]
	q := &p.mitid
	q.reference, q.uuid, q.cpr = words(m, "reference_text"), words(m, "uuid_hint"), words(m, "cpr_hint")
	q.action, q.psd2 = words(m, "action_text"), truth(m, "require_psd2")
	q.appSwitch, q.platform, q.url = truth(m, "enable_app_switch"), words(m, "app_switch_os"), words(m, "app_switch_url")
	if decoded, good := decodeText(q.reference); !good || utf8.RuneCount(decoded) > maxMessage {
		p.nonsense = true
	}
	loa, aal := words(m, "loa_value"), words(m, "aal_value")
	if wish := cmp.Or(loa, aal); wish != "" {
		if q.level = levelWords[wish]; q.level == claims.LevelUnknown {
			p.nonsense = true
		}
	}
	if q.cpr != "" && !fakeoidc.TenDigits(q.cpr) {
		p.nonsense = true
	}
	if body := words(m, "transaction_text"); body != "" {
		q.text = newText(body, cmp.Or(words(m, "transaction_text_type"), "text"))
		p.nonsense = p.nonsense || q.text == nil
	}
	p.allowPrivate = truth(idps["mitid_erhverv"], "allow_private")
	return p, true
}

// newText returns a text that can be shown, or nil.
func newText(body, kind string) *approvalText {
	raw, ok := decodeText(body)
	switch {
	case !ok || len(raw) == 0:
		return nil
	case kind == "pdf":
	case kind != "text" && kind != "html", !utf8.Valid(raw):
		return nil
	}
	return &approvalText{body: body, raw: raw, kind: kind}
}

// decodeText reads standard Base64 of UTF-8, or of anything that is no text.
func decodeText(s string) ([]byte, bool) {
	raw, err := base64.StdEncoding.DecodeString(s)
	return raw, err == nil && !strings.ContainsAny(s, "\r\n")
}
