package postnord_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/postnord"
)

// listed is a record of the list of states.
func listed(message, status, post, more string) string {
	return `{"message_id":"` + message + `",` + more + `"recipients":[{"nr":"` + karen.Reveal() +
		`","recipient_type":"V","nationality":"DK","status":"` + status + `","reject_reason":null,"post_processing_status":"` + post + `"}]}`
}

func TestReadStatus(t *testing.T) {
	const more = `"proxy_response_code":200,"proxy_error":null,"modified_at":"2026-03-01T12:00:00.123456+01:00",`
	at := time.Date(2026, time.March, 1, 11, 0, 0, 123456000, time.UTC)
	for _, c := range []struct {
		status, post string
		want         eboks.Status
		code         string
		reach        eboks.Reachability
	}{
		{"", "", eboks.AcceptedDigital, "valid", 0},
		{"", "pending", eboks.Queued, "valid pending", 0},
		{"exempt", "", eboks.Failed, "exempt", eboks.Exempt},
		{"invalid", "", eboks.Failed, "invalid", eboks.NotRegistered},
		{"dead", "", eboks.Failed, "dead", eboks.Deceased},
		{"minor", "", eboks.Failed, "minor", eboks.Minor},
		{"invalid", "pending", eboks.Queued, "invalid pending", 0},
		{"exempt", "address resolved", eboks.PrintQueued, "exempt address resolved", 0},
		{"exempt", "remote printed", eboks.PrintQueued, "exempt remote printed", 0},
		{"exempt", "address not found", eboks.Failed, "exempt address not found", eboks.Exempt},
		{"", "address not found", eboks.Failed, "valid address not found", 0},
		{"ukendt", "", eboks.Unknown, "", 0},
		{"", "ukendt på Ærø", eboks.Unknown, "", 0},
		{"Dead", "", eboks.Unknown, "", 0},
	} {
		record := listed(message, c.status, c.post, more)
		events, err := newWire(t, says(200, "["+record+"]")).ReadStatus(t.Context(), letter)
		require.NoError(t, err)
		require.Len(t, events, 1)
		e := events[0]
		require.Equal(t, letter, e.ID)
		require.Equal(t, c.want, e.Status, c.code)
		require.Equal(t, c.code, e.Code)
		require.Equal(t, at, e.At)
		require.Equal(t, today, e.Received)
		require.Equal(t, c.reach, e.Reachability, c.code)
		require.Equal(t, c.want == eboks.Failed, e.Failure != "", c.code)
		require.Equal(t, record, string(e.Raw.Reveal()))
		require.Empty(t, e.Cursor)
	}
}

func TestReadStatusOfSeveralRecords(t *testing.T) {
	body := "[" + listed(message, "exempt", "pending", `"modified_at":"2026-03-01T12:00:00",`) + "," + listed(message, "exempt", "remote printed", "") + "]"
	events, err := newWire(t, says(200, body)).ReadStatus(t.Context(), letter)
	require.NoError(t, err)
	require.Len(t, events, 2)
	require.Equal(t, time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC), events[0].At, "no zone is UTC")
	require.True(t, events[1].At.IsZero())
	require.NotEqual(t, events[0].Key(), events[1].Key())
}

func TestReadStatusOfALetterThatNobodyKnows(t *testing.T) {
	for _, w := range []*wire{newWire(t, says(200, "[]")), newWire(t, says(404, ""))} {
		events, err := w.ReadStatus(t.Context(), letter)
		require.NoError(t, err)
		require.Empty(t, events)
	}
}

// What the proxy could not bring through is no failure of the letter.
func TestReadStatusOfALetterThatTheProxyHolds(t *testing.T) {
	for code, want := range map[string]string{`500`: "500", `"409"`: "409", `"æ"`: "", `[]`: "", `99999999999999999999`: "", `true`: ""} {
		body := `[{"message_id":"` + message + `","proxy_response_code":` + code + `,"proxy_error":"` + karen.Reveal() + `","recipients":[]}]`
		events, err := newWire(t, says(200, body)).ReadStatus(t.Context(), letter)
		require.NoError(t, err, code)
		require.Len(t, events, 1)
		require.Equal(t, eboks.Unknown, events[0].Status)
		require.Equal(t, want, events[0].Code)
	}
	for _, code := range []string{`200`, `"200"`, `null`, `""`} {
		events, err := newWire(t, says(200, "["+listed(message, "", "", `"proxy_response_code":`+code+`,`)+"]")).ReadStatus(t.Context(), letter)
		require.NoError(t, err, code)
		require.Equal(t, eboks.AcceptedDigital, events[0].Status)
	}
}

func TestReadStatusThatCannotBeTrusted(t *testing.T) {
	good := listed(message, "", "", "")
	for name, body := range map[string]string{
		"another letter":         "[" + listed(otherMessage, "", "", "") + "]",
		"ours and another":       "[" + good + "," + listed(otherMessage, "", "", "") + "]",
		"ours and one character": "[" + listed(message+"0", "", "", "") + "]",
		"an object":              good,
		"null":                   "null",
		"empty":                  "",
		"maintenance":            "<html>Vi er straks tilbage på Ærø</html>",
		"cut":                    "[" + good,
		"more behind":            "[" + good + "]]",
	} {
		events, err := newWire(t, says(200, body)).ReadStatus(t.Context(), letter)
		require.Nil(t, events, name)
		require.ErrorIs(t, err, eboks.ErrReceiptInvalid, name)
		require.False(t, eboks.SafeToRetry(err))
		require.Equal(t, body, string(failure(t, err).Raw.Reveal()))
		require.Equal(t, slices.Contains([]string{"another letter", "ours and another", "ours and one character"}, name), failure(t, err).Alarm, name)
	}
}

// One record that cannot be read is set aside, and the others are read.
func TestReadStatusSetsARecordAside(t *testing.T) {
	good := listed("{"+strings.ToUpper(message)+"}", "", "pending", "")
	for name, bad := range map[string]string{
		"no letter":       `{"recipients":[]}`,
		"nobody":          `{"message_id":"` + message + `","recipients":[]}`,
		"two people":      `{"message_id":"` + message + `","recipients":[{"status":""},{"status":""}]}`,
		"unreadable time": listed(message, "", "", `"modified_at":"i går",`),
		"a text":          `"` + message + `"`,
		"a null":          `null`,
		"member twice":    `{"message_id":"` + message + `","message_id":"` + message + `"}`,
		"another case":    `{"Message_ID":"` + message + `"}`,
	} {
		w := newWire(t, says(200, "["+bad+","+good+"]"))
		events, err := w.ReadStatus(t.Context(), letter)
		require.NoError(t, err, name)
		require.Equal(t, []bool{true, false}, []bool{events[0].Unread, events[1].Unread}, name)
		require.Equal(t, []eboks.Status{eboks.Unknown, eboks.Queued}, []eboks.Status{events[0].Status, events[1].Status}, name)
		require.Equal(t, bad, string(events[0].Raw.Reveal()))
		require.Equal(t, eboks.Event{ID: letter, Received: today, Unread: true}, eboks.Event{ID: events[0].ID, At: events[0].At, Received: events[0].Received,
			Code: events[0].Code, Failure: events[0].Failure, Reachability: events[0].Reachability, Unread: events[0].Unread})

		alarms := 0
		client, err := eboks.New(eboks.Config{Sender: w, Alarm: func(_ context.Context, e *eboks.Error) {
			alarms++
			require.Equal(t, eboks.ReceiptInvalid, e.Kind)
		}})
		require.NoError(t, err)
		h, err := client.Status(t.Context(), letter)
		require.NoError(t, err)
		require.Equal(t, eboks.Queued, h.Status())
		require.Equal(t, 1, alarms, "a person hears of it")
	}
}

// TestSwappedAnswersRaiseTheAlarm: of every question and of the letter itself.
func TestSwappedAnswersRaiseTheAlarm(t *testing.T) {
	var alarms []*eboks.Error
	w := newWire(t, func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			says(200, answered(otherMessage, karen, "", ""))(rw, r)
			return
		}
		says(200, "["+listed(otherMessage, "", "", "")+"]")(rw, r)
	})
	client, err := eboks.New(eboks.Config{Sender: w, Alarm: func(_ context.Context, e *eboks.Error) { alarms = append(alarms, e) }})
	require.NoError(t, err)
	_, err = client.Status(t.Context(), letter)
	require.ErrorIs(t, err, eboks.ErrReceiptInvalid)
	require.Len(t, alarms, 1)
	_, err = client.Send(t.Context(), toKaren(t))
	require.ErrorIs(t, err, eboks.ErrOutcomeUnknown)
	require.GreaterOrEqual(t, len(alarms), 2)
	require.Equal(t, letter, alarms[1].ID)
}

func TestReadStatusFails(t *testing.T) {
	for status, kind := range map[int]error{400: eboks.ErrAuthFailed, 401: eboks.ErrAuthFailed, 429: eboks.ErrThrottled, 409: eboks.ErrAuthFailed,
		500: eboks.ErrUnavailable, 503: eboks.ErrUnavailable, 204: eboks.ErrOutcomeUnknown} {
		_, err := newWire(t, says(status, "")).ReadStatus(t.Context(), letter)
		require.ErrorIs(t, err, kind, status)
		require.False(t, eboks.SafeToRetry(err), "a question says nothing about the letter")
	}
	for status, kind := range map[int]error{400: eboks.ErrConfigInvalid, 409: eboks.ErrUnavailable} {
		_, err := newWire(t, says(status, `{"message":"Æ"}`)).ReadStatus(t.Context(), letter)
		require.ErrorIs(t, err, kind, status)
	}
	_, err := newWire(t, says(404, "<html>Ærø</html>")).ReadStatus(t.Context(), letter)
	require.ErrorIs(t, err, eboks.ErrConfigInvalid, "a page of the road does not say that nobody knows the letter")
	w := newWire(t, says(200, "[]"))
	w.server.Close()
	_, err = w.ReadStatus(t.Context(), letter)
	require.ErrorIs(t, err, eboks.ErrUnavailable)
	require.False(t, eboks.SafeToRetry(err))
}

func TestReadStatusNeedsAnAddress(t *testing.T) {
	w := newWire(t, says(200, "[]"), func(c *postnord.Config) { c.StatusURL = "" })
	_, err := w.ReadStatus(t.Context(), letter)
	require.ErrorIs(t, err, eboks.ErrUnsupported)
	_, err = newWire(t, says(200, "[]")).ReadStatus(t.Context(), eboks.ID{})
	require.ErrorIs(t, err, eboks.ErrInputInvalid)
	require.NotEqual(t, letter, other)
}
