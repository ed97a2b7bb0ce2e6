package main

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// wholeFile has every setting.
const wholeFile = `
listen: 127.0.0.1:9000
public_url: https://borger.example.dk
own_path: /mitid
logout_path: /log-ud
tls:
  cert_file: cert.pem
  key_file: key.pem
forward_auth:
  listen: 127.0.0.1:9001
trusted_proxies:
  - 127.0.0.1
  - 10.0.0.0/8
  - fd00::/8
upstream:
  url: https://app.internal:8443
  host: app.example.dk
  ca_file: ca.pem
  timeout: 90s
  drop_headers: [Remote-User]
  websocket_origins: ["https://www.example.dk"]
broker:
  name: criipto
  issuer: https://acme.idura.broker
  client_id: urn:acme:portal
  client_secret_file: secret
  ca_file: broker.pem
session:
  lifetime: 30m
  store: cookie
  key_file: keys
  keep_open: true
identity:
  header: x-hvem
  audience: bibliotek
  lifetime: 30s
  key_files: [new.pem, old.pem]
paths:
  - path: /
    level: low
  - path: /
    only: true
    public: true
  - path: /ærø/borgere
    level: high
    cpr: required
  - path: /måske
    cpr: if-present
  - path: /nej
    cpr: no
  - path: /firma
    identity: professional
`

// smallFile has what must be there.
const smallFile = `
public_url: https://borger.example.dk
upstream: {url: "http://127.0.0.1:3000"}
broker: {name: criipto, issuer: "https://acme.idura.broker", client_id: acme, client_secret_file: secret}
`

func TestSettingsAreRead(t *testing.T) {
	s, err := parseSettings([]byte(wholeFile))
	require.NoError(t, err)
	s.complete()
	require.NoError(t, s.check())
	require.Equal(t, "X-Hvem", s.Identity.Header)
	require.Equal(t, 30*time.Minute, s.Session.Lifetime)
	require.True(t, bool(s.Session.Store))
	require.Len(t, s.TrustedProxies, 3)
	all, err := s.rules()
	require.NoError(t, err)
	r, _, err := all.judge("/%C3%A6r%C3%B8/borgere/1")
	require.NoError(t, err)
	require.Equal(t, mitid.Request{Level: claims.High, Capacity: claims.CapacityPrivate, CPR: mitid.CPRRequired}, r.want)
	r, _, err = all.judge("/")
	require.NoError(t, err)
	require.True(t, r.public)
	r, _, err = all.judge("/x")
	require.NoError(t, err)
	require.Equal(t, claims.Low, r.want.Level)
	require.Equal(t, claims.Low, all.lowest())

	s, err = parseSettings([]byte(smallFile))
	require.NoError(t, err)
	s.complete()
	require.NoError(t, s.check())
	all, err = s.rules()
	require.NoError(t, err)
	r, _, err = all.judge("/x")
	require.NoError(t, err)
	require.Equal(t, mitid.Request{Level: claims.Substantial, Capacity: claims.CapacityPrivate}, r.want, "everything needs a login")
}

// An error names the line, and no value, which may be a secret in the wrong place.
func TestSettingsThatCannotBeReadNameTheLine(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unknown":             {"listen: x\nlissten: y", `line 2: no setting "lissten"; did you mean "listen"?`},
		"unknown below":       {"broker:\n  name: criipto\n  client_secret: hemmelig", `line 3: no setting "client_secret"; did you mean "client_secret_file"?`},
		"unknown in a list":   {"paths:\n  - path: /\n    leval: high", `line 3: no setting "leval"; did you mean "level"?`},
		"twice":               {"listen: x\nlisten: hemmelig", "line 2: the setting is in line 1 too"},
		"level":               {"paths:\n  - path: /\n    level: hemmelig", "line 3: write low, substantial or high"},
		"level in capitals":   {"paths:\n  - level: High", "line 2: write low, substantial or high"},
		"level as a list":     {"paths:\n  - level: [high]", "line 2: write low, substantial or high"},
		"identity":            {"paths:\n  - identity: hemmelig", "line 2: write private, professional or either"},
		"cpr":                 {"paths:\n  - cpr: yes", "line 2: write no, if-present or required"},
		"store":               {"session:\n  store: hemmelig", "line 2: write memory or cookie"},
		"range":               {"trusted_proxies:\n  - hemmelig", "line 2: write an address or a range such as 10.1.0.0/16"},
		"bool":                {"paths:\n  - public: hemmelig", "line 2: write true or false"},
		"time":                {"session:\n  lifetime: hemmelig", "line 2: write a time such as 90s or 1h"},
		"number for time":     {"session:\n  lifetime: 90", "line 2: write a time such as 90s or 1h"},
		"text for a list":     {"identity:\n  key_files: hemmelig", "line 2: write a list"},
		"list for a text":     {"listen: [hemmelig]", "line 1: write one text"},
		"text for settings":   {"broker: hemmelig", "line 1: write settings below this one"},
		"level without":       {"paths:\n  - path: /admin\n    level: # hemmelig\n", "line 3: write a value, or leave the setting out"},
		"null":                {"trusted_proxies: [~]\nsession: {store: null}", "line 1: write a value, or leave the setting out\nline 2: write"},
		"no YAML":             {"listen: \"hemmelig\nx: y: z", "this is no YAML"},
		"tab":                 {"broker:\n\tname: hemmelig", "line 2: this is no YAML"},
		"empty":               {"", "the file is empty"},
		"two documents":       {"listen: x\n---\nlisten: hemmelig", "more than one document"},
		"a list":              {"- hemmelig", "line 1: write settings below this one"},
		"large":               {strings.Repeat("#", maxSettings+1), "larger than 1 MB"},
		"many aliases":        {"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n", "no setting"},
		"an unknown anchor":   {"listen: *hemmelig", "this is no YAML"},
		"not UTF-8":           {"listen: \xff", "this is no YAML"},
		"several in one file": {"x: 1\npaths:\n  - cpr: maybe\n    level: top", "line 1: no setting \"x\"\nline 3: write no, if-present or required\nline 4: write low"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseSettings([]byte(c.text))
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "hemmelig")
			require.NotContains(t, err.Error(), "main.")
		})
	}
}

func TestSettingsThatDoNotFitAreNamed(t *testing.T) {
	good := func() *settings {
		s, err := parseSettings([]byte(smallFile))
		require.NoError(t, err)
		return s
	}
	for want, change := range map[string]func(*settings){
		"public_url: https, except":      func(s *settings) { s.PublicURL = "http://borger.example.dk" },
		"public_url: scheme and host":    func(s *settings) { s.PublicURL = "https://borger.example.dk/" },
		"host in lower case, as":         func(s *settings) { s.PublicURL = "https://borger.example.dk:443" },
		"no port if it is the usual":     func(s *settings) { s.PublicURL = "http://localhost:80" },
		"and æ in the form xn--":         func(s *settings) { s.PublicURL = "https://ærø.example.dk" },
		"as browsers send them":          func(s *settings) { s.PublicURL = "https://borger.example.dk:" },
		"such as https://borger":         func(s *settings) { s.PublicURL = "https://borger.example.dk." },
		"the usual one, and æ":           func(s *settings) { s.PublicURL = "https://:8443" },
		"upstream.timeout: between":      func(s *settings) { s.Upstream.Timeout = -time.Second },
		"upstream.drop_headers: names":   func(s *settings) { s.Upstream.DropHeaders = []string{"Remote-User", "Remote User"} },
		"tls: cert_file and key_file":    func(s *settings) { s.TLS.CertFile = "x" },
		"own_path: a path":               func(s *settings) { s.OwnPath = "/DKEID" },
		"logout_path: a path":            func(s *settings) { s.LogoutPath = "logout" },
		"forward_auth.listen: needs":     func(s *settings) { s.ForwardAuth.Listen = "127.0.0.1:8081" },
		"forward_auth.listen: is listen": func(s *settings) { s.ForwardAuth.Listen = "127.0.0.1:8080" },
		"upstream.url: is missing":       func(s *settings) { s.Upstream.URL = "" },
		"upstream.url: scheme and host":  func(s *settings) { s.Upstream.URL = "http://127.0.0.1/app" },
		"upstream.ca_file":               func(s *settings) { s.Upstream.CAFile = "x" },
		"upstream.websocket_origins":     func(s *settings) { s.Upstream.WebSocketOrigins = []string{"*"} },
		"identity.header: X-":            func(s *settings) { s.Identity.Header = "Cookie" },
		"none of X-Forwarded-":           func(s *settings) { s.Identity.Header = "x-forwarded-for" },
		"identity.lifetime":              func(s *settings) { s.Identity.Lifetime = time.Hour },
		"session.lifetime":               func(s *settings) { s.Session.Lifetime = 25 * time.Hour },
		"session.store: cookie needs":    func(s *settings) { s.Session.Store = true },
		"session.key_file: is for":       func(s *settings) { s.Session.KeyFile = "x" },
		"broker.name":                    func(s *settings) { s.Broker.Name = "nets" },
		"broker: issuer, client_id and":  func(s *settings) { s.Broker.ClientSecretFile = "" },
		"are for nemlogin":               func(s *settings) { s.Broker.CBC = true },
		"are not for nemlogin":           func(s *settings) { s.Broker.Name = "nemlogin" },
		"nemlogin needs":                 func(s *settings) { s.Broker = brokerSettings{Name: "nemlogin", EntityID: "x"} },
		"paths[0].path: a path begins":   func(s *settings) { s.Paths = []pathSettings{{Path: "admin"}} },
		"paths[1]: public excludes": func(s *settings) {
			s.Paths = []pathSettings{{Path: "/x"}, {Path: "/y", Public: true, Level: level(claims.High)}}
		},
		"/Admin and /admin are the same":  func(s *settings) { s.Paths = []pathSettings{{Path: "/Admin"}, {Path: "/admin"}} },
		"/.dkeid and /.dkeid are the sam": func(s *settings) { s.Paths = []pathSettings{{Path: "/.dkeid"}} },
	} {
		t.Run(want, func(t *testing.T) {
			s := good()
			change(s)
			s.complete()
			require.ErrorContains(t, s.check(), want)
		})
	}
	s := good()
	s.Upstream.URL, s.ForwardAuth.Listen, s.TrustedProxies = "", "127.0.0.1:8081", []addressRange{{}}
	s.complete()
	require.NoError(t, s.check(), "another proxy passes the requests on")
}

// files writes the files that a file of settings names, and returns its name.
func files(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	der, err := x509.MarshalPKCS8PrivateKey(newKey(t))
	require.NoError(t, err)
	for name, data := range map[string]string{
		"secret": "hemmelig\n", "new.pem": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"keys": base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32))) + "\n", "proxy.yaml": strings.ReplaceAll(text, "DIR", dir),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600))
	}
	return filepath.Join(dir, "proxy.yaml")
}

func TestFilesThatTheSettingsNameAreRead(t *testing.T) {
	good := strings.Replace(smallFile, "_file: secret", "_file: DIR/secret", 1) + "session: {store: cookie, key_file: DIR/keys}\nidentity: {key_files: [DIR/new.pem]}\n"
	s, err := readSettings(files(t, good))
	require.NoError(t, err)
	m, err := openMaterial(s)
	require.NoError(t, err)
	require.Len(t, m.sessionKeys, 1)
	require.Len(t, m.identityKeys, 1)
	require.NotNil(t, m.broker)
	for was, c := range map[string][2]string{
		"DIR/secret":  {"DIR/nowhere", "broker.client_secret_file"},
		"DIR/keys":    {"DIR/secret", "session.key_file: each line is 32 bytes"},
		"DIR/new.pem": {"DIR/secret", "identity.key_files"},
	} {
		s, err := readSettings(files(t, strings.Replace(good, was, c[0], 1)))
		require.NoError(t, err)
		_, err = openMaterial(s)
		require.ErrorContains(t, err, c[1])
		require.NotContains(t, err.Error(), "hemmelig")
	}
	_, err = readSettings(files(t, good+"x: y"))
	require.ErrorContains(t, err, "proxy.yaml:\nline 7: no setting")
}

// The settings of the guide are good, and so are those of its table.
func TestSettingsOfTheGuide(t *testing.T) {
	data, err := os.ReadFile("testdata/proxy.yaml")
	require.NoError(t, err)
	s, err := parseSettings(data)
	require.NoError(t, err)
	s.complete()
	require.NoError(t, s.check())
	guide, err := os.ReadFile("../../docs/guides/proxy.md")
	require.NoError(t, err)
	for _, name := range settingNames(reflect.TypeFor[settings]()) {
		require.Regexp(t, "`(\\w+(\\[\\])?\\.)?"+name+"(`|\\.|\\[)", string(guide), "the guide says nothing of %s", name)
	}
}

func FuzzSettings(f *testing.F) {
	f.Add(wholeFile)
	f.Add(smallFile)
	f.Add("paths: [{path: /x, cpr: no}]\nsession: {lifetime: 1h}")
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseSettings([]byte(text))
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		s.complete()
		if s.check() != nil {
			return
		}
		all, err := s.rules()
		require.NoError(t, err)
		r, _, err := all.judge("/x-y-z")
		if err == nil && !r.public && !r.own {
			require.NotZero(t, r.want.Level, "a login has a level")
		}
		require.Equal(t, "/", all[len(all)-1].path)
	})
}
