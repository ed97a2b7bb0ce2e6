package signdesk

import (
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/signing"
)

// SignBy is how long a person has to sign.
const SignBy = 30 * 24 * time.Hour

// signatory is our reference of the only person who signs.
const signatory = "person"

// Path is where the page of an agreement is. The service leads people back there. The id says nothing
// about anybody.
func Path(id string) string { return "/signatures/" + id }

// whoSigns is the only person who can sign.
func whoSigns(c *survey.AgreementContent) (signing.Who, error) {
	var who signing.Who
	var err error
	switch {
	case c.UUID != "":
		who.UUID, err = claims.ParseUUID(c.UUID)
	case c.CPR != "":
		who.CPR, err = cpr.Parse(c.CPR)
	default:
		err = &signing.Error{Kind: signing.InputInvalid, Op: "place", Why: "MitID gave no UUID of the person, and -sign-cpr is not set"}
	}
	return who, err
}

// orderOf is the agreement as the service gets it. It is the same each time.
func orderOf(c *survey.AgreementContent, id string, pdf []byte, publicURL string) (*signing.Order, error) {
	who, err := whoSigns(c)
	if err != nil {
		return nil, err
	}
	o := &signing.Order{
		Reference: id, Title: c.Title, Documents: []signing.Document{signing.Bytes(c.Title, pdf)},
		Signatories: []signing.Signatory{{Reference: signatory, Who: who}},
		Expires:     c.Letter.At.Add(SignBy), ReturnURL: publicURL + Path(id) + "/back",
	}
	if c.Letter.Lang == survey.English {
		o.Language = signing.English
	}
	return o, nil
}
