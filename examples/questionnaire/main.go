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
// # How it is built
//
// The rooms, each a package; each imports those above it and none below:
//
//	survey/    what is asked and said: questionnaires, texts, the record
//	store/     SQL, and the vault for what must not stand there in clear
//	post/      letters: their PDFs, and the postman who sends them
//	signdesk/  agreements that people sign
//	web/       the login and the pages; whoever reads the code begins at web/routes.go
//
// Here everything is put together: run.go starts it, options*.go read the flags, and fakes.go is how the app is known
// to the fakes. The tests here run the whole app; those of one room lie in the room.
//
// An account is one subject of one broker, never a name. The claims of a login
// become properties of the account's profile by the table of -assign. The CPR
// number is asked for only where a questionnaire needs it; it is sealed in the
// store, found again by a keyed pseudonym, and shown nowhere. A record of one
// person's answers has a status and keeps the history of it.
//
// A change of status writes a letter, and in the same transaction its ID. The
// postman (post/postman.go) sends it to the person's e-Boks, addressed by the CPR
// number, once there is one, and reads back what became of it. Before anything
// leaves, the PDF and the recipient are stored, sealed: however often the program
// is killed, there is one letter, and it is the stored one. A link in it leads
// through MitID; who opens it has shown that they read it (web/reading.go).
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
