package main

// catalogue returns the questionnaires of this example: one that needs to know who
// in CPR, so that a letter can follow, and one that needs to know that a person is a
// person.
func catalogue() []questionnaire {
	return []questionnaire{health(), everyday()}
}

func find(all []questionnaire, slug string) (*questionnaire, bool) {
	for i := range all {
		if all[i].Slug == slug {
			return &all[i], true
		}
	}
	return nil, false
}

func everyday() questionnaire {
	return questionnaire{
		Slug:    "hverdag",
		Title:   text{"Trivsel i hverdagen", "Wellbeing in everyday life"},
		Summary: text{"Om søvn, travlhed og de små glæder. Vi beder ikke om dit CPR-nummer.", "About sleep, being busy and small pleasures. We do not ask for your CPR number."},
		Minutes: 2,
		First: form{
			Intro: text{"Tænk på de seneste to uger, når du svarer.", "Think of the past two weeks when you answer."},
			Questions: []question{
				{ID: "mood", Kind: scale, Text: text{"Hvordan har du det for tiden?", "How are you feeling these days?"},
					Low: text{"Meget dårligt", "Very bad"}, High: text{"Meget godt", "Very good"}},
				{ID: "sleep", Kind: choice, Text: text{"Hvor mange timer sover du en almindelig nat?", "How many hours do you sleep on an ordinary night?"},
					Options: []option{
						{"under5", text{"Mindre end 5 timer", "Less than 5 hours"}},
						{"5to6", text{"5–6 timer", "5–6 hours"}},
						{"7to8", text{"7–8 timer", "7–8 hours"}},
						{"over8", text{"Mere end 8 timer", "More than 8 hours"}},
					}},
				{ID: "breaks", Kind: several, Optional: true, Text: text{"Hvad giver dig ro?", "What gives you peace of mind?"},
					Hint: text{"Vælg alt, der passer.", "Choose all that apply."},
					Options: []option{
						{"friends", text{"At være sammen med andre", "Being with others"}},
						{"nature", text{"At være ude i naturen", "Being out in nature"}},
						{"music", text{"Musik, bøger eller håndarbejde", "Music, books or handicraft"}},
						{"movement", text{"Bevægelse", "Exercise"}},
					}},
				{ID: "joy", Kind: freeText, Optional: true, Text: text{"Hvad har glædet dig mest?", "What has pleased you most?"},
					Hint: text{"Skriv ikke navne eller numre på andre mennesker.", "Do not write names or numbers of other people."}},
			},
		},
		FollowUp: form{
			Intro: text{"Nogle få spørgsmål om, hvordan det er gået siden sidst.", "A few questions about how it has been since last time."},
			Questions: []question{
				{ID: "change", Kind: choice, Text: text{"Hvordan har du det i forhold til sidst?", "How are you compared with last time?"}, Options: changes()},
				{ID: "why", Kind: freeText, Optional: true, Text: text{"Hvad har gjort forskellen?", "What made the difference?"}},
			},
		},
	}
}

func health() questionnaire {
	return questionnaire{
		Slug:    "helbred",
		Title:   text{"Helbred og hjælp", "Health and care"},
		Summary: text{"Om smerter og den hjælp, du får. Vi beder om dit CPR-nummer, så svaret kan knyttes til dit forløb.", "About pain and the help you get. We ask for your CPR number to link your answer to your course of treatment."},
		Minutes: 3,
		CPR:     true,
		CPRReason: text{
			"Dine svar knyttes til dit behandlingsforløb, og det kendes på CPR-nummeret. Nummeret gemmes krypteret og vises aldrig på siderne her.",
			"Your answers are linked to your course of treatment, which is known by the CPR number. The number is stored encrypted and is never shown on these pages.",
		},
		FreshFollowUp: true,
		First: form{
			Intro: text{"Svar så godt du kan. Der er ingen rigtige eller forkerte svar.", "Answer as best you can. There are no right or wrong answers."},
			Questions: []question{
				{ID: "pain", Kind: scale, Text: text{"Hvor meget har smerter fyldt i din hverdag?", "How much has pain affected your everyday life?"},
					Low: text{"Slet ikke", "Not at all"}, High: text{"Hele tiden", "All the time"}},
				{ID: "help", Kind: choice, Text: text{"Får du den hjælp, du har brug for?", "Do you get the help you need?"},
					Options: []option{
						{"yes", text{"Ja", "Yes"}},
						{"partly", text{"Noget af den", "Some of it"}},
						{"no", text{"Nej", "No"}},
						{"none", text{"Jeg har ikke brug for hjælp", "I do not need help"}},
					}},
				{ID: "trouble", Kind: several, Optional: true, Text: text{"Hvad er svært for dig i øjeblikket?", "What is difficult for you at the moment?"},
					Hint: text{"Vælg alt, der passer.", "Choose all that apply."},
					Options: []option{
						{"stairs", text{"At gå på trapper", "Climbing stairs"}},
						{"work", text{"At passe mit arbejde", "Keeping up with my work"}},
						{"household", text{"At klare husholdningen", "Running the household"}},
						{"night", text{"At falde i søvn", "Falling asleep"}},
					}},
				{ID: "wish", Kind: freeText, Text: text{"Hvad ville gøre den største forskel for dig?", "What would make the biggest difference to you?"},
					Hint: text{"En sætning eller to er nok.", "A sentence or two is enough."}},
			},
		},
		FollowUp: form{
			Intro: text{"Fortæl, hvordan det er gået, siden du svarede første gang.", "Tell us how it has been since your first answer."},
			Questions: []question{
				{ID: "change", Kind: choice, Text: text{"Hvordan har du det i forhold til sidst?", "How are you compared with last time?"}, Options: changes()},
				{ID: "pain", Kind: scale, Text: text{"Hvor meget fylder smerter nu?", "How much does pain affect you now?"},
					Low: text{"Slet ikke", "Not at all"}, High: text{"Hele tiden", "All the time"}},
			},
		},
	}
}

func changes() []option {
	return []option{
		{"better", text{"Bedre", "Better"}},
		{"same", text{"Som før", "About the same"}},
		{"worse", text{"Værre", "Worse"}},
	}
}
