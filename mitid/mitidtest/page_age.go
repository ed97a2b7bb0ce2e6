package mitidtest

import (
	"fmt"
	"time"
)

// asksAge makes p the page of a proof of age: it tells what is asked, and that the
// service will not learn who answers.
func (p *view) asksAge(asked []int) {
	years := 0
	for _, n := range asked {
		years = max(years, n)
	}
	p.Heading = fmt.Sprintf(p.T.AgeHeading, years)
	p.Message = p.T.AgeWhy
}

// describeAge is a citizen on such a page.
func describeAge(who Citizen, i int, t texts, now time.Time) person {
	p := person{Index: i, First: i == 0, Name: or(who.Name, t.NoName), About: t.NoBirthDate}
	if born := who.born(); !born.IsZero() {
		p.About = age(born, now) + " " + t.Years
	}
	return p
}
