package survey

// demoTexts are the sentences about the demonstration itself.
var demoTexts = map[string]Text{
	"demo.banner":     {"Demonstration: MitID er efterlignet, og personerne er opdigtede.", "Demonstration: MitID is imitated and the people are made up."},
	"demo.who":        {"Hvem er hvem?", "Who is who?"},
	"demo.title":      {"Hvem er hvem?", "Who is who?"},
	"demo.lead":       {"Du vælger en opdigtet person, når du logger ind. Hver af dem viser noget forskelligt.", "You choose a made-up person when you log on. Each of them shows something else."},
	"demo.people":     {"Personerne", "The people"},
	"demo.noname":     {"Navn er beskyttet", "The name is protected"},
	"demo.try":        {"Prøv også", "Also try"},
	"demo.try.cancel": {"Tryk Annullér hos MitID, og se, at intet er gået tabt.", "Press Cancel at MitID, and see that nothing is lost."},
	"demo.try.number": {"Svar uden CPR-nummer, og giv det bagefter, hvis du vil have en kvittering.", "Answer without a CPR number, and give it afterwards if you would like a receipt."},
	"demo.try.letter": {"Følg brevet til personens postkasse, og tryk på linket i det.", "Follow the letter to the person's mailbox, and press the link in it."},
	"demo.try.sign":   {"Afvis aftalen, få den igen, og skriv under.", "Reject the agreement, get it again, and sign it."},
	"demo.try.admin":  {"Vær den, der sender breve og ser, hvad der blev af dem.", "Be the one who sends letters and sees what became of them."},
	"demo.mailboxes":  {"Alle postkasser", "All mailboxes"},
	"demo.begin":      {"Vælg et spørgeskema", "Choose a questionnaire"},
}
