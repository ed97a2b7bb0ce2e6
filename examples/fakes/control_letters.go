package main

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// setReceipts changes how a distributor reports.
func (c *control) setReceipts(r *http.Request) (any, error) {
	d, err := c.distributor(r)
	if err != nil {
		return nil, err
	}
	in, err := read[struct {
		Manner string `json:"manner"`
	}](r)
	if err != nil {
		return nil, err
	}
	var words []string
	for _, how := range ebokstest.AllReceipts() {
		if how.String() == in.Manner {
			d.SetReceipts(how)
			return c.oneFake(r)
		}
		words = append(words, how.String())
	}
	return nil, oneOf("manner", in.Manner, words...)
}

// letterView is a letter as JSON has it.
type letterView struct {
	ID        string         `json:"id"`
	To        string         `json:"to"`
	Title     string         `json:"title"`
	Material  eboks.Material `json:"material"`
	Channel   string         `json:"channel"`
	Status    string         `json:"status"`
	At        time.Time      `json:"at"`
	Documents []documentView `json:"documents"`
}

type documentView struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

func (c *control) listLetters(r *http.Request) (any, error) {
	d, err := c.distributor(r)
	if err != nil {
		return nil, err
	}
	reveal, err := reveals(r)
	if err != nil {
		return nil, err
	}
	all := []letterView{}
	for _, offer := range d.Offers() {
		l, known := d.Letter(offer.ID)
		if !known {
			continue
		}
		v := letterView{
			l.ID.String(), ownerOf(l.To, reveal), textOf(l.Title, reveal), l.Material, l.Channel.String(), l.Status.String(), l.At.UTC(), []documentView{},
		}
		for _, doc := range l.Documents {
			v.Documents = append(v.Documents, documentView{doc.Name, doc.Size, hex.EncodeToString(doc.SHA256[:])})
		}
		all = append(all, v)
	}
	return map[string]any{"letters": all}, nil
}

func (c *control) document(r *http.Request) (any, error) {
	d, err := c.distributor(r)
	if err != nil {
		return nil, err
	}
	id, err := eboks.ParseID(r.PathValue("letter"))
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "the letter's id is not a UUID")
	}
	l, known := d.Letter(id)
	i, err := strconv.Atoi(r.PathValue("number"))
	if !known || err != nil || i < 0 || i >= len(l.Documents) {
		return nil, refuse(http.StatusNotFound, "there is no such letter, or it has no document of this number")
	}
	return file{"application/pdf", l.Documents[i].Content()}, nil
}
