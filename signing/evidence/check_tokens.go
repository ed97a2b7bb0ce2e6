package evidence

import (
	"math"
	"slices"
	"time"

	"github.com/dkeid/dkeid/signing"

	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// token is one token that was verified.
type token struct {
	entry  *ManifestEntry
	stored *oidcrp.Stored
	claims *tokenClaims
	judged time.Time // the time at which it is judged
}

// tokenTypes are the typ headers that tokens of a kind may have. Other tokens of the same
// issuer (logout tokens, access tokens) are none of them.
var tokenTypes = map[PartKind][]string{
	PartIDToken: {"", "jwt"}, PartTransactionToken: {"", "jwt"}, PartUserinfoToken: {"", "jwt", "at+jwt"}, PartWorkflowToken: {"", "jwt"},
}

// checkTokens verifies every token with the keys in the bundle.
func (c *checker) checkTokens() error {
	keys, err := c.storedKeys()
	if err != nil {
		return err
	}
	for i := range c.parts {
		if e := &c.parts[i]; e.Kind.token() {
			if err := c.checkToken(e, keys); err != nil {
				return err
			}
		}
	}
	if !c.has(PartIDToken) && !c.has(PartTransactionToken) && !c.has(PartWorkflowToken) {
		return failed(signing.EvidenceIncomplete, "", "there is no token that proves a login or a signature")
	}
	return nil
}

// storedKeys returns the key sets that tokens must be verified with: the key documents as
// fetched if there are any, otherwise the keys that verified the tokens.
func (c *checker) storedKeys() ([]*oidcrp.StoredKeys, error) {
	fetched := c.has(PartKeys)
	var all []*oidcrp.StoredKeys
	for _, k := range []PartKind{PartKeys, PartTokenKeys} {
		err := c.each(k, func(e *ManifestEntry, content []byte) error {
			keys, err := oidcrp.ReadStoredKeys(content)
			if err != nil {
				return fromFault(signing.EvidenceIncomplete, e.Name, err)
			}
			if k == PartKeys || !fetched {
				all = append(all, keys)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if !fetched && len(all) > 0 {
		c.report.not("whether the issuer published the keys: the bundle has those that verified the tokens, and not the issuer's document")
	}
	return all, nil
}

func (c *checker) checkToken(e *ManifestEntry, keys []*oidcrp.StoredKeys) error {
	stored, err := c.verify(e, keys)
	if err != nil {
		return err
	}
	invalid := func(why string) error { return failed(signing.TokenInvalid, e.Name, why) }
	if !slices.Contains(tokenTypes[e.Kind], stored.Type) {
		return invalid("its header names another type")
	}
	claims := new(tokenClaims)
	if strictjson.Unmarshal(stored.Payload, claims) != nil || !claims.read() {
		return invalid("its claims are malformed")
	}
	t := &token{entry: e, stored: stored, claims: claims}
	if why := c.checkTimes(t); why != "" {
		return invalid(why)
	}
	for _, other := range c.tokens {
		switch {
		case other.claims.Issuer != claims.Issuer:
			return invalid("it is of another issuer than the other tokens")
		case c.about == AboutLogin && other.claims.Subject != claims.Subject:
			return invalid("it is about another person than the other tokens")
		}
	}
	switch {
	case claims.Issuer == "":
		return invalid("it names no issuer")
	case c.policy.Issuer != "" && claims.Issuer != c.policy.Issuer:
		return invalid("it is of another issuer than Policy.Issuer")
	case len(claims.audience) != 1:
		return invalid("it is not for one client alone")
	case e.Kind != PartWorkflowToken && c.policy.ClientID != "" && claims.audience[0] != c.policy.ClientID:
		return invalid("it is for another client than Policy.ClientID")
	}
	c.tokens = append(c.tokens, t)
	c.report.Tokens = append(c.report.Tokens, Token{
		Part: e.Name, Kind: e.Kind, Issuer: claims.Issuer, ClientID: claims.audience[0], KeyID: stored.KeyID,
		Issued: unix(claims.IssuedAt), Expires: unix(claims.Expires), Judged: t.judged,
	})
	c.report.checked(e.Name + ": the signature, with the key of the issuer in this bundle, and the token's times")
	return nil
}

// verify checks the signature of a token with the first of the key sets that has its key.
func (c *checker) verify(e *ManifestEntry, keys []*oidcrp.StoredKeys) (*oidcrp.Stored, error) {
	raw := string(c.held[e.Name])
	for _, k := range keys {
		stored, missing, err := k.Check(raw)
		switch {
		case err == nil:
			return stored, nil
		case !missing:
			return nil, fromFault(signing.TokenInvalid, e.Name, err)
		}
	}
	if e.Kind == PartWorkflowToken { // its key comes as a certificate
		if stored := c.verifyByCertificate(raw); stored != nil {
			return stored, nil
		}
	}
	return nil, failed(signing.EvidenceIncomplete, e.Name, "the key that signed it is not in the bundle")
}

func (c *checker) verifyByCertificate(raw string) (found *oidcrp.Stored) {
	_ = c.each(PartCertificate, func(_ *ManifestEntry, content []byte) error {
		if cert := parseCertificate(content); cert != nil && found == nil {
			if keys := oidcrp.CertificateKeys(cert); keys != nil {
				found, _, _ = keys.Check(raw)
			}
		}
		return nil
	})
	return found
}

// checkTimes decides at which time a token is judged, and judges it. Whether it has
// expired by now does not matter.
func (c *checker) checkTimes(t *token) string {
	k := t.claims
	if k.IssuedAt <= 0 || k.Expires <= 0 || k.IssuedAt > maxSeconds || k.Expires > maxSeconds || k.NotBefore < 0 || k.NotBefore > maxSeconds {
		return "it does not say from when until when it holds"
	}
	issued := unix(k.IssuedAt)
	t.judged = issued
	if !c.stamp.IsZero() && !c.policy.AtIssue && c.about == AboutLogin {
		t.judged = c.stamp
	}
	switch {
	case issued.After(c.at.Add(skew)):
		return "it was issued after the time that you check for"
	case !c.stamp.IsZero() && issued.After(c.stamp.Add(skew)):
		return "it was issued after the timestamp"
	case k.NotBefore > 0 && unix(k.NotBefore).After(t.judged.Add(skew)):
		return "it did not hold yet at that time"
	case unix(k.Expires).Before(t.judged.Add(-skew)):
		return "it had expired when the timestamp was made: write bundles at once, or set Policy.AtIssue"
	}
	return ""
}

// maxSeconds is the end of the year 9999, in Unix time.
const maxSeconds = 253402300799

func unix(seconds float64) time.Time { return time.Unix(int64(math.Floor(seconds)), 0).UTC() }
