package main

import (
	_ "embed"
	"net/http"
	"slices"
	"strings"
)

//go:embed openapi.yaml
var openAPI []byte

// route is one operation of openapi.yaml.
type route struct {
	method, path string
	do           operation
}

// routes returns every operation.
func (c *control) routes() []route {
	return []route{
		{"GET", "/healthz", c.up},
		{"GET", "/readyz", c.ready},
		{"GET", "/control/openapi.yaml", func(*http.Request) (any, error) { return file{"application/yaml", openAPI}, nil }},

		{"GET", "/control/v1/activity", c.listActivity},
		{"POST", "/control/v1/activity/{item}/approve", c.approveLogin},
		{"POST", "/control/v1/activity/{item}/abort", c.abortLogin},
		{"POST", "/control/v1/activity/{item}/fail", c.fail},
		{"POST", "/control/v1/activity/{item}/deliver", c.deliver},
		{"POST", "/control/v1/activity/{item}/refuse", c.refuseLetter},
		{"POST", "/control/v1/activity/{item}/delay", c.delay},
		{"POST", "/control/v1/activity/{item}/sign", c.sign},
		{"POST", "/control/v1/activity/{item}/reject", c.reject},

		{"GET", "/control/v1/citizens", c.listCitizens},
		{"POST", "/control/v1/citizens", c.addCitizen},
		{"PUT", "/control/v1/citizens/{citizen}/always", c.always},
		{"DELETE", "/control/v1/citizens/{citizen}/always", c.forget},
		{"GET", "/control/v1/mailboxes", c.listMailboxes},
		{"POST", "/control/v1/mailboxes", c.setMailbox},

		{"GET", "/control/v1/clock", c.clock},
		{"POST", "/control/v1/clock", c.advance},
		{"POST", "/control/v1/reset", c.reset},

		{"GET", "/control/v1/fakes", c.listFakes},
		{"GET", "/control/v1/fakes/{fake}", c.oneFake},
		{"GET", "/control/v1/fakes/{fake}/differences", c.differences},
		{"POST", "/control/v1/fakes/{fake}/reset", c.resetFake},
		{"GET", "/control/v1/fakes/{fake}/requests", c.listRequests},
		{"POST", "/control/v1/fakes/{fake}/next", c.next},
		{"GET", "/control/v1/fakes/{fake}/failures", c.listFailures},
		{"GET", "/control/v1/fakes/{fake}/tamperings", c.listTamperings},
		{"POST", "/control/v1/fakes/{fake}/tamperings", c.tamper},
		{"DELETE", "/control/v1/fakes/{fake}/tamperings", c.untamper},
		{"POST", "/control/v1/fakes/{fake}/keys", c.rotateKeys},
		{"GET", "/control/v1/fakes/{fake}/misbehaviours", c.listMisbehaviours},
		{"POST", "/control/v1/fakes/{fake}/misbehaviours", c.misbehave},
		{"DELETE", "/control/v1/fakes/{fake}/misbehaviours", c.behave},
		{"PUT", "/control/v1/fakes/{fake}/receipts", c.setReceipts},
		{"GET", "/control/v1/fakes/{fake}/letters", c.listLetters},
		{"GET", "/control/v1/fakes/{fake}/letters/{letter}/documents/{number}", c.document},
	}
}

// handler serves the dashboard and every operation, and says of anything else that it is none.
func (c *control) handler() http.Handler {
	mux := http.NewServeMux()
	for _, at := range c.routes() {
		mux.Handle(at.method+" "+at.path, serve(at.do))
	}
	const rest = "/"
	mux.HandleFunc(rest, func(w http.ResponseWriter, r *http.Request) {
		var methods []string
		for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := mux.Handler(other); pattern != rest {
				methods = append(methods, method)
			}
		}
		if len(methods) == 0 {
			writeProblem(w, refuse(http.StatusNotFound, "there is nothing here; see /control/openapi.yaml"))
			return
		}
		w.Header().Set("Allow", strings.Join(methods, ", "))
		writeProblem(w, refuse(http.StatusMethodNotAllowed, "use %s here", strings.Join(methods, " or ")))
	})
	return withDashboard(c.guard(mux))
}

// up says that the command runs.
func (c *control) up(*http.Request) (any, error) { return map[string]string{"status": "ok"}, nil }

// ready says that all has started: the fakes, and the files that the ready line names.
func (c *control) ready(r *http.Request) (any, error) {
	if !c.s.isReady.Load() {
		return nil, refuse(http.StatusServiceUnavailable, "the fakes are starting; ask again")
	}
	return c.up(r)
}

// oneOf reports whether text is one of words, or returns an error that says which there are.
func oneOf(member, text string, words ...string) error {
	if slices.Contains(words, text) {
		return nil
	}
	return refuse(http.StatusBadRequest, "%s is one of: %s", member, strings.Join(words, ", "))
}
