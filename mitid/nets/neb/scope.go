package neb

import (
	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// The scopes (Signaturgruppen, scopes). If the client may not use one of them, the
// whole request fails.
const (
	scopeOpenID      = "openid"
	scopeMitID       = "mitid"
	scopeErhverv     = "nemlogin"
	scopeCPR         = "ssn"
	scopeName        = "ssn.details_name"
	scopeAddress     = "ssn.details_address"
	scopePID         = "nemid.pid"
	scopeUserinfo    = "userinfo_token"
	scopeTransaction = "transaction_token"
)

// scopes returns the scopes for what the attempt asks for, and no more.
func (b *Broker) scopes(a *mitid.Attempt) []string {
	r := &a.Request
	scopes := []string{scopeOpenID}
	add := func(when bool, s string) {
		if when {
			scopes = append(scopes, s)
		}
	}
	add(r.Capacity != claims.CapacityProfessional, scopeMitID)
	add(r.Capacity.Takes(claims.CapacityProfessional), scopeErhverv)
	add(r.CPR != mitid.CPRNo, scopeCPR)
	add(b.cfg.registered && (r.CPR != mitid.CPRNo || r.Address), scopeName)
	add(r.Address, scopeAddress)
	add(r.NemIDPID, scopePID)
	add(b.cfg.source == UserinfoToken, scopeUserinfo)
	add(b.wantsTransaction(a), scopeTransaction)
	return scopes
}

// wantsTransaction reports whether the login needs the transaction token. A login that
// shows a text does, because the userinfo token has no texts (recorded), and the userinfo
// endpoint has reference texts only.
func (b *Broker) wantsTransaction(a *mitid.Attempt) bool {
	reference := a.Reference != nil && !b.cfg.textOptional && b.cfg.source == UserinfoToken
	return b.cfg.evidence || a.Transaction != nil || reference
}

// showsCPRPage reports whether the broker may ask the person for their CPR number. For
// private service providers it does so for each of these scopes.
func showsCPRPage(r *mitid.Request) bool {
	return r.CPR != mitid.CPRNo || r.Address || r.NemIDPID
}
