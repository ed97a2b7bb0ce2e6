package postnord

import (
	"context"
	"net/http"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/dkeid/dkeid/internal/strictxml"
)

// The names of the verdict where Config.LookupName has none.
const (
	lookupElement = "Tilmeldt"
	lookupMember  = "tilmeldt"
)

// Lookup asks whether the recipient can have letters of the material. It answers
// Reachable, NotSubscribed (a mailbox without this material) or NotRegistered,
// which is also what a wrong material or system id looks like.
//
// A person is looked up only with Config.CPRInURL.
func (s *Sender) Lookup(ctx context.Context, to eboks.Recipient, m eboks.Material) (eboks.Reachability, error) {
	kind, number, err := recipient(to)
	if err != nil {
		return eboks.ReachabilityUnknown, err
	}
	contentType, err := s.contentType(m)
	if err != nil {
		return eboks.ReachabilityUnknown, err
	}
	parameter := "?cvr="
	if kind == "P" {
		if !s.cfg.CPRInURL {
			return eboks.ReachabilityUnknown, notSent(eboks.Unsupported,
				"the lookup of a person has the CPR number in its address, where servers log it; Config.CPRInURL allows it")
		}
		parameter = "?cpr="
	}
	r, e := s.get(ctx, s.base+"/oio/rest/srv.svc/1/afsendersystem/"+s.cfg.System+"/tilmeldinger/"+contentType+parameter+number)
	if e != nil {
		return eboks.ReachabilityUnknown, e
	}
	switch {
	case r.Status == http.StatusNotFound && !foreign(r):
		return eboks.NotRegistered, nil
	case r.Status != http.StatusOK:
		return eboks.ReachabilityUnknown, asRead(s.byStatus(r))
	}
	subscribed, ok := s.subscribed(r.Body)
	switch {
	case !ok:
		return eboks.ReachabilityUnknown, unclear(r, "the lookup's answer is not understood; look at Config.LookupName")
	case subscribed:
		return eboks.Reachable, nil
	}
	return eboks.NotSubscribed, nil
}

// get asks one question.
func (s *Sender) get(ctx context.Context, address string) (*httpx.Response, *eboks.Error) {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, &eboks.Error{Kind: eboks.ConfigInvalid, Why: "the question has no address"}
	}
	r, err := s.http.Do(ctx, req)
	if err != nil {
		return nil, asRead(eboks.CallError(err))
	}
	return r, nil
}

// subscribed reads the verdict of a lookup, in XML or in JSON: which of the two
// comes is not public.
func (s *Sender) subscribed(body []byte) (yes, ok bool) {
	if isXML(body) {
		return s.subscribedXML(body)
	}
	want := s.cfg.LookupName
	if want == "" {
		want = lookupMember
	}
	err := strictjson.Members(body, func(name string, v *strictjson.Value) error {
		switch {
		case name != want && strictjson.Folded(name) == strictjson.Folded(want):
			return &strictjson.Error{Reason: strictjson.NameCase}
		case name != want:
			return nil
		case v.Kind() != strictjson.True && v.Kind() != strictjson.False:
			return &strictjson.Error{Reason: strictjson.WrongType}
		}
		yes, ok = v.Kind() == strictjson.True, true
		return nil
	})
	return yes && err == nil, ok && err == nil
}

func (s *Sender) subscribedXML(body []byte) (yes, ok bool) {
	want := s.cfg.LookupName
	if want == "" {
		want = lookupElement
	}
	root, err := strictxml.Parse(body)
	if err != nil {
		return false, false
	}
	verdict := root
	if root.Name.Local != want {
		verdict, err = root.One(want)
	}
	if err != nil || verdict == nil || len(verdict.Children) > 0 {
		return false, false
	}
	switch verdict.Text { // the forms of xs:boolean
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}
