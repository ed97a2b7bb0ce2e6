package signingtest

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

// Request is one request as it arrived. It prints as method, path and operations, because
// the rest may hold secrets and facts about a person.
type Request struct {
	Method string
	// Path is the path of the address. In paths of a signer's page, {link} stands for the
	// secret.
	Path string
	// Operations are the fields of Query or Mutation that were asked for, in order.
	Operations []string
	// Variables are those of a GraphQL request. Texts of more than 1,024 bytes are cut, and
	// end with how long they were.
	Variables map[string]any
	Side      Side
	Header    http.Header // Accept, Accept-Language, Content-Type, Criipto-Sdk, User-Agent
	At        time.Time
	Status    int // that was answered; 0 if there is none
	// Misbehaviours are the names of those that were played.
	Misbehaviours []string
}

// String returns method, path and operations.
func (r Request) String() string {
	s := r.Method + " " + r.Path
	for _, op := range r.Operations {
		s += " " + op
	}
	return s
}

// Format writes method, path and operations under every verb.
func (r Request) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(r.String())) }

// LogValue returns method, path and operations.
func (r Request) LogValue() slog.Value { return slog.StringValue(r.String()) }

// Requests returns copies of what arrived, oldest first: everything since the start or the
// last ResetRequests, at most the latest 4,096. What arrived at the eID tenant is recorded
// there (Service.Verify).
func (s *Service) Requests() []Request {
	return s.records.All(func(r Request) Request {
		r.Operations, r.Misbehaviours = slices.Clone(r.Operations), slices.Clone(r.Misbehaviours)
		r.Header = r.Header.Clone()
		return r
	})
}

// Count returns how many of the latest requests asked for an operation, such as
// createSignatureOrder.
func (s *Service) Count(operation string) int {
	n := 0
	for _, r := range s.Requests() {
		if slices.Contains(r.Operations, operation) {
			n++
		}
	}
	return n
}

// ResetRequests forgets what arrived.
func (s *Service) ResetRequests() { s.records.Reset() }

func (s *Service) note(r *http.Request) Request {
	return Request{
		Method: r.Method, Path: maskPath(r.URL.Path), At: s.Now(),
		Header: fakehttp.PickHeaders(r, "Accept", "Accept-Language", "Content-Type", "Criipto-Sdk", "User-Agent"),
	}
}

const maxKept = 1024 // bytes of a text in a record

// shorten returns variables with their long texts cut.
func shorten(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for name, v := range v {
			m[name] = shorten(v)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = shorten(v[i])
		}
		return list
	case string:
		if len(v) > maxKept {
			return v[:64] + "… (" + strconv.Itoa(len(v)) + " bytes)"
		}
	}
	return v
}
