package mitidtest

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

// discoveryTamperings spoil what the metadata document says.
func discoveryTamperings() []Tampering {
	member := func(name, doc string, want mitid.Kind, change func(b *Broker, o *Object)) Tampering {
		return On(name, doc, StageDiscovery, want, func(b *Broker, p *Reply) { change(b, &p.Object) })
	}
	ts := []Tampering{
		member("discovery-wrong-issuer", "discovery names the issuer plus one character", mitid.IssuerMismatch, func(b *Broker, o *Object) { o.Set("issuer", b.Issuer()+"1") }),
		member("discovery-issuer-with-slash", "discovery names the issuer plus a slash", mitid.IssuerMismatch, func(b *Broker, o *Object) { o.Set("issuer", b.Issuer()+"/") }),
		member("discovery-cut-issuer", "discovery names the issuer without its last character", mitid.IssuerMismatch, func(b *Broker, o *Object) { o.Set("issuer", b.Issuer()[:len(b.Issuer())-1]) }),
		member("discovery-upper-case-issuer", "discovery names the issuer in capitals", mitid.IssuerMismatch, func(b *Broker, o *Object) { o.Set("issuer", strings.ToUpper(b.Issuer())) }),
		member("discovery-missing-issuer", "discovery names no issuer", mitid.IssuerMismatch, func(_ *Broker, o *Object) { o.Drop("issuer") }),
		member("discovery-empty-issuer", "discovery names an empty issuer", mitid.IssuerMismatch, func(_ *Broker, o *Object) { o.Set("issuer", "") }),

		member("discovery-issuer-twice", "discovery has two members issuer", mitid.ResponseInvalid, func(b *Broker, o *Object) { o.Add("issuer", b.Issuer()) }),
		member("discovery-endpoint-in-two-cases", "discovery has Token_Endpoint beside token_endpoint", mitid.ResponseInvalid, func(b *Broker, o *Object) { o.Add("Token_Endpoint", b.Origin()+b.Endpoints().Token) }),
	}
	for _, e := range []struct {
		member, place string
		path          func(Endpoints) string
	}{
		{"authorization_endpoint", "authorization-endpoint", func(p Endpoints) string { return p.Authorize }},
		{"token_endpoint", "token-endpoint", func(p Endpoints) string { return p.Token }},
		{"jwks_uri", "jwks", func(p Endpoints) string { return p.Keys }},
		{"userinfo_endpoint", "userinfo", func(p Endpoints) string { return p.Userinfo }},
		{"pushed_authorization_request_endpoint", "par", func(p Endpoints) string { return p.PAR }},
		{"end_session_endpoint", "logout", func(p Endpoints) string { return p.EndSession }},
	} {
		place := "discovery-" + e.place + "-"
		foreign := func(name, doc string, address func(*Broker) string) {
			ts = append(ts, member(place+name, "discovery lists "+e.member+" "+doc, mitid.ConfigInvalid,
				func(b *Broker, o *Object) { o.Set(e.member, address(b)+e.path(b.Endpoints())) }))
		}
		foreign("other-host", "on another host", func(*Broker) string { return "https://evil.example" })
		foreign("plain-http", "with http: on another host", func(*Broker) string { return "http://evil.example" })
		foreign("other-name", "under another name of the same machine", func(b *Broker) string { return b.listener.alias })
		foreign("other-port", "on another port", func(b *Broker) string { return strings.TrimSuffix(b.Origin(), b.listener.port) + "1" })
		foreign("user-in-address", "behind an @", func(b *Broker) string {
			return strings.Replace(b.Origin(), "://", "://x@", 1)
		})
	}
	downgrade := member("discovery-token-endpoint-plain-http-same-host", "discovery lists token_endpoint with http: on the same host", mitid.ConfigInvalid, func(b *Broker, o *Object) {
		o.Set("token_endpoint", strings.Replace(b.Origin(), "https:", "http:", 1)+b.Endpoints().Token)
	})
	downgrade.TLS = true
	return append(ts, downgrade)
}

// redirectTamperings answer with a redirect to another host. There the fake
// answers as the right address would have, so a client that follows succeeds.
func redirectTamperings() []Tampering {
	var ts []Tampering
	for _, stage := range []Stage{StageDiscovery, StageKeys, StagePAR, StageToken, StageUserinfo} {
		for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect} {
			ts = append(ts, On(stage.place()+"-redirect-"+strconv.Itoa(status), stage.words()+" answers with status "+strconv.Itoa(status)+", a redirect to another host", stage, mitid.IssuerMismatch,
				func(b *Broker, p *Reply) { p.Redirect(status, b.listener.alias+pathElsewhere+b.Endpoints().of(stage)) }))
		}
	}
	return ts
}

const maintenance = "<!doctype html><html lang=\"da\"><title>Vedligeholdelse</title><p>Vi er straks tilbage: æøå.</p></html>\n"

// bodyTamperings spoil how documents arrive.
func bodyTamperings() []Tampering {
	var ts []Tampering
	for _, stage := range []Stage{StageDiscovery, StageKeys} {
		at, w := stage.place(), stage.words()
		ts = append(ts,
			On(at+"-html", w+" is a maintenance page with status 200", stage, mitid.BrokerUnavailable, func(_ *Broker, p *Reply) {
				p.Replace(http.StatusOK, "text/html; charset=utf-8", []byte(maintenance))
			}),
			On(at+"-html-as-json", w+" is a maintenance page that calls itself JSON", stage, mitid.BrokerUnavailable, func(_ *Broker, p *Reply) {
				p.Replace(http.StatusOK, "application/json", []byte(maintenance))
			}),
			On(at+"-503", w+" answers 503", stage, mitid.BrokerUnavailable, func(_ *Broker, p *Reply) {
				p.Replace(http.StatusServiceUnavailable, "text/html; charset=utf-8", []byte(maintenance))
			}),
		)
	}
	for _, stage := range []Stage{StageDiscovery, StageKeys, StagePAR, StageToken, StageUserinfo} {
		at, w := stage.place(), stage.words()
		slow := On(at+"-slow", w+" sends one byte a second", stage, mitid.ResponseInvalid, func(_ *Broker, p *Reply) { p.Drip = true })
		slow.Slow = true
		ts = append(ts, slow,
			On(at+"-100-mb", w+" sends 100 MB", stage, mitid.ResponseInvalid, func(_ *Broker, p *Reply) { p.Blanks = 100 << 20 }),
			On(at+"-gzip-bomb", w+" sends a few kB that unpack to 16 MB", stage, mitid.ResponseInvalid, func(_ *Broker, p *Reply) {
				p.Replace(p.Status, p.Header.Get("Content-Type"), bomb(p.Bytes()))
				p.Header.Set("Content-Encoding", "gzip")
			}),
		)
	}
	return append(ts,
		On("jwks-keys-twice", "the key set has two members keys", StageKeys, mitid.ResponseInvalid, func(_ *Broker, p *Reply) { p.Object.Add("keys", []any{}) }),
		On("jwks-keys-in-two-cases", "the key set has Keys beside keys", StageKeys, mitid.ResponseInvalid, func(_ *Broker, p *Reply) { p.Object.Add("Keys", []any{}) }),
		On("par-request-uri-twice", "the PAR answer has two members request_uri", StagePAR, mitid.ResponseInvalid, func(_ *Broker, p *Reply) { p.Object.Add("request_uri", p.Object.Get("request_uri")) }),
	)
}
