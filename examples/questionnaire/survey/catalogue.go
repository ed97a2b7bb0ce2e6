package survey

import "slices"

// Catalogue returns the questionnaires of this example: one that needs to know who
// in CPR, so that a letter can follow, and one that needs to know that a person is a
// person.
func Catalogue() []Questionnaire {
	return []Questionnaire{Health(), Everyday()}
}

// WithoutCPR returns those that anybody can answer. They are all that an app has to whom its
// broker tells no CPR number.
func WithoutCPR(all []Questionnaire) []Questionnaire {
	return slices.DeleteFunc(slices.Clone(all), func(q Questionnaire) bool { return q.CPR })
}

// Find returns the questionnaire with that slug.
func Find(all []Questionnaire, slug string) (*Questionnaire, bool) {
	for i := range all {
		if all[i].Slug == slug {
			return &all[i], true
		}
	}
	return nil, false
}

// Everyday asks for no CPR number.
func Everyday() Questionnaire {
	return Questionnaire{
		Slug:    "hverdag",
		Title:   Text{"Trivsel i hverdagen", "Wellbeing in everyday life"},
		Summary: Text{"Om søvn, travlhed og de små glæder. Vi beder ikke om dit CPR-nummer.", "About sleep, being busy and small pleasures. We do not ask for your CPR number."},
		Minutes: 2,
		First: Form{
			Intro: Text{"Tænk på de seneste to uger, når du svarer.", "Think of the past two weeks when you answer."},
			Questions: []Question{
				{ID: "mood", Kind: Scale, Text: Text{"Hvordan har du det for tiden?", "How are you feeling these days?"},
					Low: Text{"Meget dårligt", "Very bad"}, High: Text{"Meget godt", "Very good"}},
				{ID: "sleep", Kind: Choice, Text: Text{"Hvor mange timer sover du en almindelig nat?", "How many hours do you sleep on an ordinary night?"},
					Options: []Option{
						{"under5", Text{"Mindre end 5 timer", "Less than 5 hours"}},
						{"5to6", Text{"5–6 timer", "5–6 hours"}},
						{"7to8", Text{"7–8 timer", "7–8 hours"}},
						{"over8", Text{"Mere end 8 timer", "More than 8 hours"}},
					}},
				{ID: "breaks", Kind: Several, Optional: true, Text: Text{"Hvad giver dig ro?", "What gives you peace of mind?"},
					Hint: Text{"Vælg alt, der passer.", "Choose all that apply."},
					Options: []Option{
						{"friends", Text{"At være sammen med andre", "Being with others"}},
						{"nature", Text{"At være ude i naturen", "Being out in nature"}},
						{"music", Text{"Musik, bøger eller håndarbejde", "Music, books or handicraft"}},
						{"movement", Text{"Bevægelse", "Exercise"}},
					}},
				{ID: "joy", Kind: FreeText, Optional: true, Text: Text{"Hvad har glædet dig mest?", "What has pleased you most?"},
					Hint: Text{"Skriv ikke navne eller numre på andre mennesker.", "Do not write names or numbers of other people."}},
			},
		},
		FollowUp: Form{
			Intro: Text{"Nogle få spørgsmål om, hvordan det er gået siden sidst.", "A few questions about how it has been since last time."},
			Questions: []Question{
				{ID: "change", Kind: Choice, Text: Text{"Hvordan har du det i forhold til sidst?", "How are you compared with last time?"}, Options: changes()},
				{ID: "why", Kind: FreeText, Optional: true, Text: Text{"Hvad har gjort forskellen?", "What made the difference?"}},
			},
		},
	}
}

// Health asks for the CPR number, and for a fresh login before the follow-up.
func Health() Questionnaire {
	return Questionnaire{
		Slug:    "helbred",
		Title:   Text{"Helbred og hjælp", "Health and care"},
		Summary: Text{"Om smerter og den hjælp, du får. Vi beder om dit CPR-nummer, så svaret kan knyttes til dit forløb.", "About pain and the help you get. We ask for your CPR number to link your answer to your course of treatment."},
		Minutes: 3,
		CPR:     true,
		CPRReason: Text{
			"Dine svar knyttes til dit behandlingsforløb, og det kendes på CPR-nummeret. Nummeret gemmes krypteret og vises aldrig på siderne her.",
			"Your answers are linked to your course of treatment, which is known by the CPR number. The number is stored encrypted and is never shown on these pages.",
		},
		FreshFollowUp: true,
		First: Form{
			Intro: Text{"Svar så godt du kan. Der er ingen rigtige eller forkerte svar.", "Answer as best you can. There are no right or wrong answers."},
			Questions: []Question{
				{ID: "pain", Kind: Scale, Text: Text{"Hvor meget har smerter fyldt i din hverdag?", "How much has pain affected your everyday life?"},
					Low: Text{"Slet ikke", "Not at all"}, High: Text{"Hele tiden", "All the time"}},
				{ID: "help", Kind: Choice, Text: Text{"Får du den hjælp, du har brug for?", "Do you get the help you need?"},
					Options: []Option{
						{"yes", Text{"Ja", "Yes"}},
						{"partly", Text{"Noget af den", "Some of it"}},
						{"no", Text{"Nej", "No"}},
						{"none", Text{"Jeg har ikke brug for hjælp", "I do not need help"}},
					}},
				{ID: "trouble", Kind: Several, Optional: true, Text: Text{"Hvad er svært for dig i øjeblikket?", "What is difficult for you at the moment?"},
					Hint: Text{"Vælg alt, der passer.", "Choose all that apply."},
					Options: []Option{
						{"stairs", Text{"At gå på trapper", "Climbing stairs"}},
						{"work", Text{"At passe mit arbejde", "Keeping up with my work"}},
						{"household", Text{"At klare husholdningen", "Running the household"}},
						{"night", Text{"At falde i søvn", "Falling asleep"}},
					}},
				{ID: "wish", Kind: FreeText, Text: Text{"Hvad ville gøre den største forskel for dig?", "What would make the biggest difference to you?"},
					Hint: Text{"En sætning eller to er nok.", "A sentence or two is enough."}},
			},
		},
		FollowUp: Form{
			Intro: Text{"Fortæl, hvordan det er gået, siden du svarede første gang.", "Tell us how it has been since your first answer."},
			Questions: []Question{
				{ID: "change", Kind: Choice, Text: Text{"Hvordan har du det i forhold til sidst?", "How are you compared with last time?"}, Options: changes()},
				{ID: "pain", Kind: Scale, Text: Text{"Hvor meget fylder smerter nu?", "How much does pain affect you now?"},
					Low: Text{"Slet ikke", "Not at all"}, High: Text{"Hele tiden", "All the time"}},
			},
		},
	}
}

func changes() []Option {
	return []Option{
		{"better", Text{"Bedre", "Better"}},
		{"same", Text{"Som før", "About the same"}},
		{"worse", Text{"Værre", "Worse"}},
	}
}
