package criipto_test

import (
	"fmt"
	"log"

	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

// The service normally makes a new file of a document. Then only its seal vouches for the
// pages, so the verifier wants to know the seal.
func ExampleNewVerifier() {
	var differ criipto.IDRule = criipto.IDsDiffer
	cfg := criipto.VerifierConfig{
		Issuer:    "https://acme.idura.broker",
		Audiences: []string{"urn:my:application:identifier:6765"},
		Rewritten: true,
		IDs:       differ, // the ids of our account are others than those in its files
	}
	_, err := criipto.NewVerifier(cfg)
	fmt.Println(err)

	var seal signing.Digest // of the certificate, as "openssl x509 -fingerprint -sha256" prints it
	err = seal.UnmarshalText([]byte("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"))
	if err != nil {
		log.Fatal(err)
	}
	cfg.Seals = []signing.Digest{seal}
	verifier, err := criipto.NewVerifier(cfg)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(verifier)
	// Output:
	// signing: new (criipto): ConfigInvalid: VerifierConfig.Rewritten needs Seals or SealRoots: without them anybody could have made the pages
	// [private]
}
