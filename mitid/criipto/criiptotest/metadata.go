package criiptotest

import (
	"net/http"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// metadata returns an answer of a metadata endpoint. Whether the real broker
// sends cache headers with it is not known, so there are none.
func metadata(o mitidtest.Object) *mitidtest.Reply {
	p := mitidtest.NewReply(http.StatusOK, o)
	p.Header.Del("Cache-Control")
	return p
}

// discovery returns the metadata document. A document that is pinned to one eID
// still names the bare issuer.
func (c *dialect) discovery(acr string, s Settings) *mitidtest.Reply {
	base := c.b.Issuer()
	o := mitidtest.Object{
		{"issuer", base},
		{"authorization_endpoint", base + pin(acr) + pathAuthorize},
		{"token_endpoint", base + pathToken},
		{"userinfo_endpoint", base + pathUserinfo},
		{"jwks_uri", base + pathJWKS},
		{"end_session_endpoint", base + pathLogout},
	}
	if s.PAR != PARAbsent {
		o.Add("pushed_authorization_request_endpoint", base+pathPAR)
	}
	o = append(o, mitidtest.Object{
		{"response_types_supported", []string{"code", "id_token", "code id_token"}},
		{"response_modes_supported", []string{"query", "fragment", "form_post"}},
		{"subject_types_supported", []string{"public"}},
		{"id_token_signing_alg_values_supported", []string{"RS256"}},
		{"acr_values_supported", acrs()},
		{"scopes_supported", []string{"openid"}},
		{"token_endpoint_auth_methods_supported", []string{"client_secret_basic", "client_secret_post", "private_key_jwt"}},
		{"code_challenge_methods_supported", []string{"S256"}},
		{"grant_types_supported", []string{"authorization_code", "implicit", "urn:openid:params:grant-type:ciba"}},
	}...)
	if s.PAR == PARRequired {
		o.Add("require_pushed_authorization_requests", true)
	}
	if s.IssParameter {
		o.Add("authorization_response_iss_parameter_supported", true)
	}
	if s.EncryptTo != nil {
		o.Add("id_token_encryption_alg_values_supported", []string{"RSA-OAEP-256"})
		o.Add("id_token_encryption_enc_values_supported", []string{"A256GCM"})
	}
	return metadata(o)
}

// jwks returns the published keys: three, of which the second signs MitID tokens.
func (c *dialect) jwks() *mitidtest.Reply {
	return metadata(mitidtest.Object{{"keys", c.b.Keys().JWKs()}})
}

// probe tells the vendor's browser SDKs whether a client id is known here.
func (c *dialect) probe(r *http.Request) *mitidtest.Reply {
	id := r.URL.Query().Get("client_id")
	if !c.knows(id) {
		return mitidtest.NewFault(http.StatusNotFound, "not_found", "unknown client")
	}
	return metadata(mitidtest.Object{{"clients", []any{mitidtest.Object{{"client_id", id}}}}})
}

// ScriptAccess opens the client probe, too, to pages of apps.
func (c *dialect) ScriptAccess(path string) mitidtest.ScriptAccess {
	_, path = pinned(path)
	switch path = mitidtest.NormalizePath(path); {
	case c.snapshot().NoCrossOrigin:
		return mitidtest.ClosedToScripts
	case path == pathJWKSAlias:
		return mitidtest.OpenToAll
	case path == pathProbe:
		return mitidtest.OpenToApps
	}
	return endpoints().ScriptAccess(path)
}
