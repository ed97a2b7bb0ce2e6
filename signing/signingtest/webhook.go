package signingtest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// SignatureHeader carries the signature of a webhook: standard Base64 of HMAC-SHA256 over
// the body, keyed with the secret's bytes.
const SignatureHeader = "X-Criipto-Signature"

type hookInput struct {
	URL                  string `json:"url"`
	Secret               []byte `json:"secret"`
	ValidateConnectivity bool   `json:"validateConnectivity"`
}

// hook is where an order's events go.
type hook struct {
	url    string
	secret []byte // nil: unsigned
}

func newHook(in *hookInput) (*hook, error) {
	u, err := url.Parse(in.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, refuse("webhook.url must be an absolute address")
	}
	if n := len(in.Secret); in.Secret != nil && (n < 32 || n > 64) {
		return nil, refuse("webhook.secret must have from 256 to 512 bits")
	}
	return &hook{in.URL, in.Secret}, nil
}

// Sign returns what the header of a webhook says about body.
func Sign(secret, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// event is what happened.
type event struct {
	name     string
	reason   *string
	err      string
	document string
	status   string
}

// body returns the event as it is sent.
func (e event) body(o *order, g *signatory) []byte {
	m := mitidtest.Object{{"event", e.name}}
	if o != nil {
		m.Add("signatureOrderId", o.id)
	}
	if g != nil {
		m.Add("signatoryId", g.id)
	}
	switch e.name {
	case "SIGNATORY_REJECTED":
		if e.reason != nil {
			m.Add("reason", *e.reason)
		} else {
			m.Add("reason", nil)
		}
	case "SIGNATORY_SIGN_ERROR":
		m.Add("error", e.err)
	case "SIGNATORY_DOCUMENT_STATUS_CHANGED":
		m.Add("documentId", e.document)
		m.Add("status", e.status)
	}
	return m.Bytes()
}

// retries are the pauses between the tries of a webhook
// (https://docs.idura.app/signatures/webhooks/).
func retries() []time.Duration {
	return []time.Duration{
		5 * time.Second, 30 * time.Second, 60 * time.Second, 5 * time.Minute, 60 * time.Minute,
		5 * time.Hour, 12 * time.Hour, 24 * time.Hour, 36 * time.Hour, 48 * time.Hour,
	}
}

// letter is one webhook on its way.
type letter struct {
	id     string
	order  *order
	about  *signatory // nil: the whole order
	hook   *hook
	event  string
	body   []byte
	due    time.Time
	tries  int
	spoilt *Misbehaviour
	held   bool // until the next one has been sent
	once   bool // it is not tried again
}

// tell notes an event, and sends it to the order's webhook, if it has one. The caller holds
// the lock.
func (s *Service) tell(o *order, g *signatory, e event) {
	s.noteEvent(o, g, e)
	if o.hook == nil {
		return
	}
	l := &letter{id: newGUID(), order: o, about: g, hook: o.hook, event: e.name, body: e.body(o, g), due: s.Now()}
	if l.spoilt = s.play.take(AtWebhook); l.spoilt != nil && l.spoilt.post != nil {
		l.spoilt.post(s, l)
		return
	}
	s.mail.post(l)
}

// invocation is one webhook that was sent, as the service logs it.
type invocation struct {
	kind     string
	letter   *letter
	at       time.Time
	status   int
	answer   *string
	problem  string
	retrying *time.Time
	seconds  int
}

// outcome says how the webhook was answered.
func (i *invocation) outcome() string {
	text := i.problem
	switch {
	case i.status > 0:
		text = "answered with status " + strconv.Itoa(i.status)
	case i.seconds > 0:
		text = "no answer within " + strconv.Itoa(i.seconds) + " seconds"
	}
	if i.retrying != nil {
		text += ", to be sent again"
	}
	return text
}

const maxLogs = 1000 // of an order

// log keeps the latest invocations of an order.
func (o *order) log(i *invocation) {
	if len(o.logs) >= maxLogs {
		o.logs = slices.Delete(o.logs, 0, 1)
	}
	o.logs = append(o.logs, i)
}

func (i *invocation) node() *node {
	l := i.letter
	f := map[string]any{
		"correlationId": l.id, "event": l.event, "requestBody": string(l.body), "responseBody": i.answer,
		"signatureOrderId": l.order.id, "timestamp": writeTime(i.at), "url": l.hook.url,
	}
	switch i.kind {
	case "WebhookSuccessfulInvocation":
		f["responseStatusCode"] = i.status
		return &node{i.kind, f}
	case "WebhookHttpErrorInvocation":
		f["responseStatusCode"] = i.status
	case "WebhookTimeoutInvocation":
		f["responseTimeout"] = i.seconds
	default:
		f["exception"] = i.problem
	}
	f["retryPayload"], f["retryingAt"] = l.id, nil
	if i.retrying != nil {
		f["retryingAt"] = writeTime(*i.retrying)
	}
	return &node{i.kind, f}
}

// logNodes returns invocations from one time to another.
func logNodes(all []*invocation, args map[string]any) (any, error) {
	a, _ := args["from"].(string)
	b, _ := args["to"].(string)
	from, ok := readTime(a)
	to, ok2 := readTime(b)
	if !ok || !ok2 {
		return nil, refuse("from and to must be times in ISO 8601, with seconds and a zone")
	}
	wish, wished := args["succeeded"].(bool)
	nodes := []*node{}
	for _, i := range all {
		succeeded := i.kind == "WebhookSuccessfulInvocation"
		if !i.at.Before(from) && !i.at.After(to) && (!wished || wish == succeeded) {
			nodes = append(nodes, i.node())
		}
	}
	return nodes, nil
}

// retryWebhook sends a logged webhook again, at once.
func retryWebhook(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[struct {
		SignatureOrderID string `json:"signatureOrderId"`
		RetryPayload     string `json:"retryPayload"`
	}](args)
	if err != nil {
		return nil, err
	}
	c.lock()
	o := c.s.orders.byID[in.SignatureOrderID]
	if o == nil {
		return nil, refuse("the signature order was not found")
	}
	i := slices.IndexFunc(o.logs, func(i *invocation) bool { return i.letter.id == in.RetryPayload })
	if i < 0 {
		return nil, refuse("retryPayload is not one of the signature order's webhook logs")
	}
	again := *o.logs[i].letter
	again.id, again.spoilt, again.once = newGUID(), nil, true
	c.unlock()
	sent := c.s.send(ctx, &again)
	c.lock()
	o.log(sent)
	return &node{"RetrySignatureOrderWebhookOutput", map[string]any{"invocation": sent.node()}}, nil
}
