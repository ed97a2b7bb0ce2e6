package mitid

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
)

// freshSkew is how far the broker's clock may lag behind ours when a fresh
// login was demanded. It is short: an older session must not pass as fresh.
const freshSkew = time.Minute

// aheadSkew is how far ahead of ours the broker's clock may be.
const aheadSkew = 5 * time.Minute

// maxPrivate bounds Attempt.Private, because cookies are small.
const maxPrivate = 512

// Attempt is one login on its way. The Client makes it, seals it into
// Redirect.State and opens it again at the answer.
//
// After the journey Request holds no texts and no hints: Reference and
// Transaction hold their digests, ExpectUUID the identity that must answer.
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
	ExpectCapacity claims.Capacity // step-up: in this capacity
	ExpectCVR      claims.CVR      // step-up: for this organisation
	ExpectUUID     claims.UUID     // re-authentication: the answer must be this identity
	Level          claims.Level    // the floor that holds for this attempt
	Reference      *Digest         // nil if no reference text was sent, or the broker cannot return it
	Transaction    *Digest         // nil if no transaction text was sent
	Private        []byte          // the adapter's own, at most 512 bytes, sealed too

	seed seed // Handle, Nonce and Verifier come from it
}

// Digest stands for a text that was sent.
type Digest struct {
	Type   TextType
	SHA256 [sha256.Size]byte
}

// DigestOf returns t's digest.
func DigestOf(t Text) *Digest { return &Digest{t.Type, sha256.Sum256([]byte(t.Body))} }

// Admit refuses a login that does not reach what the attempt asked for: the
// person of a step-up (ErrTokenInvalid), the level and, where demanded, a fresh
// authentication (ErrAssuranceTooLow), the capacity (ErrClaimInvalid).
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
	private := f.Capacity == claims.CapacityPrivate
	professional := f.Capacity == claims.CapacityProfessional || f.Capacity == claims.CapacitySignatory
	switch {
	case !private && !professional:
		return fault.New(fault.ClaimInvalid, "the answer does not tell in what capacity the person logged in")
	case a.Request.Capacity.Takes(f.Capacity):
	case private:
		return fault.New(fault.ClaimInvalid, "a login for an organisation was asked for and a private one came")
	default:
		return fault.New(fault.ClaimInvalid, "a private login was asked for and one for an organisation came")
	}
	return nil
}

// AdmitTexts refuses a login whose answer does not tell the texts that were sent
// (ErrTransactionMismatch).
func (a *Attempt) AdmitTexts(seen Texts) error {
	if err := sameText(a.Reference, seen.Reference); err != nil {
		return err
	}
	return sameText(a.Transaction, seen.Transaction)
}

// admitTime refuses what is not fresh where a fresh login was demanded.
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
