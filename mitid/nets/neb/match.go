package neb

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/dkeid/dkeid/mitid"
)

// matchPath is the match API, below the issuer (Signaturgruppen, MitID: CPR match
// API).
const matchPath = "/api/v1/mitid/matchCpr"

// matchAPI is the name of the match API in errors.
const matchAPI = "neb: match API"

// tooManyTries is the broker's message after the three tries of a session.
const tooManyTries = "Cpr Match exceeded. Only 3 tries is allowed within a session."

// MatchCPR asks the match API. It needs the access token of the login, which
// Login.Evidence keeps: a login that was rebuilt from a session cookie has none.
//
// The error is ErrInputInvalid if there is no access token. It is
// ErrInteractionRequired if the login is older than 15 minutes or its access token has
// expired, and ErrCPRMismatch after the three tries of the session. A call that ends
// with ErrBrokerUnavailable may have used up a try.
func (b *Broker) MatchCPR(ctx context.Context, l *mitid.Login, n cpr.Number) (bool, error) {
	access := tokenOf(l, useAccess)
	if access == "" {
		return false, fault.New(fault.InputInvalid, "the login holds no access token: match in OnLogin, or keep Login.Evidence with the session")
	}
	if err := b.checkWindow(l, b.now()); err != nil {
		return false, err
	}
	body, _ := json.Marshal(struct { // a struct of texts always marshals
		CPR string `json:"cpr"`
	}{n.Reveal()})
	res, err := b.oidc.Party.PostJSON(ctx, matchPath, access, body)
	if err != nil {
		return false, err
	}
	return readMatch(res)
}

// readMatch reads the answer. Anything but true and false is an error.
func readMatch(res *httpx.Response) (bool, error) {
	refused := func(class fault.Class, why string) (bool, error) {
		e := oidcrp.Refusal(class, res, matchAPI)
		if why != "" {
			e.Why += ": " + why
		}
		return false, e
	}
	unclear := func(why string) (bool, error) {
		e := fault.New(fault.ResponseInvalid, why)
		e.Status = res.Status
		return false, e
	}
	blank := len(bytes.TrimSpace(res.Body)) == 0
	switch page := oidcrp.Page(res, matchAPI); {
	case res.Status >= 500 || res.Status == http.StatusTooManyRequests || res.Status == http.StatusRequestTimeout:
		return refused(fault.BrokerUnavailable, "")
	case res.Status == http.StatusUnauthorized:
		return refused(fault.InteractionRequired, "it does not take the access token: the login is too old, or over at the broker")
	case res.Status == http.StatusForbidden && (blank || page == nil):
		return refused(fault.ConfigInvalid, "the client may not use it")
	case page != nil:
		return false, page
	}
	var said struct {
		Match json.RawMessage `json:"cprNumberMatch"`
		Error string          `json:"errorMessage"`
	}
	if strictjson.Unmarshal(res.Body, &said) != nil {
		return unclear("the match API's answer is unreadable")
	}
	// The vendor documents a boolean, but this broker writes most booleans as texts.
	match := string(said.Match)
	switch {
	case said.Error == tooManyTries:
		return refused(fault.CPRMismatch, "the three tries of this login are used up; log in anew")
	case res.Status != http.StatusOK || said.Error != "":
		return refused(fault.BrokerDeclined, "")
	case match == "true", match == `"true"`:
		return true, nil
	case match == "false", match == `"false"`:
		return false, nil
	}
	return unclear("the match API says neither yes nor no")
}
