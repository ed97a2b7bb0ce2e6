package criipto

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/oauth2"

	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

// How an age is asked for and answered
// (https://docs.idura.app/verify/guides/age-verification).
const (
	acrAge     = "urn:age-verification"
	ageClaim   = "http://ageverification.criipto.com"
	ageCountry = "DK"
)

// The eID of an answer about Denmark.
const ageEID = "mitid"

// BeginAge asks for a proof of age. It always asks for a new use of MitID, because a
// session at the broker may belong to another person who used this browser.
func (b *Broker) BeginAge(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	if a.Request.Locale == mitid.Greenlandic {
		return nil, oidcbroker.Unsupported(oidcbroker.DanishOrEnglish)
	}
	md, err := b.oidc.Prepare(ctx, a)
	if err != nil {
		return nil, err
	}
	scopes := []string{ageMember(a.Request.Age)}
	hint, err := b.hint(a, acrAge, scopes)
	if err != nil {
		return nil, err
	}
	params := append(languageOf(&a.Request),
		oauth2.SetAuthURLParam("acr_values", acrAge),
		oauth2.SetAuthURLParam("prompt", "login"),
		oauth2.SetAuthURLParam("login_hint", strings.TrimSpace("country:"+ageCountry+" "+hint)))
	return b.oidc.Begin(ctx, md, a, b.scopes(scopes), params...)
}

// ageMember returns the name of the scope and of the member of the answer: is_over_18.
func ageMember(years int) string { return "is_over_" + strconv.Itoa(years) }

// CompleteAge exchanges the code, verifies the ID token as in any login, and reads
// nothing but the answer in it.
func (b *Broker) CompleteAge(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.AgeAssertion, error) {
	tokens, err := b.oidc.Exchange(ctx, a, cb)
	if err != nil {
		return nil, err
	}
	t, err := b.verify(ctx, tokens.IDToken, oidcbroker.Rules(a, tokens))
	if err != nil {
		return nil, err
	}
	c := t.Claims
	as := oidcbroker.AgeAssertion(a, &c.Registered, c.AuthenticationInstant, b.askedAge(a))
	if c.namesPerson() {
		// Neither the answer nor the token is kept: the application is set up for logins.
		as.Proof.Why = "the answer also says who the person is; use an Age Verification application at the broker"
		return as, nil
	}
	as.Evidence.Tokens = []mitid.Token{t.Evidence("id_token")}
	as.Proof.Answer, as.Proof.Why = readAge([]byte(c.Unknown[ageClaim]), a.Request.Age)
	if as.Proof.Answer != mitid.AgeNotProven {
		as.Proof.EID = ageEID
	}
	return as, nil
}

// readAge reads the claim: an object with the country that was asked for and a
// JSON boolean for the age. Everything else is no answer.
func readAge(claim []byte, years int) (answer mitid.AgeAnswer, why string) {
	if claim == nil {
		return mitid.AgeNotProven, "the answer holds no age verification"
	}
	country, sort := "", strictjson.Null
	err := strictjson.Members(claim, func(name string, v *strictjson.Value) error {
		switch name {
		case "country":
			text, ok, err := v.Text()
			if ok {
				country = text
			}
			return err
		case ageMember(years):
			sort = v.Kind()
		}
		return nil
	})
	switch {
	case err != nil:
		return mitid.AgeNotProven, "the age verification is not in this broker's form"
	case country != ageCountry:
		return mitid.AgeNotProven, "the age verification is of another country than Denmark, or names none"
	case sort == strictjson.True:
		return mitid.AgeReached, ""
	case sort == strictjson.False:
		return mitid.AgeNotReached, ""
	}
	return mitid.AgeNotProven, "the age verification holds no answer to the age that was asked for"
}

// askedAge returns the parameters of the request of a, for Login.Evidence.
func (b *Broker) askedAge(a *mitid.Attempt) url.Values {
	q := b.oidc.Asked(a)
	q.Set("scope", "openid "+ageMember(a.Request.Age))
	q.Set("acr_values", acrAge)
	q.Set("login_hint", "country:"+ageCountry)
	return q
}
