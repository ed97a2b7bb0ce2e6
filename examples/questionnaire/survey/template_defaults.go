package survey

import "strings"

// The templates that the app begins with. Administrators change them as any other.
const (
	ReceiptTemplate   = "receipt"
	FollowUpTemplate  = "followup"
	AgreementLetter   = "agreement-letter"
	ReminderTemplate  = "reminder"
	InvitationDefault = "invitation"
)

// agreementTemplate is the ID of the template of a questionnaire's agreement.
func agreementTemplate(q *Questionnaire) string { return "agreement-" + q.Slug }

// DefaultTemplates returns the templates that the app begins with.
func DefaultTemplates() []Template {
	all := []Template{
		{ID: ReceiptTemplate, Kind: LetterTemplate, Name: "Kvittering / Receipt", Title: letterTexts["letter.title"], Body: withAnswers("letter.pdf.lead")},
		{ID: FollowUpTemplate, Kind: LetterTemplate, Name: "Kvittering for opfølgning / Receipt for the follow-up", Title: letterTexts["letter.title"], Body: withAnswers("letter.pdf.lead.again")},
		{ID: AgreementLetter, Kind: LetterTemplate, Name: "Brev med aftale / Letter with the agreement", Title: signTexts["letter.title.sign"], Body: withAnswers("letter.pdf.lead.sign")},
		{ID: ReminderTemplate, Kind: LetterTemplate, Name: "Påmindelse om underskrift / Reminder to sign", Title: signTexts["letter.title.remind"], Body: signTexts["letter.pdf.remind"]},
		{ID: InvitationDefault, Kind: InvitationTemplate, Name: "Invitation", Title: letterTexts["letter.title.invite"], Body: letterTexts["letter.pdf.lead.invite"]},
	}
	for _, q := range Agreements() {
		all = append(all, Template{ID: agreementTemplate(&q), Kind: DocumentTemplate, Name: q.Agreement.Title.DA + " / " + q.Agreement.Title.EN,
			Title: q.Agreement.Title, Body: Text{q.Agreement.body(Danish), q.Agreement.body(English)}})
	}
	for i := range all {
		all[i].Version = 1
	}
	return all
}

// withAnswers is a lead about a questionnaire, and the answers.
func withAnswers(lead string) Text {
	t, _ := lookUp(lead)
	return Text{strings.ReplaceAll(t.DA, "%s", "{{questionnaire}}") + "\n\n{{answers}}", strings.ReplaceAll(t.EN, "%s", "{{questionnaire}}") + "\n\n{{answers}}"}
}

// body is an agreement as the body of a template.
func (g *Agreement) body(l Lang) string {
	parts := []string{g.Lead.In(l), "{{answers}}", signTexts["sign.pdf.terms"].In(l)}
	for _, t := range g.Terms {
		parts = append(parts, "– "+t.In(l))
	}
	return strings.Join(parts, "\n\n")
}

// DefaultActions returns the status actions that the app begins with: a receipt for each
// form, and for each agreement the signature and the letter that brings it.
func DefaultActions() (all []Action) {
	add := func(q *Questionnaire, s Status, k ActionKind, template string) {
		all = append(all, Action{ID: q.Slug + "-" + string(s), Questionnaire: q.Slug, Status: s, Kind: k, Template: template, On: true})
	}
	for _, q := range append(Catalogue(), Agreements()...) {
		if q.Agreement != nil {
			add(&q, StatusAnswered, AskSignature, agreementTemplate(&q))
			add(&q, StatusToSign, SendLetter, AgreementLetter)
			continue
		}
		add(&q, StatusAnswered, SendLetter, ReceiptTemplate)
		add(&q, StatusFollowedUp, SendLetter, FollowUpTemplate)
	}
	return all
}
