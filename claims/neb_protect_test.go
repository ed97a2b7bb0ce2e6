package claims_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/davecgh/go-spew/spew"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/canary"
)

// netsCanaries are what must not be seen of netsValues.
var netsCanaries = []string{
	"canary", "7408860003", "740886", "1986-08", "6867f1a2", "9208-2002", "0012345678", "43950932", "16662879", "1092738120",
	"0c23111c", "Bageren", "Åse", "Ærøskøbing", "StubID", "U3R1YklE", "Køb", "192.0.2.7",
}

// netsValues are the exported types of the Nets dialects, filled.
func netsValues(t testing.TB) map[string]any {
	t.Helper()
	p := maps.Clone(nebSample(t, "ssn"))
	text := nebSample(t, "text")
	employee := nebSample(t, "employee-public")
	details := nebSample(t, "details")
	tx := change(t, text["transaction_token"], "other", `"canary 7408860003"`)
	ei := eident(t, "transaction")
	for member, value := range map[string]string{
		"dk_ssn": `"7408860003"`, "name": `"canary Åse"`, "birthdate": `"14.08.1986"`, "additional_info": `"canary"`, "other": `{"canary":"7408860003"}`,
	} {
		ei = change(t, ei, member, value)
	}
	p["transaction_token"] = change(t, p["transaction_token"], "nonce", `"canary"`)
	n := nebOf(t, p)
	erhverv, det, signed := nebOf(t, employee), nebOf(t, details), nebOf(t, map[string][]byte{"id_token": text["id_token"], "transaction_token": tx})
	e, err := claims.ParseEIdent(ei)
	require.NoError(t, err)
	invalid, err := claims.ParseEIdent([]byte(`{"sub":"canary","dk_ssn":["7408860003"],"name":"canary"}`))
	require.NoError(t, err)
	_, claimErr := invalid.Identity()
	_, tokenErr := n.Identity()
	return map[string]any{
		"NEB": *n, "*NEB": n, "NEBIDToken": *n.IDToken, "*NEBIDToken": n.IDToken, "NEBUserInfo": *n.UserInfo, "*NEBUserInfo": n.UserInfo,
		"NEBTransaction": *n.Transaction, "*NEBTransaction": signed.Transaction, "NEBClaims": n.UserInfo.NEBClaims, "*NEBClaims": &n.UserInfo.NEBClaims,
		"NEBDetails": *det.UserInfo.Details, "*NEBDetails": det.UserInfo.Details,
		"NemLogin": *erhverv.UserInfo.NemLogin, "*NemLogin": erhverv.UserInfo.NemLogin,
		"TransactionText": *signed.Transaction.Text, "*TransactionText": signed.Transaction.Text,
		"EIdent": *e, "*EIdent": e, "*EIdent invalid": invalid, "claim error": claimErr, "token error": tokenErr,
	}
}

// Each of them through every printer.
func TestNothingOfNetsIsPrinted(t *testing.T) {
	for name, value := range netsValues(t) {
		t.Run(name, func(t *testing.T) {
			require.NotNil(t, value)
			for printer, text := range printed(value, false) {
				for _, c := range netsCanaries {
					assert.NotContains(t, text, c, printer)
				}
			}
			// The first is in the names of that package's types.
			for _, printer := range canary.Leaks(value, netsCanaries[1:]...) {
				assert.True(t, canary.OutOfReach(printer), printer)
			}
			if strings.Contains(name, "error") {
				return
			}
			_, err := json.Marshal(value)
			assert.ErrorContains(t, err, "claims.Plain")
			_, err = xml.Marshal(value)
			assert.Error(t, err)
			_, err = value.(interface{ MarshalText() ([]byte, error) }).MarshalText()
			assert.ErrorContains(t, err, "claims.Plain")
			_, err = value.(interface{ MarshalBinary() ([]byte, error) }).MarshalBinary()
			assert.ErrorContains(t, err, "claims.Plain")
			assert.True(t, strings.HasPrefix(fmt.Sprintf("%#v", value), "claims."+strings.TrimPrefix(strings.Fields(name)[0], "*")+"{"))
		})
	}
}

// Printers that ask no method still do not see the digits of a CPR number.
func TestReflectionSeesNoDigitsOfNets(t *testing.T) {
	printer := spew.ConfigState{DisableMethods: true, DisablePointerMethods: true, Indent: " "}
	for name, value := range netsValues(t) {
		if e, ok := value.(*claims.EIdent); ok {
			delete(e.Unknown, "other")
		}
		if strings.Contains(name, "EIdent") || strings.Contains(name, "NEBTransaction") && strings.HasPrefix(name, "*") {
			continue // Unknown keeps what it is given, digits that nobody asked for too
		}
		assert.NotContains(t, printer.Sdump(value), "7408860003", name)
	}
}
