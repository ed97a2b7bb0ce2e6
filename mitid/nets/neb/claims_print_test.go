package neb

import (
	"maps"
	"testing"

	"github.com/davecgh/go-spew/spew"
	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/mitid/internal/claimsuite"
)

// printValues are the exported types of the dialect, filled.
func printValues(t testing.TB) map[string]any {
	t.Helper()
	p := maps.Clone(nebSample(t, "ssn"))
	text := nebSample(t, "text")
	employee := nebSample(t, "employee-public")
	details := nebSample(t, "details")
	tx := claimsuite.Change(t, text["transaction_token"], "other", `"canary 7408860003"`)
	p["transaction_token"] = claimsuite.Change(t, p["transaction_token"], "nonce", `"canary"`)
	n := nebOf(t, p)
	erhverv, det, signed := nebOf(t, employee), nebOf(t, details), nebOf(t, map[string][]byte{"id_token": text["id_token"], "transaction_token": tx})
	_, tokenErr := n.Identity()
	return map[string]any{
		"neb.Claims": *n, "*neb.Claims": n, "neb.IDToken": *n.IDToken, "*neb.IDToken": n.IDToken, "neb.UserInfo": *n.UserInfo, "*neb.UserInfo": n.UserInfo,
		"neb.Transaction": *n.Transaction, "*neb.Transaction": signed.Transaction, "neb.TokenClaims": n.UserInfo.TokenClaims, "*neb.TokenClaims": &n.UserInfo.TokenClaims,
		"neb.CPRDetails": *det.UserInfo.Details, "*neb.CPRDetails": det.UserInfo.Details,
		"nets.NemLogin": *erhverv.UserInfo.NemLogin, "*nets.NemLogin": erhverv.UserInfo.NemLogin,
		"nets.TransactionText": *signed.Transaction.Text, "*nets.TransactionText": signed.Transaction.Text,
		"token error": tokenErr,
	}
}

func TestNothingOfTheClaimsIsPrinted(t *testing.T) {
	claimsuite.NothingOfNetsIsPrinted(t, printValues(t))
}

// Printers that ask no method still do not see the digits of a CPR number.
func TestReflectionSeesNoDigits(t *testing.T) {
	printer := spew.ConfigState{DisableMethods: true, DisablePointerMethods: true, Indent: " "}
	for name, value := range printValues(t) {
		if name == "*neb.Transaction" {
			continue // Unknown keeps claims as they came
		}
		assert.NotContains(t, printer.Sdump(value), "7408860003", name)
	}
}
