package ebokstest_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// lane is a distributor that does not exist: letters are lines of text, and the log of a
// letter is JSON.
type lane struct{ *ebokstest.Distributor }

func newLane(engine *ebokstest.Distributor) *lane { return &lane{engine} }

func (*lane) Profile() ebokstest.Profile {
	return ebokstest.Profile{Name: "lane", System: "1", Differences: []string{"Made up: everything."}}
}

func (l *lane) Traits() ebokstest.Traits {
	return ebokstest.Traits{
		Furthest: eboks.DeliveredDigital, Unsubscribed: eboks.NotSubscribed,
		Variants: []ebokstest.Variant{{Title: "slow post", Set: func() { l.Configure(func(s *ebokstest.Settings) { s.Delivered *= 2 }) }}},
	}
}

// ResetSwitches has nothing to do: the lane has no switches of its own.
func (*lane) ResetSwitches() {}

func (l *lane) Route(r *http.Request) *ebokstest.Operation {
	id, err := eboks.ParseID(strings.TrimPrefix(r.URL.Path, "/letters/"))
	switch {
	case err != nil:
		return nil
	case r.Method == http.MethodPut:
		return &ebokstest.Operation{Name: "send", Template: "/letters/{id}", Letter: id, Bears: true, Answer: l.send}
	default:
		return &ebokstest.Operation{Name: "log", Template: "/letters/{id}", Letter: id, Answer: func(*http.Request) *ebokstest.Reply { return l.log(id) }}
	}
}

// ReadLetter reads what a real wire would have in its body: here, the address alone.
func (l *lane) ReadLetter(r *http.Request) (*ebokstest.Letter, error) {
	in := &ebokstest.Letter{Title: "Brev på dansk", Material: l.Materials()[0]}
	var err error
	if in.ID, err = eboks.ParseID(strings.TrimPrefix(r.URL.Path, "/letters/")); err != nil {
		return nil, err
	}
	if in.To, err = ebokstest.PersonOf(r.Header.Get("Recipient")); err != nil {
		return nil, err // a *Refusal
	}
	doc, err := l.Receive(*in, "", r.Body)
	in.Documents = []ebokstest.Document{doc}
	return in, err
}

func (l *lane) send(r *http.Request) *ebokstest.Reply {
	in, err := l.ReadLetter(r)
	if err != nil {
		return l.Refuse(err)
	}
	s, what := l.Accept(*in, ebokstest.Handling{RefuseUnreachable: true})
	switch what {
	case ebokstest.Repeated:
		return l.Refuse(&ebokstest.Refusal{Status: http.StatusConflict, Code: ebokstest.CodeRepeated, Text: "The id was used before."})
	case ebokstest.Refused:
		return l.Refuse(&ebokstest.Refusal{Status: http.StatusBadRequest, Code: ebokstest.CodeOf(s.Reachability), Text: "The recipient cannot receive it."})
	default:
		return l.Taken(s)
	}
}

func (*lane) Taken(s ebokstest.Stored) *ebokstest.Reply {
	body, _ := json.Marshal(map[string]string{"id": s.ID.String(), "reference": s.Reference})
	return &ebokstest.Reply{Status: http.StatusOK, Type: ebokstest.JSON, Body: body}
}

func (l *lane) log(id eboks.ID) *ebokstest.Reply {
	entries, known := l.History(id)
	if !known {
		return l.Refuse(&ebokstest.Refusal{Status: http.StatusNotFound, Code: ebokstest.CodeUnknownLetter, Text: "There is no such letter."})
	}
	var words []string
	for _, e := range entries {
		words = append(words, e.Status.String())
	}
	body, _ := json.Marshal(words)
	return &ebokstest.Reply{Status: http.StatusOK, Type: ebokstest.JSON, Body: body}
}

// Whoever writes a fake for another distributor implements Dialect, and gets mailboxes, a
// clock, a page, misbehaviours and the conformance suite.
func ExampleDialect() {
	fake, _, err := ebokstest.Start(ebokstest.Config{}, newLane)
	if err != nil {
		panic(err)
	}
	defer fake.Close()
	var _ ebokstest.Fake = fake

	id, citizen := eboks.NewID(), ebokstest.People()[0].Owner
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: fake.Roots(), Certificates: []tls.Certificate{fake.Certificate()}}}
	defer transport.CloseIdleConnections()
	for range 2 {
		req, _ := http.NewRequest(http.MethodPut, fake.URL()+"/letters/"+id.String(), strings.NewReader("%PDF-1.7 æøå"))
		req.Header.Set("Content-Type", "application/xml")
		req.Header.Set("Recipient", citizen.CPR().Reveal())
		res, err := transport.RoundTrip(req)
		if err != nil {
			panic(err)
		}
		_ = res.Body.Close()
		fmt.Println(res.StatusCode)
	}
	stored, _ := fake.Stored(id)
	entries, _ := fake.History(id)
	fmt.Println(stored.Status, len(entries), fake.Dialect().Profile().Name)
	// Output:
	// 200
	// 409
	// accepted 1 lane
}
