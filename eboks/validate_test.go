package eboks_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/stretchr/testify/require"
)

func TestTitles(t *testing.T) {
	number := cprtest.Number(7).Reveal()
	arabic := strings.Map(func(r rune) rune { return r - '0' + '٠' }, number)
	for title, ok := range map[string]bool{
		"Afgørelse":                                  true,
		"Møde 22.11.2026 kl. 10:30":                  true,
		"Møde 2026-11-22 10:30":                      true,
		"Faktura 123456789":                          true,
		"Telefon 33 92 33 92":                        true,
		"1.000.000 kr. den 1/1 2026":                 true,
		"Sag 123456, bilag 1234":                     true,
		strings.Repeat("å", 255):                     true,
		"":                                           false,
		" \u00a0":                                    false,
		strings.Repeat("å", 256):                     false,
		"To\nlinjer":                                 false,
		"Nul\x00":                                    false,
		"Vendt \u202egnidvaS":                        false,
		"Linje\u2028skift":                           false,
		"Galt \xff":                                  false,
		number:                                       false,
		"Til " + number + "!":                        false,
		"Til " + number[:6] + "-" + number[6:]:       false,
		"Til " + number[:6] + " " + number[6:]:       false,
		"Til " + number[:6] + "–" + number[6:]:       false,
		"Til " + number[:6] + " - " + number[6:]:     false,
		"Til " + number[:6] + "\u00ad" + number[6:]:  false,
		"Til " + number[:6] + "\u200b-" + number[6:]: false,
		"Til " + number[:2] + "." + number[2:4] + "." + number[4:6] + "-" + number[6:]: false,
		"Til " + number[:2] + " " + number[2:4] + " " + number[4:6] + " " + number[6:]: false,
		"Konto 1" + number:  false,
		"Til " + arabic:     false,
		"(" + number + ")å": false,
	} {
		s := newScripted()
		l := letter(1)
		l.Title = title
		_, err := newClient(t, s).Send(t.Context(), l)
		if ok {
			require.NoError(t, err, "%q", title)
			continue
		}
		kindIs(t, err, eboks.InputInvalid)
		require.True(t, eboks.SafeToRetry(err))
		require.Empty(t, s.offered)
		if title != "" {
			require.NotContains(t, err.Error(), title)
		}
	}
}

func TestLettersThatAreRefused(t *testing.T) {
	here := eboks.Address{Name: "Åse Ærø", Street: "Ågade", House: "12B", Floor: "1", Suite: "TV", PostCode: "8000"}
	printed := func(change func(*eboks.Address)) func(*eboks.Letter) {
		return func(l *eboks.Letter) {
			l.Channel, l.Address, l.Document = eboks.DigitalThenPrint, here, eboks.Bytes(fakepdf.New())
			change(&l.Address)
		}
	}
	attached := func(name string) func(*eboks.Letter) {
		return func(l *eboks.Letter) { l.Attachments = []eboks.Document{eboks.Bytes(pdf("bilag")).Named(name)} }
	}
	for name, c := range map[string]struct {
		change func(*eboks.Letter)
		kind   eboks.Kind // zero if it is accepted
	}{
		"sound":                {func(*eboks.Letter) {}, 0},
		"company":              {func(l *eboks.Letter) { l.To = eboks.Company(claims.MustParseCVR("10150817")) }, 0},
		"no ID":                {func(l *eboks.Letter) { l.ID = eboks.ID{} }, eboks.InputInvalid},
		"no material":          {func(l *eboks.Letter) { l.Material = "" }, eboks.InputInvalid},
		"material like a path": {func(l *eboks.Letter) { l.Material = "../1" }, eboks.InputInvalid},
		"long material":        {func(l *eboks.Letter) { l.Material = eboks.Material(strings.Repeat("1", 65)) }, eboks.InputInvalid},
		"no such channel":      {func(l *eboks.Letter) { l.Channel = 9 }, eboks.InputInvalid},
		"no such reply":        {func(l *eboks.Letter) { l.Reply.Mode = 9 }, eboks.InputInvalid},
		"reply to nowhere":     {func(l *eboks.Letter) { l.Reply.Mode = eboks.ReplyTo }, eboks.InputInvalid},
		"reply to a word":      {func(l *eboks.Letter) { l.Reply = eboks.Reply{Mode: eboks.ReplyTo, Mailbox: "hos mig"} }, eboks.InputInvalid},
		"reply":                {func(l *eboks.Letter) { l.Reply = eboks.Reply{Mode: eboks.ReplyTo, Mailbox: "12", Subject: "3"} }, 0},
		"no reply, but where":  {func(l *eboks.Letter) { l.Reply.Mailbox = "12" }, eboks.InputInvalid},
		"no document":          {func(l *eboks.Letter) { l.Document = eboks.Document{} }, eboks.InputInvalid},
		"empty document":       {func(l *eboks.Letter) { l.Document = eboks.Bytes(nil) }, eboks.InputInvalid},
		"no PDF":               {func(l *eboks.Letter) { l.Document = eboks.Bytes([]byte("<html>%PDF-")) }, eboks.InputInvalid},
		"half a head":          {func(l *eboks.Letter) { l.Document = eboks.Bytes([]byte("%PD")) }, eboks.InputInvalid},
		"no file":              {func(l *eboks.Letter) { l.Document = eboks.File("/nowhere/" + l.To.CPR().Reveal() + ".pdf") }, eboks.InputInvalid},
		"unreadable":           {func(l *eboks.Letter) { l.Document = opens(iotest.ErrReader(errors.New("hemmelig"))) }, eboks.InputInvalid},
		"cannot be opened": {func(l *eboks.Letter) {
			l.Document = eboks.Document{Open: func() (io.ReadCloser, error) { return nil, errors.New("hemmelig") }}
		}, eboks.InputInvalid},
		"opens as nothing": {func(l *eboks.Letter) {
			l.Document = eboks.Document{Open: func() (io.ReadCloser, error) { return nil, nil }}
		}, eboks.InputInvalid},
		"attachment":           {attached("Bilag å.pdf"), 0},
		"attachment, no name":  {attached(""), eboks.InputInvalid},
		"attachment, path":     {attached("../bilag.pdf"), eboks.InputInvalid},
		"attachment, blank":    {attached("bilag\u2003.pdf"), eboks.InputInvalid},
		"attachment, number":   {attached(cprtest.Number(3).Reveal() + ".pdf"), eboks.InputInvalid},
		"attachment, no PDF":   {func(l *eboks.Letter) { l.Attachments = []eboks.Document{eboks.Bytes([]byte("GIF89a")).Named("Bilag")} }, eboks.InputInvalid},
		"too many attachments": {func(l *eboks.Letter) { l.Attachments = make([]eboks.Document, 3) }, eboks.InputInvalid},
		"printed":              {printed(func(*eboks.Address) {}), 0},
		"printed, no address":  {func(l *eboks.Letter) { l.Channel = eboks.PrintOnly }, eboks.InputInvalid},
		"printed, no name":     {printed(func(a *eboks.Address) { a.Name = "" }), eboks.InputInvalid},
		"printed, long name":   {printed(func(a *eboks.Address) { a.Name = strings.Repeat("å", 131) }), eboks.InputInvalid},
		"printed, no street":   {printed(func(a *eboks.Address) { a.Street, a.House = "", "" }), eboks.InputInvalid},
		"printed, box":         {printed(func(a *eboks.Address) { a.Street, a.House, a.POBox = "", "", "77" }), 0},
		"printed, odd box":     {printed(func(a *eboks.Address) { a.POBox = "00" }), eboks.InputInvalid},
		"printed, odd house":   {printed(func(a *eboks.Address) { a.House = "12-14" }), eboks.InputInvalid},
		"printed, no code":     {printed(func(a *eboks.Address) { a.PostCode = "" }), eboks.InputInvalid},
		"printed, short code":  {printed(func(a *eboks.Address) { a.PostCode = "800" }), eboks.InputInvalid},
		"printed, 1000":        {printed(func(a *eboks.Address) { a.PostCode = "1000" }), eboks.InputInvalid},
		"printed, country":     {printed(func(a *eboks.Address) { a.Country = "Sverige" }), eboks.InputInvalid},
		"printed, abroad":      {printed(func(a *eboks.Address) { a.Country = "SE" }), eboks.InputInvalid},
		"printed, lines": {printed(func(a *eboks.Address) {
			*a = eboks.Address{Name: "Åse", Lines: []string{"Ågade 1"}, PostCode: "8000"}
		}), 0},
		"printed, lines abroad": {printed(func(a *eboks.Address) {
			*a = eboks.Address{Name: "Åse", Lines: []string{"Gatan 1", "211 00 Malmö"}, Country: "SE"}
		}), 0},
		"printed, both":       {printed(func(a *eboks.Address) { a.Lines = []string{"Ågade"} }), eboks.InputInvalid},
		"printed, empty line": {printed(func(a *eboks.Address) { *a = eboks.Address{Name: "Åse", Lines: []string{" "}, PostCode: "8000"} }), eboks.InputInvalid},
		"printed, long line": {printed(func(a *eboks.Address) {
			*a = eboks.Address{Name: "Åse", Lines: []string{strings.Repeat("å", 35)}, PostCode: "8000"}
		}), eboks.InputInvalid},
		"printed, seven lines":   {printed(func(a *eboks.Address) { *a = eboks.Address{Name: "Åse", Lines: make([]string, 7), PostCode: "8000"} }), eboks.InputInvalid},
		"printed, line break":    {printed(func(a *eboks.Address) { a.CareOf = "Åse\r\nHemmelig" }), eboks.InputInvalid},
		"printed, long district": {printed(func(a *eboks.Address) { a.District = strings.Repeat("å", 35) }), eboks.InputInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScripted()
			l := letter(1)
			c.change(l)
			_, err := newClient(t, s).Send(t.Context(), l)
			if c.kind == 0 {
				require.NoError(t, err)
				return
			}
			kindIs(t, err, c.kind)
			require.True(t, eboks.SafeToRetry(err))
			require.Empty(t, s.offered)
			for _, secret := range []string{"hemmelig", l.To.CPR().Reveal()} {
				require.NotContains(t, err.Error(), secret)
			}
		})
	}
}

func opens(r io.Reader) eboks.Document {
	return eboks.Document{Open: func() (io.ReadCloser, error) { return io.NopCloser(r), nil }}
}

func TestWhatADistributorCannotCarry(t *testing.T) {
	for name, change := range map[string]func(*eboks.Letter){
		"Channel":     func(l *eboks.Letter) { l.Channel = eboks.PrintOnly },
		"NotBefore":   func(l *eboks.Letter) { l.NotBefore = time.Unix(2e9, 0) },
		"Reply":       func(l *eboks.Letter) { l.Reply.Mode = eboks.ReplyStandard },
		"Attachments": func(l *eboks.Letter) { l.Attachments = []eboks.Document{eboks.Bytes(pdf("bilag")).Named("Bilag")} },
	} {
		s := newScripted()
		s.can = eboks.Capabilities{Name: "scripted"}
		l := letter(1)
		change(l)
		_, err := newClient(t, s).Send(t.Context(), l)
		e := kindIs(t, err, eboks.Unsupported)
		require.Contains(t, e.Why, name)
		require.True(t, eboks.SafeToRetry(err))
		require.Empty(t, s.offered)
	}
}

// Too large is refused here: the limit is named, on the side of base64 that it is meant for.
func TestSizesOnTheRightSideOfBase64(t *testing.T) {
	sized := func(n int) eboks.Document {
		return eboks.Bytes(pdf(strings.Repeat(" ", n-len(pdf("")))))
	}
	for name, c := range map[string]struct {
		limits eboks.Limits
		main   int
		extra  int
		paper  bool
		says   string
	}{
		"file":               {eboks.Limits{File: 100, Attachments: 1}, 100, 0, false, ""},
		"file and one":       {eboks.Limits{File: 100, Attachments: 1}, 101, 0, false, "100 bytes"},
		"attachment and one": {eboks.Limits{File: 100, Attachments: 1}, 50, 101, false, "100 bytes"},
		"total":              {eboks.Limits{Total: 300, Attachments: 1}, 150, 150, false, ""},
		"total and one":      {eboks.Limits{Total: 300, Attachments: 1}, 151, 150, false, "300 bytes"},
		"encoded":            {eboks.Limits{Encoded: 400, Attachments: 1}, 300, 0, false, ""},
		"encoded and one":    {eboks.Limits{Encoded: 400, Attachments: 1}, 301, 0, false, "base64"},
		"encoded, both":      {eboks.Limits{Encoded: 400, Attachments: 1}, 100, 199, false, "base64"},
		"paper":              {eboks.Limits{PrintTotal: 300}, 300, 0, true, ""},
		"paper and one":      {eboks.Limits{PrintTotal: 300}, 301, 0, true, "300 bytes"},
		"default":            {eboks.Limits{}, 10_000_000, 0, false, ""},
		"default and one":    {eboks.Limits{}, 10_000_001, 0, false, "10 MB"},
		"default paper":      {eboks.Limits{}, 7<<20 + 1, 0, true, "7 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScripted()
			s.can = eboks.Capabilities{Name: "scripted", Print: true, Limits: c.limits}
			l := letter(1)
			l.Document = sized(c.main)
			if c.extra > 0 {
				l.Attachments = []eboks.Document{sized(c.extra).Named("Bilag")}
			}
			if c.paper {
				l.Channel, l.Address, l.Unchecked = eboks.PrintOnly, eboks.Address{Name: "Åse", Street: "Ågade", House: "1", PostCode: "8000"}, true
			}
			_, err := newClient(t, s).Send(t.Context(), l)
			if c.says == "" {
				require.NoError(t, err)
				return
			}
			require.Contains(t, kindIs(t, err, eboks.InputInvalid).Why, c.says)
			require.Empty(t, s.offered)
		})
	}
}

// What a caller does to a letter after Send was called changes nothing.
func TestSendTakesACopy(t *testing.T) {
	s := newScripted()
	c := newClient(t, s)
	l := letter(1)
	l.Attachments = []eboks.Document{eboks.Bytes(pdf("bilag")).Named("Bilag")}
	_, err := c.Send(t.Context(), l)
	require.NoError(t, err)
	require.Zero(t, l.Document.Size(), "the caller's letter stays as it was")
	require.Zero(t, l.Attachments[0].Size())
}

func FuzzTitle(f *testing.F) {
	f.Add("Afgørelse 22.11.2026")
	f.Add("\u202e٠١٢٣٤٥٦٧٨٩")
	number := cprtest.Number(5).Reveal()
	f.Fuzz(func(t *testing.T, title string) {
		s := newScripted()
		l := letter(1)
		l.Title = title + " " + number
		_, err := newClient(t, s).Send(t.Context(), l)
		require.Error(t, err, "a number behind whatever text")
		require.Empty(t, s.offered)
	})
}
