package criipto_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// TestRightPerson: 2,000 logins (with the race detector 1,000, and with DKEID_LONG=1,
// as in .ci/run weekly, 20,000), 64 at any moment, every person with claims of their own, and every caller gets exactly
// their own person.
func TestRightPerson(t *testing.T) {
	n := 2_000
	switch {
	case toolstest.Long():
		n = 20_000
	case raceDetector:
		n = 1_000
	}
	fake := criiptotest.New(t)
	c := open(t, fake)
	people := make(chan int)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for i := range people {
				want := mitidtest.Citizen{Name: fmt.Sprintf("Søren Ærø Ågård nr. %d", i), CPR: cprtest.Number(i)}
				l, err := mitidtest.Login(t, c, fake, mitid.Request{CPR: mitid.CPRRequired}, mitidtest.Approve(want))
				if err != nil {
					t.Errorf("login %d: %v", i, err)
					continue
				}
				if l.Identity.CPR != want.CPR || l.Identity.Name == nil || l.Identity.Name.Full != want.Name {
					t.Errorf("login %d is another person's", i)
					continue
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
