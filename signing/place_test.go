package signing_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/signing"
)

func TestPlaceFillsTheTicket(t *testing.T) {
	m := newMemory()
	c, o := newClient(t, m), order()
	p, err := c.Place(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, signing.Ticket{
		Service: "memory", ID: "Order:1", Reference: "lejekontrakt-a7", PlacedAt: noon,
		Documents: []signing.TicketDocument{
			{ID: "Document:0", SHA256: sum(content(o, 0))}, {ID: "Document:1", SHA256: sum(content(o, 1))},
		},
		Signatories: []signing.TicketSignatory{{ID: "Signatory:0", Reference: "lejer"}, {ID: "Signatory:1", Reference: "udlejer"}},
	}, p.Ticket)
	require.Len(t, p.Links, 2)
	require.Equal(t, "https://sign.example/Order:1/Signatory:1", p.Links[1].Reveal())
	require.Equal(t, noon.AddDate(0, 0, 90), p.Expires)
	require.Equal(t, everything, c.Capabilities())
}

// badOrders are orders that no service can place, each with a part of the error.
func badOrders() map[string]struct {
	change func(*signing.Order)
	why    string
} {
	n := cprtest.Number(4)
	dashed := n.Reveal()[:6] + "-" + n.Reveal()[6:]
	type bad = struct {
		change func(*signing.Order)
		why    string
	}
	who := func(f func(*signing.Who)) func(*signing.Order) {
		return func(o *signing.Order) { f(&o.Signatories[1].Who) }
	}
	document := func(b []byte) func(*signing.Order) {
		return func(o *signing.Order) { o.Documents[1] = signing.Bytes("Bilag æ", b) }
	}
	return map[string]bad{
		"no reference":                     {func(o *signing.Order) { o.Reference = "" }, "Order.Reference is missing"},
		"reference of 65 characters":       {func(o *signing.Order) { o.Reference = strings.Repeat("a", 65) }, "Order.Reference must be"},
		"reference with Danish letters":    {func(o *signing.Order) { o.Reference = "lejekontrakt-æ" }, "Order.Reference must be"},
		"reference with a blank":           {func(o *signing.Order) { o.Reference = "a b" }, "Order.Reference must be"},
		"reference with a CPR number":      {func(o *signing.Order) { o.Reference = "sag-" + dashed }, "Order.Reference has ten digits"},
		"no title":                         {func(o *signing.Order) { o.Title = " " }, "Order.Title is empty"},
		"title of 256 characters":          {func(o *signing.Order) { o.Title = strings.Repeat("æ", 256) }, "Order.Title is longer"},
		"title with a line break":          {func(o *signing.Order) { o.Title = "a\nb" }, "Order.Title has control characters"},
		"title with a right-to-left sign":  {func(o *signing.Order) { o.Title = "a\u202eb" }, "Order.Title has control characters"},
		"title with a CPR number":          {func(o *signing.Order) { o.Title = "Kontrakt for " + dashed }, "Order.Title has ten digits"},
		"title that is not UTF-8":          {func(o *signing.Order) { o.Title = "\xe6" }, "Order.Title is not UTF-8"},
		"a language of the future":         {func(o *signing.Order) { o.Language = 2 }, "Order.Language"},
		"expired":                          {func(o *signing.Order) { o.Expires = noon }, "Order.Expires has passed"},
		"return to http":                   {func(o *signing.Order) { o.ReturnURL = "http://app.example/" }, "ReturnURL must be https"},
		"return to nowhere":                {func(o *signing.Order) { o.ReturnURL = "/tilbage" }, "ReturnURL is not an absolute"},
		"return to a script":               {func(o *signing.Order) { o.ReturnURL = "javascript:alert(1)" }, "ReturnURL is not an absolute"},
		"return with a password":           {func(o *signing.Order) { o.ReturnURL = "https://a:b@app.example/" }, "ReturnURL has a user name"},
		"return with a CPR number":         {func(o *signing.Order) { o.ReturnURL = "https://app.example/?q=" + n.Reveal() }, "ReturnURL has ten digits"},
		"no document":                      {func(o *signing.Order) { o.Documents = nil }, "Documents is empty"},
		"eleven documents":                 {func(o *signing.Order) { o.Documents = append(o.Documents, make([]signing.Document, 9)...) }, "Documents: this service takes 10"},
		"a document without Open":          {func(o *signing.Order) { o.Documents[0].Open = nil }, "Documents[0].Open is missing"},
		"a document without a title":       {func(o *signing.Order) { o.Documents[1].Title = "" }, "Documents[1].Title is empty"},
		"a document's title with a number": {func(o *signing.Order) { o.Documents[1].Title = n.Reveal() }, "Documents[1].Title has ten digits"},
		"nobody":                           {func(o *signing.Order) { o.Signatories = nil }, "Signatories is empty"},
		"fifteen people":                   {func(o *signing.Order) { o.Signatories = make([]signing.Signatory, 15) }, "Signatories: this service takes 14"},
		"a signatory without a reference":  {func(o *signing.Order) { o.Signatories[0].Reference = "" }, "Signatories[0].Reference is missing"},
		"two of one reference":             {func(o *signing.Order) { o.Signatories[1].Reference = "lejer" }, "Signatories[1].Reference is that of another"},
		"a role of the future":             {func(o *signing.Order) { o.Signatories[1].Role = 3 }, "Signatories[1].Role"},
		"viewers alone": {func(o *signing.Order) {
			o.Signatories[0].Role, o.Signatories[1].Role = signing.Viewer, signing.Approver
		}, "Documents[0] has nobody who signs"},
		"a document that nobody signs": {func(o *signing.Order) { o.Signatories[0].Documents, o.Signatories[1].Documents = []int{0}, []int{0} }, "Documents[1] has nobody"},
		"a negative sequence":          {func(o *signing.Order) { o.Signatories[0].Sequence = -1 }, "Signatories[0].Sequence is negative"},
		"no documents of one's own":    {func(o *signing.Order) { o.Signatories[0].Documents = []int{} }, "Signatories[0].Documents is empty"},
		"a document that is not there": {func(o *signing.Order) { o.Signatories[0].Documents = []int{0, 2} }, "Signatories[0].Documents must be"},
		"a document twice":             {func(o *signing.Order) { o.Signatories[0].Documents = []int{1, 1} }, "Signatories[0].Documents must be"},
		"signing as a CPR number":      {func(o *signing.Order) { o.Signatories[0].SigningAs = dashed }, "Signatories[0].SigningAs has ten digits"},
		"signing as an escape":         {func(o *signing.Order) { o.Signatories[0].SigningAs = "\x1b[2J" }, "Signatories[0].SigningAs has control"},
		"nobody in particular":         {who(func(w *signing.Who) { *w = signing.Who{} }), "Signatories[1].Who names nobody"},
		"anyone and somebody":          {who(func(w *signing.Who) { w.Anyone = true }), "Signatories[1].Who has Anyone, and names somebody"},
		"a subject with a line break":  {who(func(w *signing.Who) { w.Subject = "a\nb" }), "Signatories[1].Who.Subject"},
		"empty":                        {document(nil), "Documents[1].Open: the document is empty"},
		"not a PDF":                    {document([]byte("<html>æ</html>")), "Documents[1].Open: the document is not a PDF"},
		"a PDF behind a byte":          {document(append([]byte("\n"), pdf("x")...)), "Documents[1].Open: the document is not a PDF"},
		"a head alone":                 {document([]byte("%PDF-1.7\n")), "Documents[1].Open: the PDF cannot be signed"},
		"cut":                          {document(pdf("x")[:200]), "Documents[1].Open: the PDF cannot be signed"},
		"encrypted":                    {document(bytes.Replace(pdf("x"), []byte("/Root"), []byte("/Encrypt 4 0 R/Root"), 1)), "Documents[1].Open: the PDF cannot be signed"},
		"over the limit":               {document(append(pdf("x"), make([]byte, 20_000_000)...)), "Documents[1].Open: the document is larger"},
		"planted: a script":            {document(pdfOf("/OpenAction<</S/JavaScript/JS(app.alert)>>", "x")), "has scripts"},
		"planted: a hidden layer":      {document(pdfOf("/OCProperties<</OCGs[5 0 R]/D<<>>>>", "x", "<</Type/OCG/Name(a)>>")), "has layers"},
		"planted: a form":              {document(pdfOf("/AcroForm<</Fields[5 0 R]>>", "x", "<</FT/Tx/T(a)/V(b)>>")), "has form fields"},
		"planted: an attachment":       {document(pdf("x", "<</Type/Filespec/F(a)/EF<</F 6 0 R>>>>", "<</Type/EmbeddedFile/Length 1>>\nstream\na\nendstream")), "has attachments"},
		"planted: an earlier update":   {document(updated(pdf("x"))), "was changed by an update"},
		"signed already":               {document(pdfOf("/AcroForm<</Fields[5 0 R]>>", "x", "<</FT/Sig/T(a)/V 6 0 R>>", "<</Type/Sig/Contents<00>>>")), "is signed already"},
		"a document that cannot be opened": {func(o *signing.Order) {
			o.Documents[0].Open = func() (io.ReadCloser, error) { return nil, errors.New("/home/" + n.Reveal()) }
		}, "Documents[0].Open: a document could not be read"},
		"a document without a reader":       {func(o *signing.Order) { o.Documents[0].Open = func() (io.ReadCloser, error) { return nil, nil } }, "Documents[0].Open: a document could not be read"},
		"a document that fails in between":  {func(o *signing.Order) { o.Documents[0] = reader(io.MultiReader(bytes.NewReader(pdf("x")), failing{})) }, "Documents[0].Open: a document could not be read"},
		"a document that never comes":       {func(o *signing.Order) { o.Documents[0] = reader(silent{}) }, "Documents[0].Open: a document could not be read"},
		"a document that is nil all along":  {func(o *signing.Order) { o.Documents[0] = signing.Document{} }, "Documents[0].Open is missing"},
		"a title of a document with a zero": {func(o *signing.Order) { o.Documents[0].Title = "a\x00" }, "Documents[0].Title has control"},
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("disk /home/æ") }

type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }

func reader(r io.Reader) signing.Document {
	return signing.Document{Title: "Bilag", Open: func() (io.ReadCloser, error) { return io.NopCloser(r), nil }}
}

// updated appends an incremental update that replaces the page's content.
func updated(b []byte) []byte {
	prev := bytes.LastIndex(b, []byte("startxref\n"))
	at := strings.TrimSpace(strings.TrimSuffix(string(b[prev+len("startxref\n"):]), "%%EOF\n"))
	n := len(b)
	b = append(bytes.Clone(b), "4 0 obj\n<</Length 1>>\nstream\ny\nendstream\nendobj\n"...)
	x := len(b)
	return append(b, "xref\n4 1\n"+pad(n)+" 00000 n \ntrailer\n<</Size 5/Root 1 0 R/Prev "+at+">>\nstartxref\n"+itoa(x)+"\n%%EOF\n"...)
}

func TestNothingLeavesForAnOrderThatIsWrong(t *testing.T) {
	for name, bad := range badOrders() {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			c, o := newClient(t, m), order()
			bad.change(o)
			for _, place := range []func(context.Context, *signing.Order) (*signing.Placed, error){c.Place, c.PlaceAgain} {
				p, err := place(t.Context(), o)
				require.Nil(t, p)
				require.ErrorContains(t, kindIs(t, err, signing.InputInvalid), bad.why)
				require.NotContains(t, err.Error(), cprtest.Number(4).Reveal())
				require.NotContains(t, err.Error(), "/home")
				require.Empty(t, m.log)
			}
		})
	}
	_, err := newClient(t, newMemory()).Place(t.Context(), nil)
	kindIs(t, err, signing.InputInvalid)
}

// What a service cannot carry is refused, and never left out.
func TestUnsupportedNamesTheField(t *testing.T) {
	none := signing.Capabilities{Name: "memory", Links: true}
	m := newMemory()
	m.can = none
	c := newClient(t, m)
	for field, change := range map[string]func(*signing.Order){
		"Order.Expires":            func(o *signing.Order) { o.Expires = noon.Add(time.Hour) },
		"Order.ReturnURL":          func(o *signing.Order) { o.ReturnURL = "https://app.example/tak" },
		"Signatories[0].Role":      func(o *signing.Order) { o.Signatories[0].Role = signing.Approver },
		"Signatories[0].Sequence":  func(o *signing.Order) { o.Signatories[0].Sequence = 1 },
		"Signatories[0].Documents": func(o *signing.Order) { o.Signatories[0].Documents = []int{0, 1} },
		"Signatories[0].Who.UUID":  func(o *signing.Order) { o.Signatories[0].Who = signing.Who{UUID: uuid(0)} },
		"Signatories[0].Who.Subject": func(o *signing.Order) {
			o.Signatories[0].Who = signing.Who{Subject: "{sub}"}
		},
		"Signatories[0].Who.CPR": func(o *signing.Order) { o.Signatories[0].Who = signing.Who{CPR: cprtest.Number(4)} },
	} {
		o := order()
		o.Signatories[0].Who, o.Signatories[1].Who = signing.Who{Anyone: true}, signing.Who{Anyone: true}
		change(o)
		_, err := c.Place(t.Context(), o)
		require.ErrorContains(t, kindIs(t, err, signing.Unsupported), field)
		require.Empty(t, m.log)
	}
	_, err := c.PlaceAgain(t.Context(), order())
	kindIs(t, err, signing.Unsupported)
	ticket := signing.Ticket{Service: "memory", ID: "Order:1"}
	kindIs(t, c.Cancel(t.Context(), ticket), signing.Unsupported)
	kindIs(t, c.Cleanup(t.Context(), ticket), signing.Unsupported)
	require.Empty(t, m.log)
}

func TestAllowOpensTheRules(t *testing.T) {
	open := signing.Allow{Scripts: true, Layers: true, Forms: true, Attachments: true, EarlierUpdate: true}
	for name, bad := range badOrders() {
		if !strings.HasPrefix(name, "planted: ") {
			continue
		}
		o := order()
		bad.change(o)
		_, err := newClient(t, newMemory(), func(cfg *signing.Config) { cfg.Allow = open }).Place(t.Context(), o)
		require.NoError(t, err, name)
	}
}

// An answer that makes no sense may be about an order that the service has.
func TestAnswerToPlaceThatMakesNoSense(t *testing.T) {
	for name, spoil := range map[string]func(*signing.Placed) *signing.Placed{
		"none":                    func(*signing.Placed) *signing.Placed { return nil },
		"no id":                   func(p *signing.Placed) *signing.Placed { p.Ticket.ID = ""; return p },
		"an id with an escape":    func(p *signing.Placed) *signing.Placed { p.Ticket.ID = "\x1b[2J"; return p },
		"an endless id":           func(p *signing.Placed) *signing.Placed { p.Ticket.ID = signing.ID(strings.Repeat("a", 513)); return p },
		"no id of a document":     func(p *signing.Placed) *signing.Placed { p.Ticket.Documents[1].ID = ""; return p },
		"one id of two documents": func(p *signing.Placed) *signing.Placed { p.Ticket.Documents[1].ID = p.Ticket.Documents[0].ID; return p },
		"a document too few":      func(p *signing.Placed) *signing.Placed { p.Ticket.Documents = p.Ticket.Documents[:1]; return p },
		"no id of a signatory":    func(p *signing.Placed) *signing.Placed { p.Ticket.Signatories[1].ID = ""; return p },
		"one id of two signatories": func(p *signing.Placed) *signing.Placed {
			p.Ticket.Signatories[1].ID = p.Ticket.Signatories[0].ID
			return p
		},
		"a signatory too many": func(p *signing.Placed) *signing.Placed {
			p.Ticket.Signatories = append(p.Ticket.Signatories, signing.TicketSignatory{ID: "x"})
			return p
		},
		"signatories changed places": func(p *signing.Placed) *signing.Placed { s := p.Ticket.Signatories; s[0], s[1] = s[1], s[0]; return p },
		"another reference":          func(p *signing.Placed) *signing.Placed { p.Ticket.Reference = "andet"; return p },
		"a link too few":             func(p *signing.Placed) *signing.Placed { p.Links = p.Links[:1]; return p },
		"an empty link":              func(p *signing.Placed) *signing.Placed { p.Links = []signing.Secret{p.Links[0], {}}; return p },
	} {
		m := newMemory()
		m.answer = spoil
		p, err := newClient(t, m).Place(t.Context(), order())
		require.Nil(t, p, name)
		require.Equal(t, signing.Ask, kindIs(t, err, signing.OutcomeUnknown).Then(), name)
	}
}

func TestErrorsOfPlace(t *testing.T) {
	for _, c := range []struct {
		err  error
		kind signing.Kind
	}{
		{&signing.Error{Kind: signing.Unavailable}, signing.Unavailable},
		{&signing.Error{Kind: signing.Throttled, RetryAfter: -1}, signing.Throttled},
		{&signing.Error{Kind: signing.Refused}, signing.Refused},
		{&signing.Error{}, signing.OutcomeUnknown},
		{&signing.Error{Kind: 200}, signing.OutcomeUnknown},
		{errors.New("CPR 0101500000"), signing.OutcomeUnknown},
		{context.DeadlineExceeded, signing.OutcomeUnknown},
	} {
		m := newMemory()
		m.step = func(string, bool) error { return c.err }
		_, err := newClient(t, m).Place(t.Context(), order())
		e := kindIs(t, err, c.kind)
		require.NotContains(t, err.Error(), "0101500000")
		require.Equal(t, "place", e.Op)
		require.Equal(t, "memory", e.Service)
		require.Zero(t, e.RetryAfter)
		require.Equal(t, errors.Is(c.err, context.DeadlineExceeded), errors.Is(err, context.DeadlineExceeded))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m := newMemory()
	_, err := newClient(t, m).Place(ctx, order())
	kindIs(t, err, signing.Unavailable)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, m.log)
}
