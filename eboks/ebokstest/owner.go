package ebokstest

import (
	"net/http"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
)

// PersonOf reads a CPR number. It must be an ordinary one; modulus 11 is not asked for.
// The error is a *[Refusal].
func PersonOf(digits string) (eboks.Recipient, error) {
	number, err := cpr.Parse(digits)
	if err != nil || number.RequireOrdinary() != nil {
		return eboks.Recipient{}, badNumber()
	}
	return eboks.Person(number), nil
}

// CompanyOf reads a CVR number. The error is a *[Refusal].
func CompanyOf(digits string) (eboks.Recipient, error) {
	number, err := claims.ParseCVR(digits)
	if err != nil {
		return eboks.Recipient{}, badNumber()
	}
	return eboks.Company(number), nil
}

func badNumber() error {
	return &Refusal{http.StatusBadRequest, CodeInvalidNumber, "The recipient's number is not valid."}
}
