package dialect

import (
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nemlogin"
)

// LogoutPath is where an example takes NemLog-in's logout messages.
const LogoutPath = "/slo"

// ServiceProvider is how a command line names a service provider at NemLog-in. Files are
// separated by commas.
type ServiceProvider struct {
	EntityID string
	IdP      string // metadata files of NemLog-in
	Keys     string // PEM files, the one that signs first
	Certs    string // PEM files, one for each of Keys
	Private  bool   // no public authority
	CBC      bool
}

// AddFlags adds the flags of a service provider.
func (p *ServiceProvider) AddFlags(f *flag.FlagSet) {
	f.StringVar(&p.EntityID, "entity-id", "", "NemLog-in: the service provider's entity `id`, letter by letter as it is registered")
	f.StringVar(&p.IdP, "idp-metadata", "", "NemLog-in: its metadata `FILE[,FILE]`; while it changes its key, the old and the new one")
	f.StringVar(&p.Keys, "sp-key", "", "NemLog-in: the service provider's RSA key, a PEM `FILE[,FILE]`; the first one signs")
	f.StringVar(&p.Certs, "sp-cert", "", "NemLog-in: its certificate, a PEM `FILE[,FILE]`, one for each key")
	f.BoolVar(&p.Private, "private", false, "NemLog-in: the service provider is no public authority, so the metadata asks for no CPR number")
	f.BoolVar(&p.CBC, "cbc", false, "NemLog-in: the metadata offers AES-256-CBC alone for assertions")
}

// Given reports whether a flag of a service provider is set.
func (p *ServiceProvider) Given() bool { return *p != ServiceProvider{} }

// Config reads the files, for the app called name (as people see it) at base, its scheme
// and host.
func (p *ServiceProvider) Config(base, name string) (nemlogin.Config, error) {
	cfg := ConfigAt(base, name)
	cfg.EntityID, cfg.PrivateProvider, cfg.CBC = p.EntityID, p.Private, p.CBC
	if p.EntityID == "" || p.IdP == "" || p.Keys == "" || p.Certs == "" {
		return nemlogin.Config{}, errors.New("-broker nemlogin needs -entity-id, -idp-metadata, -sp-key and -sp-cert")
	}
	for file := range strings.SplitSeq(p.IdP, ",") {
		data, err := os.ReadFile(file)
		if err != nil {
			return nemlogin.Config{}, fmt.Errorf("-idp-metadata: %w", err)
		}
		cfg.IdP = append(cfg.IdP, data)
	}
	keys, certs := strings.Split(p.Keys, ","), strings.Split(p.Certs, ",")
	if len(keys) != len(certs) {
		return nemlogin.Config{}, errors.New("-sp-key and -sp-cert name as many files, in the same order")
	}
	for i := range keys {
		pair, err := readPair(keys[i], certs[i])
		if err != nil {
			return nemlogin.Config{}, err
		}
		cfg.Keys = append(cfg.Keys, pair)
	}
	return cfg, nil
}

// readPair reads a key and its certificate. Its errors say no byte of the files.
func readPair(keyFile, certFile string) (nemlogin.KeyPair, error) {
	keyPEM, err := os.ReadFile(keyFile)
	if err != nil {
		return nemlogin.KeyPair{}, fmt.Errorf("-sp-key: %w", err)
	}
	certPEM, err := os.ReadFile(certFile)
	if err != nil {
		return nemlogin.KeyPair{}, fmt.Errorf("-sp-cert: %w", err)
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return nemlogin.KeyPair{}, fmt.Errorf("-sp-key %s and -sp-cert %s are not PEM files of a key and the certificate of that key", keyFile, certFile)
	}
	key, ok := pair.PrivateKey.(*rsa.PrivateKey)
	if !ok {
		return nemlogin.KeyPair{}, fmt.Errorf("-sp-key %s is no RSA key, which NemLog-in demands", keyFile)
	}
	cert, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return nemlogin.KeyPair{}, fmt.Errorf("-sp-cert %s is no certificate", certFile)
	}
	return nemlogin.KeyPair{Key: key, Certificate: cert}, nil
}

// ConfigAt returns what does not depend on keys, for the app called name at base.
func ConfigAt(base, name string) nemlogin.Config {
	return nemlogin.Config{
		LogoutURL:    base + LogoutPath,
		Organisation: nemlogin.Organisation{Name: name, DisplayName: name, URL: base},
		Contact:      nemlogin.Contact{GivenName: "Åse", SurName: "Ærlig", Email: "drift@eksempel.example"},
	}
}

// Metadata returns the metadata of a service provider whose answers arrive at redirectURL,
// and false if the broker has none.
func Metadata(b mitid.Broker, redirectURL string) (document []byte, has bool, err error) {
	of, ok := b.(interface{ Metadata(string) ([]byte, error) })
	if !ok {
		return nil, false, nil
	}
	document, err = of.Metadata(redirectURL)
	return document, true, err
}
