package fakewire

import "time"

// DateTime admits xs:dateTime.
func DateTime(s string) bool {
	_, ok := ReadTime(s)
	return ok
}

// ReadTime reads xs:dateTime. Without a zone it is Danish time.
func ReadTime(s string) (time.Time, bool) {
	if at, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return at.UTC(), true
	}
	at, err := time.ParseInLocation("2006-01-02T15:04:05.999999999", s, Copenhagen())
	return at.UTC(), err == nil
}

// Copenhagen returns the Danish time zone, or UTC on a machine that does not know it.
func Copenhagen() *time.Location {
	if zone, err := time.LoadLocation("Europe/Copenhagen"); err == nil {
		return zone
	}
	return time.UTC
}
