// Command questionnaire is a small web app that people log on to with MitID: they
// answer a questionnaire, follow up later, get a receipt in their e-Boks, and see
// on their profile what MitID told about them. Started without flags it needs
// nothing but Go: it brings a fake broker with made-up people and a fake e-Boks,
// and keeps its data in a temporary file.
//
//	go run ./examples/questionnaire
//
// With a real domain, and data that stays:
//
//	questionnaire -issuer https://acme.idura.broker -client-id ID -client-secret SECRET \
//		-public-url https://answers.example.dk -db answers.db -key answers.key \
//		-distributor stralfors -post-url https://connect.example.dk -post-cert c.pem -post-key k.pem \
//		-post-system 4711 -post-material 1001
//
// At NemLog-in it speaks https by itself, and serves its metadata at /metadata:
//
//	questionnaire -broker nemlogin -entity-id https://saml.example.dk -idp-metadata nemlogin.xml -sp-key sp.key -sp-cert sp.crt
//
// Against the fakes of another program:
//
//	questionnaire -fakes fakes.json
//
// README.md beside this file has the flags of every broker, and what people see when
// something does not go well.
//
// # How it is built
//
// The rooms, each a package; each imports those above it and none below:
//
//	survey/    what is asked and said: questionnaires, texts, the record
//	store/     SQL, and the vault for what must not stand there in clear
//	post/      letters: their PDFs, and the way into the outbox
//	signdesk/  agreements that people sign
//	web/       the login and the pages; whoever reads the code begins at web/routes.go
//
// Here everything is put together: run.go starts it, options*.go read the flags, broker.go opens the broker, and fakes.go is how the app is known
// to the fakes. The tests here run the whole app; those of one room lie in the room.
//
// An account is one subject of one broker, never a name. The claims of a login
// become properties of the account's profile by the table of -assign. The CPR
// number is asked for only where a questionnaire needs it; it is sealed in the
// store, found again by a keyed pseudonym, and shown nowhere. A record of one
// person's answers has a status and keeps the history of it.
//
// What a change of status leads to is for administrators to say: actions, each with a template, send
// a letter or ask for a signature (post/planner.go). It comes about in the transaction of the
// change (store/effect.go). A letter is queued there: package eboks/outbox,
// whose tables lie beside the app's, sends it to the person's e-Boks, addressed by the CPR
// number, and knows what became of it. However often the program is killed, there is one
// letter, and it is the stored one. For somebody without a number the letter waits in
// the app's own table (store/letter.go). A link in it leads through MitID; who opens it has
// shown that they read it (web/reading.go).
//
// # Administrators
//
// The pages under /admin are for the employees whom -admin names; beside a fake broker anybody may be
// Åse Ærlig Østergård. They write templates, turn actions on and off, invite people by CPR number
// alone, look at letters and agreements and decide about those that are stuck. What they do is kept,
// with their reason. They see no CPR number, not even those that they typed in, and no answers.
//
//	questionnaire … -admin 12345674:KEY,12345674:KEY
//
// They log in with MitID as employees of that CVR number; KEY is the broker's key of one. Whoever is not on the list is refused, and
// told what to put there. The list is asked at every request.
//
// # The database
//
// The database is an SQLite file, or with -db postgres://… a PostgreSQL, which several of these
// programs may share.
//
// One card asks for an age and learns nothing else: it begins no session and
// stores nothing (web/age.go). A real broker knows it as an application of its own,
// that of -age-client-id.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	_ "time/tzdata" // the pages tell the time in Denmark on every machine
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "questionnaire:", err)
		os.Exit(1)
	}
}
