package nebtest

import (
	"net/http"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// algorithms are those that this broker's metadata lists, in order.
func algorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "HS256", "HS384", "HS512"}
}

// jsonAnswer returns a compact JSON answer with the headers of this broker.
func jsonAnswer(status int, o mitidtest.Object) *mitidtest.Reply {
	p := mitidtest.NewReply(status, o)
	p.Escaped = true
	p.Header = http.Header{
		"Content-Type":  {"application/json; charset=UTF-8"},
		"Cache-Control": {"no-store, no-cache, max-age=0"},
		"Pragma":        {"no-cache"},
	}
	return p
}

// publicAnswer is jsonAnswer for documents that may be cached.
func publicAnswer(o mitidtest.Object) *mitidtest.Reply {
	p := jsonAnswer(http.StatusOK, o)
	p.Header = http.Header{"Content-Type": {"application/json; charset=UTF-8"}, "Cache-Control": {"public, max-age=3600"}}
	return p
}

// oauthError is an error of an OAuth endpoint: without a description.
func oauthError(code string) *mitidtest.Reply {
	return jsonAnswer(http.StatusBadRequest, mitidtest.Object{{"error", code}})
}

// emptyAnswer is an answer without a body.
func emptyAnswer(status int) *mitidtest.Reply {
	p := jsonAnswer(status, nil)
	p.Header.Del("Content-Type")
	return p
}

// discovery returns the metadata document, member by member as recorded.
func (n *dialect) discovery() *mitidtest.Reply {
	at := n.b.Origin()
	methods := []string{"client_secret_basic", "client_secret_post", "private_key_jwt"}
	o := mitidtest.Object{
		{"issuer", at + pathBase},
		{"jwks_uri", at + pathJWKS},
		{"authorization_endpoint", at + pathAuthorize},
		{"token_endpoint", at + pathToken},
		{"userinfo_endpoint", at + pathUserinfo},
		{"end_session_endpoint", at + pathEndSession},
		{"backchannel_authentication_endpoint", at + pathCIBA},
		{"pushed_authorization_request_endpoint", at + pathPAR},
		{"require_pushed_authorization_requests", false},
		{"frontchannel_logout_supported", true},
		{"frontchannel_logout_session_supported", true},
		{"backchannel_logout_supported", true},
		{"backchannel_logout_session_supported", true},
		{"grant_types_supported", []string{"authorization_code", "client_credentials", "refresh_token", "implicit", "urn:openid:params:grant-type:ciba"}},
		{"response_types_supported", []string{"code", "token", "id_token", "id_token token", "code id_token", "code token", "code id_token token"}},
		{"response_modes_supported", []string{"form_post", "query", "fragment"}},
	}
	for _, endpoint := range []string{"token", "revocation", "introspection"} {
		o.Add(endpoint+"_endpoint_auth_methods_supported", methods)
		o.Add(endpoint+"_endpoint_auth_signing_alg_values_supported", algorithms())
	}
	o = append(o, mitidtest.Object{
		{"id_token_signing_alg_values_supported", []string{"RS256"}},
		{"userinfo_signing_alg_values_supported", []string{"RS256"}},
		{"subject_types_supported", []string{"public"}},
		{"code_challenge_methods_supported", []string{"plain", "S256"}},
		{"request_parameter_supported", true},
		{"request_object_signing_alg_values_supported", algorithms()},
		{"request_uri_parameter_supported", true},
		{"prompt_values_supported", []string{"login", "none", "select_account"}},
		{"authorization_response_iss_parameter_supported", true},
		{"backchannel_token_delivery_modes_supported", []string{"poll"}},
		{"backchannel_user_code_parameter_supported", true},
		{"backchannel_authentication_request_signing_alg_values_supported", algorithms()},
		{"dpop_signing_alg_values_supported", algorithms()[:9]},
		{"request_object_encryption_alg_values_supported", []string{"RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512"}},
	}...)
	return publicAnswer(o)
}

// jwks returns the published keys: transaction, tokens, request encryption.
func (n *dialect) jwks() *mitidtest.Reply {
	return publicAnswer(mitidtest.Object{{"keys", n.b.Keys().JWKs()}})
}
