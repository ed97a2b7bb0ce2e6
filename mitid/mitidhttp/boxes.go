package mitidhttp

import (
	"net/url"
	"strings"

	"github.com/dkeid/dkeid/internal/seal"
	"github.com/dkeid/dkeid/mitid"
)

// boxes are what a gate seals with. They belong to one application: broker,
// issuer, client id and the origin of the redirect address, and the cookie's
// name. What another application sealed does not open, though the keys are the
// same: neither that of a test system nor that of a neighbour on the same host.
type boxes struct{ session, pending *seal.Box }

func newBoxes(keys [][]byte, rule mitid.CallbackRule, origin, cookie string) (boxes, error) {
	audience := []string{rule.Name, rule.Issuer, rule.ClientID, origin, cookie}
	session, err := seal.New("mitidhttp session", keys, audience...)
	if err != nil {
		return boxes{}, err
	}
	// The client compares broker and issuer of a pending login, so that a mix-up of
	// two brokers is told from a login that nobody here began.
	pending, err := seal.New("mitidhttp pending", keys, audience[2:]...)
	return boxes{session, pending}, err
}

// originOf returns scheme, host and port as browsers write them in the header
// Origin (RFC 6454 section 6.2): in lower case, without the scheme's own port.
func originOf(u *url.URL) string {
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	port := u.Port()
	if port == "" || scheme == "https" && port == "443" || scheme == "http" && port == "80" {
		return scheme + "://" + host
	}
	return scheme + "://" + host + ":" + port
}
