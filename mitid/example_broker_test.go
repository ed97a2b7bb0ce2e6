package mitid_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/mitid"
)

// toy is an adapter for a broker that exists in this file alone. It shows what
// an adapter has to do, and how little: state, nonce, expiry, single use, level
// floor and texts are the client's. A real broker signs with a key that the
// adapter does not have, and a real adapter reads its answers strictly; hold
// yours to brokersuite.Test.
type toy struct{ key []byte }

// What toy can do beside a login. The client finds out by itself.
var (
	_ mitid.Broker         = toy{}
	_ mitid.StepUpper      = toy{}
	_ mitid.SessionEnder   = toy{}
	_ mitid.CPRMatcher     = toy{}
	_ mitid.TokenVerifier  = toy{}
	_ mitid.LogoutReceiver = toy{}
	_ mitid.Checker        = toy{}
)

// statement is what the toy broker signs about somebody.
type statement struct {
	Nonce   string
	Subject string
	Session string
	Name    string
	CPR     cpr.Plain
	Level   claims.Level
	At      time.Time
	Text    string // that the person approved
}

// Callback says: the answer is a GET, and its parameter ref is the handle.
func (toy) Callback() mitid.CallbackRule {
	return mitid.CallbackRule{Name: "toy", Issuer: "https://toy.example", Method: http.MethodGet, State: "ref"}
}

// Begin writes down what the login is for, and refuses what toy cannot carry.
func (toy) Begin(_ context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	text := a.Request.TransactionText
	if text.Type == mitid.HTMLText {
		return nil, &mitid.Error{Kind: mitid.Unsupported, Why: "Request.TransactionText: this broker shows plain text only"}
	}
	q := url.Values{"ref": {a.Handle}, "nonce": {a.Nonce}, "level": {a.Level.String()}, "text": {text.Body}}
	return &mitid.Redirect{URL: "https://toy.example/login?" + q.Encode()}, nil
}

// Complete verifies the statement in the answer and translates it.
func (b toy) Complete(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
	values, err := cb.Values()
	if err != nil {
		return nil, err
	}
	if values.Get("error") == "cancelled" {
		return nil, &mitid.Error{Kind: mitid.UserCancelled, Code: "cancelled"}
	}
	as, err := b.VerifyToken(ctx, values.Get("statement"))
	if err != nil {
		return nil, err
	}
	// Before any further call to the broker; toy needs none.
	id := as.Identity
	if err := a.Admit(mitid.Facts{Level: id.Levels.LoA, Capacity: id.Capacity, AuthTime: id.AuthTime}); err != nil {
		return nil, err
	}
	as.Evidence.At = a.Now
	return as, nil
}

// VerifyToken is Complete's check, for statements that come with a request.
func (b toy) VerifyToken(_ context.Context, raw string) (*mitid.Assertion, error) {
	var s statement
	if !b.open(raw, &s) {
		return nil, &mitid.Error{Kind: mitid.TokenInvalid, Why: "the statement is not the broker's"}
	}
	as := &mitid.Assertion{
		Identity: claims.Identity{
			Capacity: claims.CapacityPrivate, Subject: s.Subject, SessionID: s.Session, CPR: cpr.Number(s.CPR),
			Levels: claims.Levels{LoA: s.Level}, AuthTime: s.At,
		},
		Echo:     s.Nonce, // the client compares it with the attempt's
		Expires:  s.At.Add(time.Hour),
		Evidence: mitid.Evidence{Tokens: []mitid.Token{{Use: "assertion", Raw: mitid.NewSecret(raw)}}},
	}
	if s.Name != "" { // a protected name is a nil Name
		as.Identity.Name = &claims.Name{Full: s.Name}
	}
	if s.Text != "" { // the client compares it with the digest of what was sent
		as.Texts = mitid.Texts{ReferenceHeader: "Approve at Acme", Transaction: &mitid.Text{Body: s.Text}}
	}
	return as, nil
}

// StepUp asks the person behind l without another login. Without this method the
// client has MitID re-authenticate them.
func (b toy) StepUp(ctx context.Context, a *mitid.Attempt, _ *mitid.Login) (*mitid.Redirect, error) {
	return b.Begin(ctx, a)
}

// Check looks at what a login needs; toy needs its key.
func (b toy) Check(context.Context, *mitid.Attempt) []mitid.Finding {
	if len(b.key) == 0 {
		return []mitid.Finding{{Grade: mitid.Failed, About: "key", Kind: mitid.ConfigInvalid, What: "there is none", Do: "set it"}}
	}
	return []mitid.Finding{{About: "key", What: "it is set"}}
}

// EndSession sends the browser through the broker's logout.
func (toy) EndSession(_ context.Context, _ *mitid.Login, returnTo, state string) (*mitid.Redirect, error) {
	return &mitid.Redirect{URL: "https://toy.example/logout", Form: map[string]string{"to": returnTo, "ref": state}}, nil
}

// MatchCPR asks the broker; toy knows the number of whoever is logged in.
func (toy) MatchCPR(_ context.Context, l *mitid.Login, n cpr.Number) (bool, error) {
	return l.Identity.CPR == n, nil
}

// ReceiveLogout reads whose session the broker has ended.
func (b toy) ReceiveLogout(_ context.Context, cb mitid.Callback) (*mitid.Logout, error) {
	var ended mitid.Logout
	values, err := cb.Values()
	if err != nil {
		return nil, err
	}
	if !b.open(values.Get("logout"), &ended.SessionID) {
		return nil, &mitid.Error{Kind: mitid.TokenInvalid, Why: "the message is not the broker's"}
	}
	return &ended, nil
}

func (b toy) sign(v any) string {
	body, err := json.Marshal(v)
	if err != nil {
		log.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(body) + "." + base64.RawURLEncoding.EncodeToString(b.mac(body))
}

func (b toy) open(raw string, v any) bool {
	head, tail, _ := strings.Cut(raw, ".")
	body, err := base64.RawURLEncoding.DecodeString(head)
	mac, err2 := base64.RawURLEncoding.DecodeString(tail)
	return err == nil && err2 == nil && hmac.Equal(mac, b.mac(body)) && json.Unmarshal(body, v) == nil
}

func (b toy) mac(body []byte) []byte {
	h := hmac.New(sha256.New, b.key)
	h.Write(body)
	return h.Sum(nil)
}

// approve is the broker's page: Åse presses the button.
func (b toy) approve(rd *mitid.Redirect, text string, at time.Time) mitid.Callback {
	asked, err := url.Parse(rd.URL)
	if err != nil {
		log.Fatal(err)
	}
	q := url.Values{"ref": {asked.Query().Get("ref")}, "statement": {b.sign(statement{
		Nonce: asked.Query().Get("nonce"), Subject: "toy-7", Session: "s-1", Name: "Åse Ærlig", CPR: cpr.Plain(cpr.MustParse("2712589100")),
		Level: claims.Substantial, At: at, Text: text,
	})}}
	return mitid.Callback{Method: http.MethodGet, RawQuery: q.Encode()}
}

// An adapter for a new broker implements the seam and no more.
func ExampleBroker() {
	ctx := context.Background()
	broker := toy{key: []byte("what only the toy broker knows")}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "https://app.example.dk/callback"})
	if err != nil {
		log.Fatal(err)
	}
	text := mitid.Text{Type: mitid.PlainText, Body: "Køb af 3 glas blåbærsyltetøj"}
	for _, seen := range []string{"Køb af 300 glas", text.Body} {
		redirect, err := client.Begin(ctx, mitid.Request{TransactionText: text, CPR: mitid.CPRRequired})
		if err != nil {
			log.Fatal(err)
		}
		login, err := client.Complete(ctx, redirect.State, broker.approve(redirect, seen, time.Now()))
		if err != nil {
			fmt.Println(mitid.KindOf(err))
			continue
		}
		fmt.Println(login, login.Identity.Name.Full)
		fmt.Println("approved:", *mitid.DigestOf(*login.Texts.Transaction) == *mitid.DigestOf(text))

		match, err := client.MatchCPR(ctx, login, cpr.MustParse("210127-0087"))
		fmt.Println("the number matches:", match, err)
		ended, err := client.ReceiveLogout(ctx, mitid.Callback{Method: http.MethodGet, RawQuery: "logout=" + broker.sign("s-1")})
		fmt.Println("this session ends:", ended.SessionID == login.Identity.SessionID, err)
	}
	// Output:
	// TransactionMismatch
	// mitid.Login{toy substantial} Åse Ærlig
	// approved: true
	// the number matches: false <nil>
	// this session ends: true <nil>
}
