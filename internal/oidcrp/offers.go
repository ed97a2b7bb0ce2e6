package oidcrp

import "slices"

// offers are the lists of discovery (OpenID Connect Discovery 1.0 section 3, RFC
// 8414 section 2) that tell what a broker takes. If nil, it does not tell, which says
// nothing against it.
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

// needs are what this client uses of each list. An empty name means that it uses none.
type needs struct {
	algs                                             []string // one of them is enough
	responseMode, authMethod, assertion, requestSign string
}

// missing names the first thing that n needs and the broker says it does not have;
// "" for none.
func (o *offers) missing(n needs) string {
	one := func(list []string, names ...string) bool {
		return list == nil || slices.ContainsFunc(names, func(name string) bool { return name == "" || slices.Contains(list, name) })
	}
	switch {
	case !one(o.Challenges, "S256"):
		return "PKCE with S256 (code_challenge_methods_supported)"
	case !one(o.IDTokenAlgs, n.algs...):
		return "ID tokens signed with an algorithm that is configured (id_token_signing_alg_values_supported)"
	case !one(o.ResponseTypes, "code"):
		return "the response type code (response_types_supported)"
	case !one(o.ResponseModes, n.responseMode):
		return "the response mode " + n.responseMode + " (response_modes_supported)"
	case !one(o.GrantTypes, "authorization_code"):
		return "the grant type authorization_code (grant_types_supported)"
	case !one(o.AuthMethods, n.authMethod):
		return "the client authentication " + n.authMethod + " (token_endpoint_auth_methods_supported)"
	case !one(o.AssertionAlgs, n.assertion):
		return "client assertions signed with " + n.assertion + " (token_endpoint_auth_signing_alg_values_supported)"
	case !one(o.RequestObjects, n.requestSign):
		return "requests signed with " + n.requestSign + " (request_object_signing_alg_values_supported)"
	}
	return ""
}

// authNames are the names of the methods in discovery. A public client has none to
// offer: brokers that take one often do not list "none".
var authNames = map[AuthMethod]string{Basic: "client_secret_basic", Post: "client_secret_post", PrivateKeyJWT: "private_key_jwt"}

// whatNeeds says what cfg uses.
func whatNeeds(cfg Config) needs {
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
