package ebokstest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// states are the state words of a log, in order.
func states(page string) (words []string) {
	for _, m := range regexp.MustCompile(`<TransaktionsStatusKode>([^<]*)<`).FindAllStringSubmatch(page, -1) {
		words = append(words, m[1])
	}
	return words
}

func (s *sender) log(path string) string {
	s.Helper()
	status, page := s.must(http.MethodGet, "/afsendersystem/4711/"+path, "")
	require.Equal(s, 200, status, page)
	return page
}

func TestTransactionLog(t *testing.T) {
	s := dial(t, ebokstest.NewStralfors(t))
	l := letterTo(someone(9000))
	l.notBefore = s.fake.Now().Add(time.Hour)
	s.send(l)
	path := "forsendelser/" + l.id.String() + "/transaktionslog"
	assert.Equal(t, []string{"ModtagetStraalforsConnect"}, states(s.log(path)))
	s.fake.Advance(59 * time.Minute)
	assert.Len(t, states(s.log(path)), 1, "held back")
	s.fake.Advance(2*time.Minute + 20*time.Second)
	assert.Equal(t, []string{"ModtagetStraalforsConnect", "Klar"}, states(s.log(path)))
	s.fake.Advance(time.Hour)
	want := []string{"ModtagetStraalforsConnect", "Klar", "ModtagetDigitalPost", "AfleveretDigitalPost"}
	assert.Equal(t, want, states(s.log(path)))

	dead := letterTo(ebokstest.People()[8].Owner)
	dead.channel, dead.address = "", true
	paper := letterTo(someone(1))
	paper.channel, paper.address = "", true
	s.send(dead)
	s.send(paper)
	s.fake.Advance(time.Hour)
	assert.Equal(t, []string{"ModtagetStraalforsConnect", "Fejlet"}, states(s.log("forsendelser/"+dead.id.String()+"/transaktionslog")), "never on paper")
	assert.Equal(t, []string{"ModtagetStraalforsConnect", "Klar", "AfleveretTilPrintOgKuvertering", "ModtagetPostDanmark"},
		states(s.log("forsendelser/"+paper.id.String()+"/transaktionslog")))
	assert.Len(t, states(s.log("transaktionslog?efter=4&antal=3")), 3)
	assert.Len(t, states(s.log("transaktionslog?efter=9")), 1)
	assert.Empty(t, states(s.log("transaktionslog?efter=10")))
	for _, bad := range []string{"efter=a", "efter=-1", "antal=1001", "efter=1&efter=2", "antal=99999999999999999999"} {
		status, _ := s.must(http.MethodGet, "/afsendersystem/4711/transaktionslog?"+bad, "")
		assert.Equal(t, 400, status, bad)
	}
	status, _ := s.must(http.MethodGet, "/afsendersystem/4711/forsendelser/"+eboks.NewID().String()+"/transaktionslog", "")
	assert.Equal(t, 404, status)
}

func TestReceiptsOnScript(t *testing.T) {
	for how, want := range map[ebokstest.Receipts]int{ebokstest.InOrder: 4, ebokstest.Late: 0, ebokstest.Twice: 8, ebokstest.Reordered: 4,
		ebokstest.FromStrangers: 8, ebokstest.WithoutUUID: 8, ebokstest.UnknownState: 8, ebokstest.Silent: 0} {
		t.Run(how.String(), func(t *testing.T) {
			s := dial(t, ebokstest.NewStralfors(t))
			s.fake.SetReceipts(how)
			l := letterTo(someone(9000))
			s.send(l)
			s.fake.Advance(time.Hour)
			page := s.log("transaktionslog")
			require.Len(t, states(page), want)
			assert.Equal(t, 1, s.fake.Delivered(l.id), "the letter itself is not concerned")
			switch how {
			case ebokstest.Reordered:
				assert.Equal(t, "AfleveretDigitalPost", states(page)[0])
			case ebokstest.Late:
				s.fake.Advance(ebokstest.LateBy)
				assert.Len(t, states(s.log("transaktionslog")), 4)
			case ebokstest.Silent:
				s.fake.SetReceipts(ebokstest.InOrder)
				assert.Len(t, states(s.log("transaktionslog")), 4)
			case ebokstest.WithoutUUID:
				assert.Contains(t, page, "PARTI-2024-Ø/0001")
			}
		})
	}
	s := dial(t, ebokstest.NewStralfors(t))
	s.send(letterTo(someone(9000)))
	s.fake.SetReceipts(ebokstest.Malformed)
	assert.NotContains(t, s.log("transaktionslog"), "</TransaktionslogO>")
}

func TestRecall(t *testing.T) {
	s := dial(t, ebokstest.NewStralfors(t))
	back := func(l draft) string {
		_, body := s.must(http.MethodPost, "/afsendersystem/4711/forsendelser/"+l.id.String()+"/tilbagekald", "")
		return body
	}
	l := letterTo(someone(9000))
	s.send(l)
	assert.Contains(t, back(l), ">Tilbagekaldt<")
	late := letterTo(someone(9000))
	s.send(late)
	s.fake.Advance(3 * time.Minute)
	assert.Contains(t, back(late), ">Afventer tilbagekald<")
	s.fake.Advance(time.Hour)
	assert.Contains(t, back(late), ">Tilbagekaldt<")
	assert.Empty(t, s.fake.Letters(late.to))
	gone := letterTo(someone(9000))
	s.send(gone)
	s.fake.Advance(time.Hour)
	assert.Contains(t, back(gone), ">Tilbagekald ikke muligt<")
	assert.Contains(t, back(letterTo(someone(9000))), ebokstest.CodeUnknownLetter)
}

func TestChannelAndMass(t *testing.T) {
	s := dial(t, ebokstest.NewStralfors(t))
	ask := func(r eboks.Recipient) string {
		body := `<KanalvalgI xmlns="urn:oio:fjernprint:3.0.0" xmlns:dkal="urn:oio:dkal:1.0.0"><ForsendelseTypeIdentifikator>1001</ForsendelseTypeIdentifikator><dkal:AfsendelseModtager><CPRnummerIdentifikator>` +
			r.CPR().Reveal() + `</CPRnummerIdentifikator></dkal:AfsendelseModtager></KanalvalgI>`
		_, answer := s.must(http.MethodPost, "/afsendersystem/4711/kanalvalg", body)
		return answer
	}
	assert.Contains(t, ask(someone(9000)), ">Digital Post<")
	assert.Contains(t, ask(someone(9007)), ">Fysisk Post<")
	assert.Contains(t, ask(someone(3)), ">Fysisk Post<")

	mass := `<MasseforsendelseI xmlns="urn:oio:fjernprint:3.0.0"><MasseForsendelseIdentifikator>års-1</MasseForsendelseIdentifikator><ForsendelseTypeIdentifikator>1001</ForsendelseTypeIdentifikator></MasseforsendelseI>`
	status, answer := s.must(http.MethodPut, "/afsendersystem/4711/masseforsendelser/%C3%A5rs-1", mass)
	require.Equal(t, 204, status, answer)
	l := letterTo(someone(9000))
	body := strings.Replace(l.write(ebokstest.Stralfors), "<DokumentParametre>", "<TransaktionsParametreI><MasseForsendelseIdentifikator>års-1</MasseForsendelseIdentifikator></TransaktionsParametreI><DokumentParametre>", 1)
	status, answer = s.must(http.MethodPut, s.path(l.id), body)
	require.Equal(t, 204, status, answer)
	s.send(letterTo(someone(9000)))
	assert.Len(t, states(s.log("masseforsendelser/%C3%A5rs-1/transaktionslog")), 1)
}

func TestDispatchAnswers(t *testing.T) {
	s := dial(t, ebokstest.NewPostNord(t))
	for i, want := range []string{"", "", "", "", "invalid", "invalid", "exempt", "minor", "dead"} {
		l := letterTo(ebokstest.People()[i].Owner)
		status, body := s.send(l)
		require.Equal(t, 200, status)
		var got struct {
			ID         string              `json:"message_id"`
			Recipients []map[string]string `json:"recipients"`
		}
		require.NoError(t, json.Unmarshal([]byte(body), &got))
		assert.Contains(t, s.path(l.id), got.ID)
		require.Len(t, got.Recipients, 1)
		assert.Equal(t, want, got.Recipients[0]["status"])
		if i == 4 {
			assert.Equal(t, "pending", got.Recipients[0]["post_processing_status"])
			s.fake.Advance(time.Hour)
			_, list := s.must(http.MethodGet, "/rest/messages/DKEID/?message_id="+got.ID, "")
			assert.Contains(t, list, "remote printed")
		}
	}
}

func TestInspect(t *testing.T) {
	var seen atomic.Int64
	each(t, ebokstest.Config{Inspect: func(l ebokstest.Letter, document io.Reader) {
		head := make([]byte, 5)
		if _, err := io.ReadFull(document, head); err == nil && string(head) == "%PDF-" && l.To == someone(9000) && !l.ID.IsZero() {
			seen.Add(1)
		}
	}}, func(t *testing.T, s *sender) {
		l := letterTo(someone(9000))
		status, _ := s.send(l)
		require.True(t, isTaken(status))
		got, _ := s.fake.Letter(l.id)
		assert.Equal(t, pdf, string(got.Documents[0].Content()), "all of it, though only the beginning was looked at")
	})
	assert.EqualValues(t, 2, seen.Load())
}

func TestDifferencesAreServed(t *testing.T) {
	each(t, ebokstest.Config{}, func(t *testing.T, s *sender) {
		_, list := s.must(http.MethodGet, "/differences", "")
		for _, d := range s.fake.Differences() {
			assert.Contains(t, list, d)
		}
		assert.Empty(t, s.fake.Requests())
	})
}
