package signingtest

import (
	"io"
	"net/http"
	"strings"
)

const (
	pathGraphQL     = "/v1/graphql"
	pathDifferences = "/differences"
	pathCallback    = "/callback"
	pathLink        = "/s/"
)

// ServeHTTP answers as the service does: its API, and the pages of signatories. The
// addresses it hands out are those of URL, wherever it is mounted.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.Now().UTC().Format(http.TimeFormat)) // by the clock that signs
	switch {
	case r.URL.Path == pathGraphQL:
		s.serveGraphQL(w, r)
	case r.URL.Path == pathDifferences:
		w.Header().Set("Content-Type", textType)
		_, _ = io.WriteString(w, strings.Join(s.Differences(), "\n")+"\n")
	case r.URL.Path == pathCallback, strings.HasPrefix(r.URL.Path, pathLink):
		s.records.Add(s.note(r))
		s.servePage(w, r)
	default:
		http.NotFound(w, r)
	}
}

// maskPath hides the secret of a signer's link.
func maskPath(path string) string {
	rest, ok := strings.CutPrefix(path, pathLink)
	if !ok {
		return path
	}
	_, tail, more := strings.Cut(rest, "/")
	if more {
		return pathLink + "{link}/" + tail
	}
	return pathLink + "{link}"
}

// link returns the address of a party's page.
func (s *Service) link(p *party) string { return s.URL() + pathLink + p.token }

// callback is where the tenant sends the browser back to.
func (s *Service) callback() string { return s.URL() + pathCallback }

func (s *Service) settings() Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.set
}
