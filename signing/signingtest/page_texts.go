package signingtest

// texts are the words of the pages in one language.
type texts struct {
	Title, Fake, Footer, FooterLink, DifferencesTitle string

	Languages, Other, OtherLang                          string
	Documents, Bytes                                     string
	LoginFirst, Login, How, Name, Read, Sign, Approve    string
	RejectTitle, Reason, Reject, Cancel, Again, ReadOnly string
	SignHeading, LoginHeading, DownloadHeading           string
	EndHeading, ErrorHeading, MissingHeading             string
	MustRead, WrongPerson, UsedBefore, LoginFailed       string
	Waiting, NotYet, Missing, Expired, Drawing, Noop     string
	Outcomes                                             map[string]string
}

func textsIn(lang string) texts {
	if lang == "en" {
		return english()
	}
	return danish()
}

func danish() texts {
	return texts{
		Title:            "Underskrift",
		Fake:             "FALSK underskriftstjeneste til test: intet herfra er en rigtig underskrift",
		Footer:           "Ingen på denne side findes.",
		FooterLink:       "Hvor den afviger fra den rigtige tjeneste",
		DifferencesTitle: "Hvor den falske tjeneste afviger fra den rigtige",
		Languages:        "Sprog", Other: "English", OtherLang: "en",
		Documents: "Dokumenter", Bytes: "byte",
		LoginFirst: "Du skal logge ind, før du kan se dokumenterne.", Login: "Log ind med MitID",
		How: "Sådan vil du skrive under", Name: "Dit navn", Read: "Jeg har læst dokumenterne", Sign: "Skriv under", Approve: "Godkend",
		RejectTitle: "Vil du ikke skrive under?", Reason: "Begrundelse (den sendes til afsenderen)", Reject: "Afvis",
		Cancel: "Fortryd, og gå tilbage", Again: "Tilbage til dokumenterne", ReadOnly: "Du kan læse dokumenterne her. Du skal ikke skrive under.",
		SignHeading: "Skriv under", LoginHeading: "Log ind", DownloadHeading: "De færdige dokumenter",
		EndHeading: "Afsluttet", ErrorHeading: "Noget gik galt", MissingHeading: "Linket findes ikke",
		MustRead:    "Sæt kryds ved, at du har læst dokumenterne.",
		WrongPerson: "Du er ikke den person, som afsenderen venter en underskrift fra. Du kan prøve igen.",
		UsedBefore:  "En anden har skrevet under med samme MitID.",
		LoginFailed: "Du blev ikke logget ind. Du kan prøve igen.",
		Waiting:     "Andre skal skrive under før dig. Kom tilbage senere.",
		NotYet:      "Du kan ikke skrive under endnu. Kom tilbage senere.",
		Missing:     "Linket er forkert, eller du er slettet fra sagen.",
		Expired:     "Dit login er udløbet eller allerede brugt. Begynd forfra fra dit link.",
		Drawing:     "Tegning med dit navn", Noop: "Uden bevis",
		Outcomes: map[string]string{
			statusSigned: "Du har skrevet under.", statusApproved: "Du har godkendt dokumenterne.", statusRejected: "Du har afvist at skrive under.",
			statusError: "Der skete en fejl, og dokumentet er ikke underskrevet.", statusClosed: "Sagen er lukket.",
			statusCancelled: "Afsenderen har trukket sagen tilbage.", statusExpired: "Fristen er udløbet.",
		},
	}
}

func english() texts {
	return texts{
		Title:            "Signature",
		Fake:             "FAKE signing service for tests: nothing from here is a real signature",
		Footer:           "Nobody on this page exists.",
		FooterLink:       "Where it differs from the real service",
		DifferencesTitle: "Where the fake service differs from the real one",
		Languages:        "Language", Other: "Dansk", OtherLang: "da",
		Documents: "Documents", Bytes: "bytes",
		LoginFirst: "You must log in before you can see the documents.", Login: "Log in with MitID",
		How: "How you want to sign", Name: "Your name", Read: "I have read the documents", Sign: "Sign", Approve: "Approve",
		RejectTitle: "Do you not want to sign?", Reason: "Reason (it is sent to the sender)", Reject: "Reject",
		Cancel: "Cancel and go back", Again: "Back to the documents", ReadOnly: "You can read the documents here. You are not asked to sign.",
		SignHeading: "Sign", LoginHeading: "Log in", DownloadHeading: "The finished documents",
		EndHeading: "Ended", ErrorHeading: "Something went wrong", MissingHeading: "There is no such link",
		MustRead:    "Tick that you have read the documents.",
		WrongPerson: "You are not the person from whom the sender expects a signature. You can try again.",
		UsedBefore:  "Somebody else has signed with the same MitID.",
		LoginFailed: "You were not logged in. You can try again.",
		Waiting:     "Others must sign before you. Come back later.",
		NotYet:      "You cannot sign yet. Come back later.",
		Missing:     "The link is wrong, or you were removed from the case.",
		Expired:     "Your login has expired or was used before. Begin again from your link.",
		Drawing:     "A drawing with your name", Noop: "Without proof",
		Outcomes: map[string]string{
			statusSigned: "You have signed.", statusApproved: "You have approved the documents.", statusRejected: "You have refused to sign.",
			statusError: "An error occurred, and the document is not signed.", statusClosed: "The case is closed.",
			statusCancelled: "The sender has withdrawn the case.", statusExpired: "The time limit has passed.",
		},
	}
}
