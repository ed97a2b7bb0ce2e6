package signingtest_test

import (
	"fmt"
	"net/http"

	"github.com/dkeid/dkeid/signing/signingtest"
)

// The service closes an order, and its answer is lost. The record tells what happened.
func ExampleService_At() {
	fake, err := signingtest.Start(signingtest.Config{Settings: signingtest.Settings{Rewrites: true}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = fake.Close() }()
	_ = fake.At("closeSignatureOrder", "lost-answer")
	ask(fake, `mutation { closeSignatureOrder(input: { signatureOrderId: "x" }) { signatureOrder { id } } }`)
	for _, r := range fake.Requests() {
		fmt.Println(r, r.Side == signingtest.ApplicationSide, r.Misbehaviours)
	}
	// Output: POST /v1/graphql closeSignatureOrder true [lost-answer]
}

// The catalogue is for reading: a test of a client walks it.
func ExampleMisbehaviours() {
	for _, m := range signingtest.Misbehaviours() {
		if m.Occasion == signingtest.AtSigning && m.Name == "token-expired" {
			fmt.Println(m.Name+":", m.Doc)
		}
	}
	// Output: token-expired: the token had expired an hour before the signature
}

// startForTest is what the first line of a test does: t is a *testing.T.
func startForTest(t signingtest.TB) *http.Client {
	return signingtest.New(t).HTTPClient()
}

var _ = startForTest
