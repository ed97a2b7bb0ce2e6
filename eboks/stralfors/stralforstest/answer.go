package stralforstest

import (
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// answer writes an XML answer.
type answer struct {
	b    strings.Builder
	root string
}

func newAnswer(root string) *answer {
	a := &answer{root: root}
	a.b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<" + root + ` xmlns="` + nsFP3 + `" xmlns:dkal="` + nsDKAL + `">`)
	return a
}

func (a *answer) open(name string)  { a.b.WriteString("<" + name + ">") }
func (a *answer) close(name string) { a.b.WriteString("</" + name + ">") }

func (a *answer) text(name, text string) {
	a.open(name)
	_ = xml.EscapeText(&a.b, []byte(text)) // a Builder never fails
	a.close(name)
}

func (a *answer) reply() *ebokstest.Reply {
	a.close(a.root)
	return &ebokstest.Reply{Status: http.StatusOK, Type: ebokstest.XML, Body: []byte(a.b.String())}
}
