package mitidtest

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

// tokenTamperings spoil the token endpoint's answer around the ID token.
func tokenTamperings() []Tampering {
	on := func(name, doc string, want mitid.Kind, f func(*Broker, *Reply)) Tampering {
		return On(name, doc, StageToken, want, f)
	}
	member := func(name, doc string, want mitid.Kind, change func(o *Object)) Tampering {
		return on(name, doc, want, func(_ *Broker, p *Reply) { change(&p.Object) })
	}
	refuse := func(name, doc string, want mitid.Kind, status int, code, description string) Tampering {
		return on(name, doc, want, func(_ *Broker, p *Reply) { *p = *NewFault(status, code, description) })
	}
	raw := func(name, doc string, want mitid.Kind, status int, contentType, body string) Tampering {
		return on(name, doc, want, func(_ *Broker, p *Reply) { p.Replace(status, contentType, []byte(body)) })
	}
	const jsonType = "application/json"
	return []Tampering{
		refuse("invalid-grant", "the token endpoint answers 400 invalid_grant", mitid.BrokerDeclined, http.StatusBadRequest, "invalid_grant", ""),
		refuse("used-code", "the token endpoint says that the code was used", mitid.BrokerDeclined, http.StatusBadRequest, "invalid_grant", "Unknown Access Code"),
		refuse("invalid-client", "the token endpoint answers 401 invalid_client", mitid.ConfigInvalid, http.StatusUnauthorized, "invalid_client", ""),
		refuse("invalid-client-400", "the token endpoint answers 400 invalid_client", mitid.ConfigInvalid, http.StatusBadRequest, "invalid_client", ""),
		raw("token-endpoint-500", "the token endpoint answers 500", mitid.BrokerUnavailable, http.StatusInternalServerError, "text/html", maintenance),
		raw("token-endpoint-502", "the token endpoint answers 502", mitid.BrokerUnavailable, http.StatusBadGateway, "text/html", maintenance),
		raw("token-endpoint-503", "the token endpoint answers 503 with JSON", mitid.BrokerUnavailable, http.StatusServiceUnavailable, jsonType, `{"error":"temporarily_unavailable"}`),
		on("token-endpoint-hangs-up", "the token endpoint takes the code and closes the connection", mitid.BrokerUnavailable, func(_ *Broker, p *Reply) { p.HangUp = true }),
		member("missing-id-token", "the token answer has no id_token", mitid.ResponseInvalid, func(o *Object) { o.Drop("id_token") }),
		member("null-id-token", "id_token is null", mitid.ResponseInvalid, func(o *Object) { o.Set("id_token", nil) }),
		member("empty-id-token", "id_token is empty", mitid.ResponseInvalid, func(o *Object) { o.Set("id_token", "") }),
		member("id-token-number", "id_token is a number", mitid.ResponseInvalid, func(o *Object) { o.Set("id_token", 1) }),
		member("missing-token-type", "the token answer has no token_type", mitid.ResponseInvalid, func(o *Object) { o.Drop("token_type") }),
		member("unknown-token-type", "token_type is unknown", mitid.ResponseInvalid, func(o *Object) { o.Set("token_type", "mac") }),
		member("wrong-token-type", "token_type is Bearer plus one character", mitid.ResponseInvalid, func(o *Object) { o.Set("token_type", "Bearer1") }),
		on("token-endpoint-cut", "the token answer is cut in half", mitid.ResponseInvalid, func(_ *Broker, p *Reply) {
			body := p.Bytes()
			p.Replace(p.Status, jsonType, body[:len(body)/2])
		}),
		on("token-endpoint-trailing-value", "the token answer is followed by a second value", mitid.ResponseInvalid, func(_ *Broker, p *Reply) {
			p.Replace(p.Status, jsonType, append(p.Bytes(), "{}"...))
		}),
		member("token-type-other-case", "token_type is bEARER", accepted, func(o *Object) { o.Set("token_type", "bEARER") }),
		member("missing-expires-in", "the token answer has no expires_in", accepted, func(o *Object) { o.Drop("expires_in") }),
		member("expires-in-number", "expires_in is a number", accepted, func(o *Object) { o.Set("expires_in", 120) }),
		member("token-endpoint-unknown-member", "the token answer has a member that nobody knows", accepted, func(o *Object) { o.Add("færdig", Object{{"x", []int{1}}}) }),
		member("id-token-twice", "the token answer has two members id_token, equal", mitid.ResponseInvalid, func(o *Object) { o.Add("id_token", o.Get("id_token")) }),
		member("id-token-in-two-cases", "the token answer has ID_Token beside id_token", mitid.ResponseInvalid, func(o *Object) { o.Add("ID_Token", o.Get("id_token")) }),
		member("id-token-other-case", "the token answer has Id_token instead of id_token", mitid.ResponseInvalid, func(o *Object) {
			o.Add("Id_token", o.Get("id_token"))
			o.Drop("id_token")
		}),
		on("token-endpoint-echo-invalid-grant", "the description of an error invalid_grant repeats secret, code and a CPR number", mitid.BrokerDeclined, echo(http.StatusBadRequest, "invalid_grant")),
		on("token-endpoint-echo-invalid-client", "the description of an error invalid_client repeats secret, code and a CPR number", mitid.ConfigInvalid, echo(http.StatusUnauthorized, "invalid_client")),
		on("token-endpoint-echo-500", "the description of an error server_error repeats secret, code and a CPR number", mitid.BrokerUnavailable, echo(http.StatusInternalServerError, "server_error")),
		on("token-endpoint-echo-as-code", "an error code repeats secret, code and a CPR number", mitid.BrokerDeclined, echo(http.StatusBadRequest, "")),
	}
}

// echo answers with an error that repeats what was sent. Without a code the
// echo stands in its place.
func echo(status int, code string) func(*Broker, *Reply) {
	return func(b *Broker, p *Reply) {
		said := strings.Join([]string{b.ClientSecret().Reveal(), p.asked.PostForm.Get("code"), p.asked.PostForm.Get("code_verifier"), "2101270087", "210127-0087"}, " ")
		asked := p.asked
		*p = *NewFault(status, cmp.Or(code, said), said)
		p.asked = asked
	}
}
