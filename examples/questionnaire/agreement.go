package main

// agreement is a document that a questionnaire's answers are written into, for the
// person to sign. When such a questionnaire is handed in, its record goes on to
// statusToSign by itself.
type agreement struct {
	Title text
	Lead  text
	Terms []text
}

// agreements returns the questionnaires that end in a signature. The app has them where
// there is a signing service.
func agreements() []questionnaire { return []questionnaire{helpAtHome()} }

func helpAtHome() questionnaire {
	return questionnaire{
		Slug:    "aftale",
		Title:   text{"Aftale om hjælp i hjemmet", "Agreement on help at home"},
		Summary: text{"Fortæl, hvad du vil have hjælp til. Vi skriver en aftale, som du får i din e-Boks og underskriver med MitID.", "Tell us what you would like help with. We write an agreement that you get in your e-Boks and sign with MitID."},
		Minutes: 2,
		CPR:     true,
		CPRReason: text{
			"Aftalen sendes til din e-Boks, som vi finder ud fra CPR-nummeret. Nummeret gemmes krypteret og står ikke i aftalen.",
			"The agreement is sent to your e-Boks, which is found by the CPR number. The number is stored encrypted and is not in the agreement.",
		},
		First: form{
			Intro: text{"Det, du svarer her, kommer til at stå i aftalen.", "What you answer here will be part of the agreement."},
			Questions: []question{
				{ID: "tasks", Kind: choice, Text: text{"Hvad vil du have hjælp til?", "What would you like help with?"},
					Options: []option{
						{"cleaning", text{"Rengøring", "Cleaning"}},
						{"shopping", text{"Indkøb", "Shopping"}},
						{"laundry", text{"Tøjvask", "Laundry"}},
					}},
				{ID: "often", Kind: choice, Text: text{"Hvor tit?", "How often?"},
					Options: []option{
						{"weekly", text{"Hver uge", "Every week"}},
						{"fortnightly", text{"Hver anden uge", "Every other week"}},
					}},
				{ID: "note", Kind: freeText, Optional: true, Text: text{"Hvad skal vi ellers vide?", "What else should we know?"},
					Hint: text{"For eksempel hvor nøglen er. Skriv ikke CPR-numre.", "Such as where the key is. Do not write CPR numbers."}},
			},
		},
		Agreement: &agreement{
			Title: text{"Aftale om hjælp i hjemmet", "Agreement on help at home"},
			Lead:  text{"Denne aftale er mellem Ærøpanelet og den, der skriver under.", "This agreement is between the Ærø Panel and the person who signs."},
			Terms: []text{
				{"Hjælpen er gratis og begynder, når aftalen er skrevet under.", "The help is free and begins when the agreement is signed."},
				{"Begge parter kan opsige aftalen med en uges varsel.", "Either may end the agreement with a week's notice."},
			},
		},
	}
}
