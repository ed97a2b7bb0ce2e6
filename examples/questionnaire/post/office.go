package post

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
)

// ReceiptMaterial is the kind of letter that this app sends, as the settings of
// the distributor name it.
const ReceiptMaterial eboks.Material = "kvittering"

// Office is the [store.Post]: it writes letters, and has an outbox, which sends them.
type Office struct {
	*outbox.Outbox
	link   func(eboks.ID, eboks.Recipient) (string, error)
	zone   *time.Location
	logger *slog.Logger
	desks  chan struct{} // one for each letter that is being written
}

// NewOffice returns the office of an outbox. link makes the link in each letter (see
// package readlink); zone is that of the letters' dates.
func NewOffice(o *outbox.Outbox, link func(eboks.ID, eboks.Recipient) (string, error), zone *time.Location, logger *slog.Logger) *Office {
	// A PDF takes a core for some milliseconds. Where a crowd writes on every core, whoever holds the database's
	// write lock gets no core, and logins fail because nobody else can write.
	return &Office{Outbox: o, link: link, zone: zone, logger: logger, desks: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
}

// Write is that of a [store.Post].
func (o *Office) Write(ctx context.Context, d *store.Draft) (l *eboks.Letter, refused string, err error) {
	select {
	case o.desks <- struct{}{}:
		defer func() { <-o.desks }()
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	l, err = o.write(d)
	if err == nil {
		_, err = o.Client().Prepare(ctx, l)
	}
	if e, ok := errors.AsType[*eboks.Error](err); ok && e.Then != eboks.Stop {
		return nil, "", err
	}
	switch refused = refusal(err); refused {
	case "":
		return l, "", nil
	case ReasonReplacement: // the person is told, and nobody else need be
	default:
		o.logger.ErrorContext(ctx, "a letter cannot be sent", "id", d.ID.String(), "error", err)
	}
	return nil, refused, nil
}

// agreementName is what the recipient sees on an agreement in their mailbox.
const agreementName = "Aftale.pdf"

// write makes the letter of a draft.
func (o *Office) write(d *store.Draft) (*eboks.Letter, error) {
	if d.Content == nil {
		return nil, errors.New("what is stored of it does not open")
	}
	to := eboks.Person(d.To)
	link, err := o.link(d.ID, to)
	if err != nil {
		return nil, err
	}
	pdf, err := RenderLetter(*d.Content, d.ID, link, o.zone)
	if err != nil {
		return nil, err
	}
	l := &eboks.Letter{ID: d.ID, To: to, Title: d.Content.Title, Document: eboks.Bytes(pdf), Material: ReceiptMaterial}
	// Where nothing can be attached, the link leads to the agreement.
	if d.Agreement != nil && o.Client().Capabilities().Limits.Attachments > 0 {
		l.Attachments = []eboks.Document{eboks.Bytes(d.Agreement).Named(agreementName)}
	}
	return l, nil
}

// ReasonReplacement is why no letter goes to a replacement number.
const ReasonReplacement = "replacement number"

// refusal is the word for why a letter cannot be sent.
func refusal(err error) string {
	if err == nil {
		return ""
	}
	if n, ok := errors.AsType[*cpr.Error](err); ok && n.Reason == cpr.ReasonReplacement {
		return ReasonReplacement
	}
	return "other"
}
