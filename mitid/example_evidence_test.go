package mitid_test

import (
	"encoding/json"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
)

// proof is a login as an archive keeps it. It names the person, so encrypt what
// proofOf returns before it is stored, and delete it when its purpose ends.
type proof struct {
	At      time.Time     `json:"at"`
	Request string        `json:"request"`
	Tokens  []signedToken `json:"tokens"`
}

type signedToken struct {
	Use string          `json:"use"`
	Raw string          `json:"raw"`
	Key json.RawMessage `json:"key"` // verifies Raw long after the broker has changed its keys
}

// proofOf writes down what proves l.
func proofOf(l *mitid.Login) ([]byte, error) {
	p := proof{At: l.Evidence.At, Request: l.Evidence.Request.Reveal()}
	for _, t := range l.Evidence.Tokens {
		p.Tokens = append(p.Tokens, signedToken{t.Use, t.Raw.Reveal(), t.Key})
	}
	return json.Marshal(p)
}

// What the person saw and approved, and the broker's signed word for it.
func ExampleEvidence() {
	fake, client := demo()
	defer fake.Close()
	login, err := logIn(fake, client, mitid.Request{Action: mitid.Accept, ReferenceText: "Acceptér vilkår for Ærø Færge"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(login.Texts.ReferenceHeader+":", login.Texts.Reference.Body)

	archived, err := proofOf(login)
	if err != nil {
		log.Fatal(err)
	}
	var p proof
	if err := json.Unmarshal(archived, &p); err != nil {
		log.Fatal(err)
	}
	var key struct {
		Type string `json:"kty"`
	}
	if err := json.Unmarshal(p.Tokens[0].Key, &key); err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Tokens[0].Use, "in", len(strings.Split(p.Tokens[0].Raw, ".")), "parts, verified with a key of type", key.Type)

	// A login and its parts are silent in logs and refuse to marshal.
	_, err = json.Marshal(login)
	fmt.Println(login, login.Evidence, login.Evidence.Tokens[0].Raw, err != nil)
	dialect := login.Claims.(*criipto.Claims) // the broker's own words, for the few who need them
	fmt.Println(dialect.IdentityScheme)
	// Output:
	// Accept at Acme: Acceptér vilkår for Ærø Færge
	// id_token in 3 parts, verified with a key of type RSA
	// mitid.Login{criipto substantial} [private] [secret] true
	// dkmitid
}
