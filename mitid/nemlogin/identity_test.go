package nemlogin

import (
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

const employeeUUID = "c1a7d2f0-9a41-4c39-8f0a-2f3b7f5d6e77"

// employee answers for an employee.
func employee(w *answer) {
	w.attributes, w.nameID = employeeAttributes(), nameProfessional+employeeUUID
}

func TestACitizen(t *testing.T) {
	l, err := loginWith(t, mitid.Request{}, nil)
	require.NoError(t, err)
	id := l.Identity
	require.Equal(t, claims.CapacityPrivate, id.Capacity)
	require.Equal(t, namePerson+personUUID, id.Subject)
	require.Equal(t, claims.MustParseUUID("0a5e9b1c-3c6a-4a3c-8a53-6a8d5f3c9b21"), id.UUID)
	require.Equal(t, "Søren Ærø Ågård", id.Name.Full)
	require.Equal(t, claims.Levels{LoA: claims.Substantial, IAL: claims.Substantial, AAL: claims.Substantial}, id.Levels)
	require.Equal(t, "session-å", id.SessionID)
	require.Equal(t, now, id.AuthTime)
	require.Nil(t, id.Organisation)
	require.Equal(t, []string{"soeren@eksempel.example", "ærø@eksempel.example"}, l.Claims.(*claims.OIOSAML).Email)
	require.Equal(t, now.Add(5*time.Minute), l.Expires, "the earlier of the two ends")
	require.Equal(t, "nemlogin", l.Broker)
}

func TestAnEmployee(t *testing.T) {
	for _, capacity := range []claims.Capacity{claims.CapacityProfessional, claims.CapacityEither} {
		l, err := loginWith(t, mitid.Request{Capacity: capacity}, employee)
		require.NoError(t, err)
		id := l.Identity
		require.Equal(t, claims.CapacityProfessional, id.Capacity)
		require.Equal(t, nameProfessional+employeeUUID, id.Subject)
		require.Equal(t, "Æblegårdens Børnehave", id.Organisation.Name)
		require.Equal(t, claims.MustParseCVR("13748136"), id.Organisation.CVR)
	}
}

func TestTheCapacityIsTheOneAskedFor(t *testing.T) {
	_, err := loginWith(t, mitid.Request{}, employee)
	require.ErrorIs(t, err, mitid.ErrClaimInvalid)
	_, err = loginWith(t, mitid.Request{Capacity: claims.CapacityProfessional}, nil)
	require.ErrorIs(t, err, mitid.ErrClaimInvalid)
	_, err = loginWith(t, mitid.Request{Capacity: claims.CapacityEither}, nil)
	require.NoError(t, err)
}

func TestTheNameIDAndTheAttributesAgree(t *testing.T) {
	either := mitid.Request{Capacity: claims.CapacityEither}
	for name, c := range map[string]struct {
		change func(*answer)
		want   error
	}{
		"a person's name, an employee's attributes": {func(w *answer) { employee(w); w.nameID = namePerson + personUUID }, mitid.ErrClaimInvalid},
		"an employee's name, a person's attributes": {func(w *answer) { w.nameID = nameProfessional + employeeUUID }, mitid.ErrClaimInvalid},
		"an employee without a company's number":    {func(w *answer) { employee(w); delete(w.attributes, model+"eid/professional/cvr") }, mitid.ErrClaimMissing},
		"an employee without a company's name":      {func(w *answer) { employee(w); delete(w.attributes, model+"eid/professional/orgName") }, mitid.ErrClaimMissing},
		"no UUID":                                   {func(w *answer) { w.nameID = namePerson }, mitid.ErrClaimInvalid},
		"a UUID and more":                           {func(w *answer) { w.nameID += "x" }, mitid.ErrClaimInvalid},
		"a UUID and a blank":                        {func(w *answer) { w.nameID += " " }, mitid.ErrClaimInvalid},
		"another address":                           {func(w *answer) { w.nameID = "https://ond.example/eid/person/uuid/" + personUUID }, mitid.ErrClaimInvalid},
		"a number of CPR's form":                    {func(w *answer) { w.nameID = "0101011234" }, mitid.ErrClaimInvalid},
		"too long":                                  {func(w *answer) { w.nameID = strings.Repeat("æ", 200) }, mitid.ErrResponseInvalid},
		"a UUID in capital letters is another name": {func(w *answer) { w.nameID = namePerson + strings.ToUpper(personUUID) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := loginWith(t, either, c.change)
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
				return
			}
			require.NoError(t, err)
			require.Equal(t, namePerson+strings.ToUpper(personUUID), l.Identity.Subject, "byte for byte")
		})
	}
}

// NemLog-in does not publish the form of a transient NameID.
func TestATransientNameID(t *testing.T) {
	c := newClient(t, newBroker(t, func(c *Config) { c.TransientNameID = true }))
	run := func(nameID string) (*mitid.Login, error) {
		return visit{c, mitid.Request{}, func(w *answer) {
			w.nameID = nameID
			w.assertion = func(el *etree.Element) { el.FindElement("./Subject/NameID").CreateAttr("Format", formatTransient) }
		}}.run(t)
	}
	for _, nameID := range []string{"_4f1d", namePerson + personUUID} {
		l, err := run(nameID)
		require.NoError(t, err)
		require.Equal(t, nameID, l.Identity.Subject)
	}
	for nameID, want := range map[string]error{"": mitid.ErrResponseInvalid, nameProfessional + employeeUUID: mitid.ErrClaimInvalid} {
		_, err := run(nameID)
		require.ErrorIs(t, err, want)
	}
	_, err := visit{c, mitid.Request{}, nil}.run(t)
	require.ErrorIs(t, err, mitid.ErrResponseInvalid, "a persistent one")
}

func TestAFreshLoginIsFresh(t *testing.T) {
	old := func(w *answer) {
		w.assertion = func(el *etree.Element) {
			el.SelectElement("AuthnStatement").CreateAttr("AuthnInstant", stamp(now.Add(-20*time.Minute)))
		}
	}
	_, err := loginWith(t, mitid.Request{Fresh: true}, old)
	require.ErrorIs(t, err, mitid.ErrAssuranceTooLow)
	l, err := loginWith(t, mitid.Request{}, old)
	require.NoError(t, err)
	require.Equal(t, now.Add(-20*time.Minute), l.Identity.AuthTime)
}
