package criipto

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/dkeid/dkeid/signing"
)

// request is the body of a call.
type request struct {
	Query     string `json:"query"`
	Variables any    `json:"variables"`
}

// answer is the body of an answer. What data holds is read after faults was.
type answer struct {
	data   string // JSON; empty if there is none
	faults []fault
}

// fault is one error of the service. Its text may hold anything, and goes nowhere but
// into Error.Said.
type fault struct {
	Message    string         `json:"message"`
	Path       []any          `json:"path"`
	Extensions map[string]any `json:"extensions"`
}

// ask makes a call without documents and reads its data into into.
func (s *Service) ask(ctx context.Context, o *operation, variables, into any) *signing.Error {
	body, err := json.Marshal(request{o.query, variables})
	if err != nil {
		return o.fail(signing.InputInvalid, "the call cannot be written as JSON")
	}
	req, failure := s.request(o, bytes.NewReader(body))
	if failure != nil {
		return failure
	}
	resp, err := s.http.DoAgain(ctx, req)
	if err != nil {
		return o.callError(err)
	}
	return s.read(o, resp, into)
}

// request is a call with its credentials (HTTP Basic, RFC 7617: unlike at Criipto
// Verify, id and secret are not form-encoded first).
func (s *Service) request(o *operation, body io.Reader) (*http.Request, *signing.Error) {
	req, err := http.NewRequest(http.MethodPost, s.cfg.Endpoint, body)
	if err != nil {
		return nil, o.fail(signing.ConfigInvalid, "Endpoint is no address")
	}
	req.SetBasicAuth(s.cfg.ClientID, s.cfg.ClientSecret.Reveal())
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/graphql-response+json, application/json")
	req.Header.Set("User-Agent", "dkeid")
	return req, nil
}

// read judges an answer, and reads its data into into.
func (s *Service) read(o *operation, resp *httpx.Response, into any) *signing.Error {
	if resp.Status != http.StatusOK {
		return o.statusError(resp, s.now())
	}
	if !resp.Taken {
		return o.nonsense("the answer came before the whole call had left").at(resp)
	}
	a, err := readAnswer(resp.Body)
	if err != nil {
		return o.unreadable(err, resp)
	}
	return s.data(o, a, resp, into)
}

// data reads the data of an answer into into, unless there are errors. On an error the
// service tends to send an empty object for data, so errors come first.
func (s *Service) data(o *operation, a *answer, resp *httpx.Response, into any) *signing.Error {
	if len(a.faults) > 0 {
		return s.judge(o, a.faults, resp)
	}
	if a.data == "" || a.data == "null" {
		return o.nonsense("the answer has no data").at(resp)
	}
	if err := strictjson.Unmarshal([]byte(a.data), into); err != nil {
		return o.nonsense("the answer has another form than the interface says").at(resp)
	}
	return nil
}

// readAnswer reads the members of an answer.
func readAnswer(body []byte) (*answer, error) {
	if !bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")) { // a page for people
		return nil, &strictjson.Error{Reason: strictjson.Syntax}
	}
	a := new(answer)
	err := strictjson.Members(body, func(member string, v *strictjson.Value) (err error) {
		switch {
		case member == "data":
			a.data, err = v.Raw()
			return err
		case member == "errors":
			raw, err := v.Raw()
			if err != nil {
				return err
			}
			return strictjson.Unmarshal([]byte(raw), &a.faults)
		case strictjson.Folded(member) == "DATA" || strictjson.Folded(member) == "ERRORS":
			return &strictjson.Error{Reason: strictjson.NameCase}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}
