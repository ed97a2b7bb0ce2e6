package mitidtest_test

import (
	"fmt"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Every ready-made person is there to show something.
func ExampleCitizens() {
	for _, c := range mitidtest.Citizens() {
		fmt.Println(c.Shows.In("en"))
	}
	bilingual := mitidtest.Bilingual{DA: "kan ikke læse", EN: "cannot read"}
	fmt.Println(bilingual.In("da"))
	// Output:
	// an ordinary login with the app
	// has an address
	// name and address are protected
	// has no CPR number
	// password only: level Low
	// is employed by two companies
	// may bind a company alone
	// has all three identity types: private, employee, and private on behalf of a company
	// uses a code display: level Substantial at most
	// uses a code reader: level Substantial at most
	// uses the MitID chip: level High
	// is exempt from Digital Post and cannot receive letters
	// is not in the CPR register: the address look-up fails
	// kan ikke læse
}
