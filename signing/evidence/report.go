package evidence

import (
	"encoding/json"
	"time"
)

// Report says what was checked, and what was not. It names nobody. The zero value means
// that nothing was checked.
type Report struct {
	About     About     `json:"about"`
	Reference string    `json:"reference"`
	Library   string    `json:"library"` // what checked, and its version
	Policy    string    `json:"policy"`  // what was demanded, in words
	Checked   []string  `json:"checked"`
	Unchecked []string  `json:"notChecked"`
	Tokens    []Token   `json:"tokens"`
	At        time.Time `json:"at"` // the time that the caller checked for
	// Timestamp is when the bundle existed at the latest, as an authority says; zero if
	// there is no timestamp.
	Timestamp time.Time `json:"timestamp,omitzero"`
	// Authority is the name in the certificate that signed the timestamp.
	Authority string `json:"authority,omitempty"`
	// Manifest lists the parts.
	Manifest *Manifest `json:"-"`
}

// Token is one token that was checked.
type Token struct {
	Part     string    `json:"part"`
	Kind     PartKind  `json:"kind"`
	Issuer   string    `json:"issuer"`
	ClientID string    `json:"clientID"`
	KeyID    string    `json:"keyID"`
	Issued   time.Time `json:"issued"`
	Expires  time.Time `json:"expires"`
	Judged   time.Time `json:"judged"` // the time at which it was judged
}

func (r *Report) checked(what string) { r.Checked = append(r.Checked, what) }
func (r *Report) not(what string)     { r.Unchecked = append(r.Unchecked, what) }

// encode returns the report as it stands in a bundle.
func (r *Report) encode() []byte {
	b, _ := json.MarshalIndent(r, "", "  ") // texts and times of ours
	return append(b, '\n')
}
