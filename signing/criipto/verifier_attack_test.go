package criipto_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing"
)

// anyone lets whoever has the link sign in the place of each signatory.
func anyone(x *signing.Exhibit) {
	for i := range x.Order.Signatories {
		x.Order.Signatories[i].Who = signing.Who{Anyone: true}
	}
}

// A file whose evidence is genuine, each piece for itself, and in another place than it
// was made for.
func TestVerifierRefusesEvidenceOfOthers(t *testing.T) {
	for title, c := range map[string]struct {
		set  func(s *scene)
		kind signing.Kind
	}{
		"anyone, two people": {func(s *scene) { s.change = anyone }, 0},
		"one login for two who may be anyone": {func(s *scene) {
			first := ""
			s.token = func(i int, raw string) string {
				if i == 0 {
					first = raw
				}
				return first
			}
			s.at = func(i int) time.Time { return signedAt.Add(time.Duration(i) * time.Minute) }
			s.change = anyone
		}, signing.SignerMismatch},
		"one person, two logins, for two who may be anyone": {func(s *scene) {
			s.claims = func(_ int, c map[string]any) { c["sub"], c["uuid"] = s.people[0].sub, s.people[0].uuid }
			s.change = anyone
		}, signing.SignerMismatch},
		"one person for the one who is named and for anyone": {func(s *scene) {
			s.claims = func(_ int, c map[string]any) { c["sub"], c["uuid"] = s.people[0].sub, s.people[0].uuid }
			s.change = func(x *signing.Exhibit) { x.Order.Signatories[1].Who = signing.Who{Anyone: true} }
		}, signing.SignerMismatch},
		"one person whom the order names twice": {func(s *scene) {
			s.claims = func(_ int, c map[string]any) { c["sub"], c["uuid"] = s.people[0].sub, s.people[0].uuid }
			s.change = func(x *signing.Exhibit) { x.Order.Signatories[1].Who = x.Order.Signatories[0].Who }
		}, 0},
		"one login of a person whom the order names twice": {func(s *scene) {
			first := ""
			s.token = func(i int, raw string) string {
				if i == 0 {
					first = raw
				}
				return first
			}
			s.at = func(i int) time.Time { return signedAt.Add(time.Duration(i) * time.Minute) }
			s.change = func(x *signing.Exhibit) { x.Order.Signatories[1].Who = x.Order.Signatories[0].Who }
		}, signing.SignerMismatch},
		"two people in each other's place": {func(s *scene) {
			s.claims = func(i int, c map[string]any) { c["sub"], c["uuid"] = s.people[1-i].sub, s.people[1-i].uuid }
		}, signing.SignerMismatch},
		"the token of an earlier order of the same document": {func(s *scene) {
			s.claims = func(_ int, c map[string]any) {
				at := signedAt.Add(-70 * time.Minute).Unix()
				c["iat"], c["nbf"], c["exp"] = at, at, at+86400
			}
		}, signing.TokenInvalid},
		"a stranger repeats a genuine signature's evidence": {func(s *scene) {
			s.forge = func(pdf []byte) []byte {
				pdf, err := stranger().Sign(pdf, fakepdf.Signature{At: signedAt.Add(time.Minute), Name: "Åse", ContactInfo: s.contact(0)})
				require.NoError(s.t, err)
				pdf, err = stranger().Close(pdf, signedAt.Add(time.Hour))
				require.NoError(s.t, err)
				return pdf
			}
		}, signing.SignerMismatch},
		"somebody who has not signed, says the service": {func(s *scene) {
			s.change = func(x *signing.Exhibit) { x.Signatories[1].State = signing.SignatoryOpen }
		}, signing.SignerMismatch},
		"an id with a zero byte behind it": {func(s *scene) {
			s.evidence = func(i int, token string) string {
				meta := s.meta(i)
				meta["signatoryId"] = s.people[i].guid + "\x00"
				return envelope(meta, "signature.jwt.v1", jwtValue(token))
			}
		}, signing.SignerMismatch},
		"a member that is there twice, once as an escape": {func(s *scene) {
			s.evidence = func(i int, token string) string {
				return strings.Replace(envelope(s.meta(i), "signature.jwt.v1", jwtValue(token)), `"value":`, `"v\u0061lue":"{}","value":`, 1)
			}
		}, signing.EvidenceIncomplete},
		"an id that the tenant's is part of": {func(s *scene) {
			s.evidence = func(i int, token string) string {
				meta := s.meta(i)
				meta["signatureOrderId"] = "tenant-1"
				return envelope(meta, "signature.jwt.v1", jwtValue(token))
			}
		}, signing.EvidenceIncomplete},
	} {
		t.Run(title, func(t *testing.T) {
			s := newScene(t, 2)
			c.set(s)
			s.wants(c.kind)
		})
	}
}
