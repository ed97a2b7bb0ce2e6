package criipto_test

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"log"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// keyed is the application with a key in place of a secret, and another key that
// opens its ID tokens. The public halves are registered at the application, with
// "use": "sig" and "use": "enc".
func keyed(issuer, clientID string, signs, opens *rsa.PrivateKey) criipto.Config {
	return criipto.Config{
		Issuer:         issuer,
		ClientID:       clientID,
		PrivateKey:     signs, // or any crypto.Signer, such as one of a hardware module
		KeyID:          "sig-2026",
		DecryptionKeys: []criipto.DecryptionKey{{KeyID: "enc-2026", Key: opens}},
	}
}

// No secret at all: private_key_jwt, and encrypted ID tokens.
func ExampleDecryptionKey() {
	fake, err := criiptotest.Start(mitidtest.Config{AnyLoopbackRedirect: true})
	if err != nil {
		log.Fatal(err)
	}
	defer fake.Close()
	var keys [2]*rsa.PrivateKey
	for i := range keys {
		if keys[i], err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			log.Fatal(err)
		}
	}
	fake.Configure(func(s *criiptotest.Settings) {
		s.ClientKeys = map[string]*rsa.PublicKey{"sig-2026": &keys[0].PublicKey}
		s.EncryptTo, s.EncryptKeyID, s.EncryptIDToken = &keys[1].PublicKey, "enc-2026", true
	})

	broker, err := criipto.New(keyed(fake.Issuer(), fake.ClientID(), keys[0], keys[1]))
	if err != nil {
		log.Fatal(err)
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "http://localhost:8080/callback"})
	if err != nil {
		log.Fatal(err)
	}
	login, err := logIn(fake, client)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(login.Identity.Name.Full)
	for _, r := range fake.Requests() {
		if r.Auth != mitidtest.AuthNone {
			fmt.Println(r, r.Auth)
		}
	}
	// Output:
	// Ditlev Von Testesen
	// POST /oauth2/par private_key_jwt
	// POST /oauth2/token private_key_jwt
}

// What contradicts itself is refused before the first login.
func ExampleConfig() {
	cfg := atCriipto("hemmelig æøå")
	cfg.Public = true
	_, err := criipto.New(cfg)
	fmt.Println(err)
	fmt.Println(cfg)
	// Output:
	// mitid: new (criipto): ConfigInvalid: Config takes one of ClientSecret, PrivateKey and Public
	// [private]
}
