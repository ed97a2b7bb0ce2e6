package postnord_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/postnord"
)

func inURL(c *postnord.Config) { c.CPRInURL = true }

func TestLookup(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   eboks.Reachability
		kind   error
	}{
		"xml true":            {200, `<?xml version="1.0" encoding="utf-8"?><Tilmelding xmlns="urn:eboks:da:1.0.0"><Tilmeldt>true</Tilmeldt></Tilmelding>`, eboks.Reachable, nil},
		"xml 1":               {200, `<Tilmelding><Tilmeldt> 1 </Tilmeldt></Tilmelding>`, eboks.Reachable, nil},
		"xml false":           {200, `<Tilmelding><Id>æøå</Id><Tilmeldt>false</Tilmeldt></Tilmelding>`, eboks.NotSubscribed, nil},
		"xml alone":           {200, "\ufeff<Tilmeldt>0</Tilmeldt>", eboks.NotSubscribed, nil},
		"xml other word":      {200, `<Tilmelding><Tilmeldt>ja</Tilmeldt></Tilmelding>`, 0, eboks.ErrOutcomeUnknown},
		"xml empty":           {200, `<Tilmelding><Tilmeldt/></Tilmelding>`, 0, eboks.ErrOutcomeUnknown},
		"xml twice":           {200, `<Tilmelding><Tilmeldt>true</Tilmeldt><Tilmeldt>true</Tilmeldt></Tilmelding>`, 0, eboks.ErrOutcomeUnknown},
		"xml deeper":          {200, `<a><b><Tilmeldt>true</Tilmeldt></b></a>`, 0, eboks.ErrOutcomeUnknown},
		"xml with children":   {200, `<a><Tilmeldt>true<b/></Tilmeldt></a>`, 0, eboks.ErrOutcomeUnknown},
		"xml missing":         {200, `<Tilmelding/>`, 0, eboks.ErrOutcomeUnknown},
		"xml doctype":         {200, `<!DOCTYPE a><Tilmeldt>true</Tilmeldt>`, 0, eboks.ErrOutcomeUnknown},
		"json true":           {200, `{"æ":[1,{"tilmeldt":false}],"tilmeldt":true}`, eboks.Reachable, nil},
		"json false":          {200, ` {"tilmeldt":false}`, eboks.NotSubscribed, nil},
		"json text":           {200, `{"tilmeldt":"true"}`, 0, eboks.ErrOutcomeUnknown},
		"json null":           {200, `{"tilmeldt":null}`, 0, eboks.ErrOutcomeUnknown},
		"json twice":          {200, `{"tilmeldt":true,"tilmeldt":true}`, 0, eboks.ErrOutcomeUnknown},
		"json both cases":     {200, `{"tilmeldt":true,"Tilmeldt":false}`, 0, eboks.ErrOutcomeUnknown},
		"json and more":       {200, `{"tilmeldt":true} x`, 0, eboks.ErrOutcomeUnknown},
		"json bare":           {200, `true`, 0, eboks.ErrOutcomeUnknown},
		"maintenance":         {200, `<html><body><br>Vi er straks tilbage</body></html>`, 0, eboks.ErrOutcomeUnknown},
		"empty":               {200, ``, 0, eboks.ErrOutcomeUnknown},
		"no content":          {204, ``, 0, eboks.ErrOutcomeUnknown},
		"nobody":              {404, `<Fejl/>`, eboks.NotRegistered, nil},
		"refused":             {400, `<Fejl/>`, 0, eboks.ErrRejected},
		"refused on the way":  {400, ``, 0, eboks.ErrAuthFailed},
		"forbidden":           {403, ``, 0, eboks.ErrAuthFailed},
		"busy":                {429, ``, 0, eboks.ErrThrottled},
		"conflict":            {409, `<Fejl/>`, 0, eboks.ErrUnavailable},
		"conflict on the way": {409, `<html>`, 0, eboks.ErrAuthFailed},
		"broken":              {500, `<html>`, 0, eboks.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, says(c.status, c.body), inURL)
			got, err := w.Lookup(t.Context(), eboks.Person(karen), "179343")
			require.Equal(t, c.want, got)
			if c.kind == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, c.kind)
			failure(t, err)
		})
	}
}

func TestLookupWithItsOwnName(t *testing.T) {
	for body, want := range map[string]eboks.Reachability{`{"subscribed":true}`: eboks.Reachable, `<R><subscribed>false</subscribed></R>`: eboks.NotSubscribed} {
		w := newWire(t, says(200, body), func(c *postnord.Config) { c.LookupName = "subscribed" })
		got, err := w.Lookup(t.Context(), eboks.Company(company), "1")
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// A CPR number gets into no address unless the settings say so.
func TestLookupOfAPersonNeedsASetting(t *testing.T) {
	w := newWire(t, says(200, `{"tilmeldt":true}`))
	_, err := w.Lookup(t.Context(), eboks.Person(karen), "1")
	require.ErrorIs(t, err, eboks.ErrUnsupported)
	require.ErrorContains(t, err, "Config.CPRInURL")
	failure(t, err)
	require.Empty(t, w.requests())
	got, err := w.Lookup(t.Context(), eboks.Company(company), "1")
	require.NoError(t, err)
	require.Equal(t, eboks.Reachable, got)
}

// A page of the road does not say that nobody has a mailbox.
func TestLookupThatTheRoadAnswers(t *testing.T) {
	got, err := newWire(t, says(404, "<html>Ærø</html>"), inURL).Lookup(t.Context(), eboks.Person(karen), "1")
	require.ErrorIs(t, err, eboks.ErrConfigInvalid)
	require.Equal(t, eboks.ReachabilityUnknown, got)
}

func TestLookupRefusesTheImpossible(t *testing.T) {
	w := newWire(t, says(200, `{"tilmeldt":true}`), inURL)
	_, err := w.Lookup(t.Context(), eboks.Recipient{}, "1")
	require.ErrorIs(t, err, eboks.ErrInputInvalid)
	for _, m := range []eboks.Material{"", "..", "a/b", "a?b", "æ"} {
		_, err = w.Lookup(t.Context(), eboks.Person(karen), m)
		require.ErrorIs(t, err, eboks.ErrInputInvalid, m)
	}
	require.Empty(t, w.requests())
}

// No error repeats the address of a lookup, however the call ends.
func TestLookupThatFailsTellsNobody(t *testing.T) {
	release := make(chan struct{})
	hang := newWire(t, func(http.ResponseWriter, *http.Request) { <-release }, inURL, func(c *postnord.Config) { c.Timeout = 200 * time.Millisecond })
	defer close(release)
	away := newWire(t, says(200, ""), inURL)
	away.server.Close()
	moved := newWire(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/x?"+r.URL.RawQuery, http.StatusFound)
	}, inURL)
	for _, w := range []*wire{hang, away, moved} {
		_, err := w.Lookup(t.Context(), eboks.Person(karen), "1")
		require.ErrorIs(t, err, eboks.ErrUnavailable)
		require.Equal(t, eboks.Unavailable, failure(t, err).Kind)
	}
	require.Len(t, moved.requests(), 1)
}
