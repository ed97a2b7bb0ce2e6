package mitid_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/neb"
)

var update = flag.Bool("update", false, "rewrite docs/brokers.md")

// requests has one for each field of mitid.Request, in its order.
func requests() []struct {
	field string
	r     mitid.Request
} {
	cvr, _ := claims.ParseCVR("13748136")
	return []struct {
		field string
		r     mitid.Request
	}{
		{"Age: 18", mitid.Request{Age: 18}},
		{"Level: High", mitid.Request{Level: claims.High}},
		{"Capacity: CapacityProfessional", mitid.Request{Capacity: claims.CapacityProfessional}},
		{"Capacity: CapacityEither", mitid.Request{Capacity: claims.CapacityEither}},
		{"CPR: IfPresent, Required", mitid.Request{CPR: mitid.CPRRequired}},
		{"Address", mitid.Request{Address: true}},
		{"Organisation", mitid.Request{Organisation: true}},
		{"Organisation with CapacityProfessional", mitid.Request{Organisation: true, Capacity: claims.CapacityProfessional}},
		{"NemIDPID", mitid.Request{NemIDPID: true}},
		{"UUID", mitid.Request{UUID: uuid("74ffcd31-fbaf-4c33-bdac-169f25c1e416")}},
		{"CPRHint", mitid.Request{CPRHint: cprtest.Number(1)}},
		{"CVRHint", mitid.Request{CVRHint: cvr, Capacity: claims.CapacityProfessional}},
		{"ReferenceText", mitid.Request{ReferenceText: "Blåbær"}},
		{"TransactionText", mitid.Request{TransactionText: mitid.Text{Body: "Blåbær"}}},
		{"TransactionText: html", mitid.Request{TransactionText: mitid.Text{Type: mitid.HTMLText, Body: "<p>Blåbær</p>"}}},
		{"Action: Approve", mitid.Request{Action: mitid.Approve}},
		{"Locale: Danish", mitid.Request{Locale: mitid.Danish}},
		{"Locale: English", mitid.Request{Locale: mitid.English}},
		{"Locale: Greenlandic", mitid.Request{Locale: mitid.Greenlandic}},
		{"Fresh", mitid.Request{Fresh: true}},
		{"Silent", mitid.Request{Silent: true}},
		{"AppSwitch", mitid.Request{AppSwitch: mitid.AppSwitch{Platform: mitid.IOS, ResumeURL: "https://app.example/resume"}}},
		{"RevokeCPRConsent", mitid.Request{RevokeCPRConsent: true}},
	}
}

// TestBrokersTable writes docs/brokers.md out of what the adapters really send.
func TestBrokersTable(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# What each broker carries

Made by TestBrokersTable out of what the adapters send to the fakes, with each adapter's Config at its zero values; do not edit it.
Each cell lists the parameters that change against an empty Request. "refused" is ErrUnsupported, before anything leaves.

At NemLog-in, they are the parts of the AuthnRequest.

| Request | criipto | neb | eident | eident over SAML | nemlogin |
| --- | --- | --- | --- | --- | --- |
`)
	for _, q := range requests() {
		b.WriteString("| " + q.field)
		for _, d := range append(slices.Clone(dialects), overSAML, "nemlogin") {
			b.WriteString(" | " + carried(t, d, q.r))
		}
		b.WriteString(" |\n")
	}
	b.WriteString("\n# Where the fakes knowingly differ\n\nThe same lists are served by each fake at /differences.\n")
	for _, d := range everyDialect() {
		fmt.Fprintf(&b, "\n## %s\n\n", d)
		for _, s := range newFake(t, d).Differences() {
			b.WriteString("- " + s + "\n")
		}
	}
	const file = "../docs/brokers.md"
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "go test ./mitid -run TestBrokersTable -update")
}

// carried names the parameters that r changes.
func carried(t *testing.T, d string, r mitid.Request) string {
	t.Helper()
	before, err := sent(t, d, mitid.Request{})
	require.NoError(t, err)
	after, err := sent(t, d, r)
	if errors.Is(err, mitid.ErrUnsupported) {
		return "refused"
	}
	require.NoError(t, err)
	var changed []string
	for name, vs := range after {
		if slices.Contains([]string{"state", "nonce", "code_challenge", "TARGET", "status"}, name) || slices.Equal(before[name], vs) {
			continue
		}
		v := strings.ReplaceAll(strings.Join(vs, " "), "|", "\\|")
		if n := cprtest.Number(1).Reveal(); strings.Contains(v, n) {
			v = strings.ReplaceAll(v, n, "(the number)") + " (pushed)"
		}
		changed = append(changed, "`"+name+"="+v+"`")
	}
	slices.Sort(changed)
	if len(changed) == 0 {
		return "as without"
	}
	return strings.Join(changed, "<br>")
}

// sent returns the parameters of the authorization request, wherever they
// travel.
func sent(t *testing.T, d string, r mitid.Request) (url.Values, error) {
	t.Helper()
	fake := newFake(t, d)
	c, err := mitid.New(mitid.Config{Broker: adapter(t, fake), RedirectURL: "https://app.example/callback", Now: fake.Now})
	require.NoError(t, err)
	rd, err := c.Begin(context.Background(), r)
	if err != nil {
		return nil, err
	}
	for _, q := range slices.Backward(fake.Requests()) {
		if q.Method == http.MethodPost && q.Form.Has("redirect_uri") {
			return q.Form, nil
		}
	}
	u, err := url.Parse(rd.URL)
	require.NoError(t, err)
	if u.Query().Has("SAMLRequest") {
		return authnRequest(t, u.Query().Get("SAMLRequest")), nil
	}
	return u.Query(), nil
}

func adapter(t *testing.T, fake *mitidtest.Broker) mitid.Broker {
	t.Helper()
	var b mitid.Broker
	var err error
	switch fake.Name() {
	case "criipto":
		b, err = criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), Now: fake.Now})
	case "neb":
		b, err = neb.New(neb.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), Now: fake.Now})
	case "eident":
		if fake.Endpoints().Discovery == "" {
			b, err = eident.NewSAML(eident.SAMLConfig{Origin: fake.Origin(), MID: fake.ClientID(), Password: fake.ClientSecret()})
			break
		}
		b, err = eident.New(eident.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), Now: fake.Now})
	case "nemlogin":
		b = atNemLogIn(t, fake)
	}
	require.NoError(t, err)
	return b
}
