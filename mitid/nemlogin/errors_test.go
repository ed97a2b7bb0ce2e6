package nemlogin

import (
	"errors"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

func TestTheSecondCodeSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		status string
		want   error
		code   string
	}{
		"cancelled":                     {loginStatus("Responder", statusPrefix+"AuthnFailed", "Brugeren afbrød på Ærø"), mitid.ErrUserCancelled, "AuthnFailed"},
		"cancelled, by the requester":   {loginStatus("Requester", statusPrefix+"AuthnFailed", ""), mitid.ErrUserCancelled, "AuthnFailed"},
		"nobody is logged in":           {loginStatus("Responder", statusPrefix+"NoPassive", ""), mitid.ErrInteractionRequired, "NoPassive"},
		"the level cannot be reached":   {loginStatus("Responder", statusPrefix+"NoAuthnContext", ""), mitid.ErrAssuranceTooLow, "NoAuthnContext"},
		"denied":                        {loginStatus("Responder", statusPrefix+"RequestDenied", ""), mitid.ErrBrokerDeclined, "RequestDenied"},
		"another NameID format":         {loginStatus("Requester", statusPrefix+"InvalidNameIDPolicy", ""), mitid.ErrConfigInvalid, "InvalidNameIDPolicy"},
		"no second code":                {loginStatus("Responder", "", ""), mitid.ErrBrokerDeclined, ""},
		"a code of nobody":              {loginStatus("Responder", "urn:dk:gov:saml:ukendt", ""), mitid.ErrBrokerDeclined, ""},
		"a code with a letter more":     {loginStatus("Responder", statusPrefix+"AuthnFailedx", ""), mitid.ErrBrokerDeclined, ""},
		"a code without its prefix":     {loginStatus("Responder", "NoPassive", ""), mitid.ErrBrokerDeclined, ""},
		"a success of nobody":           {loginStatus("success", "", ""), mitid.ErrBrokerDeclined, ""},
		"a success and something else":  {loginStatus("Success", statusPrefix+"AuthnFailed", ""), mitid.ErrResponseInvalid, ""},
		"a success without assertion":   {loginStatus("Success", "", ""), mitid.ErrResponseInvalid, ""},
		"no code":                       {`<samlp:Status xmlns:samlp="` + nsProtocol + `"/>`, mitid.ErrResponseInvalid, ""},
		"a status of another namespace": {`<Status xmlns="` + nsAssertion + `"/>`, mitid.ErrResponseInvalid, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := loginWith(t, mitid.Request{}, func(w *answer) { w.status = c.status })
			require.ErrorIs(t, err, c.want)
			var e *mitid.Error
			require.True(t, errors.As(err, &e))
			require.Equal(t, c.code, e.Code)
			require.NotContains(t, e.Error(), "Ærø")
			if name == "cancelled" {
				require.Equal(t, "Brugeren afbrød på Ærø", e.Detail.Reveal())
			}
		})
	}
}

// An error status with an assertion beside it is an error.
func TestAnErrorWithAnAssertionIsAnError(t *testing.T) {
	_, err := loginWith(t, mitid.Request{}, func(w *answer) {
		w.response = func(el *etree.Element) {
			el.FindElement("./Status/StatusCode").CreateAttr("Value", statusPrefix+"Responder")
		}
	})
	require.ErrorIs(t, err, mitid.ErrBrokerDeclined)
}

func TestTheCodeForACancelIsASetting(t *testing.T) {
	const own = "urn:dk:nemlogin:afbrudt"
	c := newClient(t, newBroker(t, func(c *Config) { c.CancelCode = own }))
	for code, want := range map[string]error{own: mitid.ErrUserCancelled, statusPrefix + "AuthnFailed": mitid.ErrBrokerDeclined} {
		_, err := visit{c, mitid.Request{}, func(w *answer) { w.status = loginStatus("Responder", code, "") }}.run(t)
		require.ErrorIs(t, err, want)
	}
}

func TestNobodyCancelsWithoutAPage(t *testing.T) {
	_, err := loginWith(t, mitid.Request{Silent: true}, func(w *answer) { w.status = loginStatus("Responder", statusPrefix+"AuthnFailed", "") })
	require.ErrorIs(t, err, mitid.ErrInteractionRequired)
}
