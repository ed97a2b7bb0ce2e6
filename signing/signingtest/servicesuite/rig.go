package servicesuite

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/canary"
	"github.com/dkeid/dkeid/internal/logtest"
	"github.com/dkeid/dkeid/signing"
)

// What no error and no log may tell.
const (
	secretTitle  = "Lejekontrakt for æblehaven på Ærø"
	secretReason = "Huslejen er for høj, sagde Åse Kanariefugl"
)

// suite is one adapter.
type suite struct {
	open func(t *testing.T) Opened
}

// rig is one other side, the adapter under test, and a client on top.
type rig struct {
	*testing.T
	Opened
	can    signing.Capabilities
	client *signing.Client
	log    *logtest.Buffer
}

func (s *suite) rig(t *testing.T) *rig {
	t.Helper()
	r := &rig{T: t, Opened: s.open(t), log: new(logtest.Buffer)}
	r.can = r.Service.Capabilities()
	r.client = r.newClient(r.Service, r.Verifier)
	t.Cleanup(func() { r.checkText("the log", r.log.String()) })
	return r
}

func (r *rig) newClient(s signing.Service, v signing.Verifier) *signing.Client {
	r.Helper()
	c, err := signing.New(signing.Config{
		Service: s, Verifier: v, Now: r.Remote.Now, Logger: slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	require.NoError(r, err)
	return c
}

// who demands the nth person by everything that the service can demand.
func (r *rig) who(n int) signing.Who {
	id := r.Remote.Person(n)
	var w signing.Who
	if r.can.UUID {
		w.UUID = id.UUID
	}
	if r.can.Subject {
		w.Subject = id.Subject
	}
	if w.UUID.IsZero() && w.Subject == "" {
		w = signing.Who{Anyone: true}
	}
	return w
}

// order is an order of the first n people for some documents.
func (r *rig) order(reference string, documents, people int) *signing.Order {
	o := &signing.Order{Reference: reference, Title: secretTitle}
	for i := range documents {
		o.Documents = append(o.Documents, signing.Bytes(fmt.Sprintf("Bilag %d – æøå", i+1), pdf(fmt.Sprintf("Bilag %d til %s", i+1, reference))))
	}
	for i := range people {
		o.Signatories = append(o.Signatories, signing.Signatory{Reference: fmt.Sprintf("person-%d", i), Who: r.who(i)})
	}
	return o
}

// place places an order that must succeed.
func (r *rig) place(o *signing.Order) signing.Ticket {
	r.Helper()
	p, err := r.client.Place(r.Context(), o)
	require.NoError(r, err)
	return p.Ticket
}

// sign has people sign, each in their own place.
func (r *rig) sign(t signing.Ticket, people ...int) {
	r.Helper()
	for _, n := range people {
		require.NoError(r, r.Remote.Sign(t.ID, t.Signatories[n].ID, n))
	}
}

// read returns an order that must be there.
func (r *rig) read(t signing.Ticket) *signing.Progress {
	r.Helper()
	p, err := r.Service.Order(r.Context(), t.ID)
	require.NoError(r, err)
	require.Equal(r, t.ID, p.ID)
	return p
}

// fetch returns a document as the service has it.
func (r *rig) fetch(t signing.Ticket, i int) ([]byte, error) {
	var b bytes.Buffer
	err := r.Service.Fetch(r.Context(), t.ID, t.Documents[i].ID, &b)
	return b.Bytes(), err
}

// checkError holds an error to its form: it has a kind and tells no secret.
func (r *rig) checkError(err error) signing.Kind {
	r.Helper()
	require.Error(r, err)
	k := signing.KindOf(err)
	require.NotZero(r, k, "the error has no kind: %v", err)
	for _, place := range canary.Leaks(err, r.secrets()...) {
		assert.True(r, canary.OutOfReach(place), "an error tells what it must not, printed with %s", place)
	}
	return k
}

func (r *rig) secrets() []string {
	all := append([]string{secretTitle, secretReason}, r.Secrets...)
	for n := range 3 {
		id := r.Remote.Person(n)
		all = append(all, id.UUID.String())
		if !id.CPR.IsZero() {
			all = append(all, id.CPR.Reveal())
		}
	}
	return all
}

func (r *rig) checkText(what, text string) {
	r.Helper()
	for _, secret := range r.secrets() {
		assert.False(r, strings.Contains(text, secret), "%s tells what it must not", what)
	}
}

func keep(context.Context, *signing.Result) error { return nil }

// pdf is a small document.
func pdf(text string) []byte {
	content := "BT /F1 12 Tf 72 720 Td (" + text + ") Tj ET"
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(content), content),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe6\xf8\xe5\xc6\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}

func contentOf(t testing.TB, d *signing.Document) []byte {
	t.Helper()
	f, err := d.Open()
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(f)
	require.NoError(t, err)
	return b
}
