package stralforstest_test

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/rawpost"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
)

// states are the state words of a log, in order.
func states(page string) (words []string) {
	for _, m := range regexp.MustCompile(`<TransaktionsStatusKode>([^<]*)<`).FindAllStringSubmatch(page, -1) {
		words = append(words, m[1])
	}
	return words
}

func logOf(t *testing.T, s *rawpost.Sender, path string) string {
	t.Helper()
	status, page := s.Must(http.MethodGet, "/afsendersystem/4711/"+path, "")
	require.Equal(t, 200, status, page)
	return page
}

func TestTransactionLog(t *testing.T) {
	s := rawpost.Dial(t, stralforstest.New(t))
	l := rawpost.To(rawpost.Someone(9000))
	l.NotBefore = s.Fake.Now().Add(time.Hour)
	s.Send(l)
	path := "forsendelser/" + l.ID.String() + "/transaktionslog"
	assert.Equal(t, []string{"ModtagetStraalforsConnect"}, states(logOf(t, s, path)))
	s.Fake.Advance(59 * time.Minute)
	assert.Len(t, states(logOf(t, s, path)), 1, "held back")
	s.Fake.Advance(2*time.Minute + 20*time.Second)
	assert.Equal(t, []string{"ModtagetStraalforsConnect", "Klar"}, states(logOf(t, s, path)))
	s.Fake.Advance(time.Hour)
	want := []string{"ModtagetStraalforsConnect", "Klar", "ModtagetDigitalPost", "AfleveretDigitalPost"}
	assert.Equal(t, want, states(logOf(t, s, path)))

	dead := rawpost.To(ebokstest.People()[8].Owner)
	dead.Channel, dead.Address = "", true
	paper := rawpost.To(rawpost.Someone(1))
	paper.Channel, paper.Address = "", true
	s.Send(dead)
	s.Send(paper)
	s.Fake.Advance(time.Hour)
	assert.Equal(t, []string{"ModtagetStraalforsConnect", "Fejlet"}, states(logOf(t, s, "forsendelser/"+dead.ID.String()+"/transaktionslog")), "never on paper")
	assert.Equal(t, []string{"ModtagetStraalforsConnect", "Klar", "AfleveretTilPrintOgKuvertering", "ModtagetPostDanmark"},
		states(logOf(t, s, "forsendelser/"+paper.ID.String()+"/transaktionslog")))
	assert.Len(t, states(logOf(t, s, "transaktionslog?efter=4&antal=3")), 3)
	assert.Len(t, states(logOf(t, s, "transaktionslog?efter=9")), 1)
	assert.Empty(t, states(logOf(t, s, "transaktionslog?efter=10")))
	for _, bad := range []string{"efter=a", "efter=-1", "antal=1001", "efter=1&efter=2", "antal=99999999999999999999"} {
		status, _ := s.Must(http.MethodGet, "/afsendersystem/4711/transaktionslog?"+bad, "")
		assert.Equal(t, 400, status, bad)
	}
	status, _ := s.Must(http.MethodGet, "/afsendersystem/4711/forsendelser/"+eboks.NewID().String()+"/transaktionslog", "")
	assert.Equal(t, 404, status)
}

func TestReceiptsOnScript(t *testing.T) {
	for how, want := range map[ebokstest.Receipts]int{ebokstest.InOrder: 4, ebokstest.Late: 0, ebokstest.Twice: 8, ebokstest.Reordered: 4,
		ebokstest.FromStrangers: 8, ebokstest.WithoutUUID: 8, ebokstest.UnknownState: 8, ebokstest.Silent: 0} {
		t.Run(how.String(), func(t *testing.T) {
			s := rawpost.Dial(t, stralforstest.New(t))
			s.Fake.SetReceipts(how)
			l := rawpost.To(rawpost.Someone(9000))
			s.Send(l)
			s.Fake.Advance(time.Hour)
			page := logOf(t, s, "transaktionslog")
			require.Len(t, states(page), want)
			assert.Equal(t, 1, s.Fake.Delivered(l.ID), "the letter itself is not concerned")
			switch how {
			case ebokstest.Reordered:
				assert.Equal(t, "AfleveretDigitalPost", states(page)[0])
			case ebokstest.Late:
				s.Fake.Advance(ebokstest.LateBy)
				assert.Len(t, states(logOf(t, s, "transaktionslog")), 4)
			case ebokstest.Silent:
				s.Fake.SetReceipts(ebokstest.InOrder)
				assert.Len(t, states(logOf(t, s, "transaktionslog")), 4)
			case ebokstest.WithoutUUID:
				assert.Contains(t, page, "PARTI-2024-Ø/0001")
			}
		})
	}
	s := rawpost.Dial(t, stralforstest.New(t))
	s.Send(rawpost.To(rawpost.Someone(9000)))
	s.Fake.SetReceipts(ebokstest.Malformed)
	assert.NotContains(t, logOf(t, s, "transaktionslog"), "</TransaktionslogO>")
}

func TestRecall(t *testing.T) {
	s := rawpost.Dial(t, stralforstest.New(t))
	back := func(l rawpost.Letter) string {
		_, body := s.Must(http.MethodPost, "/afsendersystem/4711/forsendelser/"+l.ID.String()+"/tilbagekald", "")
		return body
	}
	l := rawpost.To(rawpost.Someone(9000))
	s.Send(l)
	assert.Contains(t, back(l), ">Tilbagekaldt<")
	late := rawpost.To(rawpost.Someone(9000))
	s.Send(late)
	s.Fake.Advance(3 * time.Minute)
	assert.Contains(t, back(late), ">Afventer tilbagekald<")
	s.Fake.Advance(time.Hour)
	assert.Contains(t, back(late), ">Tilbagekaldt<")
	assert.Empty(t, s.Fake.Letters(late.To))
	gone := rawpost.To(rawpost.Someone(9000))
	s.Send(gone)
	s.Fake.Advance(time.Hour)
	assert.Contains(t, back(gone), ">Tilbagekald ikke muligt<")
	assert.Contains(t, back(rawpost.To(rawpost.Someone(9000))), ebokstest.CodeUnknownLetter)
}

func TestChannel(t *testing.T) {
	s := rawpost.Dial(t, stralforstest.New(t))
	ask := func(r eboks.Recipient) string {
		body := `<KanalvalgI xmlns="urn:oio:fjernprint:3.0.0" xmlns:dkal="urn:oio:dkal:1.0.0"><ForsendelseTypeIdentifikator>1001</ForsendelseTypeIdentifikator><dkal:AfsendelseModtager><CPRnummerIdentifikator>` +
			r.CPR().Reveal() + `</CPRnummerIdentifikator></dkal:AfsendelseModtager></KanalvalgI>`
		_, answer := s.Must(http.MethodPost, "/afsendersystem/4711/kanalvalg", body)
		return answer
	}
	assert.Contains(t, ask(rawpost.Someone(9000)), ">Digital Post<")
	assert.Contains(t, ask(rawpost.Someone(9007)), ">Fysisk Post<")
	assert.Contains(t, ask(rawpost.Someone(3)), ">Fysisk Post<")
}
