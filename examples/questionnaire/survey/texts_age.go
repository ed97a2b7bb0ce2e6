package survey

// ageTexts are the sentences of the proof of age.
var ageTexts = map[string]Text{
	"age.heading": {"Uden at sige, hvem du er", "Without saying who you are"},
	"age.summary": {"Vil du købe øl eller vin i vores butik, skal vi vide, om du er fyldt 18. Vi får et ja eller et nej – ikke hvem du er.", "To buy beer or wine in our shop you must be at least 18. We get a yes or a no – not who you are."},
	"age.fact":    {"Uden navn og CPR-nummer", "Without name and CPR number"},
	"age.begin":   {"Vis, at du er fyldt 18", "Show that you are 18"},
	"age.again":   {"Spørg igen", "Ask again"},

	"age.ask.title":      {"Er du fyldt 18?", "Are you 18 or over?"},
	"age.ask.lead":       {"Det skal vi vide, før vi kan sælge dig øl eller vin. Vi får et ja eller et nej – ikke hvem du er.", "We must know before we can sell you beer or wine. We get a yes or a no – not who you are."},
	"age.yes.title":      {"Tak, du er fyldt 18", "Thank you, you are 18 or over"},
	"age.yes.lead":       {"Du kan købe øl og vin hos os. Vi ved ikke, hvem du er, og vi har intet gemt.", "You can buy beer and wine from us. We do not know who you are, and we have stored nothing."},
	"age.no.title":       {"Du er ikke fyldt 18 endnu", "You are not 18 yet"},
	"age.no.lead":        {"Derfor kan vi ikke sælge dig øl eller vin. Vi ved ikke, hvem du er, og vi har intet gemt.", "So we cannot sell you beer or wine. We do not know who you are, and we have stored nothing."},
	"age.unproven.title": {"Vi fik ikke at vide, om du er fyldt 18", "We did not learn whether you are 18"},
	"age.unproven.lead":  {"Det er ikke din fejl: Fødselsdatoen er ikke kendt dér, hvor vi spørger. Uden et klart ja kan vi ikke sælge dig øl eller vin.", "That is no fault of yours: your date of birth is not known where we ask. Without a clear yes we cannot sell you beer or wine."},
	"age.refused.title":  {"Vi fik ikke spurgt om din alder", "We could not ask about your age"},
	"age.cancelled":      {"Du afbrød, og vi har intet fået at vide.", "You cancelled, and we were told nothing."},
}
