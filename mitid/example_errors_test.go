package mitid_test

import (
	"errors"
	"fmt"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// What to tell the person.
func ExamplePublicText() {
	fake, client := demo()
	defer fake.Close()

	_, err := logIn(fake, client, mitid.Request{}, mitidtest.Abort())
	fmt.Println(errors.Is(err, mitid.ErrUserCancelled))
	fmt.Println(mitid.PublicText(err, mitid.Danish))
	fmt.Println(mitid.PublicText(err, mitid.English))
	// Output:
	// true
	// Du afbrød dit login. Prøv igen, når du er klar.
	// You cancelled your login. Try again when you are ready.
}

// duty is what the operator of an app does about a login that failed.
func duty(err error) string {
	var e *mitid.Error
	switch {
	case err == nil:
		return "nothing"
	case !errors.As(err, &e):
		return "look: this error is of another package"
	case e.Kind == mitid.UserCancelled, e.Kind == mitid.InteractionRequired:
		return "nothing: people change their minds"
	case e.Temporary():
		return "wait: the person may try again"
	case e.Kind == mitid.ConfigInvalid, e.Kind == mitid.Unsupported:
		return "wake up: nobody can log in"
	default:
		return "count: many of these are an attack, or a mistake of ours"
	}
}

// What to do about it.
func ExampleError() {
	fake, client := demo()
	defer fake.Close()

	_, err := logIn(fake, client, mitid.Request{}, mitidtest.Fail("mitid_core_client_error", "unknown: API xhr time error"))
	fmt.Println(err)
	fmt.Println(duty(err))

	var e *mitid.Error
	if errors.As(err, &e) {
		fmt.Println(e.Kind, e.Code, e.Detail) // Detail.Reveal() is what the broker said
	}
	_, err = logIn(fake, client, mitid.Request{ReferenceText: "Godkend\novertræk"})
	fmt.Println(mitid.KindOf(err), "-", duty(err))
	// Output:
	// mitid: complete (criipto): BrokerUnavailable mitid_core_client_error: MitID's own client failed; the person should try again
	// wait: the person may try again
	// BrokerUnavailable mitid_core_client_error [secret]
	// InputInvalid - count: many of these are an attack, or a mistake of ours
}
