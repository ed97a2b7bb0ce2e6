package nemlogintest

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever a service provider sends, it is a message within the bounds or an error.
func FuzzReceive(f *testing.F) {
	for _, kind := range []string{"AuthnRequest", "LogoutRequest", "LogoutResponse"} {
		f.Add([]byte(`<samlp:`+kind+` xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a" Version="2.0" IssueInstant="2026-11-30T12:00:00Z">`+
			`<saml:Issuer>https://butik.example/æ</saml:Issuer></samlp:`+kind+`>`), "RelayState=a&SigAlg=x&Signature=AAAA")
	}
	f.Fuzz(func(t *testing.T, text []byte, rest string) {
		encoded := func(b []byte) string {
			return "SAMLRequest=" + url.QueryEscape(base64.StdEncoding.EncodeToString(b)) + "&" + rest
		}
		get := &http.Request{Method: http.MethodGet, URL: &url.URL{RawQuery: encoded(deflate(text))}}
		form, _ := url.ParseQuery(encoded(text))
		post := &http.Request{Method: http.MethodPost, URL: new(url.URL)}
		for _, r := range []*http.Request{get, post} {
			m, err := receive(r, form)
			if err != nil {
				require.Nil(t, m)
				continue
			}
			require.Equal(t, text, m.text)
			require.NotEmpty(t, m.kind)
			require.LessOrEqual(t, len(m.text), maxMessage)
			require.LessOrEqual(t, len(m.relayState), maxRelayState)
			require.Equal(t, !m.post, len(m.signature) > 0)
			_, _, _ = readAuthnRequest(m)
		}
	})
}

func FuzzReadProvider(f *testing.F) {
	f.Add([]byte(`<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="æ"><md:SPSSODescriptor><md:KeyDescriptor/></md:SPSSODescriptor></md:EntityDescriptor>`))
	f.Fuzz(func(t *testing.T, metadata []byte) {
		p, err := readProvider(metadata)
		if err != nil {
			require.True(t, strings.HasPrefix(err.Error(), "nemlogintest: "), "%v", err)
			return
		}
		require.NotEmpty(t, p.consumers)
		require.NotNil(t, p.encryption)
	})
}
