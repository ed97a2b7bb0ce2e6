package nemlogin

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

func TestAStepUpIsANewLoginOfTheSamePerson(t *testing.T) {
	c := newClient(t, newBroker(t, nil))
	l, err := visit{c, mitid.Request{}, nil}.run(t)
	require.NoError(t, err)
	step := func(change func(*answer)) (*mitid.Login, error) {
		rd, err := c.StepUp(t.Context(), l, mitid.Request{Level: claims.High, CPR: mitid.CPRRequired})
		require.NoError(t, err)
		r := receive(t, rd.URL, &pairs("sp").Key.PublicKey)
		require.Equal(t, "true", r.root.SelectAttrValue("ForceAuthn", ""))
		require.Equal(t, []string{contextLevel + "High", contextPerson}, contexts(r.root))
		w := newAnswer(r)
		w.attributes[attrLoA] = []string{"High"}
		change(w)
		return c.Complete(t.Context(), rd.State, w.callback(t))
	}
	higher, err := step(func(*answer) {})
	require.NoError(t, err)
	require.Equal(t, claims.High, higher.Level)
	require.False(t, higher.Identity.CPR.IsZero())
	_, err = step(func(w *answer) { w.nameID = namePerson + "5a7f1f2e-0c6b-4a55-9b1e-3f4f6d0f2c11" })
	require.ErrorIs(t, err, mitid.ErrTokenInvalid, "somebody else")
	_, err = step(func(w *answer) { w.attributes[attrLoA] = []string{"Substantial"} })
	require.ErrorIs(t, err, mitid.ErrAssuranceTooLow)
	_, err = step(employee)
	require.Error(t, err, "the same human as an employee")
}

func TestATransientNameIDHasNoStepUp(t *testing.T) {
	b := newBroker(t, func(c *Config) { c.TransientNameID = true })
	l := &mitid.Login{Broker: name, Issuer: idpEntityID, ClientID: spEntityID, Level: claims.Substantial}
	l.Identity = claims.Identity{Capacity: claims.CapacityPrivate, Subject: "_4f1d", Levels: claims.Levels{LoA: claims.Substantial}}
	_, err := newClient(t, b).StepUp(t.Context(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.ErrorIs(t, err, mitid.ErrUnsupported)
	require.ErrorContains(t, err, "Config.TransientNameID")
}
