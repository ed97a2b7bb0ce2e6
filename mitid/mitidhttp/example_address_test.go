package mitidhttp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// admin mounts an app under /admin, with the gate inside. People come back to
// /admin/…, because that is what their browser showed.
func admin(mux *http.ServeMux, gate *mitidhttp.Gate, app http.Handler) {
	mux.Handle("/admin/", http.StripPrefix("/admin", gate.Require(claims.Substantial)(app)))
}

// behindProxy is for an app behind a proxy that takes /app away:
//
//	location /app/ { proxy_pass http://127.0.0.1:8080/; }
func behindProxy(client *mitid.Client, keys [][]byte) (*mitidhttp.Gate, error) {
	return mitidhttp.New(mitidhttp.Config{
		Client:     client, // RedirectURL: https://www.example.dk/app/callback
		Keys:       keys,
		PathPrefix: "/app",
	})
}

// behindProxies is for an app that several proxies of yours serve under different
// paths. Each says which in a header, and removes that header from what comes in.
func behindProxies(client *mitid.Client, keys [][]byte) (*mitidhttp.Gate, error) {
	return mitidhttp.New(mitidhttp.Config{
		Client: client,
		Keys:   keys,
		OuterPath: func(r *http.Request) string {
			return r.Header.Get("X-Forwarded-Prefix") + r.RequestURI
		},
	})
}

func ExampleConfig_pathPrefix() {
	client, err := mitid.New(mitid.Config{Broker: &stub{method: http.MethodGet, issuer: "https://broker.example"}, RedirectURL: "https://www.example.dk/app/callback"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, build := range []func(*mitid.Client, [][]byte) (*mitidhttp.Gate, error){behindProxy, behindProxies} {
		gate, err := build(client, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		mux := http.NewServeMux()
		admin(mux, gate, http.NotFoundHandler())
		r := httptest.NewRequest(http.MethodGet, "/admin/letters", nil)
		r.Header.Set("Accept", "text/html")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		fmt.Println(w.Code, len(w.Result().Cookies()))
	}
	// Output:
	// 302 1
	// 302 1
}
