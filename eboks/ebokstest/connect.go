package ebokstest

import (
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

// connect is Strålfors Connect. Its addresses and answers are proposals of this
// module where nothing is public; see Distributor.Differences.
type connect struct {
	shipment, batch, mass, channel element
}

func newConnect() *connect {
	one := shipmentSchema()
	one.letter = true
	return &connect{
		shipment: one,
		batch:    block("fp:ForsendelseISamling", one.upTo(maxBatch)),
		mass:     massSchema(),
		channel:  channelSchema(),
	}
}

// maxBatch is how many letters ForsendelserOpret takes.
const maxBatch = 1000

// route reads method and path.
func (c *connect) route(r *http.Request) *operation {
	rest, ok := strings.CutPrefix(r.URL.Path, "/afsendersystem/")
	if !ok {
		return nil
	}
	parts := strings.Split(rest, "/")
	if parts[0] != senderSystem {
		return nil
	}
	const base = "/afsendersystem/{system}"
	key := r.Method + " " + strings.Join(shape(parts[1:]), "/")
	switch key {
	case "PUT forsendelser/*":
		id := parseID(parts[2])
		return &operation{name: "EnkeltforsendelseOpret", template: base + "/forsendelser/{shipment}", letter: id, bears: true,
			answer: func(d *Distributor, r *http.Request) *fakehttp.Reply { return c.create(d, r, parts[2]) }}
	case "POST forsendelser":
		return &operation{name: "ForsendelserOpret", template: base + "/forsendelser", bears: true, batch: true, answer: c.createBatch}
	case "PUT masseforsendelser/*":
		return &operation{name: "MasseforsendelseOpret", template: base + "/masseforsendelser/{mass}",
			answer: func(d *Distributor, r *http.Request) *fakehttp.Reply { return c.createMass(d, r, parts[2]) }}
	case "POST forsendelser/*/tilbagekald":
		id := parseID(parts[2])
		return &operation{name: "ForsendelseTilbagekald", template: base + "/forsendelser/{shipment}/tilbagekald", letter: id,
			answer: func(d *Distributor, _ *http.Request) *fakehttp.Reply { return c.takeBack(d, id) }}
	case "GET forsendelser/*/transaktionslog":
		id := parseID(parts[2])
		return &operation{name: "TransaktionslogForsendelseHent", template: base + "/forsendelser/{shipment}/transaktionslog", letter: id,
			answer: func(d *Distributor, _ *http.Request) *fakehttp.Reply { return c.oneLog(d, id) }}
	case "GET transaktionslog":
		return &operation{name: "TransaktionslogForsendelserHent", template: base + "/transaktionslog",
			answer: func(d *Distributor, r *http.Request) *fakehttp.Reply { return c.allLog(d, r, "") }}
	case "GET masseforsendelser/*/transaktionslog":
		return &operation{name: "TransaktionslogMasseforsendelseHent", template: base + "/masseforsendelser/{mass}/transaktionslog",
			answer: func(d *Distributor, r *http.Request) *fakehttp.Reply { return c.allLog(d, r, parts[2]) }}
	case "GET forsendelsestyper":
		return &operation{name: "ForsendelsesTyperHent", template: base + "/forsendelsestyper", answer: c.types}
	case "POST kanalvalg":
		return &operation{name: "KanalvalgHent", template: base + "/kanalvalg", answer: c.channelOf}
	}
	return nil
}

// shape stars out the names of things in a path.
func shape(parts []string) []string {
	out := make([]string, len(parts))
	copy(out, parts)
	if len(out) > 1 && out[1] != "" {
		out[1] = "*"
	}
	return out
}

// create is EnkeltforsendelseOpret.
func (c *connect) create(d *Distributor, r *http.Request, name string) *fakehttp.Reply {
	in, err := d.readLetter(r)
	if err != nil {
		return d.refuse(err)
	}
	if in.ID.String() != name {
		return d.refusal(http.StatusBadRequest, CodeValidation, "AfsendelseIdentifikator is not the one in the address.")
	}
	l, what := d.accept(*in)
	switch {
	case what == repeated:
		return d.refusal(http.StatusConflict, CodeRepeated, "AfsendelseIdentifikator was used before.")
	case what == refused:
		return d.refusal(http.StatusBadRequest, codeOf(l.verdict), "The recipient cannot receive it.")
	case d.settings().AnswerBody:
		return c.taken(l.ID, l)
	}
	return fakehttp.NewReply(http.StatusNoContent, "", nil)
}

// createBatch is ForsendelserOpret: each letter on its own.
func (c *connect) createBatch(d *Distributor, r *http.Request) *fakehttp.Reply {
	n, err := c.read(d, r, c.batch)
	if err != nil {
		return d.refuse(err)
	}
	out := newAnswer("ForsendelseOSamling")
	for _, kid := range n.kids {
		out.open("ForsendelseO")
		c.oneOfBatch(d, kid, out)
		out.close("ForsendelseO")
	}
	return out.reply(http.StatusOK)
}

func (c *connect) oneOfBatch(d *Distributor, n *node, out *answer) {
	out.text("AfsendelseIdentifikator", n.at("fp:AfsendelseIdentifikator"))
	in, err := d.shipment(n)
	if err != nil {
		if e, ok := err.(*refusal); ok {
			out.fault(e.code, e.text)
		} else {
			out.fault(CodeValidation, "The letter does not follow the schema.")
		}
		return
	}
	d.offer(in.ID)
	switch l, what := d.accept(*in); what {
	case accepted:
		out.text("ForsendelseIdentifikator", l.reference())
	case repeated:
		out.fault(CodeRepeated, "AfsendelseIdentifikator was used before.")
	default:
		out.fault(codeOf(l.verdict), "The recipient cannot receive it.")
	}
}

// taken is the answer with a body: ForsendelseO.
func (c *connect) taken(id eboks.ID, l *letter) *fakehttp.Reply {
	out := newAnswer("ForsendelseO")
	out.text("AfsendelseIdentifikator", id.String())
	out.text("ForsendelseIdentifikator", l.reference())
	return out.reply(http.StatusOK)
}

// createMass is MasseforsendelseOpret.
func (c *connect) createMass(d *Distributor, r *http.Request, name string) *fakehttp.Reply {
	n, err := c.read(d, r, c.mass)
	switch {
	case err != nil:
		return d.refuse(err)
	case n.at("fp:MasseForsendelseIdentifikator") != name:
		return d.refusal(http.StatusBadRequest, CodeValidation, "MasseForsendelseIdentifikator is not the one in the address.")
	case !d.knowsType(n.at("fp:ForsendelseTypeIdentifikator")):
		return d.refusal(http.StatusBadRequest, CodeUnknownType, "There is no such ForsendelseTypeIdentifikator.")
	}
	return fakehttp.NewReply(http.StatusNoContent, "", nil)
}

// takeBack is ForsendelseTilbagekald.
func (c *connect) takeBack(d *Distributor, id eboks.ID) *fakehttp.Reply {
	status, known := d.recall(id)
	if !known {
		return d.refusal(http.StatusNotFound, CodeUnknownLetter, "There is no such letter.")
	}
	out := newAnswer("ForsendelseStatus")
	out.text("AfsendelseIdentifikator", id.String())
	out.open("TilbagekaldStatus")
	switch status {
	case eboks.RecallDone:
		out.text("TilbagekaldStatusKode", "Tilbagekaldt")
	case eboks.RecallPending:
		out.text("TilbagekaldStatusKode", "Afventer tilbagekald")
	default:
		out.text("TilbagekaldStatusKode", "Tilbagekald ikke muligt")
		out.text("TilbagekaldFejlKode", "17")
		out.text("TilbagekaldFejlTekst", "Forsendelsen er afleveret")
	}
	out.close("TilbagekaldStatus")
	return out.reply(http.StatusOK)
}

// types is ForsendelsesTyperHent.
func (c *connect) types(d *Distributor, _ *http.Request) *fakehttp.Reply {
	out := newAnswer("ForsendelsesTyperO")
	for _, m := range d.Materials() {
		out.text("ForsendelseTypeIdentifikator", string(m))
	}
	return out.reply(http.StatusOK)
}

// channelOf is KanalvalgHent. Its two answers cannot tell why somebody is not
// reached.
func (c *connect) channelOf(d *Distributor, r *http.Request) *fakehttp.Reply {
	n, err := c.read(d, r, c.channel)
	if err != nil {
		return d.refuse(err)
	}
	kind := n.at("fp:ForsendelseTypeIdentifikator")
	to, err := recipient(n.child("dkal:AfsendelseModtager"))
	switch {
	case err != nil:
		return d.refuse(err)
	case to.IsZero():
		return d.refusal(http.StatusBadRequest, CodeInvalidNumber, "The recipient's number is not valid.")
	case !d.knowsType(kind):
		return d.refusal(http.StatusBadRequest, CodeUnknownType, "There is no such ForsendelseTypeIdentifikator.")
	}
	d.mu.Lock()
	verdict := d.reach(to, eboks.Material(kind))
	d.mu.Unlock()
	out := newAnswer("KanalvalgO")
	if verdict == eboks.Reachable {
		out.text("KanalKode", "Digital Post")
	} else {
		out.text("KanalKode", "Fysisk Post")
	}
	return out.reply(http.StatusOK)
}

func (d *Distributor) knowsType(s string) bool {
	for _, m := range d.Materials() {
		if string(m) == s {
			return true
		}
	}
	return false
}

func (c *connect) refusal(code, text string) []byte { return fault(code, text) }

// fault is dkal:Fejl.
func fault(code, text string) []byte {
	out := new(answer)
	out.b.WriteString(xmlHead + `<Fejl xmlns="` + nsDKAL + `">`)
	out.text("FejlKode", code)
	out.text("FejlTekst", text)
	out.text("FejlIdentifikator", "PRØVE-"+code)
	out.b.WriteString("</Fejl>")
	return []byte(out.b.String())
}
