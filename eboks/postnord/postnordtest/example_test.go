package postnordtest_test

import (
	"fmt"

	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/postnord/postnordtest"
)

func ExampleDistributor() {
	fake, err := postnordtest.Start(ebokstest.Config{}) // in a test: postnordtest.New(t)
	if err != nil {
		panic(err)
	}
	defer fake.Close()
	fake.Configure(func(s *postnordtest.Settings) { s.AnyRecipient, s.Repeated419 = true, true })
	fmt.Println(fake.Name(), fake.System(), fake.ClientID())
	// Output: postnord 4711 DKEID
}
