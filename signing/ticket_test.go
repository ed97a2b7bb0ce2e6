package signing_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

const stored = `{"service":"memory","id":"Order:1","reference":"lejekontrakt-a7","placed_at":"2026-11-30T12:00:00.5Z",` +
	`"documents":[{"id":"Document:0","sha256":"` + hex64 + `"}],"signatories":[{"id":"Signatory:æ","reference":"lejer"}]}`

const hex64 = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

func TestTicketSurvivesJSON(t *testing.T) {
	var ticket signing.Ticket
	require.NoError(t, json.Unmarshal([]byte(stored), &ticket))
	require.Equal(t, signing.ID("Signatory:æ"), ticket.Signatories[0].ID)
	require.Equal(t, hex64, ticket.Documents[0].SHA256.String())
	require.Equal(t, noon.Add(time.Second/2), ticket.PlacedAt)
	again, err := json.Marshal(ticket)
	require.NoError(t, err)
	require.Equal(t, stored, string(again), "the form is part of what applications store")

	for _, ticket := range []signing.Ticket{{}, {Documents: []signing.TicketDocument{}}} {
		text, err := json.Marshal(ticket)
		require.NoError(t, err)
		read := signing.Ticket{ID: "old"}
		require.NoError(t, json.Unmarshal(text, &read))
		require.Equal(t, ticket, read)
	}
	m := newMemory()
	c, o, ticket := placed(t, m)
	text, err := json.Marshal(map[string]any{"ticket": ticket})
	require.NoError(t, err)
	require.NotContains(t, string(text), "https://", "no link")
	var read struct{ Ticket signing.Ticket }
	require.NoError(t, json.Unmarshal(text, &read))
	require.Equal(t, ticket, read.Ticket)
	m.sign(ticket.ID, 0, 1)
	_, err = c.Complete(t.Context(), read.Ticket, o, keep)
	require.NoError(t, err)
}

func TestTicketThatIsDamaged(t *testing.T) {
	for name, change := range map[string][2]string{
		"a member is missing":        {`"service":"memory",`, ``},
		"a member twice":             {`"service":"memory"`, `"service":"memory","service":"memory"`},
		"a member of another case":   {`"service"`, `"Service"`},
		"a member of the future":     {`"service"`, `"version":2,"service"`},
		"a number for a name":        {`"Order:1"`, `1`},
		"null for a name":            {`"Order:1"`, `null`},
		"no time":                    {`2026-11-30T12:00:00.5Z`, `yesterday`},
		"another form of the time":   {`2026-11-30T12:00:00.5Z`, `2026-11-30T12:00:00.50Z`},
		"a text for a list":          {`[{"id":"Document:0","sha256":"` + hex64 + `"}]`, `"x"`},
		"null for a document":        {`[{"id":"Document:0","sha256":"` + hex64 + `"}]`, `[null]`},
		"a digest in capitals":       {hex64, strings.ToUpper(hex64)},
		"a digest too short":         {hex64, hex64[1:]},
		"a digest that is none":      {hex64, "x" + hex64[1:]},
		"a document without digest":  {`,"sha256":"` + hex64 + `"`, ``},
		"a signatory without id":     {`"id":"Signatory:æ",`, ``},
		"a signatory's member twice": {`"id":"Signatory:æ"`, `"id":"Signatory:æ","id":"Signatory:æ"`},
	} {
		text := strings.Replace(stored, change[0], change[1], 1)
		require.NotEqual(t, stored, text, name)
		read := signing.Ticket{ID: "old"}
		err := json.Unmarshal([]byte(text), &read)
		require.Error(t, err, name)
		require.Equal(t, signing.ID("old"), read.ID, "%s: nothing is read by halves", name)
	}
	for _, text := range []string{`null`, `"x"`, `[]`, `{}`, ``, `{"service":`, stored + stored, strings.Repeat(" ", 1<<20) + stored} {
		var read signing.Ticket
		kindIs(t, read.UnmarshalJSON([]byte(text)), signing.InputInvalid)
	}
}

// FuzzTicket holds the reader to encoding/json, whose reading of what was accepted is the
// same, and to what it writes.
func FuzzTicket(f *testing.F) {
	f.Add([]byte(stored))
	f.Add([]byte(`{"service":"","id":"","reference":"","placed_at":"0001-01-01T00:00:00Z","documents":null,"signatories":[]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var ticket signing.Ticket
		if err := ticket.UnmarshalJSON(text); err != nil {
			kindIs(t, err, signing.InputInvalid)
			return
		}
		type plain signing.Ticket
		var other plain
		require.NoError(t, json.Unmarshal(text, &other))
		require.Equal(t, ticket, signing.Ticket(other))
		written, err := json.Marshal(ticket)
		require.NoError(t, err)
		var again signing.Ticket
		require.NoError(t, again.UnmarshalJSON(written))
		rewritten, err := json.Marshal(again)
		require.NoError(t, err)
		require.True(t, bytes.Equal(written, rewritten))
	})
}
