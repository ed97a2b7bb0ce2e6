package eident_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"log"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

// ID tokens that only this merchant can read, where that is agreed with the
// vendor.
func ExampleDecryptionKey() {
	fake, _ := demo()
	defer fake.Close()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		log.Fatal(err)
	}
	fake.Configure(func(s *eidenttest.Settings) { s.EncryptTo, s.EncryptKeyID = &key.PublicKey, "enc-2026" })

	cfg := atFake(fake)
	cfg.DecryptionKeys = []eident.DecryptionKey{{KeyID: "enc-2026", Key: key}}
	broker, err := eident.New(cfg)
	if err != nil {
		log.Fatal(err)
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "http://localhost:8080/callback"})
	if err != nil {
		log.Fatal(err)
	}
	redirect, err := client.Begin(context.Background(), mitid.Request{})
	if err != nil {
		log.Fatal(err)
	}
	login, err := finish(fake, client, redirect, mitidtest.Approve(mitidtest.Paiman()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(login.Identity.Name.Full)
	// Output:
	// Paiman Petersen
}
