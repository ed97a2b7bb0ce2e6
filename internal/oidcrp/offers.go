package oidcrp

import "slices"

// offers are the lists in a discovery document that say what a broker supports
// (OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2). If a list is nil, the
// broker does not say, and nothing is refused on its account.
type offers struct {
	Challenges     []string `json:"code_challenge_methods_supported"`
	IDTokenAlgs    []string `json:"id_token_signing_alg_values_supported"`
	ResponseTypes  []string `json:"response_types_supported"`
	ResponseModes  []string `json:"response_modes_supported"`
	GrantTypes     []string `json:"grant_types_supported"`
	AuthMethods    []string `json:"token_endpoint_auth_methods_supported"`
	AssertionAlgs  []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	RequestObjects []string `json:"request_object_signing_alg_values_supported"`
}

// needs are the entries that this client uses of each list. If a name is empty, the
// client uses none.
type needs struct {
	algs                                             []string // the broker must have one of them
	responseMode, authMethod, assertion, requestSign string
}

// missing returns the first entry of n that the broker says it does not have, or "".
func (o *offers) missing(n needs) string {
	hasOne := func(list []string, names ...string) bool {
		return list == nil || slices.ContainsFunc(names, func(name string) bool { return name == "" || slices.Contains(list, name) })
	}
	switch {
	case !hasOne(o.Challenges, "S256"):
		return "PKCE with S256 (code_challenge_methods_supported)"
	case !hasOne(o.IDTokenAlgs, n.algs...):
		return "ID tokens signed with an algorithm that is configured (id_token_signing_alg_values_supported)"
	case !hasOne(o.ResponseTypes, "code"):
		return "the response type code (response_types_supported)"
	case !hasOne(o.ResponseModes, n.responseMode):
		return "the response mode " + n.responseMode + " (response_modes_supported)"
	case !hasOne(o.GrantTypes, "authorization_code"):
		return "the grant type authorization_code (grant_types_supported)"
	case !hasOne(o.AuthMethods, n.authMethod):
		return "the client authentication " + n.authMethod + " (token_endpoint_auth_methods_supported)"
	case !hasOne(o.AssertionAlgs, n.assertion):
		return "client assertions signed with " + n.assertion + " (token_endpoint_auth_signing_alg_values_supported)"
	case !hasOne(o.RequestObjects, n.requestSign):
		return "requests signed with " + n.requestSign + " (request_object_signing_alg_values_supported)"
	}
	return ""
}

// authNames are the names of the methods in discovery. None is not among them:
// brokers that take public clients often do not list "none".
var authNames = map[AuthMethod]string{Basic: "client_secret_basic", Post: "client_secret_post", PrivateKeyJWT: "private_key_jwt"}

// needsOf returns what cfg uses.
func needsOf(cfg Config) needs {
	n := needs{algs: cfg.Algs, responseMode: cfg.ResponseMode, authMethod: authNames[cfg.Auth.Method]}
	if n.responseMode == "" {
		n.responseMode = "query"
	}
	if cfg.Auth.Method == PrivateKeyJWT {
		n.assertion, _ = signingAlg(cfg.Auth.Key, cfg.Auth.Alg)
	}
	switch s := cfg.Request; {
	case s.Key != nil:
		n.requestSign, _ = signingAlg(s.Key, s.Alg)
	case s.Secret != nil:
		n.requestSign = "HS256"
	}
	return n
}
