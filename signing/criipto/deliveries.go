package criipto

import (
	"context"
	"time"

	"github.com/dkeid/dkeid/signing"
)

// Delivery is one try of the service to deliver a webhook. It prints as a placeholder.
type Delivery struct {
	guarded
	Order   signing.ID
	Kind    signing.What // what was told
	At      time.Time    // zero if the service does not say
	Status  int          // of our answer; 0 if there was none
	Arrived bool         // the answer was 200
	Next    time.Time    // when the service tries again; zero if it does not
	// Retry is for RetryWebhook. It is zero if the delivery arrived.
	Retry signing.Secret
}

type logsInput struct {
	ID        signing.ID `json:"id"`
	From      string     `json:"from"`
	To        string     `json:"to"`
	Succeeded *bool      `json:"succeeded,omitempty"`
}

type invocation struct {
	Type    string `json:"__typename"`
	Event   string `json:"event"`
	At      string `json:"timestamp"`
	Status  int    `json:"responseStatusCode"`
	Payload string `json:"retryPayload"`
	Next    string `json:"retryingAt"`
}

// Deliveries returns what the service tried to deliver about an order between two times.
// failed leaves out what arrived.
func (s *Service) Deliveries(ctx context.Context, id signing.ID, from, to time.Time, failed bool) ([]Delivery, error) {
	op := &operation{op: "deliveries", query: deliveriesQuery}
	if err := op.checkID(id); err != nil {
		return nil, err
	}
	in := logsInput{ID: id, From: from.UTC().Format(time.RFC3339), To: to.UTC().Format(time.RFC3339)}
	if failed {
		in.Succeeded = new(bool)
	}
	type logged struct {
		ID      string `json:"id"`
		Webhook *struct {
			Logs []invocation `json:"logs"`
		} `json:"webhook"`
	}
	var data map[string]*logged
	if err := s.ask(ctx, op, in, &data); err != nil {
		return nil, about(id, err)
	}
	o, err := askedFor(op, id, data, func(o *logged) string { return o.ID })
	if err != nil {
		return nil, err
	}
	if o.Webhook == nil {
		return nil, nil
	}
	var all []Delivery
	for _, l := range o.Webhook.Logs {
		d := Delivery{Order: id, Kind: kinds[l.Event], At: moment(l.At), Status: l.Status, Next: moment(l.Next)}
		d.Arrived = l.Type == "WebhookSuccessfulInvocation"
		d.Retry = signing.NewSecret(l.Payload)
		all = append(all, d)
	}
	return all, nil
}

type retryInput struct {
	Order   signing.ID `json:"signatureOrderId"`
	Payload string     `json:"retryPayload"`
}

// RetryWebhook makes the service deliver a webhook again that did not arrive.
func (s *Service) RetryWebhook(ctx context.Context, d Delivery) error {
	op := &operation{op: "retry webhook", query: retryQuery, acts: true}
	if err := op.checkID(d.Order); err != nil {
		return err
	}
	if d.Retry.IsZero() {
		return about(d.Order, op.fail(signing.InputInvalid, "Retry is missing: the delivery arrived, or is not from Deliveries"))
	}
	var data map[string]*struct{}
	if err := s.ask(ctx, op, map[string]any{"input": retryInput{d.Order, d.Retry.Reveal()}}, &data); err != nil {
		return about(d.Order, err)
	}
	if data["retrySignatureOrderWebhook"] == nil {
		return about(d.Order, op.nonsense("the answer says nothing of the webhook").e)
	}
	return nil
}
