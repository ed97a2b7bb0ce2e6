package neb_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

// TestRightPerson: 1,000 logins, 64 at any moment, every person with claims of
// their own, and every caller gets exactly their own person.
func TestRightPerson(t *testing.T) {
	const n = 1_000
	fake := nebtest.New(t)
	c := open(t, fake, nil)
	people := make(chan int)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for i := range people {
				want := mitidtest.Citizen{Name: fmt.Sprintf("Søren Ærø Ågård nr. %d", i), CPR: cprtest.Number(i)}
				l, err := mitidtest.Login(t, c, fake, mitid.Request{CPR: mitid.CPRRequired}, mitidtest.Approve(want))
				switch {
				case err != nil:
					t.Errorf("login %d: %v", i, err)
				case l.Identity.CPR != want.CPR || l.Identity.Name == nil || l.Identity.Name.Full != want.Name:
					t.Errorf("login %d is another person's", i)
				}
			}
		})
	}
	for i := range n {
		people <- i
	}
	close(people)
	wg.Wait()
}
