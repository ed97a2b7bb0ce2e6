package mitid

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
)

// freshSkew is how far the broker's clock may be behind ours when a fresh login was
// demanded. It is short, so that an older session does not count as fresh.
const freshSkew = time.Minute

// aheadSkew is how far the broker's clock may be ahead of ours.
const aheadSkew = 5 * time.Minute

// maxPrivate bounds Attempt.Private, in bytes, because a cookie holds it.
const maxPrivate = 512

// Attempt is one pending login. The Client makes it, seals it into Redirect.State, and
// opens it again when the answer arrives.
//
// In Complete, Request holds no texts and no hints. Reference and Transaction hold the
// digests of the texts, and ExpectUUID the identity that must answer.
type Attempt struct {
	guarded

	Request        Request
	Handle         string // the state parameter
	Nonce          string // OIDC nonce
	Verifier       string // PKCE code verifier, method S256 (RFC 7636)
	RedirectURL    string
	Started        time.Time
	Now            time.Time // the Client's clock at this call
	Expires        time.Time
	ExpectSubject  string          // step-up: the answer must be this subject
	ExpectCapacity claims.Capacity // step-up: the answer must be in this capacity
	ExpectCVR      claims.CVR      // step-up: the answer must be for this organisation
	ExpectUUID     claims.UUID     // re-authentication: the answer must be this identity
	Level          claims.Level    // the level that the answer must reach
	Reference      *Digest         // nil if no reference text was sent, or the broker cannot return it
	Transaction    *Digest         // nil if no transaction text was sent
	Private        []byte          // what the adapter needs in Complete, at most 512 bytes; sealed too

	seed seed // Handle, Nonce and Verifier are derived from it
}

// Digest identifies a text that was sent.
type Digest struct {
	Type   TextType
	SHA256 [sha256.Size]byte
}

// DigestOf returns t's digest.
func DigestOf(t Text) *Digest { return &Digest{t.Type, sha256.Sum256([]byte(t.Body))} }

// Admit returns an error if the login is not the one that the attempt asked for. The
// error is ErrTokenInvalid if another person answered a step-up, ErrAssuranceTooLow if
// the level is too low or a fresh login was demanded and did not come, and
// ErrClaimInvalid if the capacity is another one.
func (a *Attempt) Admit(f Facts) error {
	if a.Request.Age != 0 {
		return fault.New(fault.ClaimInvalid, "a proof of age was asked for and a login came")
	}
	if a.ExpectSubject != "" && f.Subject != a.ExpectSubject {
		return fault.New(fault.TokenInvalid, "somebody else answered the step-up")
	}
	if f.Level < a.Level || f.Level > claims.High || f.Level == claims.LevelUnknown {
		return fault.New(fault.AssuranceTooLow, "the level reached is below the level asked for, or the broker did not tell it")
	}
	if err := a.admitTime(f.AuthTime); err != nil {
		return err
	}
	switch {
	case a.Request.Capacity.Takes(f.Capacity):
		return nil
	case !claims.CapacityEither.Takes(f.Capacity):
		return fault.New(fault.ClaimInvalid, "the answer does not tell in what capacity the person logged in")
	case f.Capacity == claims.CapacityPrivate:
		return fault.New(fault.ClaimInvalid, "a login for an organisation was asked for and a private one came")
	default:
		return fault.New(fault.ClaimInvalid, "a private login was asked for and one for an organisation came")
	}
}

// AdmitTexts refuses a login whose answer does not tell the texts that were sent
// (ErrTransactionMismatch).
func (a *Attempt) AdmitTexts(seen Texts) error {
	if err := sameText(a.Reference, seen.Reference); err != nil {
		return err
	}
	return sameText(a.Transaction, seen.Transaction)
}

// admitTime returns an error if a fresh login was demanded and at is too old.
func (a *Attempt) admitTime(at time.Time) error {
	bad := func(why string) error {
		return &fault.Error{Class: fault.AssuranceTooLow, Why: "a fresh login was asked for and " + why, Stale: true}
	}
	switch {
	case !a.Request.Fresh:
	case at.IsZero():
		return bad("the broker did not say when it was")
	case at.Before(a.Started.Add(-freshSkew)):
		return bad("an older one came")
	case at.After(a.Now.Add(aheadSkew)):
		return bad("its time lies ahead")
	}
	return nil
}

// random returns n random bytes as base64url text.
func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}
