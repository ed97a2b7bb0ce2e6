package fakepdf_test

import (
	"bytes"
	"fmt"
	"time"

	"github.com/dkeid/dkeid/internal/fakepdf"
)

// A document that two people sign, and that is closed.
func Example() {
	a, err := fakepdf.NewAuthority(fakepdf.Config{Now: func() time.Time { return at }})
	if err != nil {
		fmt.Println(err)
		return
	}
	letter := fakepdf.New(fakepdf.Page{Lines: []string{"Aftale om æbler"}})
	signed := letter
	for _, who := range []string{"Sofus Ærøskøbing", "Åse Ågård"} {
		signed, err = a.Sign(signed, fakepdf.Signature{Name: who, Reason: "Underskrevet af " + who})
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	closed, err := a.Close(signed, at.Add(time.Minute))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(bytes.HasPrefix(closed, letter), bytes.Count(closed, []byte("%%EOF")))

	forged, err := a.Forge("page-replaced", closed)
	fmt.Println(bytes.HasPrefix(forged, closed), len(forged) > len(closed), err)
	// Output:
	// true 6
	// true true <nil>
}
