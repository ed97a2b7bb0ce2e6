package servicesuite_test

import (
	"fmt"

	"github.com/dkeid/dkeid/signing/signingtest/servicesuite"
)

// remote is the remote control of a fake. It embeds the interface here only to be short;
// a real one has all methods.
type remote struct{ servicesuite.Remote }

// Next plays what this fake can play.
func (remote) Next(op servicesuite.Op, f servicesuite.Fault) bool {
	return op == servicesuite.Fetch && f == servicesuite.Cut
}

// A remote control says what it cannot play. The suite then leaves that out, unless Faults
// is demanded.
func Example() {
	opened := servicesuite.Opened{Remote: remote{}}
	fmt.Println(opened.Remote.Next(servicesuite.Fetch, servicesuite.Cut))
	fmt.Println(opened.Remote.Next(servicesuite.Create, servicesuite.Lost))
	var demand servicesuite.Demand = servicesuite.Faults
	fmt.Println(demand)
	// Output:
	// true
	// false
	// faults
}
