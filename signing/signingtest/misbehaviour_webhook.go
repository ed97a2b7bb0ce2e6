package signingtest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// A webhook misbehaviour sends the next event otherwise. Where the first try is a bad one,
// the later ones are good.
func webhookMisbehaviours() []Misbehaviour {
	all := []Misbehaviour{
		{Name: "webhook-duplicated", Doc: "the event is sent twice, one after the other", post: func(s *Service, l *letter) {
			again := *l
			again.id, again.spoilt = newGUID(), nil
			s.mail.post(l)
			s.mail.post(&again)
		}},
		{Name: "webhook-dropped", Doc: "the event is never sent", post: func(*Service, *letter) {}},
		{Name: "webhook-delayed", Doc: "the event is sent an hour later", post: func(s *Service, l *letter) {
			l.due = l.due.Add(time.Hour)
			s.mail.post(l)
		}},
		{Name: "webhook-reordered", Doc: "the event is sent after the next one", post: func(s *Service, l *letter) {
			l.held = true
			s.mail.post(l)
		}},
		{Name: "webhook-replayed", Doc: "the event is sent, and once more ninety days later", post: func(s *Service, l *letter) {
			again := *l
			again.id, again.spoilt, again.once, again.due = newGUID(), nil, true, l.due.Add(90*24*time.Hour)
			s.mail.post(l)
			s.mail.post(&again)
		}},
		{Name: "webhook-at-once-twice", Doc: "the event is sent twice at the same instant", deliver: twiceAtOnce},
		{Name: "webhook-unsigned", Doc: "the first try has no signature", deliver: badSignature(func(*letter) string { return "" })},
		{Name: "webhook-wrong-secret", Doc: "the first try is signed with another secret", deliver: badSignature(func(l *letter) string {
			return Sign(bytes.Repeat([]byte{7}, 32), l.body)
		})},
		{Name: "webhook-text-secret", Doc: "the first try is signed with the Base64 text of the secret", deliver: badSignature(func(l *letter) string {
			return Sign([]byte(base64.StdEncoding.EncodeToString(l.hook.secret)), l.body)
		})},
		{Name: "webhook-one-bit-off", Doc: "one bit of the first try's signature differs", deliver: badSignature(func(l *letter) string {
			raw, err := base64.StdEncoding.DecodeString(Sign(l.hook.secret, l.body))
			if err != nil {
				return ""
			}
			raw[0] ^= 1
			return base64.StdEncoding.EncodeToString(raw)
		})},
		{Name: "webhook-reformatted", Doc: "the first try says the same in other bytes than were signed",
			deliver: otherBody(http.MethodPost, "application/json", func(l *letter) io.Reader {
				var b bytes.Buffer
				_ = json.Indent(&b, l.body, "", "  ")
				return &b
			})},
		{Name: "webhook-huge", Doc: "the first try is 10 MB", deliver: otherBody(http.MethodPost, "application/json", func(l *letter) io.Reader {
			return io.MultiReader(bytes.NewReader(l.body), strings.NewReader(strings.Repeat(" ", 10_000_000)))
		})},
		{Name: "webhook-slow", Doc: "the first try comes at one byte a second, for the five seconds that the service waits",
			deliver: otherBody(http.MethodPost, "application/json", func(l *letter) io.Reader { return &dripping{body: l.body} })},
		{Name: "webhook-get", Doc: "the first try is a GET", deliver: otherBody(http.MethodGet, "application/json", bodyOf)},
		{Name: "webhook-as-text", Doc: "the first try is text/plain", deliver: otherBody(http.MethodPost, "text/plain", bodyOf)},
		{Name: "webhook-unknown-event", Doc: "the event has a name that nobody knows, and is signed", post: func(s *Service, l *letter) {
			l.body = bytes.Replace(l.body, []byte(`"`+l.event+`"`), []byte(`"SIGNATORY_LEVITATED"`), 1)
			s.mail.post(l)
		}},
		{Name: "webhook-extra-members", Doc: "the event has members that nobody knows, and is signed", post: func(s *Service, l *letter) {
			l.body = append([]byte(`{"nyhed":{"æøå":[1,null]},`), l.body[1:]...)
			s.mail.post(l)
		}},
		{Name: "webhook-no-json", Doc: "the event is no JSON, and is signed", post: func(s *Service, l *letter) {
			l.body = []byte("event=" + l.event)
			s.mail.post(l)
		}},
		{Name: "webhook-duplicate-members", Doc: "the event names an order twice, first another one, and is signed", post: func(s *Service, l *letter) {
			l.body = bytes.Replace(l.body, []byte(`"signatureOrderId":`), []byte(`"signatureOrderId":"SignatureOrder:0|0","signatureOrderId":`), 1)
			s.mail.post(l)
		}},
	}
	for i := range all {
		all[i].Occasion = AtWebhook
		if all[i].post == nil && all[i].deliver == nil {
			all[i].post = func(s *Service, l *letter) { s.mail.post(l) }
		}
	}
	return all
}

func bodyOf(l *letter) io.Reader { return bytes.NewReader(l.body) }

// badSignature sends an event under another signature.
func badSignature(sign func(*letter) string) func(context.Context, *Service, *letter) *invocation {
	return func(ctx context.Context, s *Service, l *letter) *invocation {
		return s.sendAs(ctx, l, http.MethodPost, "application/json", sign(l), bodyOf(l))
	}
}

// otherBody sends a body in place of the event, under the event's signature.
func otherBody(method, contentType string, body func(*letter) io.Reader) func(context.Context, *Service, *letter) *invocation {
	return func(ctx context.Context, s *Service, l *letter) *invocation {
		return s.sendAs(ctx, l, method, contentType, Sign(l.hook.secret, l.body), body(l))
	}
}

func twiceAtOnce(ctx context.Context, s *Service, l *letter) *invocation {
	again := *l
	var wg sync.WaitGroup
	wg.Go(func() { s.send(ctx, &again) })
	sent := s.send(ctx, l)
	wg.Wait()
	return sent
}

// dripping gives one byte a second.
type dripping struct {
	body []byte
	at   int
}

func (d *dripping) Read(p []byte) (int, error) {
	if d.at >= len(d.body) || len(p) == 0 {
		return 0, io.EOF
	}
	if d.at > 0 {
		<-time.After(time.Second)
	}
	p[0] = d.body[d.at]
	d.at++
	return 1, nil
}
