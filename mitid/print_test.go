package mitid_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/canary"
	"github.com/dkeid/dkeid/mitid"
)

// TestCanary fills every exported type with marked values and looks for them in
// everything that prints.
func TestCanary(t *testing.T) {
	const name, token, text = "Søren Kanariefugl", "eyJcanaryToken", "Overførsel kanarie"
	digits := digitsOf(number)
	id := claims.Identity{Capacity: claims.CapacityPrivate, Subject: "{canary-subject}", CPR: number, Name: &claims.Name{Full: name}}
	evidence := mitid.Evidence{Tokens: []mitid.Token{{Use: "id_token", Raw: mitid.NewSecret(token)}}, Request: mitid.NewSecret(token)}
	texts := mitid.Texts{ReferenceHeader: text, Reference: &mitid.Text{Body: text}}
	b := newBench(t, func(c *mitid.Config) { c.StateKeys = [][]byte{[]byte("canary-key-canary-key-canary-key")} })
	values := map[string]any{
		"Identity":   id,
		"Request":    mitid.Request{CPRHint: number, ReferenceText: text, TransactionText: mitid.Text{Body: text}},
		"Attempt":    mitid.Attempt{Request: mitid.Request{CPRHint: number, ReferenceText: text}, Nonce: token, Verifier: token, ExpectSubject: "{canary-subject}"},
		"Assertion":  mitid.Assertion{Identity: id, Echo: token, Texts: texts, Evidence: evidence},
		"Callback":   mitid.Callback{Method: "GET", RawQuery: "code=" + token, Body: []byte(token)},
		"Redirect":   mitid.Redirect{URL: "https://b/?state=" + token, State: token, Form: map[string]string{"x": token}},
		"Login":      mitid.Login{Identity: id, Texts: texts, Evidence: evidence, StepUp: token},
		"Evidence":   evidence,
		"Token":      evidence.Tokens[0],
		"Secret":     mitid.NewSecret(token),
		"Texts":      texts,
		"Text":       mitid.Text{Body: text},
		"Logout":     mitid.Logout{Subject: "{canary-subject}", SessionID: token},
		"Client":     b.Client,
		"Config":     mitid.Config{StateKeys: [][]byte{[]byte("canary-key-canary-key-canary-key")}},
		"Error":      &mitid.Error{Kind: mitid.BrokerDeclined, Detail: mitid.NewSecret(token + name + digits)},
		"loginPtr":   &mitid.Login{Identity: id, Texts: texts, Evidence: evidence},
		"logoutPtr":  &mitid.Logout{Subject: "{canary-subject}"},
		"attemptPtr": &mitid.Attempt{Request: mitid.Request{CPRHint: number, ReferenceText: text}, Nonce: token},
	}
	secrets := []string{digits, digits[:6], name, token, text, "{canary-subject}", "canary-key"}
	for what, v := range values {
		require.Empty(t, canary.Leaks(v, digits, digits[:6]), what)
		for _, printer := range canary.Leaks(v, secrets...) {
			if !canary.OutOfReach(printer) {
				t.Errorf("%s leaks under %s: %q", what, printer, canary.Renderings(v)[printer])
			}
		}
	}
}

func TestRefusalsAreLoggedWithoutInput(t *testing.T) {
	var log bytes.Buffer
	b := newBench(t, func(c *mitid.Config) { c.Logger = slog.New(slog.NewJSONHandler(&log, nil)) })
	rd := b.begin(t, mitid.Request{})
	_, err := b.Complete(context.Background(), rd.State, mitid.Callback{Method: "GET", RawQuery: "state=" + rd.Handle + "x&error=canaryError&code=canaryCode"})
	require.Error(t, err)
	require.Contains(t, log.String(), "StateInvalid")
	require.NotContains(t, log.String()+err.Error(), "canary")
	require.NotContains(t, log.String(), rd.Handle)
}

func TestEveryKindHasWordSentinelAndTexts(t *testing.T) {
	sentinels := map[mitid.Kind]error{
		mitid.StateInvalid: mitid.ErrStateInvalid, mitid.IssuerMismatch: mitid.ErrIssuerMismatch, mitid.ResponseInvalid: mitid.ErrResponseInvalid,
		mitid.TokenInvalid: mitid.ErrTokenInvalid, mitid.SignatureInvalid: mitid.ErrSignatureInvalid, mitid.Replay: mitid.ErrReplay,
		mitid.AssuranceTooLow: mitid.ErrAssuranceTooLow, mitid.ClaimMissing: mitid.ErrClaimMissing, mitid.ClaimInvalid: mitid.ErrClaimInvalid,
		mitid.UserCancelled: mitid.ErrUserCancelled, mitid.BrokerDeclined: mitid.ErrBrokerDeclined, mitid.BrokerUnavailable: mitid.ErrBrokerUnavailable,
		mitid.ConfigInvalid: mitid.ErrConfigInvalid, mitid.InputInvalid: mitid.ErrInputInvalid, mitid.CPRMismatch: mitid.ErrCPRMismatch,
		mitid.Throttled: mitid.ErrThrottled, mitid.Unsupported: mitid.ErrUnsupported, mitid.InteractionRequired: mitid.ErrInteractionRequired,
		mitid.TransactionMismatch: mitid.ErrTransactionMismatch,
	}
	for _, k := range mitid.Kinds() {
		err := &mitid.Error{Kind: k}
		require.ErrorIs(t, err, sentinels[k], k)
		for other, s := range sentinels {
			require.Equal(t, other == k, err.Is(s))
		}
		require.Equal(t, k, mitid.KindOf(err))
		da, en := mitid.PublicText(err, mitid.Danish), mitid.PublicText(err, mitid.English)
		require.NotEmpty(t, da, k)
		require.NotEmpty(t, en, k)
		require.NotEqual(t, da, en)
	}
	require.True(t, mitid.BrokerUnavailable.Temporary() && mitid.Throttled.Temporary() && !mitid.TokenInvalid.Temporary())
	require.Empty(t, mitid.PublicText(nil, mitid.Danish))
	require.Equal(t, "Unknown", mitid.Kind(200).String())
}
