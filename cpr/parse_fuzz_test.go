package cpr_test

import (
	"errors"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/dkeid/dkeid/cpr"
)

var form = regexp.MustCompile(`^ *([0-9]{2})([0-9]{2})([0-9]{2})-?([0-9]{4}) *$`)

// oracle decides by a regular expression and the calendar of package time.
func oracle(s string) (digits string, ok bool) {
	m := form.FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	day, _ := strconv.Atoi(m[1])
	month, _ := strconv.Atoi(m[2])
	yy, _ := strconv.Atoi(m[3])
	serial, _ := strconv.Atoi(m[4])
	year := 1900 + yy
	switch {
	case serial >= 5000 && serial <= 8999 && yy >= 58:
		year = 1800 + yy
	case serial >= 5000 && serial <= 8999, serial >= 4000 && yy <= 36:
		year = 2000 + yy
	}
	if day >= 61 {
		day -= 60
	}
	y, mm, d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Date()
	return m[1] + m[2] + m[3] + m[4], serial > 0 && y == year && int(mm) == month && d == day
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", " ", "2712589100", "271258-9100", " 2101270087 ", "8712589100", "2902001002", "8902004001", "0000000000",
		"271258–9100", "0203291WQ3", "13748136", "١١١١١", "271258-0000", "271258--9100", "Blåbærgrød\xff", "2712589100\x00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := cpr.Parse(s)
		digits, ok := oracle(s)
		if ok != (err == nil) {
			t.Fatalf("accepted %v, want %v", err == nil, ok)
		}
		if n.IsZero() != (err != nil) {
			t.Fatal("a number and an error, or neither")
		}
		if err != nil {
			var e *cpr.Error
			if !errors.As(err, &e) || e.Reason < cpr.ReasonEmpty || e.Reason > cpr.ReasonSerial {
				t.Fatal("no reason of Parse")
			}
			located := e.Reason == cpr.ReasonCharacter || e.Reason == cpr.ReasonSeparator
			if located != (e.Pos > 0) || e.Pos > len(s) {
				t.Fatalf("%v at %d of %d", e.Reason, e.Pos, len(s))
			}
			return
		}
		if n.Reveal() != digits {
			t.Fatal("other digits than the input's")
		}
		if again, err := cpr.Parse(n.Reveal()); err != nil || again != n {
			t.Fatal("the digits do not parse back")
		}
		if n.Kind() == 0 || n.Sex() == 0 || n.BirthDate().Year() < 1858 || n.BirthDate().Year() > 2057 {
			t.Fatal("not classified")
		}
	})
}
