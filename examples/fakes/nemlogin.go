package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/dkeid/dkeid/examples/internal/selfsigned"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

// idp is how the fake NemLog-in is known to service providers.
type idp struct {
	Metadata string `json:"metadata"` // where its metadata is
}

// startNemLogin starts the fake NemLog-in, which knows the service providers of -sp-metadata.
func (s *street) startNemLogin() error {
	fake, err := nemlogintest.Start(mitidtest.Config{
		Addr: s.next(s.opt.listen), BaseURL: s.base(), BeyondLoopback: true, // -listen is asked for
		TLS: s.opt.tls, Auto: s.opt.auto, Now: s.now,
	})
	if err != nil {
		return err
	}
	s.stops = append(s.stops, func() { _ = fake.Close() })
	s.ca = append(s.ca, fake.CA()...)
	s.brokers = append(s.brokers, named[*mitidtest.Broker]{"nemlogin", fake.Broker})
	s.Ready.NemLogin = &idp{fake.MetadataURL()}
	s.portal = &portal{register: fake.Register}
	for i, from := range s.opt.spMetadata {
		if isAddress(from) {
			s.portal.addresses = append(s.portal.addresses, from)
			continue
		}
		text, err := os.ReadFile(from)
		if err != nil {
			return fmt.Errorf("-sp-metadata: %w", err)
		}
		if err := fake.Register(text); err != nil {
			return fmt.Errorf("-sp-metadata %d: %w", i+1, err)
		}
	}
	if len(s.portal.addresses) > 0 {
		fake.Configure(func(c *nemlogintest.Settings) { c.Missing = func(string) { s.portal.refresh() } })
	}
	return nil
}

// The limits of a metadata file that is fetched.
const (
	fetchEvery  = time.Second // at the most
	fetchLimit  = 5 * time.Second
	maxMetadata = 512 << 10 // bytes
)

// portal registers the metadata at the addresses of -sp-metadata. It fetches it when a
// request arrives that no registered metadata explains, because the app may start after
// the fakes. What a request says never becomes an address.
type portal struct {
	addresses []string
	register  func([]byte) error

	mu   sync.Mutex
	last time.Time
}

// refresh fetches the metadata of all addresses, unless that was done within the last
// second.
func (p *portal) refresh() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.last) < fetchEvery {
		return
	}
	for i, address := range p.addresses {
		text, err := fetch(address)
		if err == nil {
			err = p.register(text)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "fakes: address %d of -sp-metadata: %v\n", i+1, err)
		}
	}
	p.last = time.Now()
}

// again lets the next request that cannot be explained fetch at once: a reset has forgotten
// what was fetched.
func (p *portal) again() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = time.Time{}
}

// isAddress reports whether -sp-metadata names an address and no file.
func isAddress(from string) bool {
	return strings.HasPrefix(from, "https://") || strings.HasPrefix(from, "http://")
}

// checkAddress returns an error unless address is one to fetch metadata from: https, or on
// this machine also http.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil:
		return errors.New("-sp-metadata is a file or an address without a name and password")
	case u.Scheme == "http" && !selfsigned.IsLoopback(u.Hostname()):
		return errors.New("-sp-metadata takes http on a loopback address alone; elsewhere use https or a file")
	}
	return nil
}

// fetch returns what an address of checkAddress serves. On this machine an app may show a
// certificate that nobody vouches for. Elsewhere the system's authorities decide.
func fetch(address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), fetchLimit)
	defer cancel()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if u, err := url.Parse(address); err == nil && selfsigned.IsLoopback(u.Hostname()) {
		if client, err = selfsigned.Client(ctx, address); err != nil {
			return nil, errors.New("the app does not answer, or not with TLS")
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errors.New("no address")
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, errors.New("the metadata cannot be fetched: is the app up, and is its certificate good?")
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxMetadata+1))
	switch {
	case err != nil || res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the answer is no metadata (status %d)", res.StatusCode)
	case len(text) > maxMetadata:
		return nil, errors.New("the metadata is longer than 512 KiB")
	}
	return text, nil
}
