package main

import (
	"context"
	_ "embed"
	"html/template"
	"net/http"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/pagelanguage"
)

//go:embed demo.html
var demoHTML string

var demoTemplate = template.Must(template.New("demo").Parse(demoHTML))

// A visitor is what the app reads of an identity token.
type visitor struct {
	Subject      string `json:"sub"`
	Level        string `json:"level"`
	Kind         string `json:"kind"`
	Name         string `json:"name"`
	CVR          string `json:"cvr"`
	Organisation string `json:"organisation"`
	CPR          string `json:"cpr"`
}

// newVerifier returns what checks identity tokens: signature, issuer, audience and time.
// It fetches the keys when it needs them, and again when the proxy has a new one.
func newVerifier(ctx context.Context, keys, issuer, audience string) *oidc.IDTokenVerifier {
	return oidc.NewVerifier(issuer, oidc.NewRemoteKeySet(ctx, keys), &oidc.Config{ClientID: audience, SupportedSigningAlgs: []string{oidc.ES256}})
}

// visitorOf returns who sent a request. Without a header it is nobody.
func visitorOf(r *http.Request, verifier *oidc.IDTokenVerifier) (*visitor, error) {
	raw := r.Header.Get("X-Dkeid-Identity")
	if raw == "" {
		return nil, nil
	}
	token, err := verifier.Verify(r.Context(), raw)
	if err != nil {
		return nil, err
	}
	v := &visitor{}
	return v, token.Claims(v)
}

// newDemoApp returns the library of Ærø. It knows the one header, and nothing of MitID.
func newDemoApp(ctx context.Context, s *settings) http.Handler {
	verifier := newVerifier(ctx, s.PublicURL+s.OwnPath+"/jwks.json", s.PublicURL, s.Identity.Audience)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := visitorOf(r, verifier)
		if err != nil {
			http.Error(w, "the identity is not valid", http.StatusUnauthorized)
			return
		}
		if r.URL.Path == "/favicon.ico" {
			http.NotFound(w, r)
			return
		}
		page := demoPage{Lang: "da", Path: r.URL.Path, Visitor: v, Logout: s.LogoutPath, Login: s.OwnPath + "/login"}
		if !pagelanguage.Danish(r.Header.Get("Accept-Language")) {
			page.Lang = "en"
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = demoTemplate.Execute(w, page)
	})
}

type demoPage struct {
	Lang, Path, Logout, Login string
	Visitor                   *visitor
}

// Number is the CPR number as a page may show it.
func (p demoPage) Number() string {
	if p.Visitor == nil {
		return ""
	}
	n, err := cpr.Parse(p.Visitor.CPR)
	if err != nil {
		return ""
	}
	return n.Masked()
}

// Say returns a word of the token as the page shows it.
func (p demoPage) Say(word string) string {
	if danish, ok := demoWords[word]; ok && p.Lang == "da" {
		return danish
	}
	return word
}

// Title is the heading of a page.
func (p demoPage) Title() string {
	title, ok := demoTitles[p.Path]
	switch {
	case !ok:
		return strings.TrimPrefix(p.Path, "/")
	case p.Lang == "en":
		return title[1]
	}
	return title[0]
}

// Pages are the paths of the app.
func (p demoPage) Pages() []demoPage {
	var all []demoPage
	for _, path := range []string{"/", "/lån", "/fjernlån", "/skole", "/admin"} {
		all = append(all, demoPage{Lang: p.Lang, Path: path})
	}
	return all
}

var demoTitles = map[string][2]string{
	"/":         {"Ærø Bibliotek", "The library of Ærø"},
	"/lån":      {"Dine lån", "Your loans"},
	"/fjernlån": {"Fjernlån, med CPR-nummer", "Loans from elsewhere, with CPR number"},
	"/skole":    {"For skoler, med MitID Erhverv", "For schools, with MitID Erhverv"},
	"/admin":    {"Administration, niveau høj", "Administration, level high"},
}

var demoWords = map[string]string{
	"low": "lav", "substantial": "betydelig", "high": "høj", "private": "privat", "professional": "medarbejder", "signatory": "tegningsberettiget",
}
