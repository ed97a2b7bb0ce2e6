package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/dkeid/dkeid/mitid"
)

// describe prints what the proxy does, path by path, in the order in which the rules count.
func (p *proxy) describe(w io.Writer) {
	fmt.Fprintf(w, "people open  %s\n", p.set.PublicURL)
	if p.upstream != nil {
		fmt.Fprintf(w, "the app is   %s\n", p.set.Upstream.URL)
	} else {
		fmt.Fprintln(w, "the app is   behind another proxy")
	}
	if p.set.ForwardAuth.Listen != "" {
		fmt.Fprintf(w, "proxies ask  http://%s/auth (nginx) or http://%[1]s/forward-auth (Traefik, Caddy)\n", p.set.ForwardAuth.Listen)
	}
	fmt.Fprintf(w, "header       %s, with keys at %s%s/jwks.json, for the audience %s\n", p.set.Identity.Header, p.set.PublicURL, p.set.OwnPath, p.set.Identity.Audience)
	fmt.Fprintf(w, "at the broker, register %s%s/callback\n\n", p.set.PublicURL, p.set.OwnPath)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "path\tlogin\tidentity\tCPR number")
	for _, r := range p.rules {
		path := r.path
		if !r.only && path != "/" {
			path += " and below"
		} else if !r.only {
			path = "/ and all else"
		}
		switch {
		case r.own:
			fmt.Fprintf(t, "%s\tthe proxy's own\t\t\n", path)
		case r.public:
			fmt.Fprintf(t, "%s\tpublic\tof whoever is logged in\tno\n", path)
		default:
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", path, r.want.Level, capacityName(r), cprName(r.want.CPR))
		}
	}
	_ = t.Flush()
}

func capacityName(r rule) string {
	for name, c := range capacities {
		if c == r.want.Capacity {
			return name
		}
	}
	return ""
}

func cprName(c mitid.CPRUse) string {
	return [...]string{mitid.CPRNo: "no", mitid.CPRIfPresent: "if present, passed on", mitid.CPRRequired: "required, passed on"}[c]
}

// checkBroker asks the broker whether logins can work, and prints what it found.
func (p *proxy) checkBroker(ctx context.Context, w io.Writer, broker mitid.Broker) error {
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: p.set.PublicURL + p.set.OwnPath + "/callback", MinLevel: p.rules.lowest()})
	if err != nil {
		return err
	}
	r := client.Check(ctx)
	// One process is enough, and so is its memory.
	r.Findings = slices.DeleteFunc(r.Findings, func(f mitid.Finding) bool { return f.About == "state keys" || f.About == "single use" })
	fmt.Fprintf(w, "\n%s", r)
	if err := r.Err(); err != nil {
		return err
	}
	for _, rule := range p.rules {
		if rule.own || rule.public {
			continue
		}
		if _, err := client.Begin(ctx, rule.want); errors.Is(err, mitid.ErrUnsupported) {
			return fmt.Errorf("%s: %w", rule.path, err)
		}
	}
	return nil
}
