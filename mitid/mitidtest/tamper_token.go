package mitidtest

import (
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

// tokenTamperings spoil the token endpoint's answer around the ID token.
func tokenTamperings() []Tampering {
	on := func(name, doc string, want mitid.Kind, f func(*Broker, *reply)) Tampering {
		return onReply(name, doc, StageToken, want, f)
	}
	member := func(name, doc string, want mitid.Kind, change func(o *object)) Tampering {
		return on(name, doc, want, func(_ *Broker, p *reply) { change(&p.object) })
	}
	refuse := func(name, doc string, want mitid.Kind, status int, code, description string) Tampering {
		return on(name, doc, want, func(_ *Broker, p *reply) { *p = *fault(status, code, description) })
	}
	raw := func(name, doc string, want mitid.Kind, status int, contentType, body string) Tampering {
		return on(name, doc, want, func(_ *Broker, p *reply) { p.replace(status, contentType, []byte(body)) })
	}
	const jsonType = "application/json"
	return []Tampering{
		refuse("O-19-invalid-grant", "the token endpoint answers 400 invalid_grant", mitid.BrokerDeclined, http.StatusBadRequest, "invalid_grant", ""),
		refuse("O-19-unknown-access-code", "the token endpoint says that the code was used", mitid.BrokerDeclined, http.StatusBadRequest, "invalid_grant", unknownCode),
		refuse("O-20-invalid-client", "the token endpoint answers 401 invalid_client", mitid.ConfigInvalid, http.StatusUnauthorized, "invalid_client", ""),
		refuse("O-20-invalid-client-400", "the token endpoint answers 400 invalid_client", mitid.ConfigInvalid, http.StatusBadRequest, "invalid_client", ""),
		raw("O-21-500", "the token endpoint answers 500", mitid.BrokerUnavailable, http.StatusInternalServerError, "text/html", maintenance),
		raw("O-21-502", "the token endpoint answers 502", mitid.BrokerUnavailable, http.StatusBadGateway, "text/html", maintenance),
		raw("O-21-503", "the token endpoint answers 503 with JSON", mitid.BrokerUnavailable, http.StatusServiceUnavailable, jsonType, `{"error":"temporarily_unavailable"}`),
		on("O-21-hangs-up", "the token endpoint takes the code and closes the connection", mitid.BrokerUnavailable, func(_ *Broker, p *reply) { p.hangUp = true }),
		member("O-22-no-id-token", "the token answer has no id_token", mitid.ResponseInvalid, func(o *object) { o.drop("id_token") }),
		member("O-22-id-token-null", "id_token is null", mitid.ResponseInvalid, func(o *object) { o.set("id_token", nil) }),
		member("O-22-id-token-empty", "id_token is empty", mitid.ResponseInvalid, func(o *object) { o.set("id_token", "") }),
		member("O-22-id-token-number", "id_token is a number", mitid.ResponseInvalid, func(o *object) { o.set("id_token", 1) }),
		member("O-22-no-token-type", "the token answer has no token_type", mitid.ResponseInvalid, func(o *object) { o.drop("token_type") }),
		member("O-22-token-type-mac", "token_type is unknown", mitid.ResponseInvalid, func(o *object) { o.set("token_type", "mac") }),
		member("O-22-token-type-plus-one", "token_type is Bearer plus one character", mitid.ResponseInvalid, func(o *object) { o.set("token_type", "Bearer1") }),
		raw("O-22-html", "the token answer is a page with status 200", mitid.ResponseInvalid, http.StatusOK, "text/html", maintenance),
		raw("O-22-empty", "the token answer is empty", mitid.ResponseInvalid, http.StatusOK, jsonType, ""),
		raw("O-22-list", "the token answer is a list", mitid.ResponseInvalid, http.StatusOK, jsonType, "[]"),
		on("O-22-cut", "the token answer is cut in half", mitid.ResponseInvalid, func(_ *Broker, p *reply) {
			body := p.bytes()
			p.replace(p.status, jsonType, body[:len(body)/2])
		}),
		on("O-22-trailing", "the token answer is followed by a second value", mitid.ResponseInvalid, func(_ *Broker, p *reply) {
			p.replace(p.status, jsonType, append(p.bytes(), "{}"...))
		}),
		member("O-23-bearer-case", "token_type is bEARER", accepted, func(o *object) { o.set("token_type", "bEARER") }),
		member("O-23-no-expires-in", "the token answer has no expires_in", accepted, func(o *object) { o.drop("expires_in") }),
		member("O-23-expires-in-number", "expires_in is a number", accepted, func(o *object) { o.set("expires_in", 120) }),
		member("O-23-unknown-member", "the token answer has a member that nobody knows", accepted, func(o *object) { o.add("færdig", object{{"x", []int{1}}}) }),
		member("O-24-id-token-twice", "the token answer has two members id_token, equal", mitid.ResponseInvalid, func(o *object) { o.add("id_token", o.get("id_token")) }),
		member("O-24-id-token-other-case", "the token answer has ID_Token beside id_token", mitid.ResponseInvalid, func(o *object) { o.add("ID_Token", o.get("id_token")) }),
		member("O-24-id-token-only-other-case", "the token answer has Id_token instead of id_token", mitid.ResponseInvalid, func(o *object) {
			o.add("Id_token", o.get("id_token"))
			o.drop("id_token")
		}),
		on("O-26-echo-invalid-grant", "the error answer repeats secret, code and a CPR number", mitid.BrokerDeclined, echo(http.StatusBadRequest, "invalid_grant")),
		on("O-26-echo-invalid-client", "the error answer repeats secret, code and a CPR number", mitid.ConfigInvalid, echo(http.StatusUnauthorized, "invalid_client")),
		on("O-26-echo-500", "the error answer repeats secret, code and a CPR number", mitid.BrokerUnavailable, echo(http.StatusInternalServerError, "server_error")),
		on("O-26-echo-as-code", "the error code itself repeats them", mitid.BrokerDeclined, echo(http.StatusBadRequest, "")),
	}
}

// echo answers with an error that repeats what was sent. Without a code the
// echo stands in its place.
func echo(status int, code string) func(*Broker, *reply) {
	return func(b *Broker, p *reply) {
		said := strings.Join([]string{b.ClientSecret().Reveal(), p.asked.PostForm.Get("code"), p.asked.PostForm.Get("code_verifier"), "2101270087", "210127-0087"}, " ")
		asked := p.asked
		*p = *fault(status, or(code, said), said)
		p.asked = asked
	}
}
