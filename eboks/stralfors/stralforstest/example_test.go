package stralforstest_test

import (
	"fmt"
	"net/http"
	"regexp"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/rawpost"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
)

func ExampleDistributor() {
	fake, err := stralforstest.Start(ebokstest.Config{}) // in a test: stralforstest.New(t)
	if err != nil {
		panic(err)
	}
	defer fake.Close()
	fmt.Println(fake.Name(), fake.System(), fake.Materials())
	// Output: stralfors 4711 [1001 1002 1003]
}

// What real logs have been seen to write.
func ExampleSettings() {
	t := new(tool)
	defer t.end()
	fake := stralforstest.New(t)
	fake.Configure(func(s *stralforstest.Settings) {
		s.AnyRecipient = true
		s.States, s.IDs = stralforstest.EventNames, stralforstest.BracedIDs
	})
	post := rawpost.Dial(t, fake)
	letter := rawpost.To(rawpost.Someone(1))
	letter.ID = eboks.ID{6: 0x40, 8: 0x80, 15: 1}
	post.Send(letter)
	fake.Advance(time.Hour)
	_, log := post.Must(http.MethodGet, "/afsendersystem/4711/transaktionslog?antal=1", "")
	for _, m := range regexp.MustCompile(`<(AfsendelseIdentifikator|TransaktionsStatusKode)>([^<]*)`).FindAllStringSubmatch(log, -1) {
		fmt.Println(m[2])
	}
	// Output:
	// {00000000-0000-4000-8000-000000000001}
	// Modtaget Fjern-print
}
