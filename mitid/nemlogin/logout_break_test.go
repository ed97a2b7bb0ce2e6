package nemlogin

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

// A SessionIndex may be the same for two people: SAML Core section 2.7.2 recommends small
// integers that recur.
func TestLogoutEndsNoOtherPersonsSessionOfTheSameIndex(t *testing.T) {
	everyWay(t, func(t *testing.T, s *site, binding string) {
		his, hers := s.surfer(), s.surfer()
		his.login(soeren, "1")
		hers.login(paiman, "1")
		his.bring("/logout", s.logoutOf(binding, soeren, "1"))
		require.False(t, his.isIn(soeren))
		require.True(t, hers.isIn(paiman), "nobody ended her session")
	})
}

// renewed returns another certificate of the key of k.
func renewed(tb testing.TB, k KeyPair, from, to time.Time) KeyPair {
	tb.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "idp"}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &k.Key.PublicKey, k.Key)
	require.NoError(tb, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(tb, err)
	return KeyPair{Key: k.Key, Certificate: cert}
}

// NemLog-in renews its certificate and keeps its key. The old file is still there.
func TestARenewedCertificateOfTheSameKeyCounts(t *testing.T) {
	valid := pairs("idp")
	for name, stale := range map[string]KeyPair{
		"expired":       renewed(t, valid, now.AddDate(-3, 0, 0), now.AddDate(0, 0, -1)),
		"not valid yet": renewed(t, valid, now.AddDate(0, 0, 1), now.AddDate(3, 0, 0)),
	} {
		t.Run(name, func(t *testing.T) {
			b := newBroker(t, func(c *Config) { c.IdP = [][]byte{metadata(idpEntityID, stale), metadata(idpEntityID, valid)} })
			_, err := visit{newClient(t, b), mitid.Request{}, nil}.run(t)
			require.NoError(t, err, "a login")
			_, err = newClient(t, b).ReceiveLogout(t.Context(), newLogoutRequest().post(t))
			require.NoError(t, err, "by form post")
			_, err = newClient(t, b).ReceiveLogout(t.Context(), newLogoutRequest().redirect(t))
			require.NoError(t, err, "by redirect")
		})
	}
}

// A parameter whose name is percent-encoded is the same parameter (URL Standard, form
// parsing). Whoever reads the raw name sees one message and misses the other.
func TestALogoutPostWithAHiddenSecondMessageIsRefused(t *testing.T) {
	good := newLogoutRequest().with(func(n *logoutNote) { n.relayState = "relay-æ" })
	other := newLogoutRequest().with(func(n *logoutNote) { n.root.SelectElement("NameID").SetText(namePerson + "evil") })
	text := url.QueryEscape(base64.StdEncoding.EncodeToString(other.signedXML(t)))
	for name, c := range map[string]struct {
		more string
		want error
	}{
		"a second SAMLRequest":    {"SAML%52equest=" + text, mitid.ErrResponseInvalid},
		"a SAMLResponse":          {"SAML%52esponse=" + text, mitid.ErrResponseInvalid},
		"a second RelayState":     {"Relay%53tate=evil", mitid.ErrResponseInvalid},
		"a pair that is no pair":  {"x=%zz", mitid.ErrResponseInvalid},
		"a second one, plain too": {"SAMLRequest=" + text, mitid.ErrResponseInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			cb := good.post(t)
			for _, body := range []string{string(cb.Body) + "&" + c.more, c.more + "&" + string(cb.Body)} {
				refused(t, newBroker(t, nil), mitid.Callback{Method: http.MethodPost, Body: []byte(body)}, c.want)
			}
		})
	}
}
