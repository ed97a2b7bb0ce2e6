package evidence_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/evidence"
)

// accepted starts a fake Criipto, and takes a person through a login that shows a text.
func accepted(request mitid.Request) (*criiptotest.Broker, *mitid.Login) {
	fake, err := criiptotest.Start(mitidtest.Config{AnyLoopbackRedirect: true})
	if err != nil {
		log.Fatal(err)
	}
	broker, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret()})
	if err != nil {
		log.Fatal(err)
	}
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "http://localhost:8080/callback"})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	redirect, err := client.Begin(ctx, request)
	if err != nil {
		log.Fatal(err)
	}
	answer, err := mitidtest.Walk(ctx, fake, redirect, mitidtest.Approve(mitidtest.Ditlev()))
	if err != nil {
		log.Fatal(err)
	}
	login, err := client.Complete(ctx, redirect.State, answer)
	if err != nil {
		log.Fatal(err)
	}
	return fake, login
}

// A login with a text is kept, sealed, and checked again years later.
func Example() {
	request := mitid.Request{Action: mitid.Accept, ReferenceText: "Acceptér vilkår for Ærø Færge"}
	fake, login := accepted(request)
	defer func() { _ = fake.Close() }()
	ctx := context.Background()

	published, err := evidence.FetchKeys(ctx, evidence.FetchConfig{Issuer: login.Issuer})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("keys fetched below the issuer:", strings.HasPrefix(published.Keys.URL, login.Issuer))
	bundle, err := evidence.FromLogin(login, evidence.LoginInput{Reference: "sag-2026-17", Request: request, Published: published})
	if err != nil {
		log.Fatal(err)
	}
	folder, keyFolder := folders()
	defer remove(folder, keyFolder)
	dir, err := evidence.NewDir(evidence.DirConfig{Folder: folder, KeyFolder: keyFolder, Keys: [][]byte{make([]byte, evidence.KeySize)}})
	if err != nil {
		log.Fatal(err)
	}
	err = dir.Put(ctx, bundle.Reference, func(w io.Writer) error {
		// In earnest, Options.Authority names a timestamp authority.
		_, err := evidence.Write(ctx, w, bundle, evidence.Options{})
		return err
	})
	if err != nil {
		log.Fatal(err)
	}

	kept, err := dir.Open(ctx, "sag-2026-17")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = kept.Close() }()
	later := time.Now().AddDate(7, 0, 0)
	report, err := evidence.Verify(ctx, kept, kept.Size(), later, evidence.Policy{Issuer: login.Issuer, TimestampOptional: true})
	if err != nil {
		log.Fatal(err)
	}
	for _, line := range report.Checked {
		fmt.Println("+", line)
	}
	for _, line := range report.Unchecked {
		fmt.Println("-", line)
	}
	var token evidence.Token = report.Tokens[0]
	fmt.Println(token.Kind, token.Issuer == login.Issuer)
	// Output:
	// keys fetched below the issuer: true
	// + every byte of the file belongs to a part, and every part is the one of the manifest
	// + id-token-1.jwt: the signature, with the key of the issuer in this bundle, and the token's times
	// + discovery-1.json: it is of the issuer of the tokens, and names where the keys were fetched
	// + request-1.txt: the tokens answer this request (client and nonce)
	// + reference-text-1.txt: a token repeats it, letter for letter
	// - when the bundle was made, and whether its keys are those of that time: it has no timestamp
	// id-token true
}

// folders are two folders for an Example; a program has its own.
func folders() (folder, keyFolder string) {
	for _, f := range []*string{&folder, &keyFolder} {
		var err error
		if *f, err = os.MkdirTemp("", "evidence"); err != nil {
			log.Fatal(err)
		}
	}
	return folder, keyFolder
}

func remove(folders ...string) {
	for _, f := range folders {
		_ = os.RemoveAll(f)
	}
}

// A bundle may be put together by hand. The manifest says what is in it.
func ExampleWrite() {
	request := mitid.Request{ReferenceText: "Godkend på Ærø"}
	fake, login := accepted(request)
	defer func() { _ = fake.Close() }()
	bundle, err := evidence.FromLogin(login, evidence.LoginInput{Reference: "sag-2026-18", Request: request})
	if err != nil {
		log.Fatal(err)
	}
	bundle.Parts = append(bundle.Parts, evidence.Text(evidence.PartOther, "text/plain", "Sagsbehandlerens notat: Æ"))
	var file bytes.Buffer
	manifest, err := evidence.Write(context.Background(), &file, bundle, evidence.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, entry := range manifest.Parts {
		fmt.Println(entry.Name, entry.Kind, entry.MediaType)
	}

	damaged := bytes.Replace(file.Bytes(), []byte("notat"), []byte("Notat"), 1)
	_, err = evidence.Verify(context.Background(), bytes.NewReader(damaged), int64(len(damaged)), time.Now(), evidence.Policy{TimestampOptional: true})
	fmt.Println(err)
	fmt.Println(signing.KindOf(err) == signing.EvidenceDamaged)
	// Output:
	// README.txt readme text/plain; charset=utf-8
	// reference-text-1.txt reference-text text/plain; charset=utf-8
	// request-1.txt request application/x-www-form-urlencoded
	// id-token-1.jwt id-token application/jwt
	// token-keys-1.json token-keys application/jwk-set+json
	// other-1.txt other text/plain
	// report-1.json report application/json
	// evidence: EvidenceDamaged: other-1.txt: it has been changed
	// true
}

// An authority says when the bundle existed. Its root comes from the authority, and is
// kept apart from the bundles.
func ExampleAuthority() {
	options := evidence.Options{Authority: &evidence.Authority{URL: "https://tsa.example"}}
	_, err := evidence.Write(context.Background(), io.Discard, evidence.Bundle{
		About: evidence.AboutLogin, Reference: "sag-1", Parts: []evidence.Part{evidence.Text(evidence.PartOther, "", "Å")},
	}, options)
	fmt.Println(err)
	// Output: evidence: ConfigInvalid: Authority.Roots is missing
}

// A sealed bundle is read where it lies. Keys rotate: the newest comes first.
func ExampleSeal() {
	older, newer := bytes.Repeat([]byte{1}, evidence.KeySize), bytes.Repeat([]byte{2}, evidence.KeySize)
	var file bytes.Buffer
	w, err := evidence.Seal(&file, older)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := io.WriteString(w, "Blåbærgrød"); err != nil {
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	var opened *evidence.Sealed
	opened, err = evidence.Open(bytes.NewReader(file.Bytes()), int64(file.Len()), [][]byte{newer, older})
	if err != nil {
		log.Fatal(err)
	}
	content, err := io.ReadAll(opened.Content())
	fmt.Println(string(content), err)
	// Output: Blåbærgrød <nil>
}

// Erasing one small file makes every copy of a bundle unreadable.
func ExampleDir_Erase() {
	folder, keyFolder := folders()
	defer remove(folder, keyFolder)
	var store *evidence.Dir
	store, err := evidence.NewDir(evidence.DirConfig{Folder: folder, KeyFolder: keyFolder, Keys: [][]byte{make([]byte, evidence.KeySize)}})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	if err := store.Put(ctx, "sag-1", func(w io.Writer) error { _, err := io.WriteString(w, "Ærø"); return err }); err != nil {
		log.Fatal(err)
	}
	if err := store.Erase(ctx, "sag-1"); err != nil {
		log.Fatal(err)
	}
	var kept *evidence.Stored
	kept, err = store.Open(ctx, "sag-1")
	fmt.Println(kept == nil, err)
	var e *evidence.Error
	fmt.Printf("%T %v\n", e, signing.KindOf(err))
	// Output:
	// true evidence: NotFound: there is no bundle of this reference: file does not exist
	// *evidence.Error NotFound
}

// The bundle of an order, in the store function of signing.Client.Complete.
func ExampleFromSignature() {
	order := &signing.Order{Reference: "ordre-1"} // as it was placed
	store := func(_ context.Context, r *signing.Result) error {
		bundle, err := evidence.FromSignature(r, evidence.SignatureInput{Order: order})
		if err != nil {
			return err // nothing is cleaned up
		}
		return keepBundle(bundle)
	}
	fmt.Println(store(context.Background(), &signing.Result{End: signing.EndRejected}))
	// Output: evidence: InputInvalid: the order was not signed
}

// The bundle of a text that one person signed in a login.
func ExampleFromShown() {
	text := evidence.Text(evidence.PartTransactionText, "text/plain; charset=utf-8", "Jeg køber en halv Ærø")
	bundle, err := evidence.FromShown(signing.Signature{}, evidence.ShownInput{Reference: "sag-1", Shown: text})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(keepBundle(bundle)) // this signature has no token
	// Output: evidence: EvidenceIncomplete: there is no token that proves a login or a signature
}

func keepBundle(b evidence.Bundle) error {
	_, err := evidence.Write(context.Background(), io.Discard, b, evidence.Options{})
	return err
}
