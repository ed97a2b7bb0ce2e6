package eident

import (
	"context"
	"encoding/hex"
	"net/url"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets"
)

// statement is one verified ID token.
type statement struct {
	b        *Broker
	claims   *Claims
	identity claims.Identity
	verified *oidcrp.Verified
}

// Complete exchanges the code and verifies the ID token. Everything that the
// request said is looked for in the token, because the person's browser could
// have changed the request.
func (b *Broker) Complete(ctx context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
	values, err := cb.Values()
	if err != nil {
		return nil, err
	}
	answer, err := b.party.ReadAnswer(ctx, values)
	if err != nil {
		return nil, err
	}
	if answer.Error != "" {
		return nil, declined(a, answer)
	}
	// An older page of the vendor's has the nonce come back beside the state.
	if nonce, ok := values["nonce"]; ok && nonce[0] != a.Nonce {
		return nil, fault.New(fault.ResponseInvalid, "the answer belongs to another login")
	}
	tokens, err := b.party.Exchange(ctx, answer.Code, a.Verifier, a.RedirectURL)
	if err != nil {
		return nil, err
	}
	st, err := b.verify(ctx, tokens.IDToken, rulesOf(a, tokens.AccessToken))
	if err != nil {
		return nil, err
	}
	if err := a.Admit(mitid.Facts{Level: st.identity.Levels.LoA, Capacity: st.identity.Capacity, AuthTime: st.identity.AuthTime, Subject: st.identity.Subject}); err != nil {
		return nil, err
	}
	if err := b.admitAAL(st.identity.Levels); err != nil {
		return nil, err
	}
	as := st.assertion()
	as.Texts = st.texts(a.Reference, a.Transaction)
	if err := st.checkTexts(a, as.Texts); err != nil {
		return nil, err
	}
	if b.cfg.userinfo {
		if err := b.fill(ctx, as, tokens.AccessToken); err != nil {
			return nil, err
		}
	}
	if as.Texts.Reference == nil && b.cfg.textOptional {
		a.Reference = nil
	}
	as.Evidence.Request = mitid.NewSecret(b.record(a))
	as.Evidence.At = a.Now
	return as, nil
}

// rulesOf are the rules for the ID token of a. One that is stepped up from an older
// login may have been issued with it: nobody publishes whether the broker issues
// another.
func rulesOf(a *mitid.Attempt, accessToken string) oidcrp.Rules {
	r := oidcrp.Rules{Nonce: a.Nonce, AccessToken: accessToken, Began: a.Started}
	if len(a.Private) > 0 {
		r.Began = r.Began.Add(-transactionLife)
	}
	return r
}

// verify checks an ID token and reads who it names.
func (b *Broker) verify(ctx context.Context, raw string, rules oidcrp.Rules) (*statement, error) {
	st := &statement{b: b}
	var err error
	st.verified, err = b.party.VerifyBy(ctx, raw, rules, func(payload []byte) (*oidcrp.Claims, error) {
		c, err := parseClaims(payload)
		if err != nil {
			return nil, err
		}
		st.claims = c
		return (*oidcrp.Claims)(&c.Registered), nil
	})
	if err != nil {
		return nil, err
	}
	if st.identity, err = b.identity(st.claims); err != nil {
		return nil, err
	}
	return st, nil
}

// identity returns who the claims name, as Config says how to read them.
func (b *Broker) identity(c *Claims) (claims.Identity, error) {
	read, n := *c, nets.NemLogin{}
	if c.NemLogin != nil {
		n = *c.NemLogin
	}
	var number string
	if err := take(c, &number, b.cfg.cvrClaim); err != nil {
		return claims.Identity{}, err
	}
	if number != "" {
		cvr, err := claims.ParseCVR(number)
		if err != nil || !n.CVR.IsZero() && n.CVR != cvr {
			return claims.Identity{}, fault.New(fault.ClaimInvalid, "the claim of Config.OrganisationNumberClaim is no CVR number, or not that of nemlogin.cvr")
		}
		n.CVR, read.NemLogin = cvr, &n
	}
	if b.cfg.privateActs && c.IdentityType == "private" && (!c.AuthorizedToRepresent.IsZero() || !n.AuthToRepr.IsZero()) {
		read.IdentityType = "professional"
	}
	id, err := read.Identity()
	if err != nil {
		return claims.Identity{}, err
	}
	return id, b.complement(&id, c)
}

// complement takes what stands under names that Config gave.
func (b *Broker) complement(id *claims.Identity, c *Claims) error {
	if err := take(c, &id.NemIDPID, b.cfg.pidClaim); err != nil || id.Organisation == nil {
		return err
	}
	return take(c, &id.Organisation.Name, b.cfg.orgsClaim)
}

// take puts the text of a claim that only Config knows into an empty field.
func take(c *Claims, into *string, claim string) error {
	raw, ok := c.Unknown[claim]
	if !ok || claim == "" || *into != "" || string(raw) == "null" {
		return nil
	}
	s, ok := text(raw)
	if !ok {
		return fault.New(fault.ClaimInvalid, "a claim that Config names is no text")
	}
	*into = s
	return nil
}

// admitAAL holds a login against Config.AAL.
func (b *Broker) admitAAL(l claims.Levels) error {
	if l.AAL < b.cfg.aal {
		return fault.New(fault.AssuranceTooLow, "the authenticator's level is below Config.AAL, or the broker did not tell it")
	}
	return nil
}

func (st *statement) assertion() *mitid.Assertion {
	c := st.claims
	return &mitid.Assertion{
		Identity: st.identity, Claims: c, Echo: c.Nonce, Expires: time.Unix(c.Expires, 0), StepUp: handleOf(c.TransactionID, c.Expires),
		Evidence: mitid.Evidence{Tokens: []mitid.Token{{Use: "id_token", Raw: mitid.NewSecret(st.verified.JWS), Key: st.verified.Key}}},
	}
}

// record writes down what was asked, as far as it is known after the journey:
// of texts, their digest.
func (b *Broker) record(a *mitid.Attempt) string {
	q := url.Values{
		"client_id": {b.cfg.clientID}, "redirect_uri": {a.RedirectURL}, "response_type": {"code"},
		"nonce": {a.Nonce}, "state": {a.Handle}, "code_challenge": {a.Challenge()},
	}
	if t, ok := readTransaction(string(a.Private)); ok {
		q.Set("transaction_id", t.id)
		return q.Encode()
	}
	q.Set("loa_value", a.Level.String())
	if b.cfg.aal != claims.LevelUnknown {
		q.Del("loa_value")
		q.Set("aal_value", b.cfg.aal.String())
	}
	q.Set("amr_values", b.eids(a.Request.Capacity))
	if a.Reference != nil {
		q.Set("reference_text_sha256", hex.EncodeToString(a.Reference.SHA256[:]))
	}
	if a.Transaction != nil {
		q.Set("transactiontext_sha256", hex.EncodeToString(a.Transaction.SHA256[:]))
		q.Set("transactiontext_type", typeWords[a.Transaction.Type])
	}
	return q.Encode()
}
