package mitidtest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// skov is the dialect of a made-up broker: one page, no pushed requests, no
// userinfo, and one switch.
type skov struct {
	b        *mitidtest.Broker
	switches *mitidtest.Switches[skovSettings]
	codes    *mitidtest.Store[skovLogin]
}

var _ mitidtest.Dialect = (*skov)(nil)

type skovSettings struct {
	Greeting     string // what the page says
	IssParameter bool   // answers carry iss (RFC 9207)
}

// skovLogin is what a code stands for.
type skovLogin struct {
	params url.Values
	who    mitidtest.Citizen
}

func startSkov(cfg mitidtest.Config) (*mitidtest.Broker, error) {
	fake, _, err := mitidtest.Start(cfg, func(b *mitidtest.Broker) (*skov, error) {
		return &skov{b, mitidtest.NewSwitches(skovSettings{Greeting: "Velkommen i skoven"}), mitidtest.NewStore[skovLogin](b, 1000)}, nil
	})
	return fake, err
}

func (s *skov) Profile() mitidtest.Profile {
	return mitidtest.Profile{
		Name: "skov", ClientID: "urn:skov:1", Differences: []string{"There is no real one."},
		Endpoints: mitidtest.Endpoints{Discovery: "/.well-known/openid-configuration", Keys: "/keys", Authorize: "/authorize", Token: "/token"},
	}
}

// ServeHTTP passes whatever it makes through the engine, so that tamperings reach it.
func (s *skov) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	path, _ := mitidtest.CutElsewhere(r.URL.Path)
	var params url.Values
	if path == "/authorize" {
		params = r.Form
	}
	s.b.Record(r, r.PostForm, params)
	switch path {
	case "/.well-known/openid-configuration":
		at := s.b.Origin()
		s.b.Send(w, r, mitidtest.StageDiscovery, mitidtest.NewReply(http.StatusOK, mitidtest.Object{
			{"issuer", s.b.Issuer()}, {"authorization_endpoint", at + "/authorize"}, {"token_endpoint", at + "/token"}, {"jwks_uri", at + "/keys"},
			{"authorization_response_iss_parameter_supported", s.switches.Now().IssParameter},
		}))
	case "/keys":
		s.b.Send(w, r, mitidtest.StageKeys, mitidtest.NewReply(http.StatusOK, mitidtest.Object{{"keys", s.b.Keys().JWKs()}}))
	case "/authorize":
		s.authorize(w, r)
	case "/token":
		s.b.Send(w, r, mitidtest.StageToken, s.token(r))
	default:
		if !s.b.ServeOwn(w, r, path, r.PostForm) {
			http.NotFound(w, r)
		}
	}
}

func (s *skov) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.Form
	s.b.Follow(r, q)
	if q.Get("client_id") != s.b.ClientID() || !s.b.RedirectAllowed(q.Get("redirect_uri")) {
		s.b.ShowError(w, r, "the client_id or the redirect_uri is not registered")
		return
	}
	s.b.NoteNonce(q.Get("nonce"))
	if o, decided := s.b.Scripted(r, q.Get("state"), ""); decided {
		s.end(w, r, q, o)
		return
	}
	s.b.ShowPages(w, r, mitidtest.Pages{
		Service: "Skovbroen", Message: s.switches.Now().Greeting,
		End: func(w http.ResponseWriter, r *http.Request, o mitidtest.Outcome) { s.end(w, r, q, o) },
		CPR: func(mitidtest.Outcome) *mitidtest.CPRPage { return nil }, // this broker tells no CPR number
	})
}

// end sends the browser back with what the person did.
func (s *skov) end(w http.ResponseWriter, r *http.Request, q url.Values, o mitidtest.Outcome) {
	back := &mitidtest.Answer{RedirectURI: q.Get("redirect_uri")}
	switch o.Act {
	case mitidtest.Approves:
		code := mitidtest.StableUUID("code", q.Get("state"))
		s.codes.Put(code, skovLogin{q, o.Citizen}, time.Minute)
		back.Add("code", code)
	case mitidtest.Fails:
		back.Params = mitidtest.ErrorPairs(o.Code, o.Description)
	default:
		back.Params = mitidtest.ErrorPairs("access_denied", "")
	}
	back.Add("state", q.Get("state"))
	if s.switches.Now().IssParameter {
		back.Add("iss", s.b.Issuer())
	}
	s.b.Conclude(r, back, back.Params.Problem())
	back.Show(w)
}

// token believes everybody who brings a code. A real fake checks secret and PKCE.
func (s *skov) token(r *http.Request) *mitidtest.Reply {
	l, ok := s.codes.Take(r.PostForm.Get("code"))
	if !ok {
		return mitidtest.NewFault(http.StatusBadRequest, "invalid_grant", "")
	}
	now, uuid := s.b.Now().Unix(), l.who.MitIDUUID(nil)
	claims := mitidtest.Object{
		{"iss", s.b.Issuer()}, {"aud", s.b.ClientID()}, {"nonce", l.params.Get("nonce")}, {"iat", now}, {"exp", now + 300},
		{"sub", "{" + uuid + "}"}, {"identityscheme", "dkmitid"}, {"nameidentifier", strings.ReplaceAll(uuid, "-", "")}, {"uuid", uuid}, {"loA", "SUBSTANTIAL"},
	}
	d := mitidtest.NewToken(s.b.Keys().Active(), claims.Optional("name", l.who.Name))
	mitidtest.Spoil(s.b, mitidtest.StageIDToken, d)
	token, err := d.Serialize()
	if err != nil {
		return mitidtest.NewFault(http.StatusInternalServerError, "server_error", "")
	}
	return mitidtest.NewReply(http.StatusOK, mitidtest.Object{{"id_token", token}, {"access_token", "-"}, {"token_type", "Bearer"}})
}

// Tamperings leaves out what this broker does not have, and adds what it alone has.
func (s *skov) Tamperings() []mitidtest.Tampering {
	announce := func() { s.switches.Change(func(now *skovSettings) { now.IssParameter = true }) }
	var all []mitidtest.Tampering
	for _, t := range mitidtest.SharedTamperings(announce) {
		if t.Stage != mitidtest.StagePAR && t.Stage != mitidtest.StageUserinfo {
			all = append(all, t)
		}
	}
	return append(all, mitidtest.OnToken("other-scheme", "the token is of a Swedish eID", mitid.ClaimInvalid, func(_ *mitidtest.Broker, d *mitidtest.Token) {
		d.Payload.Set("identityscheme", "sebankid")
	}))
}

func (s *skov) ScriptAccess(string) mitidtest.ScriptAccess { return mitidtest.ClosedToScripts }
func (s *skov) Save() (restore func())                     { return s.switches.Save() }

// Traits are for package brokersuite, which this broker does not run.
func (s *skov) Traits() mitidtest.Traits {
	return mitidtest.Traits{
		Carried: func(q mitidtest.Request) mitidtest.Carried { return mitidtest.Carried{Prompt: q.Param("prompt")} },
		Subject: func(c *mitidtest.Citizen, co *mitidtest.Company) string { return "{" + c.MitIDUUID(co) + "}" },
	}
}

// newSkov is how a test starts the fake.
func newSkov(tb mitidtest.TB) *mitidtest.Broker {
	tb.Helper()
	return mitidtest.New(tb, startSkov)
}

// A fake of another broker: a type with the methods of Dialect. The engine brings the
// people, the page, the recorder and the tamperings.
func ExampleDialect() {
	fake, err := startSkov(mitidtest.Config{ExampleRedirects: true})
	if err != nil {
		panic(err)
	}
	defer func() { _ = fake.Close() }()
	client := clientFor(fake)
	login := func() {
		redirect, err := client.Begin(context.Background(), mitid.Request{})
		if err != nil {
			panic(err)
		}
		answer, err := mitidtest.Walk(context.Background(), fake, redirect, mitidtest.Approve(mitidtest.Paiman()))
		if err != nil {
			panic(err)
		}
		l, err := client.Complete(context.Background(), redirect.State, answer)
		if err != nil {
			fmt.Println(mitid.KindOf(err))
			return
		}
		fmt.Println(l.Identity.Name.Full)
	}
	login()
	if err := fake.Tamper("other-scheme"); err != nil {
		panic(err)
	}
	login()
	login()
	// Output:
	// Paiman Petersen
	// ClaimInvalid
	// Paiman Petersen
}
