package mitid

import (
	"encoding/json"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
)

// sealed is an Attempt on its journey through the browser. It holds no text,
// no hint and no CPR number. Names are short, because it lives in a cookie.
type sealed struct {
	Broker    string       `json:"b"`
	Issuer    string       `json:"i"`
	Handle    string       `json:"h"`
	Nonce     string       `json:"n"`
	Verifier  string       `json:"v"`
	Redirect  string       `json:"r"`
	Started   int64        `json:"t"` // Unix seconds
	Expires   int64        `json:"e"`
	Subject   string       `json:"s,omitempty"`
	Kind      claims.Kind  `json:"w,omitzero"`
	CVR       claims.CVR   `json:"z,omitzero"`
	UUID      string       `json:"u,omitempty"`
	Age       int          `json:"g,omitempty"`
	Level     uint8        `json:"l"`
	Identity  IdentityKind `json:"k,omitempty"`
	CPR       CPRUse       `json:"c,omitempty"`
	Address   bool         `json:"a,omitempty"`
	Org       bool         `json:"o,omitempty"`
	Fresh     bool         `json:"f,omitempty"`
	Silent    bool         `json:"q,omitempty"`
	Reference *sealedText  `json:"x,omitempty"`
	Transact  *sealedText  `json:"y,omitempty"`
	Private   []byte       `json:"p,omitempty"`
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
		return "", fault.New(fault.ConfigInvalid, "the adapter keeps more than 512 octets of a login")
	}
	s := sealed{
		Broker: c.rule.Name, Issuer: c.rule.Issuer, Handle: a.Handle, Nonce: a.Nonce, Verifier: a.Verifier, Redirect: a.RedirectURL,
		Started: a.Started.Unix(), Expires: a.Expires.Unix(), Subject: a.ExpectSubject, Kind: a.ExpectKind, CVR: a.ExpectCVR, Age: a.Request.Age, Level: uint8(a.Level), Identity: a.Request.Identity,
		CPR: a.Request.CPR, Address: a.Request.Address, Org: a.Request.Organisation, Fresh: a.Request.Fresh, Silent: a.Request.Silent,
		Reference: sealText(a.Reference), Transact: sealText(a.Transaction), Private: a.Private,
	}
	if a.ExpectUUID != (claims.UUID{}) {
		s.UUID = a.ExpectUUID.String()
	}
	plain, err := json.Marshal(s)
	if err != nil {
		return "", fault.New(fault.InputInvalid, "the login cannot be sealed")
	}
	return c.box.Seal(plain), nil
}

// open turns Redirect.State back into an attempt, and names who began it.
func (c *Client) open(state string) (a *Attempt, broker, issuer string, err error) {
	plain, err := c.box.Open(state)
	if err != nil {
		return nil, "", "", fault.New(fault.StateInvalid, "no pending login of this browser; start anew (with several replicas: do all have the same StateKeys?)")
	}
	var s sealed
	if json.Unmarshal(plain, &s) != nil {
		return nil, "", "", fault.New(fault.StateInvalid, "the pending login was sealed by another version; start anew")
	}
	a = &Attempt{
		Request: Request{Age: s.Age, Level: claims.Level(s.Level), Identity: s.Identity, CPR: s.CPR, Address: s.Address, Organisation: s.Org, Fresh: s.Fresh, Silent: s.Silent},
		Handle:  s.Handle, Nonce: s.Nonce, Verifier: s.Verifier, RedirectURL: s.Redirect,
		Started: time.Unix(s.Started, 0), Expires: time.Unix(s.Expires, 0), Now: c.now(), ExpectSubject: s.Subject, ExpectKind: s.Kind, ExpectCVR: s.CVR, Level: claims.Level(s.Level),
		Reference: s.Reference.open(), Transaction: s.Transact.open(), Private: s.Private,
	}
	if s.UUID != "" {
		if a.ExpectUUID, err = claims.ParseUUID(s.UUID); err != nil {
			return nil, "", "", fault.New(fault.StateInvalid, "the pending login was sealed by another version; start anew")
		}
	}
	return a, s.Broker, s.Issuer, nil
}
