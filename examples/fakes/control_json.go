package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/dkeid/dkeid/internal/didyoumean"
)

// problem is an error for the caller (RFC 9457).
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

func (p *problem) Error() string { return p.Detail }

// refuse returns a problem that says what to do.
func refuse(status int, format string, args ...any) *problem {
	return &problem{"about:blank", http.StatusText(status), status, fmt.Sprintf(format, args...)}
}

// unknown says that there is no such thing, and which names are near.
func unknown(what, name string, all []string) *problem {
	return refuse(http.StatusNotFound, "%s", didyoumean.Text(what, name, all))
}

// refused makes a problem of an error of a fake, whose texts say what to do.
func refused(status int, err error) *problem {
	text := err.Error()
	for _, engine := range []string{"mitidtest: ", "ebokstest: ", "signingtest: ", "cpr: ", "claims: "} {
		text = strings.TrimPrefix(text, engine)
	}
	return refuse(status, "%s", text)
}

// operation answers a request. The result is what JSON shows; nil is nothing at all.
type operation func(r *http.Request) (any, error)

// created is a result that did not exist before.
type created struct{ what any }

// file is a result that is no JSON.
type file struct {
	kind string // the Content-Type
	body []byte
}

// serve turns an operation into a handler.
func serve(do operation) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		result, err := do(r)
		if err != nil {
			p, ok := errors.AsType[*problem](err)
			if !ok {
				p = refuse(http.StatusInternalServerError, "the fakes failed: %v", err)
			}
			writeProblem(w, p)
			return
		}
		status := http.StatusOK
		switch v := result.(type) {
		case nil:
			w.WriteHeader(http.StatusNoContent)
			return
		case file:
			w.Header().Set("Content-Type", v.kind)
			_, _ = w.Write(v.body)
			return
		case created:
			status, result = http.StatusCreated, v.what
		}
		write(w, status, "application/json", result)
	}
}

func writeProblem(w http.ResponseWriter, p *problem) {
	write(w, p.Status, "application/problem+json", p)
}

func write(w http.ResponseWriter, status int, kind string, v any) {
	text, err := json.Marshal(v, jsontext.EscapeForHTML(true))
	if err != nil {
		http.Error(w, "the answer cannot be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n'))
}

// read returns the body of r. A member that T does not have, or one that is there twice, is an error.
func read[T any](r *http.Request) (T, error) {
	var v T
	text, err := io.ReadAll(r.Body)
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return v, refuse(http.StatusRequestEntityTooLarge, "the body is larger than 64 KiB")
		}
		return v, refuse(http.StatusBadRequest, "the body cannot be read")
	}
	if err = json.Unmarshal(text, &v, json.RejectUnknownMembers(true)); err == nil {
		return v, nil
	}
	semantic, isSemantic := errors.AsType[*json.SemanticError](err)
	syntax, isSyntax := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case isSemantic && errors.Is(err, json.ErrUnknownName):
		return v, refuse(http.StatusBadRequest, "there is no member %s here; openapi.yaml has those that there are", semantic.JSONPointer)
	case isSemantic:
		return v, refuse(http.StatusBadRequest, "the member %s has the wrong type or value; see openapi.yaml", semantic.JSONPointer)
	case isSyntax && errors.Is(err, jsontext.ErrDuplicateName):
		return v, refuse(http.StatusBadRequest, "the member %s is there twice", syntax.JSONPointer)
	}
	return v, refuse(http.StatusBadRequest, "the body is not JSON; send an object, {} if there is nothing to say")
}

// nothing is a body that says nothing.
type nothing struct{}

// queryNumber returns a parameter of the query that is a whole number from 0 to most.
func queryNumber(r *http.Request, name string, most int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > most {
		return 0, refuse(http.StatusBadRequest, "%s is not a whole number from 0 to %d", name, most)
	}
	return n, nil
}

// reveals reports whether the caller wants to see what is otherwise starred out.
func reveals(r *http.Request) (bool, error) {
	switch r.URL.Query().Get("reveal") {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, refuse(http.StatusBadRequest, "reveal is true or false")
}
