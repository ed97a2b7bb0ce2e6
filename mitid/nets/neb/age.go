package neb

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/oauth2"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// AgeScope says which scope asks for a proof of age. The form of the answer follows
// from it.
type AgeScope uint8

// The scopes.
const (
	// AgeVerify is "openid age_verify:18", for an age client at the broker.
	AgeVerify AgeScope = iota
	// AgeVerifyMinimal is "openid minimal age_verify:18", for a client with its own
	// MitID agreement.
	AgeVerifyMinimal
	// AgeOverAnnounced is "openid age_over:18". The broker has announced it for MitID
	// and for wallets of the EU, such as AltID. In June 2026 neither its test system nor
	// its production had it.
	AgeOverAnnounced
)

// The claims of the two forms.
const (
	ageVerified = "idbrokerdk_age_verified" // a text: "18:true"
	ageOver     = "age_over_"               // with the age: a boolean
	ageOverText = "age_over:"               // the spelling in one of the vendor's samples
)

// ageProviders are the eIDs that may answer, by the claim idp; the value is
// AgeProof.EID.
var ageProviders = map[string]string{"idbrokerdk": "mitid", "mitid": "mitid"}

// ageOverProviders are the eIDs that may answer in the announced form. The vendor's
// pages have three spellings of the wallet.
var ageOverProviders = map[string]string{"euav": "euav", "eudi": "euav", "eu_av": "euav", "idbrokerdk": "mitid", "mitid": "mitid"}

// BeginAge asks for a proof of age. It always asks for a new login, because a session
// at the broker may belong to another person who used this browser. It sends no
// idp_params, because they would replace the broker's text and level for proofs of age.
func (b *Broker) BeginAge(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	if a.Request.AppSwitch != (mitid.AppSwitch{}) {
		return nil, oidcbroker.Unsupported("AppSwitch and Request.Age: this broker takes no app switch with a proof of age")
	}
	md, err := b.oidc.Prepare(ctx, a)
	if err != nil {
		return nil, err
	}
	return b.oidc.Begin(ctx, md, a, b.ageScopes(a), append(languageOf(&a.Request), oauth2.SetAuthURLParam("prompt", "login"))...)
}

func (b *Broker) ageScopes(a *mitid.Attempt) []string {
	years := strconv.Itoa(a.Request.Age)
	switch b.cfg.ageScope {
	case AgeVerifyMinimal:
		return []string{scopeOpenID, "minimal", "age_verify:" + years}
	case AgeOverAnnounced:
		return []string{scopeOpenID, "age_over:" + years}
	}
	return []string{scopeOpenID, "age_verify:" + years}
}

// CompleteAge exchanges the code, verifies the ID token as in any login, and reads
// nothing but the answer in it.
func (b *Broker) CompleteAge(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.AgeAssertion, error) {
	tokens, err := b.oidc.Exchange(ctx, a, cb)
	if err != nil {
		return nil, err
	}
	t, err := b.verifyID(ctx, tokens.IDToken, oidcbroker.Rules(a, tokens))
	if err != nil {
		return nil, err
	}
	c := t.Claims
	asked := b.oidc.Asked(a)
	asked.Set("scope", strings.Join(b.ageScopes(a), " "))
	as := oidcbroker.AgeAssertion(a, &c.Registered, c.AuthTime, asked)
	if c.namesPerson() {
		// Neither the answer nor the token is kept: the client is set up for logins.
		as.Proof.Why = "the answer also says who the person is; use an age client of the broker's, or Config.AgeScope AgeVerifyMinimal"
		return as, nil
	}
	as.Evidence.Tokens = []mitid.Token{t.Evidence(useIDToken)}
	providers := ageProviders
	if b.cfg.ageScope == AgeOverAnnounced {
		providers = ageOverProviders
	}
	eid, known := providers[c.IdP]
	if !known && !slices.Contains(b.cfg.ageProviders, c.IdP) {
		as.Proof.Why = "the answer is of an eID that is not known to prove ages; see Config.AgeProviders"
		return as, nil
	}
	if as.Proof.Answer, as.Proof.Why = b.readAge(c, a.Request.Age); as.Proof.Answer != mitid.AgeNotProven {
		as.Proof.EID = eid
		if !known {
			as.Proof.EID = strings.Clone(c.IdP) // listed in Config.AgeProviders
		}
	}
	return as, nil
}

// readAge reads the answer in the form of Config.AgeScope. A value in another form, or
// about another age, is AgeNotProven.
func (b *Broker) readAge(c *IDToken, years int) (answer mitid.AgeAnswer, why string) {
	n := strconv.Itoa(years)
	said := []string{string(c.Unknown[ageVerified])}
	yes, no := `"`+n+`:true"`, `"`+n+`:false"`
	if b.cfg.ageScope == AgeOverAnnounced {
		said = []string{string(c.Unknown[ageOver+n]), string(c.Unknown[ageOverText+n])}
		yes, no = "true", "false"
	}
	said = slices.DeleteFunc(said, func(s string) bool { return s == "" })
	switch {
	case len(said) == 0:
		return mitid.AgeNotProven, "the answer holds nothing about the age that was asked for"
	case !slices.ContainsFunc(said, func(s string) bool { return s != yes }):
		return mitid.AgeReached, ""
	case !slices.ContainsFunc(said, func(s string) bool { return s != no }):
		return mitid.AgeNotReached, ""
	}
	return mitid.AgeNotProven, "the answer is not in the form of Config.AgeScope, or about another age"
}
