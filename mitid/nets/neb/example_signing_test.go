package neb_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb"
)

// Package signing/neb does this. The document was handed to the broker before.
func ExampleBroker_Signing() {
	broker, err := neb.New(atNets("shown once by the broker's administration"))
	if err != nil {
		log.Fatal(err)
	}
	document := neb.Document{SigntextID: "pdf_ab79c129", Type: "pdf", SHA256: sha256.Sum256([]byte("%PDF-1.7 …"))}
	fmt.Println(document) // does not print

	client, err := mitid.New(mitid.Config{Broker: broker.Signing(neb.Document{}), RedirectURL: "https://app.example.dk/signed"})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Begin(context.Background(), mitid.Request{Action: mitid.Sign})
	fmt.Println(err)
	// Output:
	// [private]
	// mitid: begin (neb): InputInvalid: there is no document to sign
}

// One digest stands for all documents of a workflow.
func ExampleWorkflowSHA256() {
	one := neb.WorkflowSHA256(map[string][sha256.Size]byte{"Aftale": {1}, "Bilag på Ærø": {2}})
	two := neb.WorkflowSHA256(map[string][sha256.Size]byte{"Bilag på Ærø": {2}, "Aftale": {1}})
	fmt.Println(one == two)
	// Output: true
}
