package postnordtest

import (
	"net/http"
	"strconv"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// lookup answers whether somebody receives a material: 404 without a mailbox.
func (d *dialect) lookup(r *http.Request, material eboks.Material) *ebokstest.Reply {
	q := r.URL.Query()
	var to eboks.Recipient
	var err error
	switch {
	case len(q["cpr"]) == 1 && len(q) == 1:
		to, err = ebokstest.PersonOf(q.Get("cpr"))
	case len(q["cvr"]) == 1 && len(q) == 1:
		to, err = ebokstest.CompanyOf(q.Get("cvr"))
	default:
		return d.refuse(http.StatusBadRequest, ebokstest.CodeValidation, "Give either cpr or cvr.")
	}
	if err != nil {
		return d.Refuse(err)
	}
	verdict := d.Reach(to, material)
	if verdict == eboks.NotRegistered {
		return d.refuse(http.StatusNotFound, ebokstest.CodeNotRegistered, "There is no such mailbox.")
	}
	// A material that nobody knows has no subscribers.
	yes := strconv.FormatBool(verdict == eboks.Reachable && d.KnowsMaterial(material))
	if d.settings().LookupJSON {
		return &ebokstest.Reply{Status: http.StatusOK, Type: ebokstest.JSON, Body: []byte(`{"tilmeldt":` + yes + `}`)}
	}
	body := `<?xml version="1.0" encoding="UTF-8"?>` + "\n<Tilmelding><Tilmeldt>" + yes + "</Tilmeldt></Tilmelding>"
	return &ebokstest.Reply{Status: http.StatusOK, Type: ebokstest.XML, Body: []byte(body)}
}
