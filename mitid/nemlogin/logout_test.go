package nemlogin

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
)

func loginOf(b *Broker, subject, session string) *mitid.Login {
	rule := b.Callback()
	return &mitid.Login{Identity: claims.Identity{Subject: subject, SessionID: session}, Broker: rule.Name, Issuer: rule.Issuer, ClientID: rule.ClientID}
}

func TestEndSessionSendsALogoutRequest(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*Config)
		session string
		format  string
	}{
		"persistent":        {nil, sessionName, formatPersistent},
		"transient":         {func(c *Config) { c.TransientNameID = true }, sessionName, formatTransient},
		"no SessionIndex":   {nil, "", formatPersistent},
		"a key that is new": {func(c *Config) { c.Keys = []KeyPair{pairs("sp"), pairs("sp-next")} }, sessionName, formatPersistent},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBroker(t, c.change)
			rd, err := newClient(t, b).EndSession(t.Context(), loginOf(b, soeren, c.session), spLogout)
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(rd.URL, idpSSO+"?SAMLRequest="))
			got := receive(t, rd.URL, &pairs("sp").Key.PublicKey)
			require.Equal(t, rd.Handle, got.relayState)
			require.Equal(t, "_"+rd.Handle, got.id)
			root := got.root
			require.Equal(t, "LogoutRequest", root.Tag)
			require.Equal(t, nsProtocol, root.NamespaceURI())
			require.Equal(t, "2.0", root.SelectAttrValue("Version", ""))
			require.Equal(t, idpSSO, root.SelectAttrValue("Destination", ""))
			require.Equal(t, "2026-11-30T12:00:00Z", root.SelectAttrValue("IssueInstant", ""))
			require.Equal(t, "2026-11-30T12:05:00Z", root.SelectAttrValue("NotOnOrAfter", ""))
			require.Equal(t, spEntityID, root.SelectElement("Issuer").Text())
			require.Equal(t, soeren, root.SelectElement("NameID").Text())
			require.Equal(t, c.format, root.SelectElement("NameID").SelectAttrValue("Format", ""))
			if c.session == "" {
				require.Nil(t, root.SelectElement("SessionIndex"))
				return
			}
			require.Equal(t, c.session, root.SelectElement("SessionIndex").Text())
		})
	}
}

func TestEndSessionThatIsRefused(t *testing.T) {
	noSLO := func(c *Config) {
		c.IdP = [][]byte{replaced(t, `<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="`+idpSSO+`"/>`, ``)}
	}
	for name, c := range map[string]struct {
		change   func(*Config)
		returnTo string
		want     error
	}{
		"another address":        {nil, spLogout + "/", mitid.ErrInputInvalid},
		"the callback":           {nil, spACS, mitid.ErrInputInvalid},
		"no LogoutURL":           {func(c *Config) { c.LogoutURL = "" }, spACS, mitid.ErrUnsupported},
		"no logout at NemLog-in": {noSLO, spLogout, mitid.ErrUnsupported},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBroker(t, c.change)
			_, err := newClient(t, b).EndSession(t.Context(), loginOf(b, soeren, sessionName), c.returnTo)
			require.ErrorIs(t, err, c.want)
			require.NotContains(t, err.Error(), personUUID)
		})
	}
	b := newBroker(t, nil)
	for _, state := range []string{"", strings.Repeat("s", 81)} {
		_, err := b.EndSession(context.Background(), loginOf(b, soeren, ""), spLogout, state)
		require.Equal(t, fault.InputInvalid, fault.ClassOf(err))
	}
	b = newBroker(t, noSLO)
	_, err := newClient(t, b).ReceiveLogout(t.Context(), newLogoutRequest().redirect(t))
	require.ErrorIs(t, err, mitid.ErrUnsupported)
}

// sessions replaces the SessionIndex of a LogoutRequest.
func sessions(names ...string) func(*logoutNote) {
	return func(n *logoutNote) {
		n.root.RemoveChild(n.root.SelectElement("SessionIndex"))
		for _, name := range names {
			n.root.CreateElement("samlp:SessionIndex").SetText(name)
		}
	}
}

func attribute(name, value string) func(*logoutNote) {
	return func(n *logoutNote) { n.root.CreateAttr(name, value) }
}

func TestLogoutRequestsThatAreTaken(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*logoutNote)
		session string
		at      time.Time
	}{
		"one session":            {func(*logoutNote) {}, sessionName, now},
		"no session":             {sessions(), "", now},
		"several sessions":       {sessions(sessionName, "session-2"), "", now},
		"RelayState":             {func(n *logoutNote) { n.relayState = "æøå & /?=" }, sessionName, now},
		"80 bytes of RelayState": {func(n *logoutNote) { n.relayState = strings.Repeat("r", 80) }, sessionName, now},
		"no NotOnOrAfter":        {func(n *logoutNote) { n.root.RemoveAttr("NotOnOrAfter") }, sessionName, now},
		"NotOnOrAfter five minutes ago, less a second": {attribute("NotOnOrAfter", stamp(now.Add(-5*time.Minute+time.Second))), sessionName, now},
		"issued five minutes ago":                      {attribute("IssueInstant", stamp(now.Add(-5*time.Minute))), sessionName, now.Add(-5 * time.Minute)},
		"issued five minutes ahead":                    {attribute("IssueInstant", stamp(now.Add(5*time.Minute))), sessionName, now.Add(5 * time.Minute)},
		"Reason, Consent, Extensions": {func(n *logoutNote) {
			n.root.CreateAttr("Reason", "urn:oasis:names:tc:SAML:2.0:logout:user")
			n.root.CreateAttr("Consent", "urn:oasis:names:tc:SAML:2.0:consent:unspecified")
			n.root.InsertChildAt(1, etree.NewElement("samlp:Extensions"))
		}, sessionName, now},
		"qualifiers of the NameID": {func(n *logoutNote) {
			el := n.root.SelectElement("NameID")
			el.CreateAttr("NameQualifier", idpEntityID)
			el.CreateAttr("SPNameQualifier", spEntityID)
		}, sessionName, now},
		"no Format of the NameID": {func(n *logoutNote) { n.root.SelectElement("NameID").RemoveAttr("Format") }, sessionName, now},
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, newBroker(t, nil))
			note := newLogoutRequest().with(c.change)
			for binding, cb := range map[string]mitid.Callback{"redirect": note.redirect(t), "post": note.post(t)} {
				lo, err := client.ReceiveLogout(t.Context(), cb)
				require.NoError(t, err, binding)
				require.Equal(t, soeren, lo.Subject)
				require.Equal(t, c.session, lo.SessionID)
				require.True(t, lo.At.Equal(c.at))
				require.False(t, lo.Finished)

				require.Nil(t, lo.Answer.Form)
				answer := receiveAs(t, "SAMLResponse", lo.Answer.URL, &pairs("sp").Key.PublicKey)
				require.Equal(t, note.relayState, answer.relayState)
				require.Equal(t, "LogoutResponse", answer.root.Tag)
				require.Equal(t, "_note-1", answer.root.SelectAttrValue("InResponseTo", ""))
				require.Equal(t, idpSSO, answer.root.SelectAttrValue("Destination", ""))
				require.Equal(t, "2026-11-30T12:00:00Z", answer.root.SelectAttrValue("IssueInstant", ""))
				require.Equal(t, spEntityID, answer.root.SelectElement("Issuer").Text())
				require.Equal(t, "urn:oasis:names:tc:SAML:2.0:status:Success", answer.root.FindElement("Status/StatusCode").SelectAttrValue("Value", ""))
				require.Len(t, answer.id, 33)
				again, err := client.ReceiveLogout(t.Context(), cb)
				require.NoError(t, err, "the same message ends the same sessions")
				require.NotEqual(t, answer.id, receiveAs(t, "SAMLResponse", again.Answer.URL, &pairs("sp").Key.PublicKey).id)
			}
		})
	}
}

// The answer goes where the metadata says that answers go.
func TestLogoutAnswerGoesToTheResponseLocation(t *testing.T) {
	b := newBroker(t, func(c *Config) {
		c.IdP = [][]byte{replaced(t, `HTTP-Redirect" Location="`+idpSSO+`"/><NameIDFormat>`, `HTTP-Redirect" Location="`+idpSSO+`" ResponseLocation="`+idpSSO+`svar"/><NameIDFormat>`)}
	})
	lo, err := newClient(t, b).ReceiveLogout(t.Context(), newLogoutRequest().redirect(t))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(lo.Answer.URL, idpSSO+"svar?SAMLResponse="))
	require.Equal(t, idpSSO+"svar", receiveAs(t, "SAMLResponse", lo.Answer.URL, &pairs("sp").Key.PublicKey).root.SelectAttrValue("Destination", ""))
	rd, err := newClient(t, b).EndSession(t.Context(), loginOf(b, soeren, ""), spLogout)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(rd.URL, idpSSO+"?SAMLRequest="))
}

// Both keys count while NemLog-in changes its key, and stronger hashes too.
func TestLogoutRequestByAnyKeyOfTheIdP(t *testing.T) {
	b := newBroker(t, func(c *Config) { c.IdP = append(c.IdP, metadata(idpEntityID, pairs("idp-next"))) })
	for _, key := range []string{"idp", "idp-next"} {
		note := newLogoutRequest().with(func(n *logoutNote) { n.signer = pairs(key) })
		for _, cb := range []mitid.Callback{note.redirect(t), note.post(t)} {
			_, err := newClient(t, b).ReceiveLogout(t.Context(), cb)
			require.NoError(t, err, key)
		}
	}
}

func statusOf(top string, second ...string) func(*logoutNote) {
	return func(n *logoutNote) {
		code := n.root.FindElement("Status/StatusCode")
		code.CreateAttr("Value", statusPrefix+top)
		for _, s := range second {
			code.CreateElement("samlp:StatusCode").CreateAttr("Value", statusPrefix+s)
		}
	}
}

func TestLogoutResponses(t *testing.T) {
	nothing := func(*logoutNote) {}
	for name, c := range map[string]struct {
		change  func(*logoutNote)
		partial bool
		want    error
	}{
		"everywhere":                     {nothing, false, nil},
		"partial":                        {statusOf("Success", "PartialLogout"), true, nil},
		"partial, as an error":           {statusOf("Responder", "PartialLogout"), true, nil},
		"failed":                         {statusOf("Responder"), true, nil},
		"no RelayState":                  {func(n *logoutNote) { n.relayState = "" }, false, mitid.ErrStateInvalid},
		"neither RelayState nor its ID":  {func(n *logoutNote) { n.relayState = ""; n.root.CreateAttr("InResponseTo", "_") }, false, mitid.ErrStateInvalid},
		"RelayState of another logout":   {func(n *logoutNote) { n.relayState = "other" }, false, mitid.ErrStateInvalid},
		"RelayState plus one character":  {func(n *logoutNote) { n.relayState += "x" }, false, mitid.ErrStateInvalid},
		"InResponseTo missing":           {func(n *logoutNote) { n.root.RemoveAttr("InResponseTo") }, false, mitid.ErrStateInvalid},
		"InResponseTo of another":        {attribute("InResponseTo", "_other"), false, mitid.ErrStateInvalid},
		"no Status":                      {func(n *logoutNote) { n.root.RemoveChild(n.root.SelectElement("Status")) }, false, mitid.ErrResponseInvalid},
		"two Status":                     {func(n *logoutNote) { n.root.AddChild(n.root.SelectElement("Status").Copy()) }, false, mitid.ErrResponseInvalid},
		"no StatusCode":                  {func(n *logoutNote) { n.root.SelectElement("Status").Child = nil }, false, mitid.ErrResponseInvalid},
		"StatusCode without a value":     {func(n *logoutNote) { n.root.FindElement("Status/StatusCode").RemoveAttr("Value") }, false, mitid.ErrResponseInvalid},
		"Destination of another":         {attribute("Destination", spACS), false, mitid.ErrResponseInvalid},
		"old":                            {attribute("IssueInstant", stamp(now.Add(-6*time.Minute))), false, mitid.ErrTokenInvalid},
		"another issuer":                 {func(n *logoutNote) { n.root.SelectElement("Issuer").SetText("https://saml.nemlog-in.dk") }, false, mitid.ErrIssuerMismatch},
		"signed by a stranger":           {func(n *logoutNote) { n.signer = pairs("stranger") }, false, mitid.ErrSignatureInvalid},
		"a login's response":             {func(n *logoutNote) { n.root.Tag = "Response" }, false, mitid.ErrResponseInvalid},
		"a LogoutRequest under its name": {func(n *logoutNote) { r := newLogoutRequest(); n.root = r.root }, false, mitid.ErrResponseInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBroker(t, nil)
			client := newClient(t, b)
			rd, err := client.EndSession(t.Context(), loginOf(b, soeren, sessionName), spLogout)
			require.NoError(t, err)
			note := newLogoutResponse(rd.Handle).with(c.change)
			for binding, cb := range map[string]mitid.Callback{"redirect": note.redirect(t), "post": note.post(t)} {
				lo, err := client.ReceiveLogout(t.Context(), cb)
				if c.want != nil {
					require.ErrorIs(t, err, c.want, binding)
					continue
				}
				require.NoError(t, err, binding)
				require.True(t, lo.Finished)
				require.Equal(t, c.partial, lo.Partial)
				require.Empty(t, lo.Subject+lo.SessionID)
				require.Nil(t, lo.Answer)
			}
		})
	}
}
