// Command fakes runs the fake brokers, distributors and signing service for test suites in any
// language, on loopback addresses unless -listen says otherwise. When all are ready it prints one line of
// JSON on standard output and stays until it is interrupted:
//
//	{"criipto":{"issuer":"http://127.0.0.1:9400","client_id":"…","client_secret":"…"},"neb":{…},"eident":{…},
//	"stralfors":{"url":"https://127.0.0.1:9403","client_cert":"…","client_key":"…","ca":"…","system":"…",…},"postnord":{…},
//	"signatures":{"url":"http://127.0.0.1:9407/v1/graphql","client_id":"…","client_secret":"…","issuer":"…","audience":"…"},
//	"nemlogin":{"metadata":"http://127.0.0.1:9408/metadata"}}
//
// With -tls the brokers and the signing service speak https, and the line begins with "ca", a file with the
// authorities to trust. The distributors always do, and demand the client
// certificate; "client_cert", "client_key" and "ca" are PEM files, "page" is where
// a browser sees the mailboxes. All files go when the command ends. With -base-port
// 9400 brokers have 9400 to 9402, distributors 9403 and 9404, pages 9405 and 9406, the
// signing service 9407, and NemLog-in 9408.
//
// People sign after a login at the fake Criipto. "issuer" and "audience" of "signatures"
// are its issuer and client id, which the tokens in signed files have.
//
// NemLog-in speaks SAML. It knows an app by its metadata: -sp-metadata names a file, or an
// address where the app serves it. An address is asked when a request arrives that cannot be
// explained, at most once a second, so the app may start after the fakes. On a loopback
// address the app's certificate need not be good; elsewhere it must be.
//
// "public_client_id" is an application without a secret, at brokers that have such.
//
// In a container: -listen 0.0.0.0, -base-url for the address under which callers
// reach the brokers, -ca-file for the authorities where others find them, -health for the
// container's health check. The Dockerfile beside this file has all that. Adapters take
// http on loopback alone, so between containers it takes -tls, or one network
// namespace; see compose.yaml and docs/guides/test.md. Distributors stay on loopback.
//
// With -control another port, 9409, serves what a test needs to drive all fakes over HTTP and
// JSON, described in openapi.yaml: citizens and rules, the next outcome, tamperings and
// misbehaviours by name, the clock, what became of logins, letters and signatures and why, and the
// start of everything between two tests. A browser finds a page there, on which a person watches
// and decides. The line then ends with
// "control":{"url":"http://127.0.0.1:9409"}. On a loopback address it is open to programs of this
// machine, and never to web pages of others. Elsewhere, or with -control-token, callers show
// "token" of the line as a bearer token. All fakes have one clock.
//
// Every redirect address on loopback is accepted, and those of -redirect. Without -auto a page asks who
// logs in; a script posts it as a person would.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	var o options
	flag.IntVar(&o.basePort, "base-port", 9400, "port of the first fake, the others follow; 0: free ports")
	flag.BoolVar(&o.tls, "tls", false, "serve https")
	flag.BoolVar(&o.auto, "auto", false, "approve every login as the first citizen, without a page")
	flag.StringVar(&o.listen, "listen", "127.0.0.1", "IP address of the brokers; 0.0.0.0 in a container. Whoever reaches it is anybody: never on a network with strangers")
	base := flag.String("base-url", "", "scheme and host under which callers reach the brokers, such as https://fakes; with a port, that of the first one (default where they listen)")
	flag.StringVar(&o.clientSecret, "client-secret", "", "secret of every application (default random)")
	flag.Func("redirect", "a redirect address to accept beside those on loopback; may be repeated", func(s string) error {
		o.redirects = append(o.redirects, s)
		return nil
	})
	flag.Func("sp-metadata", "NemLog-in: a service provider's metadata, a file or an address that is asked when needed; may be repeated", func(s string) error {
		o.spMetadata = append(o.spMetadata, s)
		return nil
	})
	flag.StringVar(&o.caFile, "ca-file", "", "with -tls: write the brokers' authorities there (default a temporary file)")
	flag.BoolVar(&o.control, "control", false, "serve the control API")
	flag.StringVar(&o.controlToken, "control-token", "", "with -control: the token that callers must show, 16 characters or more (default none on a loopback address, random elsewhere)")
	ask := flag.String("health", "", "only ask an address whether it answers 200, and end with status 0 or 1; for a container's health check")
	flag.Parse()
	if *ask != "" {
		if err := health(context.Background(), *ask); err != nil {
			fmt.Fprintln(os.Stderr, "fakes:", err)
			os.Exit(1)
		}
		return
	}
	if err := o.read(*base); err != nil {
		fmt.Fprintln(os.Stderr, "fakes:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "fakes:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done.
func run(ctx context.Context, o options) error {
	street, err := open(o)
	if err != nil {
		return err
	}
	defer street.close()
	line, err := json.Marshal(street.Ready)
	if err != nil {
		return err
	}
	fmt.Println(string(line))
	<-ctx.Done()
	return nil
}
