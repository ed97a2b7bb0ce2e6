package main

import (
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/postnord/postnordtest"
	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
	"github.com/dkeid/dkeid/examples/internal/distributor"
	"github.com/dkeid/dkeid/examples/questionnaire/post"
	"github.com/dkeid/dkeid/examples/questionnaire/signdesk"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/examples/questionnaire/web"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// demoAdmin is the login of the fictitious administrator.
func demoAdmin() mitidtest.Outcome {
	who := mitidtest.CompanyEmployee()
	return mitidtest.Approve(who).For(who.Companies[0].CVR)
}

// characters are the people of the fake brokers, as the demonstration tells about them.
func characters() (all []web.Character) {
	for _, c := range mitidtest.Citizens() {
		all = append(all, web.Character{Name: c.Name, Shows: survey.Text{DA: c.Shows.DA, EN: c.Shows.EN}})
	}
	return all
}

// startFakePost starts a fake distributor in which every person of the fake broker
// has a mailbox, and letters arrive within seconds.
func startFakePost(name string, people []mitidtest.Citizen, cfg ebokstest.Config) (*ebokstest.Distributor, error) {
	start := ebokstest.Engines(stralforstest.Start)
	if name == "postnord" {
		start = ebokstest.Engines(postnordtest.Start)
	}
	cfg.Mailboxes = []ebokstest.Mailbox{} // no other people
	for _, c := range people {
		if c.CPR.IsZero() {
			continue
		}
		box := ebokstest.Mailbox{Owner: eboks.Person(c.CPR), Name: c.Name}
		switch {
		case c.NotInRegister:
			box.State = ebokstest.NotRegistered
		case c.Name == "":
			box.State = ebokstest.Protected
		}
		for _, known := range ebokstest.People() { // who cannot receive letters
			if known.Owner == box.Owner {
				box.State = known.State
			}
		}
		cfg.Mailboxes = append(cfg.Mailboxes, box)
	}
	return start(cfg)
}

// mailboxOf returns where the fake mailbox of a person is.
func mailboxOf(fake *ebokstest.Distributor) func(cpr.Number) string {
	return func(n cpr.Number) string { return fake.MailboxURL(eboks.Person(n)) }
}

// agreementWith is how the app is known to a fake distributor.
func agreementWith(fake *ebokstest.Distributor, now func() time.Time) distributor.Agreement {
	return distributor.Agreement{
		URL: fake.URL(), StatusURL: fake.URL() + "/rest/messages/{client}/?message_id={message}", System: fake.System(), ClientID: fake.ClientID(), Certificate: fake.Certificate(), Roots: fake.Roots(),
		Materials: materials(string(fake.Materials()[0])), Recognises: true, Codes: fakeCodes(), Now: now,
	}
}

// fakeCodes says what the error numbers of a fake Strålfors mean.
func fakeCodes() map[string]stralfors.Verdict {
	codes := make(map[string]stralfors.Verdict)
	for number, c := range ebokstest.Codes() {
		codes[number] = stralfors.Verdict{Kind: c.Kind, Reachability: c.Reachability}
	}
	return codes
}

// materials maps the app's word to the agreement's number.
func materials(number string) map[eboks.Material]string {
	return map[eboks.Material]string{post.ReceiptMaterial: number}
}

// fakeAccount is how the app is known to a fake signing service.
func fakeAccount(fake *signingtest.Service) signdesk.Account {
	return signdesk.Account{
		Endpoint: fake.Endpoint(), ClientID: fake.ClientID(), ClientSecret: signing.NewSecret(fake.ClientSecret().Reveal()),
		HTTPClient: fake.HTTPClient(), Now: fake.Now,
		Verifier: criipto.VerifierConfig{
			Issuer: fake.Verify().Issuer(), Audiences: []string{fake.Verify().ClientID()}, HTTPClient: fake.Verify().HTTPClient(),
			SealRoots: fake.SealRoots(), TimestampRoots: fake.SealRoots(), AllowTest: true, Now: fake.Now,
		},
	}
}
