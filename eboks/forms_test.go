package eboks_test

import (
	"database/sql"
	"database/sql/driver"
	"encoding"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/eboks"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A stored value has a form in text and in SQL.
type stored interface {
	encoding.TextMarshaler
	driver.Valuer
	fmt.Stringer
}

// A place is where a stored value is read into.
type place interface {
	encoding.TextUnmarshaler
	sql.Scanner
}

// A form is a type with all its values.
type form struct {
	name   string
	values []stored
	// place returns a place, and what was read into it.
	place func() (place, func() stored)
}

// formOf gathers the values of T: those that can be written.
func formOf[T interface {
	~uint8
	stored
}, P interface {
	*T
	place
}]() form {
	f := form{place: func() (place, func() stored) {
		v := new(T)
		*v = T(1)
		return P(v), func() stored { return *v }
	}}
	f.name = strings.TrimPrefix(fmt.Sprintf("%T", *new(T)), "eboks.")
	for v := 0; v < 256; v++ {
		if _, err := T(v).MarshalText(); err == nil {
			f.values = append(f.values, T(v))
		}
	}
	return f
}

func forms() []form {
	id := form{name: "ID", values: []stored{eboks.ID{}, eboks.NewID()}, place: func() (place, func() stored) {
		v := eboks.NewID()
		return &v, func() stored { return v }
	}}
	return []form{
		id, formOf[eboks.Status, *eboks.Status](), formOf[eboks.Reachability, *eboks.Reachability](),
		formOf[eboks.Kind, *eboks.Kind](), formOf[eboks.State, *eboks.State](), formOf[eboks.Then, *eboks.Then](),
	}
}

// TestWordsStayAsTheyAreStored: other people's databases and files hold these words.
func TestWordsStayAsTheyAreStored(t *testing.T) {
	golden, err := os.ReadFile("testdata/forms.txt")
	require.NoError(t, err)
	var now strings.Builder
	for _, f := range forms()[1:] {
		for _, v := range f.values {
			text, err := v.MarshalText()
			require.NoError(t, err)
			fmt.Fprintf(&now, "%s %q\n", f.name, text)
		}
	}
	assert.Equal(t, string(golden), now.String(), "testdata/forms.txt lists the words in the order of the values. A word that changes or goes "+
		"breaks the data that people have stored: keep it. A new word gets a line of its own.")
}

func TestFormsComeBack(t *testing.T) {
	for _, f := range forms() {
		require.NotEmpty(t, f.values)
		for _, v := range f.values {
			text, err := v.MarshalText()
			require.NoError(t, err)
			to, got := f.place()
			require.NoError(t, to.UnmarshalText(text))
			require.Equal(t, v, got(), "%s %q", f.name, text)

			value, err := v.Value()
			require.NoError(t, err)
			require.True(t, driver.IsValue(value))
			if value != nil {
				require.Equal(t, string(text), value)
			}
			for _, src := range []any{value, string(text), text} {
				to, got := f.place()
				require.NoError(t, to.Scan(src), "%s %T", f.name, src)
				require.Equal(t, v, got())
			}
		}
		to, got := f.place()
		require.NoError(t, to.Scan(nil))
		require.Equal(t, f.values[0], got(), "NULL is the zero %s", f.name)
	}
}

func TestFormsRefuseWhatTheyDoNotKnow(t *testing.T) {
	for _, f := range forms() {
		for _, text := range []string{"Hemmeligt Æ", "ACCEPTED", "accepted ", "0", "3", "no letter", "Unknown", "\x00", "waiting\n"} {
			for how, read := range map[string]func(place) error{
				"text":  func(p place) error { return p.UnmarshalText([]byte(text)) },
				"scan":  func(p place) error { return p.Scan(text) },
				"bytes": func(p place) error { return p.Scan([]byte(text)) },
			} {
				to, got := f.place()
				err := read(to)
				kindIs(t, err, eboks.InputInvalid)
				require.Equal(t, f.values[0], got(), "%s of %q by %s: nothing of the value before stays", f.name, text, how)
				require.Contains(t, err.Error(), f.name, "the type is named")
				require.NotContains(t, err.Error(), "Hemmeligt")
			}
		}
		for _, src := range []any{int64(1), 1.0, true} {
			to, got := f.place()
			require.Contains(t, kindIs(t, to.Scan(src), eboks.InputInvalid).Why, f.name)
			require.Equal(t, f.values[0], got())
		}
	}
	for _, v := range []stored{eboks.Status(200), eboks.Reachability(200), eboks.Kind(200), eboks.State(200), eboks.Then(200)} {
		_, err := v.MarshalText()
		kindIs(t, err, eboks.InputInvalid)
		_, err = v.Value()
		kindIs(t, err, eboks.InputInvalid)
	}
}

// TestFormsInJSON: as fields, in lists and as keys.
func TestFormsInJSON(t *testing.T) {
	type row struct {
		ID      eboks.ID
		Status  eboks.Status
		Reach   eboks.Reachability
		Kind    eboks.Kind
		Was     []eboks.Status
		PerKind map[eboks.Kind]int
	}
	id, err := eboks.ParseID("0b7f1c1e-2d0a-4c39-9a51-3f2f8c1d9e77")
	require.NoError(t, err)
	for text, want := range map[string]row{
		`{"ID":"","Status":"unknown","Reach":"unknown","Kind":"","Was":null,"PerKind":null}`: {},
		`{"ID":"0b7f1c1e-2d0a-4c39-9a51-3f2f8c1d9e77","Status":"delivered digital","Reach":"not subscribed","Kind":"Rejected",` +
			`"Was":["submitted","accepted"],"PerKind":{"Rejected":2}}`: {
			id, eboks.DeliveredDigital, eboks.NotSubscribed, eboks.Rejected, []eboks.Status{eboks.Submitted, eboks.Accepted}, map[eboks.Kind]int{eboks.Rejected: 2},
		},
	} {
		got, err := json.Marshal(want)
		require.NoError(t, err)
		require.Equal(t, text, string(got))
		var back row
		require.NoError(t, json.Unmarshal(got, &back))
		require.Equal(t, want, back)
	}
	require.Error(t, json.Unmarshal([]byte(`{"Status":6}`), new(row)), "numbers are no words")
}

func TestIDOfABinaryColumn(t *testing.T) {
	id := eboks.NewID()
	var got eboks.ID
	require.NoError(t, got.Scan(id[:]))
	require.Equal(t, id, got)
	require.Error(t, got.Scan(string(id[:])), "16 characters are no ID")
	require.True(t, got.IsZero())
	require.Error(t, got.Scan(id[:15]))
}

func FuzzForms(f *testing.F) {
	for _, s := range []string{"", "accepted", "OutcomeUnknown", "not registered", "parked", eboks.NewID().String(), "0123456789abcdef"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, f := range forms() {
			to, got := f.place()
			if to.UnmarshalText([]byte(s)) == nil {
				text, err := got().MarshalText()
				require.NoError(t, err)
				zero := f.name == "ID" && len(text) == 0 // may be written as 36 characters, too
				require.True(t, zero || strings.EqualFold(s, string(text)), "%s %q", f.name, s)
			}
			to, got = f.place()
			if to.Scan([]byte(s)) == nil {
				_, err := got().Value()
				require.NoError(t, err)
			}
		}
	})
}
