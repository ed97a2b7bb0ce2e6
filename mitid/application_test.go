package mitid_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// Test and production out of one vault, or two applications in one program.
func TestLoginOfOneApplicationIsNoLoginOfAnother(t *testing.T) {
	keys := [][]byte{bytes.Repeat([]byte{7}, 32)}
	of := func(clientID, redirect string) *bench {
		b := newBench(t, func(c *mitid.Config) { c.StateKeys, c.RedirectURL = keys, redirect })
		b.stub.clientID = clientID
		client, err := mitid.New(mitid.Config{Broker: b.stub, RedirectURL: redirect, StateKeys: keys, Now: func() time.Time { return start }})
		require.NoError(t, err)
		b.Client = client
		return b
	}
	const at = "https://app.example/callback"
	mine := of("urn:first", at)
	rd := mine.begin(t, mitid.Request{})
	for name, other := range map[string]*bench{
		"another client id":      of("urn:second", at),
		"no client id":           of("", at),
		"another host":           of("urn:first", "https://app2.example/callback"),
		"another path":           of("urn:first", at+"2"),
		"the border moved along": of("urn:firsthttps", "https://app.example/callback"),
	} {
		_, err := other.answer(rd)
		require.ErrorIs(t, err, mitid.ErrStateInvalid, name)
		require.Zero(t, other.stub.complete, name)
	}
	l, err := mine.answer(rd)
	require.NoError(t, err)
	require.Equal(t, "urn:first", l.ClientID)
	_, err = of("urn:second", at).StepUp(context.Background(), l, mitid.Request{})
	require.ErrorIs(t, err, mitid.ErrInputInvalid)
	require.ErrorContains(t, err, "ClientID")
	l.ClientID = ""
	_, err = mine.StepUp(context.Background(), l, mitid.Request{})
	require.ErrorIs(t, err, mitid.ErrInputInvalid, "a login that does not say whose it is")
}

// Keys are rotated for each application alone.
func TestRotatedKeysStillFinishLoginsOfTheSameApplication(t *testing.T) {
	older, newer := bytes.Repeat([]byte{7}, 32), bytes.Repeat([]byte{8}, 32)
	before := newBench(t, func(c *mitid.Config) { c.StateKeys = [][]byte{older} })
	after := newBench(t, func(c *mitid.Config) { c.StateKeys = [][]byte{newer, older} })
	_, err := after.answer(before.begin(t, mitid.Request{}))
	require.NoError(t, err)
}

// Colleagues share the UUID of their employer.
func TestColleagueWithTheSameUUIDIsNotTakenForAnEmployee(t *testing.T) {
	shared := uuid("74ffcd31-fbaf-4c33-bdac-169f25c1e416")
	b := newBench(t, nil)
	employee := func(subject string) func(*mitid.Attempt) (*mitid.Assertion, error) {
		return func(a *mitid.Attempt) (*mitid.Assertion, error) {
			as := person(a)
			as.Identity.Capacity, as.Identity.Subject, as.Identity.UUID = claims.CapacityProfessional, subject, shared
			as.Identity.Organisation = &claims.Organisation{Name: "Blåbær A/S", CVR: claims.MustParseCVR("13748136")}
			return as, nil
		}
	}
	_, err := b.Begin(context.Background(), mitid.Request{UUID: shared, Capacity: claims.CapacityProfessional})
	require.ErrorIs(t, err, mitid.ErrUnsupported)
	require.ErrorContains(t, err, "Request.UUID")

	rd := b.begin(t, mitid.Request{UUID: shared, Capacity: claims.CapacityEither})
	b.stub.assert = employee("{åse}")
	_, err = b.answer(rd)
	require.ErrorIs(t, err, mitid.ErrTokenInvalid)

	b.stub.assert = employee("{åse}")
	l, err := b.answer(b.begin(t, mitid.Request{Capacity: claims.CapacityProfessional}))
	require.NoError(t, err)
	for subject, want := range map[string]error{"{bo}": mitid.ErrTokenInvalid, "{åse}": nil} {
		rd, err := b.StepUp(context.Background(), l, mitid.Request{CPR: mitid.CPRIfPresent})
		require.NoError(t, err)
		b.stub.assert = employee(subject)
		_, err = b.answer(rd)
		require.ErrorIs(t, err, want, subject)
	}
}

func TestRefusalSaysWhatTheLevelTakes(t *testing.T) {
	for level, c := range map[claims.Level]struct{ reached, da, en, never string }{
		claims.High:        {"substantial", "niveauet høj, eller en MitID chip", "level high, or a MitID chip", "Log ind igen med MitID app, kodeviser"},
		claims.Substantial: {"low", "MitID app, kodeviser eller chip", "MitID app, code display or chip", "ikke nok, eller"},
	} {
		b := newBench(t, nil)
		b.stub.assert = func(a *mitid.Attempt) (*mitid.Assertion, error) {
			as := person(a)
			as.Identity.Levels.LoA, _ = claims.ParseLevel(c.reached)
			return as, nil
		}
		_, err := b.answer(b.begin(t, mitid.Request{Level: level}))
		require.ErrorIs(t, err, mitid.ErrAssuranceTooLow)
		var e *mitid.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, level, e.Level)
		require.Contains(t, mitid.PublicText(err, mitid.Danish), c.da)
		require.Contains(t, mitid.PublicText(err, mitid.English), c.en)
		require.NotContains(t, mitid.PublicText(err, mitid.Danish), c.never)
	}
	unknown := mitid.PublicText(&mitid.Error{Kind: mitid.AssuranceTooLow}, mitid.Danish)
	require.Contains(t, unknown, "sikringsniveau")
	require.NotContains(t, unknown, "kodeviser")
}

func TestStrangeBrowserIsNamedAsAReason(t *testing.T) {
	err := &mitid.Error{Kind: mitid.StateInvalid}
	require.Contains(t, mitid.PublicText(err, mitid.Danish), "anden browser")
	require.Contains(t, mitid.PublicText(err, mitid.English), "another browser")
}

// A higher level would not help, and "log in with the app" said to somebody who did
// leads them in circles.
func TestLoginThatIsNotFreshIsNotAskedForAHigherLevel(t *testing.T) {
	for name, at := range map[string]time.Time{"untold": {}, "an hour old": start.Add(-time.Hour), "ahead": start.Add(time.Hour)} {
		b := newBench(t, nil)
		b.stub.assert = func(a *mitid.Attempt) (*mitid.Assertion, error) {
			as := person(a)
			as.Identity.Levels.LoA, as.Identity.AuthTime = claims.High, at
			return as, a.Admit(mitid.Facts{Level: claims.High, Capacity: claims.CapacityPrivate, AuthTime: at, Subject: as.Identity.Subject})
		}
		_, err := b.answer(b.begin(t, mitid.Request{Level: claims.High, Fresh: true}))
		require.ErrorIs(t, err, mitid.ErrAssuranceTooLow, name)
		var e *mitid.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, claims.LevelUnknown, e.Level, name)
		for _, l := range []mitid.Locale{mitid.Danish, mitid.English} {
			require.NotContains(t, mitid.PublicText(err, l), "chip", name)
		}
	}
}
