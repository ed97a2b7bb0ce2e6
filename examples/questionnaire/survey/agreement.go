package survey

// Agreement is a document that a questionnaire's answers are written into, for the
// person to sign. When such a questionnaire is handed in, its record goes on to
// StatusToSign by itself.
type Agreement struct {
	Title Text
	Lead  Text
	Terms []Text
}

// Agreements returns the questionnaires that end in a signature. The app has them where
// there is a signing service.
func Agreements() []Questionnaire { return []Questionnaire{HelpAtHome()} }

// HelpAtHome ends in an agreement.
func HelpAtHome() Questionnaire {
	return Questionnaire{
		Slug:    "aftale",
		Title:   Text{"Aftale om hjælp i hjemmet", "Agreement on help at home"},
		Summary: Text{"Fortæl, hvad du vil have hjælp til. Vi skriver en aftale, som du får i din e-Boks og underskriver med MitID.", "Tell us what you would like help with. We write an agreement that you get in your e-Boks and sign with MitID."},
		Minutes: 2,
		CPR:     true,
		CPRReason: Text{
			"Aftalen sendes til din e-Boks, som vi finder ud fra CPR-nummeret. Nummeret gemmes krypteret og står ikke i aftalen.",
			"The agreement is sent to your e-Boks, which is found by the CPR number. The number is stored encrypted and is not in the agreement.",
		},
		First: Form{
			Intro: Text{"Det, du svarer her, kommer til at stå i aftalen.", "What you answer here will be part of the agreement."},
			Questions: []Question{
				{ID: "tasks", Kind: Choice, Text: Text{"Hvad vil du have hjælp til?", "What would you like help with?"},
					Options: []Option{
						{"cleaning", Text{"Rengøring", "Cleaning"}},
						{"shopping", Text{"Indkøb", "Shopping"}},
						{"laundry", Text{"Tøjvask", "Laundry"}},
					}},
				{ID: "often", Kind: Choice, Text: Text{"Hvor tit?", "How often?"},
					Options: []Option{
						{"weekly", Text{"Hver uge", "Every week"}},
						{"fortnightly", Text{"Hver anden uge", "Every other week"}},
					}},
				{ID: "note", Kind: FreeText, Optional: true, Text: Text{"Hvad skal vi ellers vide?", "What else should we know?"},
					Hint: Text{"For eksempel hvor nøglen er. Skriv ikke CPR-numre.", "Such as where the key is. Do not write CPR numbers."}},
			},
		},
		Agreement: &Agreement{
			Title: Text{"Aftale om hjælp i hjemmet", "Agreement on help at home"},
			Lead:  Text{"Denne aftale er mellem Ærøpanelet og den, der skriver under.", "This agreement is between the Ærø Panel and the person who signs."},
			Terms: []Text{
				{"Hjælpen er gratis og begynder, når aftalen er skrevet under.", "The help is free and begins when the agreement is signed."},
				{"Begge parter kan opsige aftalen med en uges varsel.", "Either may end the agreement with a week's notice."},
			},
		},
	}
}
