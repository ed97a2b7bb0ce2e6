package neb_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	nets "github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
	"github.com/dkeid/dkeid/signing/evidence"
	"github.com/dkeid/dkeid/signing/neb"
)

// What docs/guides/sign.md shows of Nets eID Broker.

// sign sends the person of a session to sign a PDF.
func sign(service *neb.Service, pdf []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		session, _ := mitidhttp.FromContext(r.Context())
		redirect, err := service.Sign(r.Context(), neb.Signtext{Type: neb.PDF, Body: pdf}, mitid.Request{UUID: session.Identity.UUID})
		if err != nil {
			http.Error(w, "Dokumentet kan ikke underskrives lige nu.", http.StatusBadGateway)
			return
		}
		http.SetCookie(w, &http.Cookie{
			Name: "sign-" + redirect.Handle, Value: redirect.State, Path: "/signed", Expires: redirect.Expires,
			Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		})
		http.Redirect(w, r, redirect.URL, http.StatusSeeOther)
	}
}

// signed answers at the Config.RedirectURL of the service.
func signed(service *neb.Service, keep func(context.Context, *neb.Signed) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var state string
		if c, err := r.Cookie("sign-" + r.FormValue("state")); err == nil {
			state = c.Value
			http.SetCookie(w, &http.Cookie{Name: c.Name, Path: "/signed", MaxAge: -1})
		}
		answer, err := mitid.ReadCallback(r)
		if err != nil {
			http.Error(w, "Der er ikke underskrevet.", http.StatusBadRequest)
			return
		}
		of, err := service.Complete(r.Context(), state, answer)
		if err != nil {
			http.Error(w, "Der er ikke underskrevet. Prøv igen.", http.StatusForbidden)
			return
		}
		if err := keep(r.Context(), of); err != nil {
			http.Error(w, "Underskriften kunne ikke gemmes. Prøv igen.", http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, "Tak. Dokumentet er underskrevet.")
	}
}

// keepProof writes the bundle that proves a signature.
func keepProof(ctx context.Context, to io.Writer, reference string, pdf []byte, of *neb.Signed) error {
	bundle, err := evidence.FromShown(of.Signature, evidence.ShownInput{
		Reference: reference,
		Shown:     evidence.Bytes(evidence.PartOriginal, "", pdf),
	})
	if err != nil {
		return err
	}
	_, err = evidence.Write(ctx, to, bundle, evidence.Options{})
	return err
}

func TestWeb(t *testing.T) {
	fake := nebtest.New(t)
	server := httptest.NewUnstartedServer(nil)
	address := "http://" + server.Listener.Addr().String()
	broker, err := nets.New(nets.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret()})
	require.NoError(t, err)
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: address + "/callback"})
	require.NoError(t, err)
	gate, err := mitidhttp.New(mitidhttp.Config{Client: client})
	require.NoError(t, err)
	service, err := neb.New(neb.Config{
		Broker: broker, RedirectURL: address + "/signed", APIClientID: fake.ClientID(), APISecret: fake.ClientSecret(),
	})
	require.NoError(t, err)
	pdf := fakepdf.New(fakepdf.Page{Lines: []string{"Lejekontrakt på Ærø"}})
	mux, kept := http.NewServeMux(), 0
	mux.Handle("/callback", gate.Callback())
	mux.Handle("/sign", gate.Require(claims.Substantial)(sign(service, pdf)))
	mux.Handle("/signed", signed(service, func(ctx context.Context, of *neb.Signed) error {
		kept++
		return keepProof(ctx, io.Discard, "sag-7", pdf, of)
	}))
	server.Config.Handler = mux
	server.Start()
	t.Cleanup(server.Close)

	for _, c := range []struct {
		name   string
		who    []mitidtest.Outcome
		status int
		says   string
		kept   int
	}{
		{"signs", []mitidtest.Outcome{mitidtest.Approve(mitidtest.Ditlev()), mitidtest.Approve(mitidtest.Ditlev())}, 200, "Tak. Dokumentet er underskrevet.", 1},
		{"cancels", []mitidtest.Outcome{mitidtest.Approve(mitidtest.Ditlev()), mitidtest.Abort()}, 403, "Prøv igen", 1},
		{"somebody else", []mitidtest.Outcome{mitidtest.Approve(mitidtest.Ditlev()), mitidtest.Approve(mitidtest.Paiman())}, 403, "Prøv igen", 1},
	} {
		fake.Next(c.who...) // the login, and the signature
		page, err := fake.NewBrowser().Visit(t.Context(), address+"/sign")
		require.NoError(t, err, c.name)
		text, err := io.ReadAll(page.Body)
		require.NoError(t, err, c.name)
		require.NoError(t, page.Body.Close())
		require.Equal(t, c.status, page.StatusCode, c.name)
		require.Contains(t, string(text), c.says, c.name)
		require.Equal(t, c.kept, kept, c.name)
	}
}
