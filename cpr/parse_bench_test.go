package cpr

import "testing"

// benchNumbers are ordinary and replacement numbers of every era of the century
// table, in both written forms, so that neither side can learn one string by
// heart.
func benchNumbers() []string {
	var all []string
	for i := range 1024 {
		day, month, yy, serial := i%28+1, i*5%12+1, i*37%100, i*7919%9999+1
		if i%16 == 0 {
			day += replacementDay
		}
		all = append(all, written(day, month, yy, serial, i%4 == 0))
	}
	return all
}

func BenchmarkParse(b *testing.B) {
	numbers := benchNumbers()
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			n, err := Parse(numbers[i%len(numbers)])
			if err != nil || n.Kind() == 0 {
				b.Fatal("refused")
			}
			i++
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			if !bare(numbers[i%len(numbers)]) {
				b.Fatal("refused")
			}
			i++
		}
	})
}

// bare is the check that cannot be avoided: ten ASCII digits with or without
// the hyphen, a date that exists in its year, and nothing made of it. Its table
// holds the last day of each month of a leap year and of another one.
func bare(s string) bool {
	serial := 6
	if len(s) == 11 && s[6] == '-' {
		serial = 7
	} else if len(s) != 10 {
		return false
	}
	for i := range 6 {
		if s[i]-'0' > 9 {
			return false
		}
	}
	for i := serial; i < len(s); i++ {
		if s[i]-'0' > 9 {
			return false
		}
	}
	day := int(s[0]-'0')*10 + int(s[1]-'0')
	month := int(s[2]-'0')*10 + int(s[3]-'0')
	yy := int(s[4]-'0')*10 + int(s[5]-'0')
	if day > 60 {
		day -= 60
	}
	last := &bareDays[0]
	if yy%4 == 0 && (yy != 0 || s[serial] > '3') {
		last = &bareDays[1]
	}
	if month > 12 || day < 1 || day > int(last[month]) {
		return false
	}
	return s[serial:] != "0000"
}

var bareDays = [2][13]uint8{
	{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31},
	{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31},
}
