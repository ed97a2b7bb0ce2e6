package survey

// pageTexts are the sentences of the pages people move through, except the questions themselves (see
// catalogue) and what package mitid says about a refused login.
var pageTexts = map[string]Text{
	"app.name": {"Ærøpanelet", "The Ærø Panel"},

	"nav.skip":    {"Gå til indholdet", "Skip to content"},
	"nav.label":   {"Dine sider", "Your pages"},
	"nav.answers": {"Mine svar", "My answers"},
	"nav.letters": {"Mine breve", "My letters"},
	"nav.profile": {"Min profil", "My profile"},
	"nav.logout":  {"Log ud", "Log out"},
	"nav.other":   {"English", "Dansk"},

	"foot.as":       {"Du er logget ind som %s.", "You are logged on as %s."},
	"foot.asNobody": {"Du er logget ind. Dit navn er ikke oplyst.", "You are logged on. Your name was not given."},
	"foot.what":     {"Ærøpanelet er et eksempel og findes ikke.", "The Ærø Panel is an example and does not exist."},

	"front.title":      {"Fortæl os, hvordan det går", "Tell us how you are doing"},
	"front.lead":       {"Dine svar er med til at gøre hverdagen bedre for alle på øen. Du behøver ingen konto – dit MitID er nok.", "Your answers help make everyday life better for everyone on the island. You need no account – your MitID is enough."},
	"front.step1":      {"Log ind med MitID.", "Log on with MitID."},
	"front.step1.more": {"Så ved vi, at svaret er dit.", "Then we know that the answer is yours."},
	"front.step2":      {"Svar på spørgsmålene.", "Answer the questions."},
	"front.step2.more": {"Du kan gemme undervejs og fortsætte en anden dag.", "You can save on the way and continue another day."},
	"front.step3":      {"Følg op.", "Follow up."},
	"front.step3.more": {"Senere spørger vi, om noget har ændret sig.", "Later we ask whether anything has changed."},
	"front.forms":      {"Vælg et spørgeskema", "Choose a questionnaire"},
	"front.minutes":    {"Ca. %d minutter", "About %d minutes"},
	"front.cpr":        {"Med CPR-nummer", "With CPR number"},
	"front.nocpr":      {"Uden CPR-nummer", "Without CPR number"},
	"front.care":       {"Sådan passer vi på dine oplysninger", "How we look after your information"},
	"front.care.1":     {"Fra MitID får vi dit navn, din fødselsdag og dit land. CPR-nummeret beder vi kun om, hvor det står, og det gemmes krypteret.", "From MitID we get your name, birthday and country. We ask for your CPR number only where it says so, and it is stored encrypted."},
	"front.care.2":     {"Du kan altid se, hvad vi har fået at vide, på siden Min profil.", "You can always see what we were told on the page My profile."},

	"action.begin":    {"Begynd", "Begin"},
	"action.continue": {"Fortsæt", "Continue"},
	"action.followup": {"Besvar opfølgningen", "Answer the follow-up"},
	"action.see":      {"Se dine svar", "See your answers"},

	"status.draft":       {"Kladde", "Draft"},
	"status.answered":    {"Besvaret", "Answered"},
	"status.followed_up": {"Fulgt op", "Followed up"},

	"form.followup":          {"Opfølgning", "Follow-up"},
	"form.hand":              {"Send dine svar", "Send your answers"},
	"form.draft":             {"Gem og fortsæt senere", "Save and continue later"},
	"form.saved":             {"Din kladde er gemt. Du kan lukke siden og fortsætte en anden dag.", "Your draft is saved. You can close the page and continue another day."},
	"form.optional":          {"(valgfrit)", "(optional)"},
	"form.optional.how":      {"Du kan springe de spørgsmål over, der er mærket valgfrit.", "You may skip the questions marked optional."},
	"form.problems":          {"Tjek dine svar", "Check your answers"},
	"form.problems.kept":     {"Dine svar er ikke sendt endnu, men de står her stadig. Ret disse spørgsmål, og send igen:", "Your answers have not been sent yet, but they are still here. Correct these questions and send again:"},
	"problem.missing.scale":  {"Vælg et tal fra 1 til 5.", "Choose a number from 1 to 5."},
	"problem.missing.choice": {"Vælg et svar.", "Choose an answer."},
	// several is always optional today; the text is here for the day it is not.
	"problem.missing.several": {"Vælg mindst ét svar.", "Choose at least one answer."},
	"problem.missing.text":    {"Skriv et svar.", "Write an answer."},
	"problem.long":            {"Svaret er for langt. Der er plads til 2.000 tegn.", "The answer is too long. There is room for 2,000 characters."},
	"problem.invalid":         {"Det svar kan vi ikke læse. Vælg eller skriv det igen.", "We cannot read that answer. Choose or write it again."},

	"done.title":       {"Tak for dine svar", "Thank you for your answers"},
	"done.title.again": {"Tak, fordi du fulgte op", "Thank you for following up"},
	"done.lead":        {"Vi har modtaget »%s«.", "We have received “%s”."},
	"done.next":        {"Hvad sker der nu?", "What happens now?"},
	"done.next.more":   {"Vi vil gerne høre, hvordan det går. Opfølgningen tager et minut.", "We would like to hear how it goes. The follow-up takes a minute."},
	"done.next.fresh":  {"Vi vil gerne høre, hvordan det går. Du skal bekræfte med MitID igen, før du svarer.", "We would like to hear how it goes. You confirm with MitID again before you answer."},
	"done.see":         {"Se, hvad du svarede", "See what you answered"},
	"done.logout":      {"Sidder du ved en fælles computer, så husk at logge ud.", "If you share this computer, remember to log out."},

	"record.status":   {"Status:", "Status:"},
	"record.closed":   {"Skemaet var allerede sendt. Her er de svar, vi har.", "The form had already been sent. Here are the answers we have."},
	"record.first":    {"Dine svar", "Your answers"},
	"record.again":    {"Opfølgningen", "The follow-up"},
	"record.none":     {"Ikke besvaret", "Not answered"},
	"answers.changed": {"Ændret %s", "Changed %s"},
	"answers.empty":   {"Du har ikke svaret på noget endnu.", "You have not answered anything yet."},
	"answers.choose":  {"Vælg et spørgeskema", "Choose a questionnaire"},
}
