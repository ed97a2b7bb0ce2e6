package mitidtest

import (
	"cmp"
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

// describeAges puts people on such a page, with their ages.
func (p *view) describeAges(people []Citizen, now time.Time) {
	for i, who := range people {
		about := p.T.NoBirthDate
		if _, known := who.IsOver(0, now); known {
			about = Age(who.Born(), now) + " " + p.T.Years
		}
		p.People = append(p.People, person{Index: i, First: i == 0, Name: cmp.Or(who.Name, p.T.NoName), About: about})
	}
}
