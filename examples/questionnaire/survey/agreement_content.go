package survey

import (
	"encoding/json"
	"errors"
	"fmt"
)

// AgreementContent is what an agreement says, who signs it, and the letter that brings
// it. It is kept as it was when the record's status changed.
type AgreementContent struct {
	Letter LetterContent
	Title  string // of the document; the service's pages show it
	Lead   string
	Terms  []string
	// UUID or CPR says who signs. The number is there only if MitID gave no UUID, and the
	// settings allow it: the service writes it into every copy.
	UUID string
	CPR  string
}

// NewAgreementContent writes down what is to be signed, in the language of the letter that brings it. Who signs
// is for the caller to say.
func NewAgreementContent(g *Agreement, letter LetterContent) *AgreementContent {
	l := letter.Lang
	letter.Sign, letter.Title = true, signTexts["letter.title.sign"].In(l)
	c := &AgreementContent{Letter: letter, Title: g.Title.In(l), Lead: g.Lead.In(l)}
	for _, t := range g.Terms {
		c.Terms = append(c.Terms, t.In(l))
	}
	return c
}

// Format keeps what a person wrote out of every print.
func (AgreementContent) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("AgreementContent{…}")) }

// Encode writes c as it is stored.
func (c AgreementContent) Encode() ([]byte, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("write agreement: %w", err)
	}
	return b, nil
}

// ReadAgreementContent reads what Encode has written.
func ReadAgreementContent(b []byte) (AgreementContent, error) {
	var c AgreementContent
	if err := json.Unmarshal(b, &c); err != nil {
		return AgreementContent{}, errors.New("a stored agreement cannot be read") // the cause may repeat it
	}
	return c, nil
}
