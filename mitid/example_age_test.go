package mitid_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// A proof of age: is somebody 18? Who it is stays unknown.
func ExampleAgeProof() {
	fake, client := demo()
	defer fake.Close()
	for _, who := range []mitidtest.Citizen{mitidtest.Ditlev(), mitidtest.Teenager(fake.Now()), {Name: "Uden Fødselsdag"}} {
		login, err := logIn(fake, client, mitid.Request{Age: 18}, mitidtest.Approve(who))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(login.Age.AtLeast(18), "because the answer is:", login.Age.Answer)
		if login.Identity.Subject != "" || login.Identity.Name != nil {
			log.Fatal("never")
		}
	}
	// Output:
	// true because the answer is: yes
	// false because the answer is: no
	// false because the answer is: not proven
}

// doorman is an adapter that proves ages by looking.
type doorman struct{ mitid.Broker }

func (doorman) BeginAge(_ context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	return &mitid.Redirect{URL: "https://door.example/look?state=" + a.Handle}, nil
}

func (doorman) CompleteAge(_ context.Context, a *mitid.Attempt, _ mitid.Callback) (*mitid.AgeAssertion, error) {
	return &mitid.AgeAssertion{
		Proof: mitid.AgeProof{Asked: a.Request.Age, Answer: mitid.AgeReached, At: a.Now},
		Echo:  a.Nonce,
	}, nil
}

// An adapter of a broker that can prove ages has two methods more.
func ExampleAgeProver() {
	var prover mitid.AgeProver = doorman{}
	answer, err := prover.CompleteAge(context.Background(), &mitid.Attempt{Request: mitid.Request{Age: 15}}, mitid.Callback{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.Proof.AtLeast(15), answer.Proof.AtLeast(18))
	// Output: true false
}
