package pades_test

import (
	"context"
	"fmt"
	"log"
	"strings"
	"testing"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing/pades"
)

// A contract is signed twice. Later somebody replaces its first page.
func ExampleVerify() {
	ctx := context.Background()
	authority, genuine, forged := files()
	policy := pades.Policy{
		Roots: authority.Roots(), // whose seals and timestamps you trust
		At:    signedAt.Add(time.Hour),
	}
	for _, file := range [][]byte{genuine, forged} {
		report, err := pades.Verify(ctx, file, policy)
		if err != nil {
			log.Fatal(err) // it cannot be read as a PDF
		}
		fmt.Println(report.Verdict, report.Reasons)
		for _, c := range report.Changes {
			if !c.Allowed {
				fmt.Printf("revision %d: %s on page %d\n", c.Revision, c.Kind, c.Page)
			}
		}
	}
	// Output:
	// passed []
	// failed [modified]
	// revision 6: content-changed on page 1
}

// files makes what the example judges.
func files() (a *fakepdf.Authority, genuine, forged []byte) {
	a, err := fakepdf.NewAuthority(fakepdf.Config{Now: func() time.Time { return signedAt }})
	if err != nil {
		log.Fatal(err)
	}
	genuine = contract()
	for _, name := range []string{"Åse Sørensen", "Bo Ærlig"} {
		if genuine, err = a.Sign(genuine, fakepdf.Signature{At: signedAt, Name: name}); err != nil {
			log.Fatal(err)
		}
	}
	if forged, err = a.Forge("page-replaced", genuine); err != nil {
		log.Fatal(err)
	}
	return a, genuine, forged
}

// A contract of Criipto Signatures: who logged in to sign it, and when.
func ExampleSignature() {
	authority, file := signedWithLogin()
	policy := pades.ForCriipto(authority.Roots())
	policy.At = signedAt.Add(time.Hour)
	policy.MinLevel = claims.Substantial
	report, err := pades.Verify(context.Background(), file, policy)
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range report.Signatures {
		for _, p := range s.Persons {
			fmt.Println(s.Field, s.Verdict, p.Name, p.Level, s.Time.Format(time.DateOnly), s.Proven)
		}
		for _, note := range s.Notes {
			fmt.Println(note.Text(pades.English))
		}
	}
	for _, stamp := range report.Timestamps {
		fmt.Println(stamp.Field, stamp.Verdict)
	}
	for _, d := range report.Discloses {
		fmt.Println("discloses:", d)
	}
	// Output:
	// Signature1 passed Åse Sørensen substantial 2031-03-14 true
	// The file was added to since.
	// The keys of the evidence came with it; the seal alone vouches for them.
	// Signature2 passed
	// discloses: name
	// discloses: birthdate
	// discloses: person-id
}

// signedWithLogin makes a file with one login, and a document timestamp.
func signedWithLogin() (*fakepdf.Authority, []byte) {
	t := new(testing.T)
	a := newAuthority(t)
	file, err := a.Close(signed(t, a, contact(t, "PRODUCTION", oneLogin, idToken(t, header, loggedIn()))), signedAt.Add(time.Minute))
	if err != nil {
		log.Fatal(err)
	}
	return a, file
}

// A policy that wants evidence of a login does not take a file without.
func ExampleReport_Text() {
	authority, genuine, _ := files()
	report, err := pades.Verify(context.Background(), genuine, pades.Policy{
		Roots: authority.Roots(), At: signedAt.Add(time.Hour), Evidence: pades.CriiptoEvidence,
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, l := range []pades.Language{pades.Danish, pades.English} {
		first, _, _ := strings.Cut(report.Text(l), "\n")
		fmt.Println(first)
		for _, reason := range report.Reasons {
			fmt.Println(reason.Text(l))
		}
	}
	// Output:
	// kan ikke afgøres
	// Der er intet bevis for hvem der underskrev.
	// indeterminate
	// There is no evidence of who signed.
}
