package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/signing"
)

// signatureState is how far an agreement has come on its way to the signing service.
type signatureState string

// The states. The store's table signature holds the same words.
const (
	signatureNew     signatureState = "new"     // surely not placed
	signaturePlacing signatureState = "placing" // the service may have it; nobody knows yet
	signaturePlaced  signatureState = "placed"  // the service has it
	signatureEnded   signatureState = "ended"   // the record has moved on
)

// signBy is how long a person has to sign.
const signBy = 30 * 24 * time.Hour

// signatory is our reference of the only person who signs.
const signatory = "person"

// endStatus says where a record goes when its agreement has ended.
var endStatus = map[signing.End]status{
	signing.EndSigned: statusSigned, signing.EndRejected: statusRejected, signing.EndExpired: statusExpired,
	signing.EndCancelled: statusCancelled, signing.EndError: statusFailed,
}

// signatureContent is what an agreement says, who signs it, and the letter that brings
// it. It is kept as it was when the record's status changed.
type signatureContent struct {
	Letter letterContent
	Title  string // of the document; the service's pages show it
	Lead   string
	Terms  []string
	// UUID or CPR says who signs. The number is there only if MitID gave no UUID, and the
	// settings allow it: the service writes it into every copy.
	UUID string
	CPR  string
}

// Format keeps what a person wrote out of every print.
func (signatureContent) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("signatureContent{…}")) }

func (c signatureContent) write() ([]byte, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("write agreement: %w", err)
	}
	return b, nil
}

func readSignatureContent(b []byte) (signatureContent, error) {
	var c signatureContent
	if err := json.Unmarshal(b, &c); err != nil {
		return signatureContent{}, errors.New("a stored agreement cannot be read") // the cause may repeat it
	}
	return c, nil
}

// who is the only person who can sign.
func (c *signatureContent) who() (signing.Who, error) {
	var who signing.Who
	var err error
	switch {
	case c.UUID != "":
		who.UUID, err = claims.ParseUUID(c.UUID)
	case c.CPR != "":
		who.CPR, err = cpr.Parse(c.CPR)
	default:
		err = &signing.Error{Kind: signing.InputInvalid, Op: "place", Why: "MitID gave no UUID of the person, and -sign-cpr is not set"}
	}
	return who, err
}

// order is the agreement as the service gets it. It is the same each time.
func (c *signatureContent) order(id string, pdf []byte, publicURL string) (*signing.Order, error) {
	who, err := c.who()
	if err != nil {
		return nil, err
	}
	o := &signing.Order{
		Reference: id, Title: c.Title, Documents: []signing.Document{signing.Bytes(c.Title, pdf)},
		Signatories: []signing.Signatory{{Reference: signatory, Who: who}},
		Expires:     c.Letter.At.Add(signBy), ReturnURL: publicURL + signaturePath(id) + "/back",
	}
	if c.Letter.Lang == english {
		o.Language = signing.English
	}
	return o, nil
}

// signature is one agreement of an account, without what it says.
type signature struct {
	ID       string
	Account  string
	Record   string
	State    signatureState
	Stuck    string // why a person must look, or empty
	Ending   string // with signatureEnded: a word of package signing
	Created  time.Time
	Ended    time.Time
	SignedAt time.Time
	Reason   string // why the person rejected; filtered
	SHA256   string // of the signed copy
	Written  bool   // there is a PDF
	Proven   bool   // there is a bundle of evidence
	Ticket   signing.Ticket
}

// stand is the word for how far an agreement has come: the end of a text's key.
func (s *signature) stand() string {
	switch {
	case s.State == signatureEnded:
		return s.Ending
	case s.Stuck != "":
		return "check"
	case s.State == signaturePlaced:
		return "open"
	}
	return "writing"
}

// path is where the agreement's own page is. The id says nothing about anybody.
func (s *signature) path() string { return signaturePath(s.ID) }

func signaturePath(id string) string { return "/signatures/" + id }

// reasonLength is how much of somebody's reason is shown, in characters.
const reasonLength = 500

// filtered is what may be shown of a text that came from outside: one line, without
// what steers terminals or turns the direction of reading.
func filtered(s string) string {
	runes := []rune(strings.ToValidUTF8(s, "?"))
	for i, r := range runes {
		if !unicode.IsPrint(r) {
			runes[i] = ' '
		}
	}
	if len(runes) > reasonLength {
		runes = append(runes[:reasonLength-1], '…')
	}
	return strings.Join(strings.Fields(string(runes)), " ")
}
