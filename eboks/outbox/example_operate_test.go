package outbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

// keepSending sends letters until the program is told to stop.
func keepSending(o *outbox.Outbox) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return o.Run(ctx)
}

// everyMinute is for those who do not want Run: a cron job, a queue, a function in a
// cloud. It may run anywhere, and several times at once.
func everyMinute(ctx context.Context, o *outbox.Outbox) error {
	ids, err := o.Due(ctx, 100)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := o.Step(ctx, id); err != nil {
			return err
		}
	}
	return o.Receive(ctx) // what became of letters
}

func ExampleOutbox_Run() {
	s := demo(outbox.Config{})
	defer s.close()
	must(s.db.Close())                            // a database that has gone
	err := s.outbox.Migrate(context.Background()) // says so before Run begins
	fmt.Println(errors.Is(err, eboks.ErrStoreFailed))
	// Output: true
}

func ExampleOutbox_Step() {
	s := demo(outbox.Config{})
	defer s.close()
	ctx := context.Background()
	id, err := decide(ctx, s.db, s.outbox, cprtest.Number(9000), "bevilget")
	must(err)
	must(everyMinute(ctx, s.outbox))
	must(everyMinute(ctx, s.outbox)) // nothing is due

	record, trail, err := s.outbox.Letter(ctx, id)
	must(err)
	fmt.Println(record.State, record.Offers)
	for _, h := range trail {
		fmt.Println("-", h.What, h.Status)
	}
	// Output:
	// accepted 1
	// - offered accepted
	// - told accepted
}

// answered is what somebody does who has asked the distributor about a letter.
func answered(ctx context.Context, o *outbox.Outbox, id eboks.ID, theyHaveIt bool) error {
	if theyHaveIt {
		return o.GiveUp(ctx, id) // it is not sent again
	}
	return o.Release(ctx, id)
}

func ExampleOutbox_Letters() {
	s := demo(outbox.Config{})
	defer s.close()
	ctx := context.Background()
	must(s.fake.Next("error-with-200")) // nobody knows that number: a person decides
	_, err := decide(ctx, s.db, s.outbox, cprtest.Number(9000), "bevilget")
	must(err)
	must(everyMinute(ctx, s.outbox))

	for record, err := range s.outbox.Letters(ctx, outbox.Filter{NeedsPerson: true}) {
		must(err)
		fmt.Println(record.State, record.Kind, record.Then, record.NeedsPerson())
		must(answered(ctx, s.outbox, record.ID, false))
	}
	must(everyMinute(ctx, s.outbox))
	for record, err := range s.outbox.Letters(ctx, outbox.Filter{States: []eboks.State{eboks.LetterAccepted}}) {
		must(err)
		fmt.Println(record.State, s.fake.Count(record.ID))
		_, trail, err := s.outbox.Letter(ctx, record.ID)
		must(err)
		for _, h := range trail[:3] {
			fmt.Println("-", h.What)
		}
	}
	// Output:
	// refused Rejected decide true
	// accepted 1
	// - offered
	// - released
	// - offered
}

func ExampleOutbox_Erase() {
	s := demo(outbox.Config{})
	defer s.close()
	ctx, citizen := context.Background(), eboks.Person(cprtest.Number(9000))
	id, err := decide(ctx, s.db, s.outbox, citizen.CPR(), "bevilget")
	must(err)
	must(everyMinute(ctx, s.outbox))

	pending, err := s.outbox.EraseRecipient(ctx, citizen) // or Erase, by ID
	fmt.Println(pending, err)
	_, err = s.outbox.Content(ctx, id)
	fmt.Println("erased:", errors.Is(err, eboks.ErrInputInvalid))
	record, _, err := s.outbox.Letter(ctx, id)
	must(err)
	fmt.Println(record.State, "until", record.Erased.After(record.TakenAt))
	// Output:
	// 0 <nil>
	// erased: true
	// accepted until true
}

// watched are what an alert looks at, for those who use no metrics.
func watched(s outbox.Summary) []string {
	var calls []string
	if s.PausedWhy != nil && s.PausedWhy.Kind != eboks.Throttled {
		calls = append(calls, "nothing is sent: "+s.PausedWhy.Why)
	}
	if s.NeedPerson > 0 {
		calls = append(calls, "letters wait for a decision")
	}
	if !s.Oldest.IsZero() && s.At.Sub(s.Oldest) > time.Hour {
		calls = append(calls, "letters wait for more than an hour")
	}
	return calls
}

func ExampleOutbox_Summary() {
	s := demo(outbox.Config{})
	defer s.close()
	ctx := context.Background()
	must(s.fake.Next("error-with-200"))
	_, err := decide(ctx, s.db, s.outbox, cprtest.Number(9000), "bevilget")
	must(err)
	must(everyMinute(ctx, s.outbox))
	summary, err := s.outbox.Summary(ctx)
	must(err)
	fmt.Println(summary.States[eboks.LetterRefused], watched(summary))
	for _, e := range summary.Errors {
		fmt.Println(e.What, e.Kind)
	}
	// Output:
	// 1 [letters wait for a decision]
	// offered Rejected
}

// behind keeps an outbox's page for those who may see it.
func behind(mux *http.ServeMux, o *outbox.Outbox, protect func(http.Handler) http.Handler) {
	mux.Handle("/drift/udbakke", protect(o.StatusPage()))
}

func ExampleOutbox_StatusPage() {
	s := demo(outbox.Config{})
	defer s.close()
	mux := http.NewServeMux()
	behind(mux, s.outbox, func(page http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, password, _ := r.BasicAuth(); password != "hemmeligt" { // yours is better: mitidhttp.Gate.Require
				http.Error(w, "log in", http.StatusUnauthorized)
				return
			}
			page.ServeHTTP(w, r)
		})
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	for _, password := range []string{"", "hemmeligt"} {
		r, err := http.NewRequest(http.MethodGet, server.URL+"/drift/udbakke?format=json", nil)
		must(err)
		r.SetBasicAuth("vagt", password)
		answer, err := http.DefaultClient.Do(r)
		must(err)
		text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
		must(err)
		must(answer.Body.Close())
		fmt.Println(answer.StatusCode, len(text) > 100)
	}
	// Output:
	// 401 false
	// 200 true
}

// Whatever can begin a transaction can queue letters.
func queueAll(ctx context.Context, o *outbox.Outbox, tx outbox.Tx, letters ...*eboks.Letter) error {
	for _, l := range letters {
		if _, err := o.Enqueue(ctx, tx, l); err != nil {
			return err
		}
	}
	return nil
}

// A transaction that is rolled back queues nothing.
func ExampleOutbox_Enqueue() {
	s := demo(outbox.Config{})
	defer s.close()
	ctx := context.Background()
	for _, commit := range []bool{false, true} {
		tx, err := s.db.BeginTx(ctx, &sql.TxOptions{})
		must(err)
		must(queueAll(ctx, s.outbox, tx, decision(cprtest.Number(9000), "bevilget"), decision(cprtest.Number(9001), "afslået")))
		if commit {
			must(tx.Commit())
			s.outbox.Wake()
		} else {
			must(tx.Rollback())
		}
		summary, err := s.outbox.Summary(ctx)
		must(err)
		fmt.Println(summary.States[eboks.LetterWaiting], "letters wait")
	}
	// Output:
	// 0 letters wait
	// 2 letters wait
}

var _ = keepSending // it is for the guide
