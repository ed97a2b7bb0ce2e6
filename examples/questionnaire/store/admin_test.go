package store

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// administrator makes one.
func administrator(t *testing.T, s *Store) *Administrator {
	t.Helper()
	key := AccountKey{"https://æøå.example", "admin"}
	require.NoError(t, s.ArriveAdministrator(t.Context(), key, "Åse Ærlig"))
	a, err := s.AdministratorOf(t.Context(), key)
	require.NoError(t, err)
	return a
}

func templatesHaveVersions(t *testing.T, open func() *Store) {
	s := open()
	who := administrator(t, s)
	first := survey.Template{ID: "T", Kind: survey.LetterTemplate, Name: "Ærø", Title: survey.Text{DA: "Æ", EN: "E"}, Body: survey.Text{DA: "ø", EN: "o"}}
	one := first
	require.NoError(t, s.SaveTemplate(t.Context(), who, &one))
	assert.Equal(t, 1, one.Version)
	again := first
	require.NoError(t, s.SaveTemplate(t.Context(), who, &again), "the form came twice")
	assert.Equal(t, 1, again.Version)
	two := one
	two.Body.DA = "ø og å"
	require.NoError(t, s.SaveTemplate(t.Context(), who, &two))
	assert.Equal(t, 2, two.Version)
	stale := one
	stale.Body.DA = "fra en gammel fane"
	assert.ErrorIs(t, s.SaveTemplate(t.Context(), who, &stale), ErrChanged)
	other := two
	other.Kind, other.Body.DA = survey.DocumentTemplate, "nu et dokument"
	assert.ErrorIs(t, s.SaveTemplate(t.Context(), who, &other), ErrChanged, "the kind stays")
	all, err := s.TemplateVersions(t.Context(), "T")
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.Equal(t, "ø og å", all[0].Body.DA)
	old, err := s.TemplateVersion(t.Context(), "T", 1)
	require.NoError(t, err)
	assert.Equal(t, "ø", old.Body.DA)
	_, err = s.TemplateVersion(t.Context(), "T", 3)
	assert.ErrorIs(t, err, ErrNotFound)
	deeds, err := s.Deeds(t.Context(), "T")
	require.NoError(t, err)
	assert.Len(t, deeds, 2)
	assert.Equal(t, "Åse Ærlig", deeds[0].Who)

	// What administrators changed stays when the program starts again.
	receipt, err := s.Template(t.Context(), survey.ReceiptTemplate)
	require.NoError(t, err)
	receipt.Body.DA = "Noget andet"
	require.NoError(t, s.SaveTemplate(t.Context(), who, receipt))
	require.NoError(t, s.TurnAction(t.Context(), who, "helbred-answered", false))
	again2 := open()
	receipt, err = again2.Template(t.Context(), survey.ReceiptTemplate)
	require.NoError(t, err)
	assert.Equal(t, "Noget andet", receipt.Body.DA)
	on, err := again2.ActionsAt(t.Context(), "helbred", survey.StatusAnswered)
	require.NoError(t, err)
	assert.Empty(t, on)
}

func actionsKeepTheirNumber(t *testing.T, open func() *Store) {
	s := open()
	who := administrator(t, s)
	a := survey.Action{ID: "A", Questionnaire: "helbred", Status: survey.StatusAnswered, Kind: survey.SendLetter, Typed: true, Template: survey.ReceiptTemplate, On: true}
	require.NoError(t, s.SaveAction(t.Context(), who, &a, cprtest.Number(9001)))
	kept := a
	require.NoError(t, s.SaveAction(t.Context(), who, &kept, cpr.Number{}), "an empty field keeps the number")
	n, err := s.ActionNumber(t.Context(), "A")
	require.NoError(t, err)
	assert.Equal(t, cprtest.Number(9001), n)
	all, err := s.ActionsAt(t.Context(), "helbred", survey.StatusAnswered)
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.Equal(t, "A", all[1].ID)
	require.NoError(t, s.RaiseAction(t.Context(), who, "A"))
	all, err = s.ActionsAt(t.Context(), "helbred", survey.StatusAnswered)
	require.NoError(t, err)
	assert.Equal(t, "A", all[0].ID)
	require.NoError(t, s.RaiseAction(t.Context(), who, "A"), "the first stays where it is")

	// A number that was sealed for another action does not open.
	b := a
	b.ID, b.Position = "B", 0
	require.NoError(t, s.SaveAction(t.Context(), who, &b, cprtest.Number(9002)))
	_, err = s.DB.ExecContext(t.Context(), `UPDATE action SET number = (SELECT number FROM action WHERE id = 'B') WHERE id = 'A'`)
	require.NoError(t, err)
	_, err = s.ActionNumber(t.Context(), "A")
	assert.Error(t, err)

	field := a
	field.Typed = false
	require.NoError(t, s.SaveAction(t.Context(), who, &field, cpr.Number{}))
	n, err = s.ActionNumber(t.Context(), "A")
	require.NoError(t, err)
	assert.True(t, n.IsZero(), "the CPR field has no number of its own")
	_, err = s.ActionNumber(t.Context(), "none")
	assert.ErrorIs(t, err, ErrNotFound)
}

// effectsHappenOnce: an action happens once for a status change, in the transaction of the
// change or not at all.
func effectsHappenOnce(t *testing.T, open func() *Store) {
	s := open()
	y := newTray(t, s)
	a := account(t, s, "a", cprtest.Number(9001))
	q, given := survey.Everyday(), survey.Answers{"mood": {"3"}}
	c := survey.NewLetterContent(survey.Danish, s.Now(), "Åse Ærlig", &q, survey.StageFirst, given)
	then := Follows{Effects: []Effect{{Action: "one", Letter: &c, Template: "receipt 1"}, {Action: "two", Letter: &c, To: cprtest.Number(9002)}}, Post: y, Lang: survey.English}
	y.err = errors.New("the disk is full")
	_, err := s.Save(t.Context(), a, q.Slug, survey.StageFirst, given, true, then)
	require.ErrorIs(t, err, y.err)
	_, err = s.RecordFor(t.Context(), a, q.Slug)
	require.ErrorIs(t, err, ErrNotFound, "no status change without its letters")
	y.err = nil
	var failures, moved int
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			_, err := s.Save(t.Context(), a, q.Slug, survey.StageFirst, given, true, then)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case errors.Is(err, ErrClosed):
				moved++
			case err != nil:
				failures++
			}
		})
	}
	all.Wait()
	assert.Equal(t, []int{0, 5}, []int{failures, moved})
	assert.Equal(t, 2, y.in(t, s))
	r, err := s.RecordFor(t.Context(), a, q.Slug)
	require.NoError(t, err)
	rows, err := s.RecordLetters(t.Context(), r.ID)
	require.NoError(t, err)
	require.Len(t, rows, 2)
	own, err := s.Letters(t.Context(), a)
	require.NoError(t, err)
	require.Len(t, own, 1, "the letter to the typed number is not the person's")
	_, err = s.DB.ExecContext(t.Context(), `INSERT INTO letter (id, record_id, change_id, action_id, refused, created_at) SELECT $1, record_id, change_id, action_id, '', 0 FROM letter WHERE action_id = 'two'`, eboks.NewID().String())
	assert.Error(t, err, "one letter for an action and a change, ever")
	whole, err := s.AnyRecord(t.Context(), r.ID)
	require.NoError(t, err)
	assert.Equal(t, survey.English, whole.Lang)
}

func invitationsAreSentOnce(t *testing.T, open func() *Store) {
	s := open()
	who, y := administrator(t, s), newTray(t, s)
	q := survey.Everyday()
	c := survey.NewLetterContent(survey.Danish, s.Now(), "", &q, survey.StageFirst, nil)
	b := &Batch{ID: "B", Questionnaire: q.Slug, Template: "invitation", Version: 1, Lang: survey.Danish, Findings: []Finding{{Line: 9, Why: "faulty"}}}
	require.NoError(t, s.AddBatch(t.Context(), b, []Invitee{{1, cprtest.Number(1)}, {2, cprtest.Number(2)}, {3, cprtest.Number(1)}}))
	assert.Equal(t, []Finding{{9, "faulty"}, {3, FoundTwice}}, b.Findings)
	due, err := s.DueInvitations(t.Context(), 10, 0)
	require.NoError(t, err)
	assert.Empty(t, due, "nobody has sent it")
	require.NoError(t, s.SendBatch(t.Context(), who, "B"))
	require.NoError(t, s.SendBatch(t.Context(), who, "B"))
	due, err = s.DueInvitations(t.Context(), 10, 0)
	require.NoError(t, err)
	require.Len(t, due, 2)
	assert.Equal(t, cprtest.Number(1), due[0].To)

	// What cannot be queued stays due, and of two who queue it one does.
	y.err = errors.New("the disk is full")
	require.ErrorIs(t, s.Invite(t.Context(), &due[0], "invitation 1", &c, y), y.err)
	y.err = nil
	for range 2 {
		require.NoError(t, s.Invite(t.Context(), &due[0], "invitation 1", &c, y))
	}
	assert.Equal(t, 1, y.in(t, s))
	slug, err := s.InvitedTo(t.Context(), due[0].ID)
	require.NoError(t, err)
	assert.Equal(t, q.Slug, slug)
	seen, err := s.Batch(t.Context(), "B")
	require.NoError(t, err)
	assert.Equal(t, []int{2, 1}, []int{seen.People, seen.Queued})
	var numbers int
	require.NoError(t, s.DB.QueryRowContext(t.Context(), `SELECT count(*) FROM invitation WHERE number IS NOT NULL`).Scan(&numbers))
	assert.Equal(t, 1, numbers, "the number is forgotten once the letter is queued")

	// Two lists that were checked at the same time invite nobody twice.
	late := &Batch{ID: "C", Questionnaire: q.Slug, Template: "invitation", Version: 1, Lang: survey.Danish}
	require.NoError(t, s.AddBatch(t.Context(), late, []Invitee{{1, cprtest.Number(1)}, {2, cprtest.Number(3)}}))
	assert.Equal(t, []Finding{{1, FoundInvited}}, late.Findings)
	race := &Batch{ID: "D", Questionnaire: q.Slug, Template: "invitation", Version: 1, Lang: survey.Danish}
	require.NoError(t, s.AddBatch(t.Context(), race, []Invitee{{1, cprtest.Number(3)}, {2, cprtest.Number(4)}}))
	require.NoError(t, s.SendBatch(t.Context(), who, "C"))
	require.NoError(t, s.SendBatch(t.Context(), who, "D"))
	seen, err = s.Batch(t.Context(), "D")
	require.NoError(t, err)
	assert.Equal(t, 1, seen.People)

	// Who answers counts, whenever they came.
	a := account(t, s, "a", cprtest.Number(1))
	_, err = s.Save(t.Context(), a, q.Slug, survey.StageFirst, survey.Answers{"mood": {"3"}}, true, Follows{})
	require.NoError(t, err)
	n, err := s.Answered(t.Context(), "B")
	require.NoError(t, err)
	assert.Equal(t, 1, n)

	// A number that does not open is refused, and stops nobody else.
	_, err = s.DB.ExecContext(t.Context(), `UPDATE invitation SET number = (SELECT number FROM invitation WHERE batch_id = 'C') WHERE batch_id = 'D'`)
	require.NoError(t, err)
	due, err = s.DueInvitations(t.Context(), 10, 0)
	require.NoError(t, err)
	require.Len(t, due, 3)
	assert.True(t, due[2].To.IsZero())
}

func parkedLettersAreDecided(t *testing.T, open func() *Store) {
	s := open()
	who, y := administrator(t, s), newTray(t, s)
	a, b := account(t, s, "a", cpr.Number{}), account(t, s, "b", cprtest.Number(9002))
	require.NoError(t, handIn(t, s, a, y))
	y.refused = "replacement number"
	require.NoError(t, handIn(t, s, b, y))
	parked, err := s.ParkedLetters(t.Context())
	require.NoError(t, err)
	require.Len(t, parked, 2)
	waits, refused := onlyLetter(t, s, a), onlyLetter(t, s, b)

	require.NoError(t, s.RetryLetter(t.Context(), who, refused.ID, "nyt nummer", y))
	assert.Equal(t, "replacement number", onlyLetter(t, s, b).Refused, "it still has none")
	y.refused = ""
	require.NoError(t, s.RetryLetter(t.Context(), who, refused.ID, "nyt nummer på Ærø", y))
	assert.True(t, onlyLetter(t, s, b).Queued)
	assert.Equal(t, 1, y.in(t, s))
	assert.ErrorIs(t, s.RetryLetter(t.Context(), who, refused.ID, "igen", y), ErrClosed)
	assert.ErrorIs(t, s.RetryLetter(t.Context(), who, waits.ID, "uden nummer", y), ErrClosed, "it waits for a number, and nothing went wrong")

	// What was given up stays so, whoever still has the old page; and what left meanwhile is not given up here.
	c := account(t, s, "c", cprtest.Number(9003))
	y.refused = "other"
	require.NoError(t, handIn(t, s, c, y))
	y.refused = ""
	ended, err := s.AnyLetter(t.Context(), onlyLetter(t, s, c).ID)
	require.NoError(t, err)
	require.NoError(t, s.GiveUpLetter(t.Context(), who, ended, "død"))
	assert.ErrorIs(t, s.RetryLetter(t.Context(), who, ended.ID, "fra en gammel fane", y), ErrClosed)
	assert.Equal(t, 1, y.in(t, s))
	left, err := s.AnyLetter(t.Context(), refused.ID)
	require.NoError(t, err)
	left.Queued = false // as a page from before shows it
	assert.ErrorIs(t, s.GiveUpLetter(t.Context(), who, left, "fra en gammel fane"), ErrClosed)
	assert.Empty(t, onlyLetter(t, s, b).Refused)

	waiting, err := s.AnyLetter(t.Context(), waits.ID)
	require.NoError(t, err)
	require.NoError(t, s.GiveUpLetter(t.Context(), who, waiting, "flyttet\x1b[31m til Ærø"))
	assert.ErrorIs(t, s.GiveUpLetter(t.Context(), who, waiting, "igen"), ErrClosed)
	deeds, err := s.Deeds(t.Context(), waits.ID.String())
	require.NoError(t, err)
	require.Len(t, deeds, 1)
	assert.Equal(t, "flyttet [31m til Ærø", deeds[0].Reason)
	_, _, err = s.Arrive(t.Context(), Arrival{Key: AccountKey{"https://æøå.example", "a"}, Capacity: "private", CPR: cprtest.Number(9001), Post: y})
	require.NoError(t, err)
	assert.Equal(t, 1, y.in(t, s), "what was given up does not go out when the number comes")
	parked, err = s.ParkedLetters(t.Context())
	require.NoError(t, err)
	assert.Empty(t, parked)
}

// stuckAgreementsComeFirst, because the list ends after the newest.
func stuckAgreementsComeFirst(t *testing.T, open func() *Store) {
	s := open()
	q, given := survey.Everyday(), survey.Answers{"mood": {"3"}}
	for i, name := range []string{"a", "b", "c"} {
		who := account(t, s, name, cprtest.Number(9001+i))
		c := survey.AgreementContent{Letter: survey.NewLetterContent(survey.Danish, s.Now(), "Åse", &q, survey.StageFirst, given), Title: "Aftale på Ærø"}
		_, err := s.Save(t.Context(), who, q.Slug, survey.StageFirst, given, true, Follows{Effects: []Effect{{Action: "sign", Agreement: &c}}})
		require.NoError(t, err)
		_, err = s.DB.ExecContext(t.Context(), `UPDATE signature SET created_at = $2 WHERE account_id = $1`, who, 1000+i)
		require.NoError(t, err)
	}
	_, err := s.DB.ExecContext(t.Context(), `UPDATE signature SET stuck = 'AuthFailed' WHERE created_at = 1000`)
	require.NoError(t, err)
	all, err := s.AllSignatures(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 3)
	assert.Equal(t, "AuthFailed", all[0].Stuck)
	assert.True(t, all[1].Created.After(all[2].Created))
}

func TestNumbersOfInvitationsAreSealed(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), NewKeyring())
	b := &Batch{ID: "B", Questionnaire: "hverdag", Template: "invitation", Version: 1, Lang: survey.Danish}
	require.NoError(t, s.AddBatch(t.Context(), b, []Invitee{{1, cprtest.Number(1)}}))
	var row string
	require.NoError(t, s.DB.QueryRowContext(t.Context(), `SELECT hex(number) || pseudonym || (SELECT report FROM batch) FROM invitation`).Scan(&row))
	assert.NotContains(t, row, cprtest.Number(1).Reveal())
}
