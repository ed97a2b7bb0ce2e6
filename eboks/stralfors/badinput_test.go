package stralfors_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/stralfors"
)

// otherID is a letter of somebody else.
const otherID = "11111111-2222-4333-8444-555555555555"

func taken(id, rest string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><ForsendelseO xmlns="urn:oio:fjernprint:3.0.0"><AfsendelseIdentifikator>` + id +
		`</AfsendelseIdentifikator>` + rest + `</ForsendelseO>`
}

// fejl is an error body that repeats what it should not.
func fejl(code string) string {
	return `<dkal:Fejl xmlns:dkal="urn:oio:dkal:1.0.0"><dkal:FejlKode>` + code + `</dkal:FejlKode><dkal:FejlTekst>Modtager ` + leapling().Reveal() +
		` (Åse) findes ikke</dkal:FejlTekst><dkal:FejlIdentifikator>abc-123</dkal:FejlIdentifikator></dkal:Fejl>`
}

// What a distributor may answer to a letter. See docs/bad-input.md.
func TestAnswersToALetter(t *testing.T) {
	var zero eboks.Kind
	for name, c := range map[string]struct {
		status int
		body   string
		header []string
		kind   eboks.Kind // if zero, taken in
		then   eboks.Then
		check  func(*testing.T, *eboks.Receipt, *eboks.Error)
	}{
		"204":                              {204, "", nil, zero, 0, nil},
		"200 with the id":                  {200, taken(theID, ""), nil, zero, 0, nil},
		"201 in capitals":                  {201, taken(strings.ToUpper(theID), ""), nil, zero, 0, nil},
		"202 with a reference":             {202, taken(theID, "<ForsendelseIdentifikator>700001</ForsendelseIdentifikator>"), nil, zero, 0, hasReference("700001")},
		"a reference of words":             {200, taken(theID, "<ForsendelseIdentifikator>Åse 2712589100 "+strings.Repeat("9", 30)+"</ForsendelseIdentifikator>"), nil, zero, 0, hasReference("")},
		"a byte order mark":                {200, "\ufeff" + taken(theID, ""), nil, zero, 0, nil},
		"an error after a byte order mark": {400, "\ufeff" + fejl("2001"), nil, eboks.RecipientUnreachable, eboks.Stop, hasCode("2001")},
		"200 empty":                        {200, "", nil, eboks.OutcomeUnknown, eboks.Ask, nil},
		"200 HTML":                         {200, "<!DOCTYPE html><html><body>Vi er straks tilbage</body></html>", nil, eboks.OutcomeUnknown, eboks.Ask, nil},
		"200 XHTML":                        {200, "<html><body>Vi er straks tilbage</body></html>", nil, eboks.OutcomeUnknown, eboks.Ask, nil},
		"200 cut":                          {200, taken(theID, "")[:150], nil, eboks.OutcomeUnknown, eboks.Ask, nil},
		"200 JSON":                         {200, `{"AfsendelseIdentifikator":"` + theID + `"}`, nil, eboks.OutcomeUnknown, eboks.Ask, nil},
		"200 id twice":                     {200, taken(theID, "<AfsendelseIdentifikator>"+theID+"</AfsendelseIdentifikator>"), nil, eboks.OutcomeUnknown, eboks.Ask, nil},
		"206 is no success":                {206, taken(theID, ""), nil, eboks.OutcomeUnknown, eboks.Ask, nil},
		"a doctype":                        {200, `<!DOCTYPE x [<!ENTITY a "b">]>` + taken(theID, ""), nil, eboks.OutcomeUnknown, eboks.Ask, nil},
		"200 with an error":                {200, fejl("1001"), nil, eboks.Rejected, eboks.Decide, hasCode("1001")},
		"200 inside the answer":            {200, taken(theID, fejl("1001")), nil, eboks.Rejected, eboks.Decide, hasCode("1001")},
		"200 error of no table":            {200, fejl("4242"), nil, eboks.Rejected, eboks.Decide, hasCode("4242")},
		"201 two errors":                   {201, taken(theID, fejl("1001")+fejl("2001")), nil, eboks.Rejected, eboks.Decide, hasCode("")},
		"200 error of no number":           {200, fejl(leapling().Reveal()), nil, eboks.Rejected, eboks.Decide, hasCode("")},
		"400":                              {400, "", nil, eboks.AuthFailed, eboks.Retry, nil},
		"400 with its code":                {400, fejl("1001"), nil, eboks.Rejected, eboks.Stop, hasCode("1001")},
		"400 code of no table":             {400, fejl("9999"), nil, eboks.Rejected, eboks.Decide, hasCode("9999")},
		"409":                              {409, "", nil, eboks.AlreadyAccepted, eboks.Ask, nil},
		"409 with its code":                {409, fejl("1409"), nil, eboks.AlreadyAccepted, eboks.Ask, hasCode("1409")},
		"400 with the code of 409":         {400, fejl("1409"), nil, eboks.AlreadyAccepted, eboks.Ask, hasCode("1409")},
		"200 with the code of 409":         {200, fejl("1409"), nil, eboks.AlreadyAccepted, eboks.Ask, nil},
		"401":                              {401, "", nil, eboks.AuthFailed, eboks.Retry, nil},
		"403 code of no table":             {403, fejl("9999"), nil, eboks.AuthFailed, eboks.Retry, nil},
		"401 with a letter's code":         {401, fejl("1001"), nil, eboks.AuthFailed, eboks.Retry, hasCode("1001")},
		"not registered":                   {400, fejl("2001"), nil, eboks.RecipientUnreachable, eboks.Stop, isReachability(eboks.NotRegistered)},
		"exempt":                           {400, fejl("2002"), nil, eboks.RecipientUnreachable, eboks.Stop, isReachability(eboks.Exempt)},
		"minor":                            {400, fejl("2003"), nil, eboks.RecipientUnreachable, eboks.Stop, isReachability(eboks.Minor)},
		"deceased":                         {400, fejl("2004"), nil, eboks.RecipientUnreachable, eboks.Stop, isReachability(eboks.Deceased)},
		"not subscribed":                   {200, fejl("2005"), nil, eboks.RecipientUnreachable, eboks.Decide, isReachability(eboks.NotSubscribed)},
		"invalid number":                   {400, fejl("2006"), nil, eboks.RecipientUnreachable, eboks.Stop, isReachability(eboks.InvalidNumber)},
		"429 seconds":                      {429, "", []string{"Retry-After", "17"}, eboks.Throttled, eboks.Retry, waits(17 * time.Second)},
		"429 date":                         {429, "", []string{"Retry-After", "Mon, 02 Mar 2026 11:01:00 GMT"}, eboks.Throttled, eboks.Retry, waits(time.Minute)},
		"503 seconds":                      {503, "", []string{"Retry-After", "3"}, eboks.Throttled, eboks.Retry, waits(3 * time.Second)},
		"429 code of no table":             {429, fejl("9999"), []string{"Retry-After", "3"}, eboks.Throttled, eboks.Retry, waits(3 * time.Second)},
		"503 with a letter's code":         {503, fejl("1001"), []string{"Retry-After", "3"}, eboks.Throttled, eboks.Retry, waits(3 * time.Second)},
		"500 with a letter's code":         {500, fejl("1001"), nil, eboks.Rejected, eboks.Stop, hasCode("1001")},
		"400 code says so":                 {400, fejl("5003"), nil, eboks.Throttled, eboks.Retry, nil},
		"500":                              {500, "<html>", nil, eboks.OutcomeUnknown, eboks.Ask, nil},
		"502":                              {502, "", nil, eboks.OutcomeUnknown, eboks.Ask, nil},
		"503":                              {503, "", nil, eboks.OutcomeUnknown, eboks.Ask, nil},
		"504 code of no table":             {504, fejl("9999"), nil, eboks.OutcomeUnknown, eboks.Ask, hasCode("9999")},
		"408":                              {408, "", nil, eboks.OutcomeUnknown, eboks.Ask, nil},
		"413":                              {413, "", nil, eboks.Rejected, eboks.Stop, alarms},
		"413 code of no table":             {413, fejl("9999"), nil, eboks.Rejected, eboks.Stop, nil},
		"another letter":                   {200, taken(otherID, ""), nil, eboks.OutcomeUnknown, eboks.Ask, alarms},
		"the id and one more":              {200, taken(theID+"0", ""), nil, eboks.OutcomeUnknown, eboks.Ask, alarms},
		"no id":                            {200, "<ForsendelseO/>", nil, eboks.OutcomeUnknown, eboks.Ask, nil},
		"no such address":                  {404, "", nil, eboks.ConfigInvalid, eboks.Retry, nil},
		"no such shipment type":            {404, fejl("3001"), nil, eboks.ConfigInvalid, eboks.Retry, nil},
		"409 and a page":                   {409, "<html><body>Conflict</body></html>", nil, eboks.OutcomeUnknown, eboks.Ask, nil},
		"409 and XHTML":                    {409, `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>`, nil, eboks.OutcomeUnknown, eboks.Ask, nil},
		"409 and other words":              {409, `{"fejl":"findes"}`, nil, eboks.OutcomeUnknown, eboks.Ask, nil},
		"400 and a page with a Fejl":       {400, `<html><body><Fejl><FejlKode>1409</FejlKode></Fejl></body></html>`, nil, eboks.AuthFailed, eboks.Retry, inFront},
		"400 and a Fejl of somebody else":  {400, `<Fejl xmlns="urn:other"><FejlKode>1409</FejlKode></Fejl>`, nil, eboks.AuthFailed, eboks.Retry, inFront},
		"nginx: 400 and a page":            {400, "<html>\r\n<head><title>400 No required SSL certificate was sent</title></head></html>", nil, eboks.AuthFailed, eboks.Retry, inFront},
		"redirected":                       {302, "", []string{"Location", "https://evil.example/"}, eboks.OutcomeUnknown, eboks.Ask, nil},
	} {
		t.Run(name, func(t *testing.T) {
			srv := newServer(t)
			srv.answers(c.status, c.body, c.header...)
			l := letter()
			r, err := send(t, srv.sender(t), l)
			require.Equal(t, 1, srv.count(), "one offer")
			if c.kind == zero {
				require.Nil(t, err)
				require.Equal(t, l.ID, r.ID)
				require.Equal(t, eboks.Accepted, r.Status)
				require.Equal(t, noon, r.At)
				require.Equal(t, c.body, string(r.Raw.Reveal()))
			} else {
				require.Nil(t, r)
				require.NotNil(t, err)
				assert.Equal(t, c.kind, err.Kind, err)
				assert.Equal(t, c.then, err.Then)
				if err.Status != 0 {
					assert.Equal(t, c.status, err.Status)
					assert.Equal(t, c.body, string(err.Raw.Reveal()))
				}
				assert.NotContains(t, err.Error(), leapling().Reveal())
				assert.NotContains(t, err.Error(), "Åse")
			}
			if c.check != nil {
				c.check(t, r, err)
			}
		})
	}
}

func hasReference(want string) func(*testing.T, *eboks.Receipt, *eboks.Error) {
	return func(t *testing.T, r *eboks.Receipt, _ *eboks.Error) { assert.Equal(t, want, r.Reference) }
}

func hasCode(want string) func(*testing.T, *eboks.Receipt, *eboks.Error) {
	return func(t *testing.T, _ *eboks.Receipt, e *eboks.Error) { assert.Equal(t, want, e.Code) }
}

func isReachability(want eboks.Reachability) func(*testing.T, *eboks.Receipt, *eboks.Error) {
	return func(t *testing.T, _ *eboks.Receipt, e *eboks.Error) { assert.Equal(t, want, e.Reachability) }
}

func waits(want time.Duration) func(*testing.T, *eboks.Receipt, *eboks.Error) {
	return func(t *testing.T, _ *eboks.Receipt, e *eboks.Error) { assert.Equal(t, want, e.RetryAfter) }
}

func alarms(t *testing.T, _ *eboks.Receipt, e *eboks.Error) { assert.True(t, e.Alarm) }

func inFront(t *testing.T, _ *eboks.Receipt, e *eboks.Error) {
	assert.Contains(t, e.Why, "in front of the distributor")
}

// Every status that a server or a filter on the way can produce is about the way,
// with a page or without: the letter waits. (417 is about Expect: see package httpx.)
func TestAStatusIsNoVerdict(t *testing.T) {
	srv := newServer(t)
	s := srv.sender(t)
	for _, status := range []int{400, 401, 402, 403, 404, 405, 406, 407, 410, 411, 412, 414, 415, 416, 418, 421, 422, 423, 424, 425, 426, 428, 431, 440, 449,
		451, 460, 494, 495, 496, 497, 499} {
		for _, body := range []string{"", "<html><body>Bad Request</body></html>", "Anmodningen blev afvist på vejen", `{"error":"Ærgerligt"}`, taken(theID, "")} {
			srv.answers(status, body)
			_, err := send(t, s, letter())
			require.NotNil(t, err, status)
			want, then := eboks.AuthFailed, eboks.Retry
			switch status {
			case 404, 405, 410, 415:
				want = eboks.ConfigInvalid
			case 460, 499: // a proxy believes that we have gone; the letter may have gone on
				want, then = eboks.OutcomeUnknown, eboks.Ask
			}
			require.Equal(t, want, err.Kind, "%d %s", status, body)
			require.Equal(t, then, err.Then, "%d %s", status, body)
			require.NotEmpty(t, err.Why)
		}
	}
}

// A certificate whose time is over is named as the likely reason: a server does not
// say so.
func TestARefusalTellsOfAnEndedCertificate(t *testing.T) {
	srv := newServer(t)
	srv.answers(400, "<html><head><title>400 The SSL certificate error</title></head></html>")
	now := noon
	clock := func() time.Time { return now }
	s := srv.sender(t, func(c *stralfors.Config) { c.Now = clock })
	var alarms []*eboks.Error
	client, err := eboks.New(eboks.Config{Sender: s, Now: clock, Alarm: func(_ context.Context, e *eboks.Error) { alarms = append(alarms, e) }})
	require.NoError(t, err)
	ends := s.Capabilities().CertificateExpires
	now = ends.Add(time.Hour)
	_, err = client.Send(context.Background(), letter())
	require.Equal(t, eboks.Retry, ours(t, err).Then)
	require.Len(t, alarms, 1)
	require.Contains(t, alarms[0].Why, "the client certificate ended on "+ends.UTC().Format(time.DateOnly))
	second := letter()
	second.ID = id(otherID)
	_, err = client.Send(context.Background(), second)
	require.Equal(t, eboks.Retry, ours(t, err).Then)
	_, why := client.Channel()
	require.NotNil(t, why, "two witnesses: the channel is paused")
}

// A body of any size ends at the limit.
func TestAnAnswerWithoutEndIsUnknown(t *testing.T) {
	srv := newServer(t)
	srv.does(func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		_, _ = io.WriteString(w, "<ForsendelseO>")
		for range 3000 {
			if _, err := io.WriteString(w, strings.Repeat("<a/>", 256)); err != nil {
				return
			}
		}
	})
	_, err := send(t, srv.sender(t), letter())
	require.Equal(t, eboks.OutcomeUnknown, err.Kind)
	require.Equal(t, eboks.Ask, err.Then)
}

// The certificate is judged before the letter leaves.
func TestARefusedCertificateKeepsTheLetterHere(t *testing.T) {
	srv := newServer(t)
	stranger := newAuthority(t).issue(t, "fremmed")
	_, err := send(t, srv.sender(t, func(c *stralfors.Config) { c.Certificate = stranger }), letter())
	require.Equal(t, eboks.AuthFailed, err.Kind)
	require.Equal(t, eboks.Retry, err.Then)
	require.Zero(t, srv.count())
}

// A server that refuses by an answer before it asks for the body.
func TestAnEarlyRefusalKeepsTheLetterHere(t *testing.T) {
	srv := newServer(t)
	srv.early = true
	srv.answers(403, "")
	_, err := send(t, srv.sender(t), letter())
	require.Equal(t, eboks.AuthFailed, err.Kind)
	require.Equal(t, eboks.Retry, err.Then)
	require.Empty(t, srv.last(t).body)
}

// A success that comes before the letter has left promises nothing.
func TestAnEarlySuccessIsUnknown(t *testing.T) {
	for _, status := range []int{200, 204} {
		srv := newServer(t)
		srv.early = true
		body := ""
		if status == 200 {
			body = taken(theID, "")
		}
		srv.answers(status, body)
		_, err := send(t, srv.sender(t), letter())
		require.NotNil(t, err)
		require.Equal(t, eboks.OutcomeUnknown, err.Kind)
		require.Equal(t, eboks.Ask, err.Then)
	}
}

// Nothing left.
func TestNoConnectionIsUnavailable(t *testing.T) {
	srv := newServer(t)
	for name, change := range map[string]func(*stralfors.Config){
		"nobody listens":     func(c *stralfors.Config) { c.BaseURL = "https://127.0.0.1:1" },
		"unknown authority":  func(c *stralfors.Config) { c.Roots = newAuthority(t).pool },
		"no name":            func(c *stralfors.Config) { c.BaseURL = "https://findes-ikke.invalid" },
		"another host's TLS": func(c *stralfors.Config) { c.BaseURL = strings.Replace(srv.URL, "127.0.0.1", "localhost", 1) },
	} {
		_, e := send(t, srv.sender(t, change), letter())
		require.Equal(t, eboks.Unavailable, e.Kind, name)
		require.Equal(t, eboks.Retry, e.Then, name)
	}
	require.Zero(t, srv.count())
}

// The letter left, and no answer came.
func TestALostAnswerIsUnknown(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request, []byte){
		"dropped": func(w http.ResponseWriter, _ *http.Request, _ []byte) { hijack(w, "") },
		"half": func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			hijack(w, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"+taken(theID, ""))
		},
		"no HTTP": func(w http.ResponseWriter, _ *http.Request, _ []byte) { hijack(w, "220 velkommen\r\n") },
	} {
		srv := newServer(t)
		srv.does(answer)
		_, err := send(t, srv.sender(t), letter())
		require.NotNil(t, err, name)
		require.Equal(t, eboks.OutcomeUnknown, err.Kind, name)
		require.Equal(t, eboks.Ask, err.Then, name)
		require.Equal(t, 1, srv.count(), name)
	}
}

func hijack(w http.ResponseWriter, answer string) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	_, _ = io.WriteString(conn, answer)
	_ = conn.Close()
}

// The answer does not come in time, or the caller gives up.
func TestWaitingInVainIsUnknown(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	hanging := func() (*server, chan struct{}) {
		srv, arrived := newServer(t), make(chan struct{}, 100)
		srv.does(func(_ http.ResponseWriter, r *http.Request, body []byte) {
			if int64(len(body)) == r.ContentLength {
				arrived <- struct{}{}
			}
			<-release
		})
		return srv, arrived
	}
	srv, arrived := hanging()
	for limit := 300 * time.Millisecond; len(arrived) == 0; limit *= 2 { // a busy machine may need longer
		_, err := send(t, srv.sender(t, func(c *stralfors.Config) { c.Timeout = limit }), letter())
		if len(arrived) > 0 {
			require.Equal(t, eboks.OutcomeUnknown, err.Kind)
		}
	}

	srv, arrived = hanging()
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-arrived; cancel() }()
	_, gone := srv.sender(t).Send(ctx, measured(t, letter())[0])
	require.ErrorIs(t, gone, eboks.ErrOutcomeUnknown)
	require.ErrorIs(t, gone, context.Canceled)

	_, before := srv.sender(t).Send(ctx, measured(t, letter())[0])
	require.ErrorIs(t, before, eboks.ErrUnavailable)
	require.Equal(t, eboks.Retry, ours(t, before).Then)
}

// A document that is not the measured one never arrives whole.
func TestAChangedDocumentDoesNotArrive(t *testing.T) {
	srv := newServer(t)
	file := t.TempDir() + "/brev.pdf"
	require.NoError(t, os.WriteFile(file, []byte("%PDF-1.7 Kære Åse"+strings.Repeat(".", 30_000)+"%%EOF"), 0o600))
	l := letter()
	l.Document = eboks.File(file)
	ready := measured(t, l)[0]
	require.NoError(t, os.WriteFile(file, []byte("%PDF-1.7 Kære Bøg"+strings.Repeat(".", 30_000)+"%%EOF"), 0o600))
	_, err := srv.sender(t).Send(context.Background(), ready)
	require.ErrorIs(t, err, eboks.ErrInputInvalid)
	require.ErrorIs(t, err, eboks.ErrChanged)
	require.Equal(t, eboks.Stop, ours(t, err).Then)
}

// What this wire cannot carry is refused, and nothing leaves.
func TestWhatCannotBeCarriedIsRefused(t *testing.T) {
	srv := newServer(t)
	named := func(c *stralfors.Config) {
		c.Materials = map[eboks.Material]stralfors.Material{"afgoerelse": {ShipmentType: "17"}}
	}
	for name, c := range map[string]struct {
		letter func(*eboks.Letter)
		config func(*stralfors.Config)
		want   error
	}{
		"print with a time": {func(l *eboks.Letter) {
			l.Channel, l.Address, l.NotBefore = eboks.PrintOnly, danish(), noon.Add(time.Hour)
		}, nil, eboks.ErrUnsupported},
		"perhaps print with a time": {func(l *eboks.Letter) {
			l.Channel, l.Address, l.NotBefore = eboks.DigitalThenPrint, danish(), noon.Add(time.Hour)
		}, nil, eboks.ErrUnsupported},
		"print with a reply": {func(l *eboks.Letter) {
			l.Channel, l.Address, l.Reply.Mode = eboks.PrintOnly, danish(), eboks.ReplyStandard
		}, nil, eboks.ErrUnsupported},
		"a post box alone": {func(l *eboks.Letter) {
			l.Channel, l.Address = eboks.PrintOnly, eboks.Address{Name: "Åse", POBox: "77", PostCode: "5970"}
		}, nil, eboks.ErrUnsupported},
		"no print in the agreement": {func(l *eboks.Letter) { l.Channel, l.Address = eboks.PrintOnly, danish() },
			func(c *stralfors.Config) { c.NoPrint = true }, eboks.ErrUnsupported},
		"a material of no number":    {func(l *eboks.Letter) { l.Material = "brev" }, nil, eboks.ErrInputInvalid},
		"the shipment type zero":     {func(l *eboks.Letter) { l.Material = "000" }, nil, eboks.ErrInputInvalid},
		"a material of no agreement": {func(l *eboks.Letter) { l.Material = "18" }, named, eboks.ErrInputInvalid},
	} {
		l := letter()
		c.letter(l)
		_, err := send(t, srv.sender(t, func(cfg *stralfors.Config) {
			if c.config != nil {
				c.config(cfg)
			}
		}), l)
		require.ErrorIs(t, err, c.want, name)
		require.Equal(t, eboks.Stop, err.Then, name)
	}
	_, err := srv.sender(t).Send(context.Background(), letter())
	require.ErrorIs(t, err, eboks.ErrInputInvalid, "not measured")
	l := measured(t, letter())[0]
	l.Attachments = []eboks.Document{pdf("bilag").Named("å.pdf")}
	_, err = srv.sender(t).Send(context.Background(), l)
	require.ErrorIs(t, err, eboks.ErrInputInvalid, "an attachment not measured")
	require.Zero(t, srv.count())
}

// Nothing of a letter or an answer is in any error, however it is printed.
func TestErrorsHoldNothingPersonal(t *testing.T) {
	srv := newServer(t)
	for _, status := range []int{200, 400, 401, 404, 409, 413, 429, 500} {
		srv.answers(status, fejl("2001"))
		l := letter()
		_, err := send(t, srv.sender(t), l)
		for _, text := range []string{fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", *err), errors.Join(err).Error()} {
			for _, secret := range []string{l.To.CPR().Reveal(), "børnetilskud", "Åse", srv.URL} {
				require.NotContains(t, text, secret)
			}
		}
	}
}
