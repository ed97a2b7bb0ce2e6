package stralforstest

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/fakewire"
)

// The sizes of a page of the log.
const (
	defaultPage = 100
	maxPage     = 1000
)

// oneLog is TransaktionslogForsendelseHent.
func (d *dialect) oneLog(_ *http.Request, id eboks.ID) *ebokstest.Reply {
	es, known := d.History(id)
	if !known {
		return d.refuse(http.StatusNotFound, ebokstest.CodeUnknownLetter, "There is no such letter.")
	}
	return d.writeLog(es)
}

// allLog is TransaktionslogForsendelserHent.
func (d *dialect) allLog(r *http.Request) *ebokstest.Reply {
	q := r.URL.Query()
	after, count := 0, defaultPage
	for _, p := range []struct {
		name string
		to   *int
		max  int
	}{{"efter", &after, math.MaxInt32}, {"antal", &count, maxPage}} {
		if s := q.Get(p.name); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil || n < 0 || n > p.max || len(q[p.name]) > 1 {
				return d.refuse(http.StatusBadRequest, ebokstest.CodeValidation, "efter or antal is not a number that fits.")
			}
			*p.to = n
		}
	}
	return d.writeLog(d.Log(after, count))
}

// writeLog writes TransaktionslogO.
func (d *dialect) writeLog(es []ebokstest.Entry) *ebokstest.Reply {
	set := d.settings()
	out := newAnswer("TransaktionslogO")
	for _, e := range es {
		out.transaction(e, set)
	}
	a := out.reply()
	if d.Receipts() == ebokstest.Malformed {
		a.Body = a.Body[:len(a.Body)/2]
	}
	return a
}

func (a *answer) transaction(e ebokstest.Entry, set Settings) {
	status, stamp, id := stateOf(e.Status).write(set.States), e.At.UTC().Format(time.RFC3339Nano), e.Name
	if !e.Letter.IsZero() {
		id = set.IDs.write(id)
	}
	if set.LocalTimes {
		stamp = e.At.In(fakewire.Copenhagen()).Format("2006-01-02T15:04:05.999999999")
	}
	if e.Spoilt == ebokstest.BadTime {
		stamp = e.At.UTC().Format("2006-01-02") + "T24:00:00+0100"
	}
	channel := channelName(e.Status)
	a.open("Transaktion")
	a.text("TransaktionsIdentifikator", strconv.Itoa(e.Mark))
	a.text("TransmissionId", strconv.Itoa(900000+e.Mark))
	a.text("MessageUUID", id)
	a.text("MessageId", id)
	if !set.MessageUUIDs || channel == printed {
		a.text("AfsendelseIdentifikator", id)
	}
	if e.Reference != "" {
		a.text("ForsendelseIdentifikator", e.Reference)
	}
	a.text("KanalKode", channel)
	a.text("TransaktionsDatoTid", stamp)
	a.text("BrugerNavn", "ebokstest")
	a.text("EnhedTekst", "Prøveenheden ÆØÅ")
	a.text("AfsenderSystemIdentifikator", senderSystem)
	a.text("TransaktionsStatusKode", status)
	if e.Spoilt == ebokstest.DoubledElement {
		a.text("TransaktionsStatusKode", status)
	}
	a.text("ForsendelseTypeIdentifikator", string(e.Material))
	a.text("CorrelationId", id)
	if e.Code != "" {
		a.failure(e.Code)
	}
	if e.Spoilt == ebokstest.TwoErrors {
		a.failure(ebokstest.CodeDeceased)
	}
	a.open("ForsendelseHaendelseSamling")
	if e.Carrier != "" {
		a.open("ForsendelseHaendelse")
		a.text("ForsendelseHaendelseTypeKode", e.Carrier)
		a.text("ForsendelseHaendelseDatoTid", stamp)
		a.text("ForsendelseHaendelseBeloeb", "0.00")
		a.close("ForsendelseHaendelse")
	}
	a.close("ForsendelseHaendelseSamling")
	a.close("Transaktion")
}

func (a *answer) failure(code string) {
	a.open("FejlDetaljer")
	a.text("FejlKode", code)
	a.text("FejlTekst", "Modtageren kan ikke modtage brevet på denne måde")
	a.close("FejlDetaljer")
}

const printed = "Fysisk Post"

func channelName(s eboks.Status) string {
	switch s {
	case eboks.PrintQueued, eboks.HandedToCarrier, eboks.CarrierUpdate:
		return printed
	default:
		return "Digital Post"
	}
}
