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
	Body   []Paragraph
	Lead   string   // of an earlier version, which had no templates; then there is no Body
	Terms  []string // of the same
	// UUID or CPR says who signs. The number is there only if MitID gave no UUID, and the
	// settings allow it: the service writes it into every copy.
	UUID string
	CPR  string
}

// Paragraphs returns what the document says.
func (c *AgreementContent) Paragraphs() []Paragraph {
	if c.Body != nil {
		return c.Body
	}
	all := []Paragraph{{Text: c.Lead}, {Answers: true}, {Text: signTexts["sign.pdf.terms"].In(c.Letter.Lang)}}
	for _, t := range c.Terms {
		all = append(all, Paragraph{Text: "– " + t})
	}
	return all
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
