package textletter_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/textletter"
)

// A text becomes the document of a letter.
func ExampleLetter_PDF() {
	text := textletter.Letter{
		Title: "Nyt spørgeskema fra Ærøpanelet",
		Paragraphs: []textletter.Paragraph{
			{Text: "Kære Åse\nVi har et nyt spørgeskema til dig."},
			{Heading: "Sådan svarer du", Text: "Log ind med MitID."},
			{Text: "Svar på spørgeskemaet", URL: "https://svar.example/skema"},
			{Text: "Med venlig hilsen\nÆrøpanelet"},
		},
		From: textletter.Sender{Name: "Ærøpanelet", Lines: []string{"Rådhusstræde 7", "5970 Ærøskøbing"}},
		Date: time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC), Language: textletter.Danish,
	}
	pdf, err := text.PDF()
	if err != nil {
		fmt.Println(err)
		return
	}
	letter := eboks.Letter{
		ID: eboks.NewID(), To: eboks.Person(cprtest.Number(1)), Title: text.Title, Material: "1234",
		Document: eboks.Bytes(pdf),
	}
	fmt.Println(letter.Title, letter.To)
	fmt.Printf("%.5s\n", pdf)
	// Output:
	// Nyt spørgeskema fra Ærøpanelet [private]
	// %PDF-
}

// What the typeface does not have is an error, not a box.
func ExampleLetter_PDF_refused() {
	_, err := textletter.Letter{
		Title: "Åbningstider", From: textletter.Sender{Name: "Ærøpanelet"}, Date: time.Now(),
		Paragraphs: []textletter.Paragraph{{Text: "Kære 李"}},
	}.PDF()
	fmt.Println(err)
	// Output:
	// eboks: textletter: InputInvalid: paragraph 1: character 6 of line 1 (U+674E, script Han) cannot be written
}

// A form refuses at once what no letter could show.
func ExampleWritable() {
	fmt.Println(textletter.Writable("Rødgrød på Ærø"))
	fmt.Println(textletter.Writable("Tak 😀"))
	// Output:
	// <nil>
	// eboks: textletter: InputInvalid: the text: character 5 of line 1 (U+1F600, a sign that the typeface does not have) cannot be written
}

func ExampleParse() {
	l, err := textletter.Parse(strings.NewReader(`Nyt spørgeskema fra Ærøpanelet

Kære Åse
Vi har et nyt spørgeskema til dig. Svar her:
https://svar.example/skema

Med venlig hilsen
Ærøpanelet
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(l.Title)
	for _, p := range l.Paragraphs {
		fmt.Printf("%q\n", p.Text+p.URL)
	}
	// Output:
	// Nyt spørgeskema fra Ærøpanelet
	// "Kære Åse\nVi har et nyt spørgeskema til dig. Svar her:"
	// "https://svar.example/skema"
	// "Med venlig hilsen\nÆrøpanelet"
}
