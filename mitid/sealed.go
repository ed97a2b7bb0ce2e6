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

// A head is the first part of a sealed attempt. A sealed in JSON follows, unless it is
// empty, as that of an ordinary login is. Both are short, because a browser keeps an
// attempt for each of its tabs. They hold no text, no hint and no CPR number.
type head struct {
	Seed     seed
	With     stamp  // broker and issuer; client id and redirect address are part of the key
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
	Capacity  capacityDigit   `json:"k,omitempty"`
	CPR       CPRUse          `json:"c,omitempty"`
	Address   bool            `json:"a,omitempty"`
	Org       bool            `json:"o,omitempty"`
	Fresh     bool            `json:"f,omitempty"`
	Silent    bool            `json:"q,omitempty"`
	Reference *sealedText     `json:"x,omitempty"`
	Transact  *sealedText     `json:"y,omitempty"`
	Private   []byte          `json:"p,omitempty"`
}

// A capacityDigit is an index into capacities. The usual capacity, that of a private
// person, is zero, which JSON leaves out.
type capacityDigit uint8

// capacities are the capacities that a request can ask for.
var capacities = [...]claims.Capacity{claims.CapacityPrivate, claims.CapacityProfessional, claims.CapacityEither}

func capacityDigitOf(c claims.Capacity) capacityDigit {
	return capacityDigit(max(slices.Index(capacities[:], c), 0))
}

// capacity returns the capacity of d, and CapacityPrivate if d is no index.
func (d capacityDigit) capacity() claims.Capacity {
	if int(d) < len(capacities) {
		return capacities[d]
	}
	return claims.CapacityPrivate
}

// A seed is the secret of an attempt. It has the 256 bits that RFC 7636 section 7.1
// recommends for a PKCE verifier. Handle, nonce and verifier are derived from it by a
// one-way function, so none of them reveals another.
type seed [32]byte

func newSeed() (s seed) {
	_, _ = rand.Read(s[:]) // never fails (crypto/rand)
	return s
}

// derive returns n bytes for a use, in base64url.
func (s seed) derive(use string, n int) string {
	mac := hmac.New(sha256.New, s[:])
	_, _ = mac.Write([]byte(use)) // never fails (hash.Hash)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:n])
}

// fillDerived sets Handle, Nonce and Verifier, which are derived from the seed.
func (a *Attempt) fillDerived() {
	a.Handle, a.Nonce, a.Verifier = a.seed.derive("handle", 16), a.seed.derive("nonce", 16), a.seed.derive("verifier", sha256.Size)
}

// A stamp identifies a broker and an issuer. It is short: nobody can forge it, because
// it is sealed.
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

// seal returns a as Redirect.State.
func (c *Client) seal(a *Attempt) (string, error) {
	if len(a.Private) > maxPrivate {
		return "", fault.New(fault.ConfigInvalid, "the adapter's Attempt.Private is longer than 512 bytes")
	}
	s := sealed{
		Subject: a.ExpectSubject, Expect: a.ExpectCapacity, CVR: a.ExpectCVR, Capacity: capacityDigitOf(a.Request.Capacity), CPR: a.Request.CPR, Address: a.Request.Address,
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

// open returns the attempt in Redirect.State, and its head, which identifies the broker
// with which it began.
func (c *Client) open(state string) (*Attempt, *head, error) {
	bad := func(why string) (*Attempt, *head, error) { return nil, nil, fault.New(fault.StateInvalid, why) }
	plain, err := c.box.Open("", state)
	if err != nil {
		return bad("this browser has no such pending login; start anew (if there are several replicas, give all the same StateKeys, client id and RedirectURL)")
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
	a.fillDerived()
	return a, h, nil
}
