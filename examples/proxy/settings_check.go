package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/mitid"
)

// complete fills in what the file leaves out.
func (s *settings) complete() {
	s.Listen = cmp.Or(s.Listen, "127.0.0.1:8080")
	s.OwnPath = cmp.Or(s.OwnPath, "/.dkeid")
	s.LogoutPath = cmp.Or(s.LogoutPath, s.OwnPath+"/logout")
	s.Upstream.Timeout = cmp.Or(s.Upstream.Timeout, time.Minute)
	s.Session.Lifetime = cmp.Or(s.Session.Lifetime, time.Hour)
	s.Identity.Header = http.CanonicalHeaderKey(cmp.Or(s.Identity.Header, "X-Dkeid-Identity"))
	s.Identity.Audience = cmp.Or(s.Identity.Audience, s.PublicURL)
	s.Identity.Lifetime = cmp.Or(s.Identity.Lifetime, time.Minute)
	if !slices.ContainsFunc(s.Paths, func(p pathSettings) bool { return p.Path == "/" && !p.Only }) {
		s.Paths = append(s.Paths, pathSettings{Path: "/"})
	}
	for i := range s.Paths {
		if p := &s.Paths[i]; !p.Public {
			p.Level = cmp.Or(p.Level, level(claims.Substantial))
			p.Identity = cmp.Or(p.Identity, capacity(claims.CapacityPrivate))
		}
	}
}

var (
	headerName = regexp.MustCompile(`^X(-[A-Za-z0-9]+)+$`)
	plainName  = regexp.MustCompile(`^[A-Za-z0-9-]+$`)
	hostName   = regexp.MustCompile(`^[a-z0-9.:\[\]_-]*[a-z0-9\]]$`)
	ownName    = regexp.MustCompile(`^(/[a-z0-9._~-]+)+$`)
)

// check returns everything that is wrong, each with the name of its setting. It calls
// nobody and reads no file.
func (s *settings) check() error {
	var all []error
	wrong := func(setting, why string) { all = append(all, errors.New(setting+": "+why)) }
	if u, err := url.Parse(s.PublicURL); err != nil || !isOrigin(u) || s.PublicURL != u.Scheme+"://"+u.Host {
		wrong("public_url", "scheme and host in lower case, as browsers send them, such as https://borger.example.dk: no port if it is the usual one, and æ in the form xn--")
	} else if u.Scheme == "http" && !isLoopback(u.Hostname()) {
		wrong("public_url", "https, except on this machine")
	}
	if (s.TLS.CertFile == "") != (s.TLS.KeyFile == "") {
		wrong("tls", "cert_file and key_file belong together")
	}
	const ownPathForm = "a path of lower case letters, digits, dots, hyphens and underscores"
	if !ownName.MatchString(s.OwnPath) {
		wrong("own_path", ownPathForm)
	}
	if !ownName.MatchString(s.LogoutPath) {
		wrong("logout_path", ownPathForm)
	}
	if s.Upstream.URL != "" {
		if _, err := parseUpstream(s.Upstream.URL); err != nil {
			wrong("upstream.url", err.Error())
		}
	} else if s.ForwardAuth.Listen == "" {
		wrong("upstream.url", "is missing; without it, forward_auth.listen is where another proxy asks")
	}
	switch {
	case s.ForwardAuth.Listen != "" && s.ForwardAuth.Listen == s.Listen:
		wrong("forward_auth.listen", "is listen, which people reach: the answers hold identities")
	case s.ForwardAuth.Listen != "" && len(s.TrustedProxies) == 0:
		wrong("forward_auth.listen", "needs trusted_proxies: who may ask")
	}
	if s.Upstream.CAFile != "" && !strings.HasPrefix(s.Upstream.URL, "https:") {
		wrong("upstream.ca_file", "is for an upstream with https")
	}
	if s.Upstream.Timeout < time.Second || s.Upstream.Timeout > time.Hour {
		wrong("upstream.timeout", "between 1s and 1h")
	}
	for _, name := range s.Upstream.DropHeaders {
		if !plainName.MatchString(name) {
			wrong("upstream.drop_headers", "names of letters, digits and hyphens; headers with other signs are always removed")
		}
	}
	for _, o := range s.Upstream.WebSocketOrigins {
		if u, err := url.Parse(o); err != nil || o != u.Scheme+"://"+u.Host || u.Host == "" {
			wrong("upstream.websocket_origins", "scheme and host, such as https://www.example.dk")
		}
	}
	if !headerName.MatchString(s.Identity.Header) || strings.HasPrefix(s.Identity.Header, "X-Forwarded-") {
		wrong("identity.header", "X- and letters, digits and hyphens, and none of X-Forwarded-")
	}
	if s.Identity.Lifetime < 5*time.Second || s.Identity.Lifetime > 10*time.Minute {
		wrong("identity.lifetime", "between 5s and 10m")
	}
	if s.Session.Lifetime < time.Minute || s.Session.Lifetime > 24*time.Hour {
		wrong("session.lifetime", "between 1m and 24h")
	}
	switch {
	case bool(s.Session.Store) && (s.Session.KeyFile == "" || len(s.Identity.KeyFiles) == 0):
		wrong("session.store", "cookie needs session.key_file and identity.key_files, the same in every replica")
	case !bool(s.Session.Store) && s.Session.KeyFile != "":
		wrong("session.key_file", "is for store: cookie")
	}
	all = append(all, s.Broker.check())
	if _, err := s.rules(); err != nil {
		all = append(all, err)
	}
	return errors.Join(all...)
}

func (b *brokerSettings) check() error {
	ofNemLogin := b.EntityID != "" || len(b.IdPMetadataFiles)+len(b.KeyFiles)+len(b.CertFiles) > 0 || b.Private || b.CBC
	ofOIDC := b.Issuer+b.ClientID+b.ClientSecretFile+b.CAFile != ""
	switch {
	case !fakebroker.Known(b.Name):
		return errors.New("broker.name: criipto, neb, eident or nemlogin")
	case b.Name == "nemlogin" && ofOIDC:
		return errors.New("broker: issuer, client_id, client_secret_file and ca_file are not for nemlogin")
	case b.Name == "nemlogin" && (b.EntityID == "" || len(b.IdPMetadataFiles) == 0 || len(b.KeyFiles) == 0 || len(b.KeyFiles) != len(b.CertFiles)):
		return errors.New("broker: nemlogin needs entity_id, idp_metadata_files, key_files, and in cert_files one certificate for each key")
	case b.Name != "nemlogin" && ofNemLogin:
		return errors.New("broker: entity_id, idp_metadata_files, key_files, cert_files, private and cbc are for nemlogin")
	case b.Name != "nemlogin" && (b.Issuer == "" || b.ClientID == "" || b.ClientSecretFile == ""):
		return errors.New("broker: issuer, client_id and client_secret_file are missing")
	}
	return nil
}

// rules returns the rules of all paths, the proxy's own ones among them.
func (s *settings) rules() (rules, error) {
	var list []rule
	add := func(name, path string, only bool, set func(*rule)) error {
		r, err := newRule(path, only)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		set(&r)
		list = append(list, r)
		return nil
	}
	var all []error
	own := func(r *rule) { r.own = true }
	all = append(all, add("own_path", s.OwnPath, false, own))
	if !strings.HasPrefix(s.LogoutPath, s.OwnPath+"/") {
		all = append(all, add("logout_path", s.LogoutPath, true, own))
	}
	for i, p := range s.Paths {
		name := fmt.Sprintf("paths[%d]", i)
		if p.Public && (p.Level != 0 || p.Identity != 0 || p.CPR != 0) {
			all = append(all, errors.New(name+": public excludes level, identity and cpr"))
			continue
		}
		all = append(all, add(name+".path", p.Path, p.Only, func(r *rule) {
			r.public, r.want = p.Public, mitid.Request{Level: claims.Level(p.Level), Capacity: claims.Capacity(p.Identity), CPR: mitid.CPRUse(p.CPR)}
		}))
	}
	if err := errors.Join(all...); err != nil {
		return nil, err
	}
	sorted, err := sortRules(list)
	if err != nil {
		return nil, fmt.Errorf("paths: %w", err)
	}
	return sorted, nil
}

// trusts reports whether a request from a peer may say for whom it is.
func (s *settings) trusts(peer netip.Addr) bool {
	return slices.ContainsFunc(s.TrustedProxies, func(a addressRange) bool { return netip.Prefix(a).Contains(peer) })
}

// isOrigin reports whether scheme and host of u are as browsers send them (RFC 6454).
func isOrigin(u *url.URL) bool {
	usual := map[string]string{"https": "443", "http": "80"}[u.Scheme]
	return usual != "" && u.Hostname() != "" && u.Port() != usual && hostName.MatchString(u.Host)
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
