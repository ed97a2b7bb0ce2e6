package ebokstest_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/rawpost"
	"github.com/dkeid/dkeid/eboks/postnord/postnordtest"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
)

// post sends a letter with bare HTTP, where a program has an adapter.
func post(fake *stralforstest.Distributor, id eboks.ID, to eboks.Recipient, title string) (status int) {
	l := rawpost.To(to)
	l.ID, l.Title = id, title
	body := l.Write(fake.Name())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: fake.Roots(), Certificates: []tls.Certificate{fake.Certificate()}}}
	defer transport.CloseIdleConnections()
	req, _ := http.NewRequest(http.MethodPut, fake.URL()+"/afsendersystem/"+fake.System()+"/forsendelser/"+id.String(), bytes.NewReader([]byte(body)))
	req.Header.Set("Content-Type", "application/xml")
	res, err := transport.RoundTrip(req)
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}

func Example() {
	fake, err := stralforstest.Start(ebokstest.Config{}) // in a test: stralforstest.New(t)
	if err != nil {
		panic(err)
	}
	defer fake.Close()
	citizen := ebokstest.People()[0].Owner
	id := eboks.NewID()

	fmt.Println(post(fake, id, citizen, "Din faktura på øre"))
	fmt.Println(len(fake.Letters(citizen)), "letters: accepted is not delivered")
	fake.Advance(time.Hour)
	fmt.Println(len(fake.Letters(citizen)), "letter:", fake.Letters(citizen)[0].Title)
	fmt.Println(post(fake, id, citizen, "Din faktura på øre"), "delivered:", fake.Delivered(id))
	// Output:
	// 204
	// 0 letters: accepted is not delivered
	// 1 letter: Din faktura på øre
	// 409 delivered: 1
}

func ExampleDistributor() {
	fake, _ := stralforstest.Start(ebokstest.Config{})
	defer fake.Close()
	_ = fake.Next("dropped-answer", "429-retry-after-seconds")
	id := eboks.NewID()
	fmt.Println(post(fake, id, ebokstest.People()[0].Owner, "Brev på dansk: æøå"), fake.Count(id), "letter, and no answer")
	fmt.Println(post(fake, eboks.NewID(), ebokstest.People()[0].Owner, "Et til"))
	// Output:
	// 0 1 letter, and no answer
	// 429
}

func ExampleConfig() {
	fake, err := postnordtest.Start(ebokstest.Config{
		DigestsOnly: true, // for bulk
		Inspect:     func(l ebokstest.Letter, document io.Reader) { /* look for a canary */ },
	})
	fmt.Println(fake.Name(), err)
	_ = fake.Close()
	_, err = postnordtest.Start(ebokstest.Config{Addr: "0.0.0.0:0"})
	fmt.Println(err)
	// Output:
	// postnord <nil>
	// ebokstest: Config.Addr: it must be a loopback address with a port, such as 127.0.0.1:0
}

func ExampleSettings() {
	fake, _ := stralforstest.Start(ebokstest.Config{Settings: ebokstest.Settings{AnyRecipient: true, Delivered: time.Second}})
	defer fake.Close()
	fmt.Println(post(fake, eboks.NewID(), rawpost.Someone(1), "Til hvem som helst"))
	// Output: 204
}

// A program that chooses a fake by name.
func ExampleEngines() {
	fakes := map[string]func(ebokstest.Config) (*ebokstest.Distributor, error){
		"stralfors": ebokstest.Engines(stralforstest.Start), "postnord": ebokstest.Engines(postnordtest.Start),
	}
	fake, err := fakes["postnord"](ebokstest.Config{})
	fmt.Println(fake.Name(), err)
	_ = fake.Close()
	// Output: postnord <nil>
}

func ExampleMailbox() {
	fake, _ := stralforstest.Start(ebokstest.Config{})
	defer fake.Close()
	fake.Add(ebokstest.Mailbox{Owner: rawpost.Someone(5), Name: "Søren Ærø", State: ebokstest.Exempt})
	mine := fake.Mailboxes()[len(fake.Mailboxes())-1]
	fmt.Println(mine.State, mine)
	// Output: exempt [private]
}

func ExampleState() {
	for _, m := range ebokstest.People() {
		fmt.Println(m.State)
	}
	// Output:
	// open
	// open
	// open
	// protected
	// not registered
	// not subscribed
	// exempt
	// minor
	// deceased
}

func ExampleLetter() {
	fake, _ := stralforstest.Start(ebokstest.Config{})
	defer fake.Close()
	id := eboks.NewID()
	post(fake, id, ebokstest.People()[0].Owner, "Afgørelse")
	l, ok := fake.Letter(id)
	fmt.Println(ok, l.Title, l.Status, l.Material, l)
	// Output: true Afgørelse accepted 1001 [private]
}

func ExampleDocument() {
	fake, _ := stralforstest.Start(ebokstest.Config{})
	defer fake.Close()
	id := eboks.NewID()
	post(fake, id, ebokstest.People()[0].Owner, "Afgørelse")
	l, _ := fake.Letter(id)
	fmt.Println(l.Documents[0].Size, string(l.Documents[0].Content()[:8]))
	// Output: 34 %PDF-1.7
}

func ExampleMisbehaviour() {
	for _, m := range ebokstest.Misbehaviours()[:3] {
		fmt.Printf("%s: %s (%s)\n", m.Name, m.Doc, m.Kinds[0])
	}
	// Output:
	// refused-connection: the connection ends before TLS (Unavailable)
	// reset-before-body: the connection ends before the body is asked for (Unavailable)
	// reset-after-body: the body is read and thrown away, and the connection ends (OutcomeUnknown)
}

func ExampleReceipts() {
	fake, _ := stralforstest.Start(ebokstest.Config{})
	defer fake.Close()
	fake.SetReceipts(ebokstest.Reordered) // delivered before accepted
	for _, way := range ebokstest.AllReceipts() {
		fmt.Println(way)
	}
	// Output:
	// in order
	// late
	// twice
	// reordered
	// from strangers
	// without UUID
	// unknown state
	// bad time
	// doubled element
	// two errors
	// malformed
	// silent
}

func ExampleRequest() {
	fake, _ := stralforstest.Start(ebokstest.Config{})
	defer fake.Close()
	post(fake, eboks.NewID(), ebokstest.People()[0].Owner, "Afgørelse")
	for _, r := range fake.Requests() {
		fmt.Println(r, r.Operation, r.Status, r.Personal)
	}
	// Output: PUT /afsendersystem/{system}/forsendelser/{shipment} EnkeltforsendelseOpret 204 false
}

func ExampleCode() {
	c := ebokstest.Codes()[ebokstest.CodeExempt]
	fmt.Println(c.Kind, c.Reachability)
	// Output: RecipientUnreachable exempt
}

// tool is a test of a tool that is not package testing.
type tool struct{ last []func() }

var _ ebokstest.TB = (*tool)(nil)

func (*tool) Helper()                           {}
func (t *tool) Cleanup(f func())                { t.last = append(t.last, f) }
func (*tool) Errorf(format string, args ...any) { fmt.Printf("failed: "+format+"\n", args...) }
func (*tool) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

func (t *tool) end() {
	for _, f := range t.last {
		f()
	}
}

func ExampleTB() {
	t := new(tool)
	defer t.end() // which stops the fake
	fake := stralforstest.New(t)
	fmt.Println(fake.Next("droped-answer") != nil)
	// Output:
	// failed: ebokstest: no misbehaviour "droped-answer"; did you mean "dropped-answer"?
	// true
}

// What became of a letter, and why. A test or a page may decide it, too.
func ExampleDistributor_Offers() {
	fake, _ := stralforstest.Start(ebokstest.Config{})
	defer fake.Close()
	id := eboks.NewID()
	post(fake, id, ebokstest.People()[0].Owner, "Afgørelse")
	_ = fake.Bounce(id, eboks.Exempt)
	for _, l := range fake.Offers() {
		fmt.Printf("%s: %s, because %s\n", l.Who, l.Status, l.Why)
		for _, step := range l.Steps {
			fmt.Println("-", step.Text)
		}
	}
	fake.Reset()
	fmt.Println(len(fake.Offers()))
	// Output:
	// Åse Ærlig Østergård: failed, because the recipient cannot be reached: exempt
	// - offered
	// - accepted
	// - answered with status 204
	// - failed
	// 0
}
