package criipto

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
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

// The eID behind an answer about Denmark.
const ageEID = "mitid"

// BeginAge asks for a proof of age. It always asks for a new use of MitID, because a
// session at the broker may be somebody else's who used this browser.
func (b *Broker) BeginAge(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	if a.Request.Locale == mitid.Greenlandic {
		return nil, fault.New(fault.Unsupported, "Request.Locale: this broker's MitID pages are Danish or English")
	}
	md, err := b.party.Metadata(ctx)
	if err != nil {
		return nil, err
	}
	q, err := b.ageParams(a)
	if err != nil {
		return nil, err
	}
	return b.send(ctx, md, q)
}

func (b *Broker) ageParams(a *mitid.Attempt) (oidcrp.Params, error) {
	scope := ageMember(a.Request.Age)
	hint, err := b.hint(a, acrAge, []string{scope})
	if err != nil {
		return nil, err
	}
	q := make(oidcrp.Params, 0, 13)
	oidcbroker.AddStart(&q, a, b.cfg.clientID, b.cfg.formPost)
	if b.cfg.scopeInHint {
		q.Add("scope", "openid")
	} else {
		q.Add("scope", "openid "+scope)
	}
	q.Add("acr_values", acrAge)
	oidcbroker.AddJourney(&q, a)
	q.Add("prompt", "login")
	addLocale(&q, a.Request.Locale)
	q.Add("login_hint", strings.TrimSpace("country:"+ageCountry+" "+hint))
	return q, nil
}

// ageMember is the scope and the member of the answer: is_over_18.
func ageMember(years int) string { return "is_over_" + strconv.Itoa(years) }

// CompleteAge exchanges the code, verifies the ID token as that of any login, and
// reads the answer in it and nothing else.
func (b *Broker) CompleteAge(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.AgeAssertion, error) {
	tokens, err := oidcbroker.Exchange(ctx, b.party, a, cb, declined)
	if err != nil {
		return nil, err
	}
	st, err := b.signed(ctx, tokens.IDToken, oidcrp.Rules{Nonce: a.Nonce, AccessToken: tokens.AccessToken, Began: a.Started})
	if err != nil {
		return nil, err
	}
	c := st.claims
	as := &mitid.AgeAssertion{
		Proof: mitid.AgeProof{Asked: a.Request.Age, At: c.AuthenticationInstant},
		Echo:  c.Nonce, AuthTime: c.AuthenticationInstant, Expires: time.Unix(c.Expires, 0),
		Evidence: mitid.Evidence{Request: mitid.NewSecret(b.recordAge(a)), At: a.Now},
	}
	if as.Proof.At.IsZero() {
		as.Proof.At = time.Unix(c.IssuedAt, 0)
	}
	if c.NamesPerson() {
		// Neither the answer nor the token is kept: the application is set up for logins.
		as.Proof.Why = "the answer also says who the person is; use an Age Verification application at the broker"
		return as, nil
	}
	as.Proof.Answer, as.Proof.Why = readAge([]byte(c.Unknown[ageClaim]), a.Request.Age)
	if as.Proof.Answer != mitid.AgeNotProven {
		as.Proof.EID = ageEID
	}
	as.Evidence.Tokens = []mitid.Token{st.token()}
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

// recordAge writes down what was asked.
func (b *Broker) recordAge(a *mitid.Attempt) string {
	q := b.recordStart(a)
	q.Set("scope", "openid "+ageMember(a.Request.Age))
	q.Set("acr_values", acrAge)
	q.Set("login_hint", "country:"+ageCountry)
	return q.Encode()
}
