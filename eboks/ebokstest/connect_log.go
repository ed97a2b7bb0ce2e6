package ebokstest

import (
	"encoding/xml"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

// The sizes of a page of the log.
const (
	defaultPage = 100
	maxPage     = 1000
)

// oneLog is TransaktionslogForsendelseHent.
func (c *connect) oneLog(d *Distributor, id eboks.ID) *fakehttp.Reply {
	rs, known := d.history(id)
	if !known {
		return d.refusal(http.StatusNotFound, CodeUnknownLetter, "There is no such letter.")
	}
	return c.writeLog(d, rs)
}

// allLog is TransaktionslogForsendelserHent and TransaktionslogMasseforsendelseHent.
func (c *connect) allLog(d *Distributor, r *http.Request, mass string) *fakehttp.Reply {
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
				return d.refusal(http.StatusBadRequest, CodeValidation, "efter or antal is not a number that fits.")
			}
			*p.to = n
		}
	}
	return c.writeLog(d, d.page(after, count, mass))
}

// writeLog writes TransaktionslogO.
func (c *connect) writeLog(d *Distributor, rs []*receipt) *fakehttp.Reply {
	set := d.settings()
	out := newAnswer("TransaktionslogO")
	for _, r := range rs {
		status, stamp := words[r.word].name, r.at.UTC().Format(time.RFC3339Nano)
		if set.StatusUUIDs {
			status = words[r.word].uuid
		}
		if set.LocalTimes {
			stamp = r.at.In(copenhagen()).Format("2006-01-02T15:04:05.999999999")
		}
		out.open("Transaktion")
		out.text("TransaktionsIdentifikator", strconv.Itoa(r.mark))
		out.text("TransmissionId", strconv.Itoa(900000+r.mark))
		out.text("MessageUUID", r.id())
		out.text("MessageId", r.id())
		out.text("AfsendelseIdentifikator", r.id())
		if r.letter != nil {
			out.text("ForsendelseIdentifikator", r.letter.reference())
		}
		out.text("KanalKode", channelName(r.word.status()))
		out.text("TransaktionsDatoTid", stamp)
		out.text("BrugerNavn", "ebokstest")
		out.text("EnhedTekst", "Prøveenheden ÆØÅ")
		out.text("AfsenderSystemIdentifikator", d.System())
		out.text("TransaktionsStatusKode", status)
		out.text("ForsendelseTypeIdentifikator", string(r.material()))
		out.text("CorrelationId", r.id())
		if r.code != "" {
			out.open("FejlDetaljer")
			out.text("FejlKode", r.code)
			out.text("FejlTekst", "Modtageren kan ikke modtage brevet på denne måde")
			out.close("FejlDetaljer")
		}
		out.text("ForsendelseHaendelseSamling", "")
		out.close("Transaktion")
	}
	a := out.reply(http.StatusOK)
	if d.receipts() == Malformed {
		a.Body = a.Body[:len(a.Body)/2]
	}
	return a
}

func channelName(s eboks.Status) string {
	if s == eboks.PrintQueued || s == eboks.HandedToCarrier {
		return "Fysisk Post"
	}
	return "Digital Post"
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// answer writes an XML answer of Connect.
type answer struct {
	b    strings.Builder
	root string
}

func newAnswer(root string) *answer {
	a := &answer{root: root}
	a.b.WriteString(xmlHead + "<" + root + ` xmlns="` + nsFP3 + `" xmlns:dkal="` + nsDKAL + `">`)
	return a
}

func (a *answer) open(name string)  { a.b.WriteString("<" + name + ">") }
func (a *answer) close(name string) { a.b.WriteString("</" + name + ">") }

func (a *answer) text(name, text string) {
	a.open(name)
	_ = xml.EscapeText(&a.b, []byte(text)) // a Builder never fails
	a.close(name)
}

// fault writes dkal:Fejl.
func (a *answer) fault(code, text string) {
	a.open("dkal:Fejl")
	a.text("dkal:FejlKode", code)
	a.text("dkal:FejlTekst", text)
	a.close("dkal:Fejl")
}

func (a *answer) reply(status int) *fakehttp.Reply {
	a.close(a.root)
	return fakehttp.NewReply(status, xmlType, []byte(a.b.String()))
}
