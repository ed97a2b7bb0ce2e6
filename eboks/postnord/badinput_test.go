package postnord_test

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/postnord"
	"github.com/dkeid/dkeid/internal/canary"
)

// otherMessage is the id of another letter of the same sender.
const otherMessage = "00399412349d2b6a107c1e4f3a8b0d1f2e3d4c5b6a"

func TestAcceptedWithTheMessageID(t *testing.T) {
	upper, braces := answered(strings.ToUpper(message), karen, "", ""), answered("{"+message+"}", karen, "", "")
	hyphens := answered("{0039941234"+strings.ToUpper(letter.String())+"}", karen, "", "")
	for _, body := range []string{well(), upper, braces, hyphens} {
		w := newWire(t, says(200, body))
		r, err := w.Send(t.Context(), toKaren(t))
		require.NoError(t, err, "an id is the same however it is written")
		require.Equal(t, message, r.Reference)
	}
	for _, status := range []int{200, 201, 202} {
		w := newWire(t, says(status, well()))
		l := toKaren(t)
		r, err := w.Send(t.Context(), l)
		require.NoError(t, err)
		require.Equal(t, letter, r.ID)
		require.Equal(t, eboks.AcceptedDigital, r.Status)
		require.Equal(t, message, r.Reference)
		require.Equal(t, today, r.At)
		require.Equal(t, l.Document.SHA256(), r.SHA256)
		require.Equal(t, well(), string(r.Raw.Reveal()))
	}
}

func TestTakenInAndOnItsWayToThePrinter(t *testing.T) {
	for post, want := range map[string]eboks.Status{"pending": eboks.Queued, "address resolved": eboks.PrintQueued, "remote printed": eboks.PrintQueued} {
		w := newWire(t, says(200, answered(message, karen, "", post)))
		r, err := w.Send(t.Context(), toKaren(t))
		require.NoError(t, err, post)
		require.Equal(t, want, r.Status, post)
	}
}

// answers are those that are settled by what they say. See
// docs/bad-input.md.
var answers = []struct {
	name   string
	status int
	header http.Header
	body   string
	kind   eboks.Kind
	then   eboks.Then
	media  string // Content-Type; if empty, application/json
	code   string
	wait   time.Duration
}{
	{name: "empty", status: 200, kind: eboks.OutcomeUnknown},
	{name: "a success of another sort", status: 207, body: well(), kind: eboks.OutcomeUnknown},
	{name: "a proxy's success", status: 203, body: well(), kind: eboks.OutcomeUnknown},
	{name: "blank", status: 200, body: " \n", kind: eboks.OutcomeUnknown},
	{name: "no content", status: 204, kind: eboks.OutcomeUnknown},
	{name: "maintenance page", status: 200, body: "<!DOCTYPE html><html><body>Vi er straks tilbage — på gensyn</body></html>", kind: eboks.OutcomeUnknown},
	{name: "cut JSON", status: 200, body: well()[:40], kind: eboks.OutcomeUnknown},
	{name: "JSON and more", status: 200, body: well() + "{}", kind: eboks.OutcomeUnknown},
	{name: "not UTF-8", status: 200, body: strings.Replace(well(), "DK", "D\xe6", 1), kind: eboks.OutcomeUnknown},
	{name: "a list", status: 200, body: "[" + well() + "]", kind: eboks.OutcomeUnknown},
	{name: "null", status: 200, body: "null", kind: eboks.OutcomeUnknown},
	{name: "no recipients", status: 200, body: `{"message_id":"` + message + `"}`, kind: eboks.OutcomeUnknown},
	{name: "no message id", status: 200, body: strings.Replace(well(), "message_id", "messageid", 1), kind: eboks.OutcomeUnknown},
	{name: "member twice", status: 200, body: strings.Replace(well(), `"status":""`, `"status":"","status":""`, 1), kind: eboks.OutcomeUnknown},
	{name: "member in another case", status: 200, body: strings.Replace(well(), `"status"`, `"Status"`, 1), kind: eboks.OutcomeUnknown},
	{name: "number as a number", status: 200, body: strings.Replace(well(), `"`+karen.Reveal()+`"`, "1", 1), kind: eboks.OutcomeUnknown},
	{name: "unknown status", status: 200, body: answered(message, karen, "delivered", ""), kind: eboks.OutcomeUnknown},
	{name: "status with a blank", status: 200, body: answered(message, karen, " ", ""), kind: eboks.OutcomeUnknown},
	{name: "status in capitals", status: 200, body: answered(message, karen, "Exempt", ""), kind: eboks.OutcomeUnknown},
	{name: "no status", status: 200, body: strings.Replace(well(), `"status":"",`, "", 1), kind: eboks.OutcomeUnknown},
	{name: "null status", status: 200, body: strings.Replace(well(), `"status":""`, `"status":null`, 1), kind: eboks.OutcomeUnknown},
	{name: "unknown post-processing", status: 200, body: answered(message, karen, "", "æble"), kind: eboks.OutcomeUnknown},
	{name: "unknown post-processing of an exempt one", status: 200, body: answered(message, karen, "exempt", "done"), kind: eboks.OutcomeUnknown},
	{name: "no post-processing", status: 200, body: strings.Replace(well(), `,"post_processing_status":""`, "", 1), kind: eboks.OutcomeUnknown},
	{name: "well, but rejected", status: 200, body: strings.Replace(well(), `"reject_reason":null`, `"reject_reason":"nej"`, 1), kind: eboks.OutcomeUnknown},
	{name: "deep", status: 200, body: strings.Repeat(`{"a":`, 1000), kind: eboks.OutcomeUnknown},
	{name: "success that says error", status: 200, body: `<Fejl xmlns="urn:oio:dkal:1.0.0"><FejlKode>1001</FejlKode><FejlTekst>Ærgerligt</FejlTekst></Fejl>`, kind: eboks.Rejected, then: eboks.Decide, code: "1001"},
	{name: "the same with a byte order mark", status: 202, body: "\ufeff<Fejl><FejlKode>1001</FejlKode></Fejl>", kind: eboks.Rejected, then: eboks.Decide, code: "1001"},
	{name: "error without a code", status: 200, body: `<Fejl><FejlTekst>Ærgerligt</FejlTekst></Fejl>`, kind: eboks.OutcomeUnknown},
	{name: "invalid, in JSON", status: 400, body: `{"message":"Ærgerligt"}`, kind: eboks.Rejected, then: eboks.Decide},
	{name: "invalid, in a sort of JSON", status: 400, media: "application/problem+json; charset=utf-8", body: `{"title":"Ærgerligt"}`, kind: eboks.AuthFailed, then: eboks.Retry},
	{name: "invalid, in XML", status: 400, media: "text/xml", body: "<Error>Ærgerligt</Error>", kind: eboks.Rejected, then: eboks.Decide},
	{name: "a fault without a type", status: 400, media: "application/octet-stream", body: "<Fejl><FejlTekst>Ærgerligt</FejlTekst></Fejl>", kind: eboks.Rejected, then: eboks.Stop},
	{name: "nginx refuses the certificate", status: 400, media: "text/html", body: "<html>\r\n<head><title>400 The SSL certificate error</title></head>\r\n<body>\r\n<center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n", kind: eboks.AuthFailed, then: eboks.Retry},
	{name: "a page that says it is XML", status: 400, media: "application/xhtml+xml", body: "<html><body>Ærø</body></html>", kind: eboks.AuthFailed, then: eboks.Retry},
	{name: "a page that says it is JSON", status: 400, body: "<html><body>Ærø<br></body></html>", kind: eboks.AuthFailed, then: eboks.Retry},
	{name: "nothing", status: 400, kind: eboks.AuthFailed, then: eboks.Retry},
	{name: "JSON that says it is text", status: 400, media: "text/plain", body: `{"message":"Æ"}`, kind: eboks.AuthFailed, then: eboks.Retry},
	{name: "cut JSON of a refusal", status: 400, body: `{"message":"`, kind: eboks.AuthFailed, then: eboks.Retry},
	{name: "certificate missing", status: 496, body: "", kind: eboks.AuthFailed, then: eboks.Retry},
	{name: "a proxy wants a password", status: 407, media: "text/html", body: "<html>", kind: eboks.AuthFailed, then: eboks.Retry},
	{name: "invalid with a code", status: 400, body: `<Fejl><FejlKode>1003</FejlKode><FejlTekst>0101505234</FejlTekst></Fejl>`, kind: eboks.Rejected, then: eboks.Stop, code: "1003"},
	{name: "code that is no code", status: 400, body: `<Fejl><FejlKode>0101505234</FejlKode></Fejl>`, kind: eboks.Rejected, then: eboks.Stop},
	{name: "code twice", status: 400, body: `<Fejl><FejlKode>1</FejlKode><FejlKode>2</FejlKode></Fejl>`, kind: eboks.Rejected, then: eboks.Stop},
	{name: "words", status: 422, media: "text/plain", body: "Nej, " + karen.Reveal() + " er ugyldig", kind: eboks.AuthFailed, then: eboks.Retry},
	{name: "id used before, 409", status: 409, kind: eboks.AlreadyAccepted},
	{name: "id used before, 419", status: 419, body: well(), kind: eboks.AlreadyAccepted},
	{name: "id used before, in XML", status: 409, media: "application/xml", body: "<Fejl><FejlKode>1005</FejlKode></Fejl>", kind: eboks.AlreadyAccepted, code: "1005"},
	{name: "409 with a page", status: 409, media: "text/html", body: "<html><body>Konflikt på Ærø</body></html>", kind: eboks.OutcomeUnknown},
	{name: "419 with a page", status: 419, media: "text/html", body: "<html><body>Page Expired</body></html>", kind: eboks.OutcomeUnknown},
	{name: "a proxy's word in JSON", status: 421, body: `{"message":"Misdirected"}`, kind: eboks.AuthFailed, then: eboks.Retry},
	{name: "a gateway's conflict", status: 409, body: `{"message":"conflict"}`, kind: eboks.OutcomeUnknown},
	{name: "a gateway's conflict in XML", status: 409, media: "application/xml", body: "<error/>", kind: eboks.OutcomeUnknown},
	{name: "a framework's expired page", status: 419, body: `{"message":"CSRF token mismatch."}`, kind: eboks.OutcomeUnknown},
	{name: "the id was used, in the wire's words", status: 409, media: "application/xml", body: `<Problem xmlns="urn:eboks:en:3.0.0"/>`, kind: eboks.AlreadyAccepted},
	{name: "the client has gone", status: 499, body: `{"message":"Åh"}`, kind: eboks.OutcomeUnknown},
	{name: "unauthorized", status: 401, kind: eboks.AuthFailed, then: eboks.Retry},
	{name: "forbidden", status: 403, body: "<html>", kind: eboks.AuthFailed, then: eboks.Retry},
	{name: "too many", status: 429, header: http.Header{"Retry-After": {"7"}}, kind: eboks.Throttled, then: eboks.Retry, wait: 7 * time.Second},
	{name: "away, as a date", status: 503, header: http.Header{"Retry-After": {today.Add(time.Minute).Format(http.TimeFormat)}}, kind: eboks.Throttled, then: eboks.Retry, wait: time.Minute},
	{name: "away, without a time", status: 503, kind: eboks.OutcomeUnknown},
	{name: "server error", status: 500, body: "<Fejl><FejlKode>9999</FejlKode></Fejl>", kind: eboks.OutcomeUnknown, code: "9999"},
	{name: "bad gateway", status: 502, body: "<html>", kind: eboks.OutcomeUnknown},
	{name: "gateway timeout", status: 504, kind: eboks.OutcomeUnknown},
	{name: "too large", status: 413, kind: eboks.Rejected, then: eboks.Stop},
	{name: "another letter", status: 200, body: answered(otherMessage, karen, "", ""), kind: eboks.OutcomeUnknown},
	{name: "another letter, refused", status: 200, body: answered(otherMessage, karen, "exempt", ""), kind: eboks.OutcomeUnknown},
	{name: "our id and one more", status: 200, body: answered(message+"0", karen, "", ""), kind: eboks.OutcomeUnknown},
	{name: "another letter, in braces", status: 200, body: answered("{"+otherMessage+"}", karen, "", ""), kind: eboks.OutcomeUnknown},
	{name: "our id in half a brace", status: 200, body: answered("{"+message, karen, "", ""), kind: eboks.OutcomeUnknown},
	{name: "another recipient", status: 200, body: answered(message, cprtest.Number(1), "", ""), kind: eboks.OutcomeUnknown},
	{name: "another recipient, dead", status: 200, body: answered(message, cprtest.Number(1), "dead", ""), kind: eboks.OutcomeUnknown},
	{name: "no recipient", status: 200, body: strings.Replace(well(), karen.Reveal(), "", 1), kind: eboks.OutcomeUnknown},
	{name: "two recipients", status: 200, body: strings.Replace(well(), `[`, `[{"nr":"`+karen.Reveal()+`","status":"","post_processing_status":""},`, 1), kind: eboks.OutcomeUnknown},
	{name: "wrong address", status: 404, kind: eboks.ConfigInvalid, then: eboks.Retry},
	{name: "redirected", status: 307, header: http.Header{"Location": {"https://evil.example/"}}, kind: eboks.OutcomeUnknown},
	{name: "not modified", status: 304, kind: eboks.OutcomeUnknown},
}

func TestAnswers(t *testing.T) {
	l := toKaren(t)
	for _, c := range answers {
		t.Run(c.name, func(t *testing.T) {
			w := newWire(t, func(rw http.ResponseWriter, _ *http.Request) {
				for k, v := range c.header {
					rw.Header()[k] = v
				}
				rw.Header().Set("Content-Type", cmp.Or(c.media, "application/json"))
				rw.WriteHeader(c.status)
				_, _ = io.WriteString(rw, c.body)
			})
			r, err := w.Send(t.Context(), l)
			require.Nil(t, r)
			e := failure(t, err)
			assert.Equal(t, c.kind, e.Kind)
			assert.Equal(t, c.then.String(), e.Then.String())
			assert.Equal(t, c.code, e.Code)
			assert.Equal(t, strings.HasPrefix(c.name, "another") || strings.HasPrefix(c.name, "our id") || c.status == 413, e.Alarm, "whether a person must look at it")
			assert.Equal(t, c.wait, e.RetryAfter)
			if c.name != "redirected" {
				assert.Equal(t, c.status, e.Status)
				assert.Equal(t, c.body, string(e.Raw.Reveal()))
			}
			for _, printer := range canary.Leaks(err, karen.Reveal(), "årsopgørelse", "Ærgerligt") {
				assert.True(t, canary.OutOfReach(printer), printer)
			}
			assert.Len(t, w.requests(), 1)
		})
	}
}

func TestRecipientUnreachable(t *testing.T) {
	l := toKaren(t)
	for _, c := range []struct {
		status, post string
		reach        eboks.Reachability
		gone         bool
		code, why    string
	}{
		{"exempt", "", eboks.Exempt, true, "exempt", ""},
		{"dead", "", eboks.Deceased, true, "dead", ""},
		{"minor", "", eboks.Minor, true, "minor", ""},
		// The other side may take it up after it has answered.
		{"invalid", "", eboks.NotRegistered, false, "invalid", "ask before"},
		{"invalid", "pending", eboks.NotRegistered, false, "invalid pending", "do not send it another way"},
		{"exempt", "address resolved", eboks.Exempt, false, "exempt address resolved", "do not send it another way"},
		{"minor", "remote printed", eboks.Minor, false, "minor remote printed", "do not send it another way"},
		{"invalid", "address not found", eboks.NotRegistered, false, "invalid address not found", "no postal address"},
		{"", "address not found", eboks.ReachabilityUnknown, false, "valid address not found", "no postal address"},
	} {
		w := newWire(t, says(200, answered(message, karen, c.status, c.post)))
		r, err := w.Send(t.Context(), l)
		require.Nil(t, r)
		e := failure(t, err)
		require.ErrorIs(t, err, eboks.ErrRecipientUnreachable, c.code)
		require.Equal(t, c.reach, e.Reachability, c.code)
		require.Equal(t, map[bool]eboks.Then{true: eboks.Stop, false: eboks.Decide}[c.gone], e.Then, c.code)
		require.Equal(t, c.code, e.Code)
		require.Contains(t, e.Why, c.why)
		require.Equal(t, c.why == "", e.Why == "")
	}
}

func TestNothingLeaves(t *testing.T) {
	for name, base := range map[string]string{"refused": "https://127.0.0.1:1", "no such host": "https://findes-ikke.invalid"} {
		w := newWire(t, says(200, well()), func(c *postnord.Config) { c.BaseURL = base })
		_, err := w.Send(t.Context(), toKaren(t))
		e := failure(t, err)
		require.Equal(t, eboks.Unavailable, e.Kind, name)
		require.Equal(t, eboks.Retry, e.Then, name)
	}
}

func TestServerThatNobodyVouchesFor(t *testing.T) {
	stranger, err := newAuthority()
	require.NoError(t, err)
	w := newWire(t, says(200, well()), func(c *postnord.Config) { c.Roots = stranger.roots })
	_, err = w.Send(t.Context(), toKaren(t))
	e := failure(t, err)
	require.Equal(t, eboks.Unavailable, e.Kind)
	require.Equal(t, eboks.Retry, e.Then)
	require.Empty(t, w.requests())
}

func TestRefusedCertificateKeepsTheLetter(t *testing.T) {
	stranger, err := newAuthority()
	require.NoError(t, err)
	w := newWire(t, says(200, well()), func(c *postnord.Config) { c.Certificate = stranger.certificate(t, "fremmed") })
	l := measured(t, eboks.Letter{ID: letter, To: eboks.Person(karen), Title: "Æ", Material: "1", Document: eboks.Bytes(bigDocument(3 << 20))})
	_, err = w.Send(t.Context(), l)
	e := failure(t, err)
	require.Equal(t, eboks.AuthFailed, e.Kind)
	require.Equal(t, eboks.Retry, e.Then)
	require.Empty(t, w.requests())
}

func TestNoAnswer(t *testing.T) {
	l := toKaren(t)
	hijack := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = io.WriteString(conn, text)
			_ = conn.Close()
		}
	}
	for name, text := range map[string]string{
		"reset":      "",
		"cut head":   "HTTP/1.1 200 O",
		"cut answer": "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + well(),
		"chunk cut":  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n" + well(),
		"not HTTP":   "hej\r\n\r\n",
	} {
		w := newWire(t, hijack(text))
		_, err := w.Send(t.Context(), l)
		e := failure(t, err)
		require.Equal(t, eboks.OutcomeUnknown, e.Kind, name)
		require.Equal(t, eboks.Ask, e.Then, name)
		require.Len(t, w.requests(), 1, name)
	}
}

func TestTimeout(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	for limit, arrived := 300*time.Millisecond, false; !arrived; limit *= 2 { // a busy machine may need longer
		w := newWire(t, func(http.ResponseWriter, *http.Request) { <-release }, func(c *postnord.Config) { c.Timeout = limit })
		_, err := w.Send(t.Context(), toKaren(t))
		e := failure(t, err)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		if all := w.requests(); len(all) > 0 && int64(len(all[0].body)) == all[0].length {
			arrived = true
			require.Equal(t, eboks.OutcomeUnknown, e.Kind)
			require.Equal(t, eboks.Ask, e.Then)
		}
	}
}

func TestHugeAnswer(t *testing.T) {
	w := newWire(t, func(rw http.ResponseWriter, _ *http.Request) {
		for range 100 << 4 {
			if _, err := rw.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	_, err := w.Send(t.Context(), toKaren(t))
	e := failure(t, err)
	require.Equal(t, eboks.OutcomeUnknown, e.Kind)
	require.True(t, e.Raw.IsZero())
}

// An answer that comes before the letter has left promises nothing.
func TestAnswerToHalfALetter(t *testing.T) {
	a := testAuthority(t)
	w := newWire(t, says(200, well()), func(c *postnord.Config) {
		c.HTTPClient = &http.Client{Transport: hasty{}}
		c.Roots = nil
		c.Certificate = a.certificate(t, "Afsender")
	})
	_, err := w.Send(t.Context(), toKaren(t))
	e := failure(t, err)
	require.Equal(t, eboks.OutcomeUnknown, e.Kind)
	require.Equal(t, eboks.Ask, e.Then)
}

// hasty answers before it has read.
type hasty struct{}

func (hasty) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = r.Body.Read(make([]byte, 10))
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(well()))}, nil
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := newWire(t, says(200, well()))
	_, err := w.Send(ctx, toKaren(t))
	e := failure(t, err)
	require.Equal(t, eboks.Unavailable, e.Kind)
	require.Equal(t, eboks.Retry, e.Then)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, w.requests())
}

func TestDocumentThatChanged(t *testing.T) {
	content := []byte(document + strings.Repeat(".", 30_000)) // too long for a client to keep
	l := measured(t, eboks.Letter{ID: letter, To: eboks.Person(karen), Title: "Æ", Material: "1", Document: eboks.Bytes(content)})
	content[len(content)-1]++
	w := newWire(t, says(200, well()))
	_, err := w.Send(t.Context(), l)
	require.ErrorIs(t, err, eboks.ErrInputInvalid)
	require.ErrorIs(t, err, eboks.ErrChanged)
	require.True(t, eboks.SafeToRetry(err))
}
