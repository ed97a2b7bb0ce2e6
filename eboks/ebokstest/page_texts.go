package ebokstest

import (
	"net/http"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

// texts are the words of the page in one language.
type texts struct {
	Title, Fake, Footer, FooterLink, Other, OtherLang string
	Who, NoName, NoMailbox, More                      string
	Inbox, Empty, Unread, Back, BackAll               string
	Sender, From, Subject, Date, Attachments          string
	Open, Main, Size, Gone                            string
	NotFound, DifferencesTitle                        string
	States                                            [lastState]string
}

func danish() texts {
	return texts{
		Title:            "Falsk postkasse",
		Fake:             "FALSK POSTKASSE til test. Det her er ikke e-Boks, og alle personer og breve er opdigtede.",
		Footer:           "Kun til test på denne maskine.",
		FooterLink:       "Forskelle fra den rigtige distributør",
		Other:            "English",
		OtherLang:        "en",
		Who:              "Hvis postkasse vil du se?",
		NoName:           "Navn er beskyttet",
		NoMailbox:        "har ingen postkasse",
		More:             "Kun de første postkasser vises.",
		Inbox:            "Indbakke",
		Empty:            "Der er ingen breve endnu.",
		Unread:           "Ulæst",
		Back:             "Tilbage til indbakken",
		BackAll:          "Alle postkasser",
		Sender:           "Prøveafsender (opdigtet)",
		From:             "Fra",
		Subject:          "Titel",
		Date:             "Modtaget",
		Attachments:      "Bilag",
		Open:             "Åbn",
		Main:             "Brevet",
		Size:             "bytes",
		Gone:             "Efterligningen har kun gemt dokumentets fingeraftryk.",
		NotFound:         "Siden findes ikke",
		DifferencesTitle: "Forskelle fra den rigtige distributør",
		States: [lastState]string{"", "ikke tilmeldt", "ikke tilmeldt denne afsender", "fritaget", "under 15 år",
			"død", "navne- og adressebeskyttet"},
	}
}

func english() texts {
	return texts{
		Title:            "Fake mailbox",
		Fake:             "FAKE MAILBOX for tests. This is not e-Boks, and every person and letter is fictitious.",
		Footer:           "For tests on this machine only.",
		FooterLink:       "Differences from the real distributor",
		Other:            "Dansk",
		OtherLang:        "da",
		Who:              "Whose mailbox do you want to see?",
		NoName:           "Name is protected",
		NoMailbox:        "has no mailbox",
		More:             "Only the first mailboxes are shown.",
		Inbox:            "Inbox",
		Empty:            "There are no letters yet.",
		Unread:           "Unread",
		Back:             "Back to the inbox",
		BackAll:          "All mailboxes",
		Sender:           "Test sender (fictitious)",
		From:             "From",
		Subject:          "Title",
		Date:             "Received",
		Attachments:      "Attachments",
		Open:             "Open",
		Main:             "The letter",
		Size:             "bytes",
		Gone:             "The fake has kept the document's fingerprint only.",
		NotFound:         "There is no such page",
		DifferencesTitle: "Differences from the real distributor",
		States: [lastState]string{"", "not registered", "does not subscribe to this sender", "exempt", "under 15",
			"deceased", "name and address protected"},
	}
}

// language chooses by the switch on the page, then by what the browser asks for.
func language(r *http.Request) (string, texts) {
	if fakehttp.Language(r, r.URL.Query().Get("lang")) == "en" {
		return "en", english()
	}
	return "da", danish()
}

// displayName is what the page calls a mailbox: never its number.
func (b *box) displayName(t texts) string {
	switch {
	case b.State == Protected:
		return t.NoName
	case b.Name != "":
		return b.Name
	case b.Owner.CVR().IsZero():
		return "Person " + b.handle[:6]
	default:
		return "CVR " + b.Owner.CVR().String()
	}
}

// has reports whether there is a mailbox at all.
func (b *box) has() bool { return b.State != NotRegistered && b.Owner != (eboks.Recipient{}) }
