package criipto_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

// wants runs one case of a signatory and compares the kind of its error; 0 is none.
func (s *scene) wants(kind signing.Kind) *signing.Verdict {
	s.t.Helper()
	v, err := s.verify()
	if kind == 0 {
		require.NoError(s.t, err)
		return v
	}
	assert.Nil(s.t, v)
	require.Error(s.t, err)
	assert.Equal(s.t, kind.String(), signing.KindOf(err).String(), "%v", err)
	var e *signing.Error
	require.ErrorAs(s.t, err, &e)
	assert.Equal(s.t, "criipto", e.Service)
	assert.Equal(s.t, signing.ID(orderID), e.Order)
	for _, p := range s.people {
		assert.NotContains(s.t, err.Error(), p.name)
		assert.NotContains(s.t, err.Error(), p.uuid)
		assert.NotContains(s.t, err.Error(), p.guid)
		assert.NotContains(s.t, err.Error(), p.number())
	}
	return nil
}

func TestVerifierChecksTheToken(t *testing.T) {
	unix := func(d time.Duration) int64 { return signedAt.Add(d).Unix() }
	for title, c := range map[string]struct {
		change map[string]any // of the claims; nil removes one
		kind   signing.Kind
	}{
		"issuer of another tenant":              {map[string]any{"iss": "https://another.idura.broker"}, signing.IssuerMismatch},
		"issuer in another spelling":            {map[string]any{"iss": "HTTP://127.0.0.1"}, signing.IssuerMismatch},
		"issuer missing":                        {map[string]any{"iss": nil}, signing.IssuerMismatch},
		"issuer in another letter case of name": {map[string]any{"ISS": "x"}, signing.TokenInvalid},
		"audience of another application":       {map[string]any{"aud": "urn:my:application:identifier:1"}, signing.TokenInvalid},
		"audience missing":                      {map[string]any{"aud": nil}, signing.TokenInvalid},
		"audience of two":                       {map[string]any{"aud": []string{signedFor, "urn:my:application:identifier:1"}}, signing.TokenInvalid},
		"audience in a list":                    {map[string]any{"aud": []string{signedFor}}, 0},
		"authorized party is another":           {map[string]any{"azp": "urn:my:application:identifier:1"}, signing.TokenInvalid},
		"subject missing":                       {map[string]any{"sub": nil}, signing.TokenInvalid},
		"expired before the timestamp":          {map[string]any{"exp": unix(-time.Minute)}, signing.TokenInvalid},
		"expired within the skew":               {map[string]any{"exp": unix(-20 * time.Second)}, 0},
		"never expires":                         {map[string]any{"exp": nil}, signing.TokenInvalid},
		"expiry is a text":                      {map[string]any{"exp": "soon"}, signing.TokenInvalid},
		"issued before the order":               {map[string]any{"iat": unix(-61 * time.Minute), "nbf": nil, "exp": unix(time.Hour)}, signing.TokenInvalid},
		"issued before the order, within skew":  {map[string]any{"iat": unix(-time.Hour - 20*time.Second), "nbf": nil}, 0},
		"issued after the timestamp":            {map[string]any{"iat": unix(time.Minute), "nbf": nil}, signing.TokenInvalid},
		"issued after it, within the skew":      {map[string]any{"iat": unix(20 * time.Second), "nbf": nil}, 0},
		"not valid yet":                         {map[string]any{"nbf": unix(time.Minute)}, signing.TokenInvalid},
		"no time of issue":                      {map[string]any{"iat": nil}, signing.TokenInvalid},
		"document is another":                   {map[string]any{"refTextBody": strings.Repeat("ab", 32)}, signing.DocumentMismatch},
		"document in capitals":                  {map[string]any{"refTextBody": "CAPITALS"}, signing.DocumentMismatch},
		"document missing":                      {map[string]any{"refTextBody": nil}, signing.EvidenceIncomplete},
		"document empty":                        {map[string]any{"refTextBody": ""}, signing.EvidenceIncomplete},
		"document null":                         {map[string]any{"refTextBody": nil, "refTextHeader": "x"}, signing.EvidenceIncomplete},
		"level low":                             {map[string]any{"loA": "LOW"}, signing.AssuranceTooLow},
		"level missing":                         {map[string]any{"loA": nil}, signing.AssuranceTooLow},
		"level unknown":                         {map[string]any{"loA": "VERY HIGH"}, signing.AssuranceTooLow},
		"level in another spelling":             {map[string]any{"loA": "substantial"}, signing.AssuranceTooLow},
		"level asked for but not achieved":      {map[string]any{"loA": "LOW", "authenticationtype": "urn:grn:authn:dk:mitid:high"}, signing.AssuranceTooLow},
		"person is another":                     {map[string]any{"uuid": people()[1].uuid}, signing.SignerMismatch},
		"person without the key":                {map[string]any{"uuid": nil}, signing.EvidenceIncomplete},
		"person's key malformed":                {map[string]any{"uuid": "x"}, signing.TokenInvalid},
		"birth date malformed":                  {map[string]any{"birthdate": "17-05-2051"}, signing.TokenInvalid},
		"name in a list":                        {map[string]any{"name": []string{"Åse"}}, signing.TokenInvalid},
		"claim under two names":                 {map[string]any{"dk:gov:saml:attribute:UUID": people()[0].uuid}, signing.TokenInvalid},
		"claim in another letter case":          {map[string]any{"UUID": people()[0].uuid}, signing.TokenInvalid},
		"employee without an organisation":      {map[string]any{"employee": "true"}, signing.TokenInvalid},
		"organisation without a role":           {map[string]any{"cvrNumberIdentifier": "12345678"}, signing.TokenInvalid},
		"employee of an organisation":           {map[string]any{"employee": "true", "cvrNumberIdentifier": "12345678", "2.5.4.10": "Ærø Bolig"}, 0},
		"unknown claims":                        {map[string]any{"nyt": map[string]any{"æ": 1}}, 0},
	} {
		t.Run(title, func(t *testing.T) {
			s := newScene(t, 1)
			s.claims = func(_ int, claims map[string]any) {
				for k, v := range c.change {
					claims[k] = v
				}
			}
			s.wants(c.kind)
		})
	}
}

// Clocks that are wrong by minutes need a setting.
func TestVerifierAllowsTheConfiguredSkew(t *testing.T) {
	for skew, want := range map[time.Duration]signing.Kind{0: signing.TokenInvalid, 2 * time.Minute: 0} {
		s := newScene(t, 1)
		s.cfg.Skew = skew
		s.claims = func(_ int, claims map[string]any) {
			claims["iat"] = signedAt.Add(-61 * time.Minute).Unix()
			delete(claims, "nbf")
		}
		s.wants(want)
	}
}

func TestVerifierChecksTheTokensForm(t *testing.T) {
	for title, c := range map[string]struct {
		token func(s *scene, raw string) string
		kind  signing.Kind
	}{
		"key that the issuer does not publish": {func(s *scene, _ string) string { return jwt(strangersKey, otherKey(), nil, s.said(0)) }, signing.TokenInvalid},
		"key id of the issuer, another key":    {func(s *scene, _ string) string { return jwt(issuerKeyID, otherKey(), nil, s.said(0)) }, signing.TokenInvalid},
		"algorithm none": {func(s *scene, raw string) string {
			return encoded(map[string]any{"alg": "none", "typ": "JWT"}) + "." + strings.Split(raw, ".")[1] + "."
		}, signing.TokenInvalid},
		"algorithm HS256": {func(s *scene, raw string) string {
			return encoded(map[string]any{"alg": "HS256", "kid": issuerKeyID}) + "." + strings.Split(raw, ".")[1] + "." + strings.Split(raw, ".")[2]
		}, signing.TokenInvalid},
		"algorithm PS256": {func(s *scene, _ string) string {
			return jwt(issuerKeyID, issuerKey(), map[string]any{"alg": "PS256"}, s.said(0))
		}, signing.TokenInvalid},
		"key in the header": {func(s *scene, _ string) string {
			return jwt(issuerKeyID, issuerKey(), map[string]any{"jwk": map[string]any{"kty": "RSA"}}, s.said(0))
		}, signing.TokenInvalid},
		"signature one bit off": {func(_ *scene, raw string) string {
			b := []byte(raw)
			b[len(b)-10] ^= 1
			return string(b)
		}, signing.TokenInvalid},
		"payload changed": {func(s *scene, raw string) string {
			parts, claims := strings.Split(raw, "."), s.said(0)
			claims["name"] = "Åse Falsk"
			return parts[0] + "." + encoded(claims) + "." + parts[2]
		}, signing.TokenInvalid},
		"member twice": {func(s *scene, _ string) string {
			body := strings.Replace(text(s.said(0)), "{", `{"uuid":"x",`, 1)
			return sign(issuerKey(), encoded(map[string]any{"alg": "RS256", "kid": issuerKeyID}), base64.RawURLEncoding.EncodeToString([]byte(body)))
		}, signing.TokenInvalid},
		"payload is a list": {func(*scene, string) string {
			return sign(issuerKey(), encoded(map[string]any{"alg": "RS256", "kid": issuerKeyID}), encoded([]int{1}))
		}, signing.TokenInvalid},
		"payload padded":   {func(_ *scene, raw string) string { return strings.Replace(raw, ".", "=.", 2) }, signing.TokenInvalid},
		"no token":         {func(*scene, string) string { return "Åse" }, signing.TokenInvalid},
		"encrypted":        {func(_ *scene, raw string) string { return raw + ".a.b" }, signing.TokenInvalid},
		"64 kB of nothing": {func(_ *scene, raw string) string { return raw + strings.Repeat("a", 65<<10) }, signing.TokenInvalid},
		"empty":            {func(*scene, string) string { return "" }, signing.EvidenceIncomplete},
	} {
		t.Run(title, func(t *testing.T) {
			s := newScene(t, 1)
			s.token = func(_ int, raw string) string { return c.token(s, raw) }
			s.wants(c.kind)
		})
	}
}

func TestVerifierTakesURIClaims(t *testing.T) {
	s := newScene(t, 1)
	s.claims = func(_ int, c map[string]any) {
		for short, uri := range map[string]string{
			"uuid": "dk:gov:saml:attribute:UUID", "loA": "dk:gov:saml:attribute:LoA", "refTextBody": "dk:gov:saml:attribute:RefTextBody",
			"name": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
		} {
			c[uri], c[short] = c[short], nil
		}
	}
	v := s.wants(0)
	assert.Equal(t, "Åse Sørensen", v.Signatures[0].Identity.Name.Full)
}

func TestVerifierFindsTheRightPerson(t *testing.T) {
	p := people()[0]
	withNumber := func(c map[string]any) { c["cprNumberIdentifier"] = p.number() }
	for title, c := range map[string]struct {
		who    signing.Who
		claims func(map[string]any)
		kind   signing.Kind
	}{
		"uuid":                       {signing.Who{UUID: mustUUID(p.uuid)}, nil, 0},
		"subject":                    {signing.Who{Subject: p.sub}, nil, 0},
		"another subject":            {signing.Who{Subject: people()[1].sub}, nil, signing.SignerMismatch},
		"subject without braces":     {signing.Who{Subject: strings.Trim(p.sub, "{}")}, nil, signing.SignerMismatch},
		"number":                     {signing.Who{CPR: cprtest.Number(p.cpr)}, withNumber, 0},
		"another number":             {signing.Who{CPR: cprtest.Number(p.cpr + 5)}, withNumber, signing.SignerMismatch},
		"number missing":             {signing.Who{CPR: cprtest.Number(p.cpr)}, nil, signing.EvidenceIncomplete},
		"uuid right, number wrong":   {signing.Who{UUID: mustUUID(p.uuid), CPR: cprtest.Number(p.cpr + 5)}, withNumber, signing.SignerMismatch},
		"all right":                  {signing.Who{UUID: mustUUID(p.uuid), Subject: p.sub, CPR: cprtest.Number(p.cpr)}, withNumber, 0},
		"anyone":                     {signing.Who{Anyone: true}, nil, 0},
		"nobody named":               {signing.Who{}, nil, signing.SignerMismatch},
		"number of a wrong form":     {signing.Who{Anyone: true}, func(c map[string]any) { c["cprNumberIdentifier"] = "123456-7890" }, signing.TokenInvalid},
		"name and address protected": {signing.Who{Anyone: true}, func(c map[string]any) { c["name"] = "NAVNE & ADRESSEBESKYTTET" }, 0},
	} {
		t.Run(title, func(t *testing.T) {
			s := newScene(t, 1)
			s.change = func(x *signing.Exhibit) { x.Order.Signatories[0].Who = c.who }
			s.claims = func(_ int, said map[string]any) {
				if c.claims != nil {
					c.claims(said)
				}
			}
			v := s.wants(c.kind)
			if title == "all right" {
				assert.Equal(t, cprtest.Number(p.cpr), v.Signatures[0].Identity.CPR)
			}
			if title == "name and address protected" {
				assert.Nil(t, v.Signatures[0].Identity.Name)
				assert.Equal(t, claims.NameAndAddressProtected, v.Signatures[0].Identity.Protection)
			}
		})
	}
}

func TestVerifierDemandsTheLevelOfItsConfig(t *testing.T) {
	s := newScene(t, 1)
	s.cfg.Level = claims.High
	s.wants(signing.AssuranceTooLow)
	s.claims = func(_ int, c map[string]any) { c["loA"] = "HIGH" }
	assert.Equal(t, claims.High, s.wants(0).Signatures[0].Level)
}

func TestVerifierChoosesAmongAudiences(t *testing.T) {
	s := newScene(t, 1)
	s.cfg.Audiences = []string{"urn:my:application:identifier:1", signedFor}
	s.wants(0)
	s.cfg.Audiences = []string{"urn:my:application:identifier:1"}
	s.wants(signing.TokenInvalid)
}

func TestVerifierFetchesKeysOnce(t *testing.T) {
	s := newScene(t, 2)
	v, x := s.verifier(), s.exhibit()
	for range 3 {
		_, err := v.Verify(t.Context(), x)
		require.NoError(t, err)
	}
	assert.EqualValues(t, 2, s.tenant.calls.Load(), "discovery and keys")
}

func TestVerifierWithoutKeysDecidesNothing(t *testing.T) {
	s := newScene(t, 1)
	s.tenant.down.Store(true)
	v, x := s.verifier(), s.exhibit()
	_, err := v.Verify(t.Context(), x)
	require.ErrorIs(t, err, signing.ErrUnavailable)
	assert.Equal(t, signing.Retry, signing.KindOf(err).Then())
	s.tenant.down.Store(false)
	_, err = v.Verify(t.Context(), x)
	assert.NoError(t, err)
}

func TestMessageOfSeveralDocuments(t *testing.T) {
	s := newScene(t, 1)
	s.others = []signing.Digest{{1}, {2}}
	s.wants(0)
	s.claims = func(_ int, c map[string]any) { c["refTextBody"] = criipto.Message(s.digests()[:1]) }
	s.wants(signing.DocumentMismatch)
}

func TestVerifierTakesTheMessageInBase64(t *testing.T) {
	s := newScene(t, 1)
	s.claims = func(_ int, c map[string]any) {
		c["refTextBody"] = base64.StdEncoding.EncodeToString([]byte(criipto.Message(s.digests())))
	}
	s.wants(0)
}
