package fakewire_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks/internal/fakewire"
)

func letters() fakewire.Element {
	return fakewire.Block("a:brev",
		fakewire.Leaf("a:navn", fakewire.Length(1, 5)),
		fakewire.Choice(
			[]fakewire.Element{fakewire.Leaf("a:nummer", fakewire.Digits(2, 3))},
			[]fakewire.Element{fakewire.Leaf("a:ord", fakewire.Among("æ", "ø")).UpTo(2)},
		),
		fakewire.Document("b:data").Optional(),
		fakewire.Anything("a:andet").Optional(),
		fakewire.Leaf("a:land", fakewire.Pattern("[A-Z]{2}")).With("kode", "iso", "imk").Optional(),
	)
}

// read reads a text and returns what it kept of the documents.
func read(text string) (n *fakewire.Node, kept string, err error) {
	var b strings.Builder
	n, err = fakewire.Read(strings.NewReader(text), letters(), fakewire.Config{
		Spaces: func(root string) map[string][]string { return map[string][]string{"a": {root}, "b": {"urn:b"}} },
		Keep: func(root *fakewire.Node, document io.Reader) error {
			b.WriteString(root.At("a:navn") + ":")
			_, err := io.Copy(&b, document)
			return err
		},
	})
	return n, b.String(), err
}

const whole = `<brev xmlns="urn:a" xmlns:b="urn:b"><navn>Åse Ø</navn><ord>æ</ord><ord>ø</ord><b:data>w6bDuA==</b:data><andet><x y="1"/></andet><land kode="iso">DK</land></brev>`

func TestRead(t *testing.T) {
	n, kept, err := read(`<?xml version="1.0"?><!-- æ -->` + whole + "\n")
	require.NoError(t, err)
	assert.Equal(t, "Åse Ø:æø", kept, "the document came with what was read before it")
	assert.Equal(t, "Åse Ø", n.At("a:navn"))
	assert.Equal(t, "DK", n.At("a:land"))
	assert.Equal(t, "DK", n.Last().At())
	assert.Empty(t, n.At("a:nummer"))
	assert.Empty(t, n.Child("a:nummer", "a:navn").Last().At("a:navn"), "nothing has no children")
	_, _, err = read(strings.Replace(whole, "<ord>æ</ord><ord>ø</ord>", "<nummer>12</nummer>", 1))
	assert.NoError(t, err)
}

func TestReadRefuses(t *testing.T) {
	for name, c := range map[string][2]string{
		"a name that is too long":     {"Åse Ø", "Åse Ør"},
		"order":                       {"<navn>Åse Ø</navn><ord>æ</ord>", "<ord>æ</ord><navn>Åse Ø</navn>"},
		"both of a choice":            {"<ord>æ</ord>", "<nummer>12</nummer><ord>æ</ord>"},
		"none of a choice":            {"<ord>æ</ord><ord>ø</ord>", ""},
		"three where two are allowed": {"<ord>æ</ord>", "<ord>æ</ord><ord>æ</ord>"},
		"another namespace":           {"urn:b\"", "urn:c\""},
		"no attribute":                {` kode="iso"`, ""},
		"another attribute":           {`kode="iso"`, `kode="iso" x="1"`},
		"another value":               {`"iso"`, `"dk"`},
		"text between":                {"<andet>", "og<andet>"},
		"an element in a text":        {"DK<", "<x/>DK<"},
		"an empty document":           {"w6bDuA==", ""},
		"no base64":                   {"w6bDuA==", "æ"},
		"an element in a document":    {"w6bDuA==", "w6bDuA==<x/>"},
		"a document type":             {"<brev", "<!DOCTYPE brev><brev"},
		"another root":                {"brev", "bréf"},
		"something behind":            {"</brev>", "</brev><x/>"},
	} {
		text := strings.Replace(whole, c[0], c[1], 1)
		if name == "another root" {
			text = strings.ReplaceAll(whole, c[0], c[1])
		}
		require.NotEqual(t, whole, text, name)
		_, _, err := read(text)
		_, ok := errors.AsType[*fakewire.SchemaError](err)
		assert.True(t, ok, "%s: %v", name, err)
	}
	_, _, err := read(strings.Replace(whole, "Åse", strings.Repeat("Å", 2<<20), 1))
	assert.ErrorIs(t, err, fakewire.ErrTooLarge)
}

func TestReadTime(t *testing.T) {
	for text, want := range map[string]string{
		"2026-07-01T12:00:00": "2026-07-01T10:00:00Z", "2026-12-01T12:00:00.5": "2026-12-01T11:00:00.5Z",
		"2026-07-01T12:00:00+05:00": "2026-07-01T07:00:00Z", "2026-07-01T24:00:00": "", "i går": "",
	} {
		at, ok := fakewire.ReadTime(text)
		assert.Equal(t, want != "", ok, text)
		assert.Equal(t, ok, fakewire.DateTime(text))
		if ok {
			assert.Equal(t, want, at.Format("2006-01-02T15:04:05.999Z07:00"))
		}
	}
}

// FuzzRead: a text is read whole or refused, and what was read follows the schema.
func FuzzRead(f *testing.F) {
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add(strings.Replace(whole, "data>w6bDuA==</b:data", "data/", 1))
	f.Add(strings.Replace(whole, "<navn>", "<navn><![CDATA[", 1))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		n, _, err := read(text)
		if err != nil {
			require.Nil(t, n)
			return
		}
		require.NotEmpty(t, n.At("a:navn"))
		require.True(t, n.Child("a:nummer") != nil || n.Child("a:ord") != nil)
	})
}
