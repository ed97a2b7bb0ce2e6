package mitid

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
)

// A sealed attempt is short, because a browser keeps one for each of its tabs: a
// head, which every attempt has, and a sealed as JSON, which the usual login does
// without. It holds no text, no hint and no CPR number.
type head struct {
	Seed     seed
	With     stamp  // broker and issuer; client id and redirect address are in the key
	Started  uint32 // Unix seconds
	Lifetime uint32 // seconds
	Level    claims.Level
}

type sealed struct {
	Subject   string          `json:"s,omitempty"`
	Expect    claims.Capacity `json:"w,omitzero"`
	CVR       claims.CVR      `json:"z,omitzero"`
	UUID      string          `json:"u,omitempty"`
	Age       int             `json:"g,omitempty"`
	Capacity  askedCapacity   `json:"k,omitempty"`
	CPR       CPRUse          `json:"c,omitempty"`
	Address   bool            `json:"a,omitempty"`
	Org       bool            `json:"o,omitempty"`
	Fresh     bool            `json:"f,omitempty"`
	Silent    bool            `json:"q,omitempty"`
	Reference *sealedText     `json:"x,omitempty"`
	Transact  *sealedText     `json:"y,omitempty"`
	Private   []byte          `json:"p,omitempty"`
}

// An askedCapacity is a capacity that a request asks for, as one digit: none at all for the
// usual one, a private person.
type askedCapacity uint8

// askable are the capacities behind the digits of askedCapacity.
var askable = [...]claims.Capacity{claims.CapacityPrivate, claims.CapacityProfessional, claims.CapacityEither}

func askedFor(c claims.Capacity) askedCapacity {
	return askedCapacity(max(slices.Index(askable[:], c), 0))
}

// capacity returns CapacityPrivate for a digit that stands for none.
func (d askedCapacity) capacity() claims.Capacity {
	if int(d) < len(askable) {
		return askable[d]
	}
	return claims.CapacityPrivate
}

// A seed is the one secret of an attempt, as random as a PKCE verifier shall be
// (RFC 7636 section 7.1). Handle, nonce and verifier are derived from it one way,
// so that who sees one of them learns nothing about the others.
type seed [32]byte

func newSeed() (s seed) {
	_, _ = rand.Read(s[:]) // never fails (crypto/rand)
	return s
}

// derive returns the first n bytes for a use as base64url text.
func (s seed) derive(use string, n int) string {
	mac := hmac.New(sha256.New, s[:])
	_, _ = mac.Write([]byte(use)) // never fails (hash.Hash)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:n])
}

// spread fills in what is derived from the seed.
func (a *Attempt) spread() {
	a.Handle, a.Nonce, a.Verifier = a.seed.derive("handle", 16), a.seed.derive("nonce", 16), a.seed.derive("verifier", sha256.Size)
}

// A stamp tells one broker from another. The seal
// guards it, so that it need not resist anybody.
type stamp [6]byte

func stampOf(parts ...string) (s stamp) {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	copy(s[:], sum[:])
	return s
}

type sealedText struct {
	Type TextType `json:"t,omitempty"`
	Sum  []byte   `json:"d"`
}

func sealText(d *Digest) *sealedText {
	if d == nil {
		return nil
	}
	return &sealedText{d.Type, d.SHA256[:]}
}

func (s *sealedText) open() *Digest {
	if s == nil {
		return nil
	}
	d := &Digest{Type: s.Type}
	copy(d.SHA256[:], s.Sum)
	return d
}

// seal turns a into Redirect.State.
func (c *Client) seal(a *Attempt) (string, error) {
	if len(a.Private) > maxPrivate {
		return "", fault.New(fault.ConfigInvalid, "the adapter keeps more than 512 bytes of a login")
	}
	s := sealed{
		Subject: a.ExpectSubject, Expect: a.ExpectCapacity, CVR: a.ExpectCVR, Capacity: askedFor(a.Request.Capacity), CPR: a.Request.CPR, Address: a.Request.Address,
		Org: a.Request.Organisation, Fresh: a.Request.Fresh, Silent: a.Request.Silent, Reference: sealText(a.Reference), Transact: sealText(a.Transaction),
		Private: a.Private, Age: a.Request.Age,
	}
	if a.ExpectUUID != (claims.UUID{}) {
		s.UUID = a.ExpectUUID.String()
	}
	rest, err := json.Marshal(s)
	if err != nil {
		return "", fault.New(fault.InputInvalid, "the login cannot be sealed")
	}
	plain, err := binary.Append(nil, binary.BigEndian, head{
		Seed: a.seed, With: stampOf(c.rule.Name, c.rule.Issuer), Started: uint32(a.Started.Unix()), Lifetime: uint32(a.Expires.Unix() - a.Started.Unix()), Level: a.Level,
	})
	if err != nil {
		return "", fault.New(fault.InputInvalid, "the login cannot be sealed")
	}
	if string(rest) != "{}" {
		plain = append(plain, rest...)
	}
	return c.box.Seal("", plain), nil
}

// open turns Redirect.State back into an attempt, and tells with whom it was
// begun.
func (c *Client) open(state string) (*Attempt, *head, error) {
	bad := func(why string) (*Attempt, *head, error) { return nil, nil, fault.New(fault.StateInvalid, why) }
	plain, err := c.box.Open("", state)
	if err != nil {
		return bad("no pending login of this browser; start anew (with several replicas: do all have the same StateKeys, client id and RedirectURL?)")
	}
	const otherVersion = "the pending login was sealed by another version; start anew"
	h, s := new(head), new(sealed)
	n, err := binary.Decode(plain, binary.BigEndian, h)
	if err != nil {
		return bad(otherVersion)
	}
	if len(plain) > n && json.Unmarshal(plain[n:], s) != nil {
		return bad(otherVersion)
	}
	started := time.Unix(int64(h.Started), 0)
	a := &Attempt{
		Request: Request{Age: s.Age, Level: h.Level, Capacity: s.Capacity.capacity(), CPR: s.CPR, Address: s.Address, Organisation: s.Org, Fresh: s.Fresh, Silent: s.Silent},
		seed:    h.Seed, RedirectURL: c.redirect, Started: started, Expires: started.Add(time.Duration(h.Lifetime) * time.Second), Now: c.now(),
		ExpectSubject: s.Subject, ExpectCapacity: s.Expect, ExpectCVR: s.CVR, Level: h.Level,
		Reference: s.Reference.open(), Transaction: s.Transact.open(), Private: s.Private,
	}
	if s.UUID != "" {
		if a.ExpectUUID, err = claims.ParseUUID(s.UUID); err != nil {
			return bad(otherVersion)
		}
	}
	a.spread()
	return a, h, nil
}
