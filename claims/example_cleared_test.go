package claims_test

import (
	"fmt"

	"github.com/dkeid/dkeid/claims"
)

// A broker put the error of a look-up where the address should be.
func ExampleIdentity_Cleared() {
	id := claims.Identity{
		Name:    &claims.Name{Full: "Åse Ø"},
		Address: &claims.Address{Lines: []string{"Opslag på 010150-5234 mislykkedes"}},
	}
	cleared, err := id.Cleared()
	fmt.Println(cleared.Name.Full, cleared.Address == nil, err)
	// Output: Åse Ø true <nil>
}
