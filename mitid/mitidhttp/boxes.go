package mitidhttp

import (
	"net/url"
	"strings"

	"github.com/dkeid/dkeid/internal/seal"
	"github.com/dkeid/dkeid/mitid"
)

// boxes seal what a gate gives to browsers. They belong to one application: broker,
// issuer, client id, origin of the redirect address, and name of the cookie. A value
// that another application sealed does not open, even with the same keys.
type boxes struct{ session, pending *seal.Box }

func newBoxes(keys [][]byte, rule mitid.CallbackRule, origin, cookie string) (boxes, error) {
	audience := []string{rule.Name, rule.Issuer, rule.ClientID, origin, cookie}
	session, err := seal.New("mitidhttp session", keys, audience...)
	if err != nil {
		return boxes{}, err
	}
	// Broker and issuer are left out: the Client compares those of a pending login, and
	// reports a mix-up of two brokers as mitid.ErrIssuerMismatch.
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
