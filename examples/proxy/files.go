package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/mitid"
)

// readSettings reads and checks the file of settings.
func readSettings(file string) (*settings, error) {
	data, err := readFile(file)
	if err != nil {
		return nil, err
	}
	s, err := parseSettings(data)
	if err == nil {
		s.complete()
		err = s.check()
	}
	if err != nil {
		return nil, fmt.Errorf("%s:\n%w", file, err)
	}
	return s, nil
}

// readFile reads a file of at most maxSettings bytes.
func readFile(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSettings+1))
	if err == nil && len(data) > maxSettings {
		err = errors.New("the file is larger than 1 MB")
	}
	return data, err
}

// openMaterial reads the files that the settings name. Its errors name the setting, and
// nothing that is in a file.
func openMaterial(s *settings) (m material, err error) {
	if m.broker, err = openBroker(s); err != nil {
		return m, err
	}
	if s.TLS.CertFile != "" {
		if _, err := tls.LoadX509KeyPair(s.TLS.CertFile, s.TLS.KeyFile); err != nil {
			return m, fmt.Errorf("tls: %w", err)
		}
	}
	if s.Session.KeyFile != "" {
		if m.sessionKeys, err = readSessionKeys(s.Session.KeyFile); err != nil {
			return m, fmt.Errorf("session.key_file: %w", err)
		}
	}
	for _, file := range s.Identity.KeyFiles {
		data, err := readFile(file)
		if err != nil {
			return m, fmt.Errorf("identity.key_files: %w", err)
		}
		key, err := parseKey(data)
		if err != nil {
			return m, fmt.Errorf("identity.key_files: %s: %w", file, err)
		}
		m.identityKeys = append(m.identityKeys, key)
	}
	if m.roots, err = readRoots(s.Upstream.CAFile); err != nil {
		return m, fmt.Errorf("upstream.ca_file: %w", err)
	}
	return m, nil
}

func openBroker(s *settings) (mitid.Broker, error) {
	b := s.Broker
	if b.Name == "nemlogin" {
		sp := dialect.ServiceProvider{
			EntityID: b.EntityID, IdP: strings.Join(b.IdPMetadataFiles, ","), Keys: strings.Join(b.KeyFiles, ","), Certs: strings.Join(b.CertFiles, ","),
			Private: b.Private, CBC: b.CBC,
		}
		cfg, err := sp.Config(s.PublicURL, s.PublicURL)
		if err != nil {
			return nil, fmt.Errorf("broker: %w", err)
		}
		cfg.LogoutURL = s.PublicURL + s.OwnPath + "/broker-logout"
		return dialect.Open(b.Name, dialect.Application{NemLogin: cfg})
	}
	secret, err := readFile(b.ClientSecretFile)
	if err != nil {
		return nil, fmt.Errorf("broker.client_secret_file: %w", err)
	}
	app := dialect.Application{Issuer: b.Issuer, ClientID: b.ClientID, ClientSecret: mitid.NewSecret(string(bytes.TrimSpace(secret)))}
	roots, err := readRoots(b.CAFile)
	if err != nil {
		return nil, fmt.Errorf("broker.ca_file: %w", err)
	}
	if roots != nil {
		app.HTTPClient = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}, Timeout: 10 * time.Second}
	}
	return dialect.Open(b.Name, app)
}

// readRoots reads authorities to trust. Without a file it returns nil.
func readRoots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	data, err := readFile(file)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(data) {
		return nil, errors.New("the file holds no certificate in PEM")
	}
	return roots, nil
}

// readSessionKeys reads keys of 32 bytes in base64, one a line, newest first.
func readSessionKeys(file string) ([][]byte, error) {
	data, err := readFile(file)
	if err != nil {
		return nil, err
	}
	var keys [][]byte
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(key) != 32 {
			return nil, errors.New("each line is 32 bytes in base64, as openssl rand -base64 32 writes them")
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("the file is empty")
	}
	return keys, nil
}
