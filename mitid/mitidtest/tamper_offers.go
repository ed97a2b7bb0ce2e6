package mitidtest

import (
	"net/http"

	"github.com/dkeid/dkeid/mitid"
)

// offerTamperings let discovery offer only what no client of ours uses, and the
// answer to a pushed request point elsewhere.
func offerTamperings() []Tampering {
	var ts []Tampering
	for _, o := range []struct {
		name, doc, member string
		value             []string
	}{
		{"pkce-plain-only", "PKCE with plain only", "code_challenge_methods_supported", []string{"plain"}},
		{"no-pkce", "PKCE with no method", "code_challenge_methods_supported", []string{}},
		{"other-algorithms-only", "algorithms for ID tokens that nobody should use only", "id_token_signing_alg_values_supported", []string{"HS256", "none"}},
		{"implicit-only", "the implicit and hybrid flow only", "response_types_supported", []string{"id_token", "code id_token"}},
		{"fragment-only", "answers in the fragment only", "response_modes_supported", []string{"fragment"}},
		{"refresh-only", "refresh tokens only", "grant_types_supported", []string{"refresh_token"}},
		{"other-client-authentication-only", "client certificates at the token endpoint only", "token_endpoint_auth_methods_supported", []string{"tls_client_auth"}},
	} {
		ts = append(ts, On("discovery-"+o.name, "discovery offers "+o.doc, StageDiscovery, mitid.ConfigInvalid, func(_ *Broker, p *Reply) {
			p.Object.Set(o.member, o.value)
		}))
	}
	silent := On("discovery-without-offers", "discovery does not tell what the broker takes", StageDiscovery, accepted, func(_ *Broker, p *Reply) {
		for _, member := range []string{
			"code_challenge_methods_supported", "id_token_signing_alg_values_supported", "response_types_supported", "response_modes_supported",
			"grant_types_supported", "token_endpoint_auth_methods_supported",
		} {
			p.Object.Drop(member)
		}
	})
	ts = append(ts, silent)
	for _, r := range []struct{ name, uri string }{
		{"other-host", "https://evil.example/request/1"}, {"http", "http://evil.example/request/1"}, {"script", "javascript:alert(1)"},
		{"no-scheme", "//evil.example/request"}, {"data", "data:text/html,x"}, {"file", "file:///etc/passwd"}, {"path", "/request/1"},
	} {
		ts = append(ts, On("request-uri-"+r.name, "the PAR answer names "+r.uri, StagePAR, mitid.ResponseInvalid, func(_ *Broker, p *Reply) { p.Object.Set("request_uri", r.uri) }))
	}
	return append(ts, On("par-location-elsewhere", "the PAR answer leads to another host in its Location header", StagePAR, mitid.ResponseInvalid, func(_ *Broker, p *Reply) {
		p.Status = http.StatusCreated
		p.Header.Set("Location", "https://evil.example/login")
	}))
}
