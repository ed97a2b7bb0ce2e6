package stralfors_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/stralfors"
)

func TestRecallAnswers(t *testing.T) {
	srv := newServer(t)
	s := srv.sender(t)
	for word, want := range map[string]eboks.RecallStatus{
		"Tilbagekaldt": eboks.RecallDone, "Afventer tilbagekald": eboks.RecallPending, "Tilbagekald ikke muligt": eboks.RecallNotPossible,
		"Tilbagekald lykkedes ikke": eboks.RecallFailed, "Tilbagekald fejlet": eboks.RecallFailed, "Måske på Ærø": eboks.RecallUnknown,
	} {
		srv.answers(200, recallAnswer(theID, word, "<f:TilbagekaldFejlKode>17</f:TilbagekaldFejlKode><f:TilbagekaldFejlTekst>Åse</f:TilbagekaldFejlTekst>"))
		r, err := s.Recall(context.Background(), id(theID))
		require.NoError(t, err)
		require.Equal(t, want, r.Status, word)
		require.Equal(t, id(theID), r.ID)
		require.Equal(t, "17", r.Code)
		require.Equal(t, noon, r.At)
		require.Contains(t, string(r.Raw.Reveal()), word)
	}
	for name, c := range map[string]struct {
		status int
		body   string
		want   error
	}{
		"empty":            {200, "", eboks.ErrOutcomeUnknown},
		"204":              {204, "", eboks.ErrOutcomeUnknown},
		"no status":        {200, taken(theID, ""), eboks.ErrOutcomeUnknown},
		"no word":          {200, recallAnswer(theID, "", ""), eboks.ErrOutcomeUnknown},
		"two codes":        {200, recallAnswer(theID, "Tilbagekaldt", "<f:TilbagekaldFejlKode/><f:TilbagekaldFejlKode/>"), eboks.ErrOutcomeUnknown},
		"another":          {200, recallAnswer(otherID, "Tilbagekaldt", ""), eboks.ErrOutcomeUnknown},
		"200 error":        {200, fejl("1001"), eboks.ErrRejected},
		"500":              {500, "", eboks.ErrOutcomeUnknown},
		"403":              {403, "", eboks.ErrAuthFailed},
		"no such resource": {404, "", eboks.ErrConfigInvalid},
	} {
		srv.answers(c.status, c.body)
		r, err := s.Recall(context.Background(), id(theID))
		require.Nil(t, r, name)
		require.ErrorIs(t, err, c.want, name)
		require.Equal(t, name == "another", ours(t, err).Alarm, name)
	}
}

func TestLookupAnswers(t *testing.T) {
	srv := newServer(t)
	person := eboks.Person(leapling())
	for name, c := range map[string]struct {
		status int
		body   string
		want   eboks.Reachability
		err    error
	}{
		"digital":        {200, channelAnswer("Digital Post"), eboks.Reachable, nil},
		"digital, small": {200, channelAnswer("digitalpost"), eboks.Reachable, nil},
		"print":          {200, channelAnswer("Fysisk Post"), eboks.NotRegistered, nil},
		"exempt":         {400, fejl("2002"), eboks.Exempt, nil},
		"deceased":       {200, fejl("2004"), eboks.Deceased, nil},
		"another word":   {200, channelAnswer("Brevdue"), 0, eboks.ErrOutcomeUnknown},
		"no word":        {200, channelAnswer(""), 0, eboks.ErrOutcomeUnknown},
		"two words":      {200, "<KanalvalgO><KanalKode>Digital Post</KanalKode><KanalKode>Fysisk Post</KanalKode></KanalvalgO>", 0, eboks.ErrOutcomeUnknown},
		"empty":          {200, "", 0, eboks.ErrOutcomeUnknown},
		"204":            {204, "", 0, eboks.ErrOutcomeUnknown},
		"refused":        {400, fejl("1001"), 0, eboks.ErrRejected},
		"not let in":     {403, "", 0, eboks.ErrAuthFailed},
	} {
		srv.answers(c.status, c.body)
		r, err := srv.sender(t).Lookup(context.Background(), person, "17")
		require.Equal(t, c.want, r, name)
		require.ErrorIs(t, err, c.err, name)
	}
	before := srv.count()
	_, err := srv.sender(t).Lookup(context.Background(), person, "brev")
	require.ErrorIs(t, err, eboks.ErrInputInvalid)
	require.Equal(t, before, srv.count())
}

func TestShipmentTypes(t *testing.T) {
	srv := newServer(t)
	s := srv.sender(t)
	srv.answers(200, "<ForsendelsesTyperO><ForsendelseTypeIdentifikator>42</ForsendelseTypeIdentifikator><ForsendelseTypeIdentifikator>17</ForsendelseTypeIdentifikator></ForsendelsesTyperO>")
	types, err := s.ShipmentTypes(context.Background())
	require.NoError(t, err)
	require.Equal(t, []string{"17", "42"}, types)
	for _, body := range []string{"", "<html/>", "<ForsendelsesTyperO><ForsendelseTypeIdentifikator>Åse</ForsendelseTypeIdentifikator></ForsendelsesTyperO>",
		"<ForsendelsesTyperO><ForsendelseTypeIdentifikator>1<x/></ForsendelseTypeIdentifikator></ForsendelsesTyperO>"} {
		srv.answers(200, body)
		_, err := s.ShipmentTypes(context.Background())
		require.ErrorIs(t, err, eboks.ErrReceiptInvalid)
	}
	srv.answers(500, "")
	_, err = s.ShipmentTypes(context.Background())
	require.ErrorIs(t, err, eboks.ErrUnavailable)
	require.ErrorContains(t, err, "eboks: shipment types (stralfors): Unavailable")
}

// A service that the agreement does not have is not offered, and not called.
func TestServicesThatAreOff(t *testing.T) {
	srv := newServer(t)
	s := srv.sender(t, func(c *stralfors.Config) {
		none := stralfors.Operation{Off: true}
		c.Wire.Operations = stralfors.Operations{ForsendelseTilbagekald: none, TransaktionslogForsendelseHent: none,
			TransaktionslogForsendelserHent: none, ForsendelsesTyperHent: none, KanalvalgHent: none}
	})
	can := s.Capabilities()
	require.False(t, can.Status || can.Events || can.Lookup || can.Recall)
	require.True(t, can.Final(eboks.Accepted), "nobody tells more")
	require.False(t, srv.sender(t).Capabilities().Final(eboks.Accepted))
	ctx := context.Background()
	_, err := s.Recall(ctx, id(theID))
	require.ErrorIs(t, err, eboks.ErrUnsupported)
	_, err = s.ReadStatus(ctx, id(theID))
	require.ErrorIs(t, err, eboks.ErrUnsupported)
	_, err = s.ReadEvents(ctx, "")
	require.ErrorIs(t, err, eboks.ErrUnsupported)
	_, err = s.ShipmentTypes(ctx)
	require.ErrorIs(t, err, eboks.ErrUnsupported)
	_, err = s.Lookup(ctx, company, "17")
	require.ErrorIs(t, err, eboks.ErrUnsupported)
	require.Zero(t, srv.count())
}
