package mitid

import (
	"errors"

	"github.com/dkeid/dkeid/claims"
)

// PublicText returns a text for the person whose login ended with err. It is in English
// if l is English, and in Danish otherwise. It holds nothing about the person and
// nothing technical. If err is nil, it is empty.
func PublicText(err error, l Locale) string {
	if err == nil {
		return ""
	}
	t := publicTexts[KindOf(err)]
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == AssuranceTooLow {
		t = levelText(e.Level)
	}
	if l == English {
		return t.en
	}
	return t.da
}

type publicText struct{ da, en string }

var (
	textAgain    = publicText{"Noget gik galt under dit login. Begynd forfra.", "Something went wrong with your login. Please start again."}
	textOver     = publicText{"Dit login er udløbet eller allerede brugt, eller du er kommet tilbage i en anden browser end den, du begyndte i. Begynd forfra.", "Your login has expired or was already used, or you came back in another browser than the one you began in. Please start again."}
	textLater    = publicText{"MitID kan ikke nås lige nu. Prøv igen om lidt.", "MitID cannot be reached right now. Please try again shortly."}
	textOperator = publicText{"Login med MitID virker ikke lige nu. Vi har fået besked.", "Logging on with MitID does not work right now. We have been told."}
)

// publicTexts has a text for every kind; 0 is for errors of other packages.
var publicTexts = [...]publicText{
	0:                   textAgain,
	StateInvalid:        textOver,
	IssuerMismatch:      textAgain,
	ResponseInvalid:     textAgain,
	TokenInvalid:        textAgain,
	SignatureInvalid:    textAgain,
	Replay:              textOver,
	AssuranceTooLow:     {"Dit login var ikke nyt nok, eller det havde ikke det krævede sikringsniveau. Log ind igen.", "Your login was not recent enough, or it did not reach the required level of assurance. Please log on again."},
	ClaimMissing:        {"Vi mangler en oplysning for at kunne fortsætte, for eksempel dit CPR-nummer.", "We lack something to be able to continue, such as your CPR number."},
	ClaimInvalid:        textAgain,
	UserCancelled:       {"Du afbrød dit login. Prøv igen, når du er klar.", "You cancelled your login. Try again when you are ready."},
	BrokerDeclined:      {"Dit login blev ikke gennemført. Begynd forfra.", "Your login was not completed. Please start again."},
	BrokerUnavailable:   textLater,
	ConfigInvalid:       textOperator,
	InputInvalid:        textAgain,
	CPRMismatch:         {"CPR-nummeret passer ikke til dit MitID. Log ind igen.", "The CPR number does not belong to your MitID. Please log on again."},
	Throttled:           textLater,
	Unsupported:         textOperator,
	InteractionRequired: {"Du skal logge ind med MitID for at fortsætte.", "Please log on with MitID to continue."},
	TransactionMismatch: {"Den tekst, du godkendte, var ikke den, vi sendte. Begynd forfra.", "The text you approved was not the one we sent. Please start again."},
}

// levelText returns a text that says what a person needs to reach the level l
// (docs.idura.app, Danish MitID, levels of assurance).
func levelText(l claims.Level) publicText {
	switch l {
	case claims.High:
		return publicText{"Dit login havde ikke det krævede sikringsniveau: høj. Det kræver en MitID app, der er oprettet på niveauet høj, eller en MitID chip. En almindelig MitID app eller en kodeviser er ikke nok.",
			"Your login did not reach the required level of assurance: high. It takes a MitID app that is enrolled at the level high, or a MitID chip. An ordinary MitID app or a code display is not enough."}
	case claims.Substantial:
		return publicText{"Dit login havde ikke det krævede sikringsniveau: betydelig. Adgangskode alene er ikke nok: log ind igen med MitID app, kodeviser eller chip.",
			"Your login did not reach the required level of assurance: substantial. A password alone is not enough: please log on again with the MitID app, code display or chip."}
	}
	return publicTexts[AssuranceTooLow]
}
