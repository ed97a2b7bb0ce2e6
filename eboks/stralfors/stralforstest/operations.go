package stralforstest

import (
	"net/http"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

func (d *dialect) refuse(status int, code, text string) *ebokstest.Reply {
	return d.Refuse(&ebokstest.Refusal{Status: status, Code: code, Text: text})
}

// create is EnkeltforsendelseOpret.
func (d *dialect) create(r *http.Request, id eboks.ID) *ebokstest.Reply {
	in, err := d.ReadLetter(r)
	if err != nil {
		return d.Refuse(err)
	}
	if in.ID != id {
		return d.refuse(http.StatusBadRequest, ebokstest.CodeValidation, "AfsendelseIdentifikator is not the one in the address.")
	}
	set := d.settings()
	s, what := d.Accept(*in, ebokstest.Handling{RefuseUnreachable: set.RefuseAtOnce})
	switch {
	case what == ebokstest.Repeated:
		return d.refuse(http.StatusConflict, ebokstest.CodeRepeated, "AfsendelseIdentifikator was used before.")
	case what == ebokstest.Refused:
		return d.refuse(http.StatusBadRequest, ebokstest.CodeOf(s.Reachability), "The recipient cannot receive it.")
	case set.AnswerBody:
		return d.Taken(s)
	}
	return &ebokstest.Reply{Status: http.StatusNoContent}
}

// Taken is the answer with a body: ForsendelseO.
func (d *dialect) Taken(s ebokstest.Stored) *ebokstest.Reply {
	out := newAnswer("ForsendelseO")
	out.text("AfsendelseIdentifikator", d.settings().IDs.write(s.ID.String()))
	out.text("ForsendelseIdentifikator", s.Reference)
	return out.reply()
}

// takeBack is ForsendelseTilbagekald.
func (d *dialect) takeBack(_ *http.Request, id eboks.ID) *ebokstest.Reply {
	status, known := d.TakeBack(id)
	if !known {
		return d.refuse(http.StatusNotFound, ebokstest.CodeUnknownLetter, "There is no such letter.")
	}
	out := newAnswer("ForsendelseStatus")
	out.text("AfsendelseIdentifikator", d.settings().IDs.write(id.String()))
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
	return out.reply()
}

// types is ForsendelsesTyperHent.
func (d *dialect) types(*http.Request) *ebokstest.Reply {
	out := newAnswer("ForsendelsesTyperO")
	for _, m := range d.Materials() {
		out.text("ForsendelseTypeIdentifikator", string(m))
	}
	return out.reply()
}

// channelOf is KanalvalgHent. Its two answers cannot tell why somebody is not reached.
func (d *dialect) channelOf(r *http.Request) *ebokstest.Reply {
	n, err := read(r, d.channel, nil)
	if err != nil {
		return d.Refuse(err)
	}
	kind := eboks.Material(n.At("fp:ForsendelseTypeIdentifikator"))
	to, err := recipient(n.Child("dkal:AfsendelseModtager"))
	switch {
	case err != nil:
		return d.Refuse(err)
	case to.IsZero():
		return d.refuse(http.StatusBadRequest, ebokstest.CodeInvalidNumber, "The recipient's number is not valid.")
	case !d.KnowsMaterial(kind):
		return d.refuse(http.StatusBadRequest, ebokstest.CodeUnknownType, "There is no such ForsendelseTypeIdentifikator.")
	}
	out := newAnswer("KanalvalgO")
	if d.Reach(to, kind) == eboks.Reachable {
		out.text("KanalKode", "Digital Post")
	} else {
		out.text("KanalKode", "Fysisk Post")
	}
	return out.reply()
}
