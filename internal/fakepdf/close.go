package fakepdf

import (
	"crypto"
	"errors"
	"time"
)

// Close appends the revision that ends a file of Criipto's: a document time stamp
// (/DocTimeStamp, ETSI.RFC3161, SHA-256) over everything before it, with an invisible
// widget on the first page. If at is zero, it is the time of Config.Now.
func (a *Authority) Close(pdf []byte, at time.Time) ([]byte, error) {
	return a.closeWith(pdf, at, func(digest []byte) []byte { return digest })
}

// closeWith closes a file with a time stamp over what imprint makes of its digest.
func (a *Authority) closeWith(pdf []byte, at time.Time, imprint func([]byte) []byte) ([]byte, error) {
	at = a.second(at)
	f, pages, err := readPages(pdf)
	if err != nil {
		return nil, err
	}
	_, fields, err := f.form()
	if err != nil {
		return nil, err
	}
	if len(fields) == 0 {
		return nil, errors.New("fakepdf: there is nothing signed to close")
	}
	u := newUpdate(f)
	place := &slot{num: u.reserve().num, room: timestampRoom, dict: dict{
		"Type": name("DocTimeStamp"), "Filter": name("Adobe.PPKLite"), "SubFilter": name("ETSI.RFC3161"),
	}}
	widget := u.add(invisible(freeName(fields), place.num, pages[0].num))
	if err := u.addWidget(widget, pages[0]); err != nil {
		return nil, err
	}
	if err := u.modified(at); err != nil {
		return nil, err
	}
	out := u.bytes(place)
	err = place.fill(out, crypto.SHA256, func(digest []byte) ([]byte, error) { return a.Timestamp(imprint(digest), at) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

// invisible is a signature field with a widget that has no size.
func invisible(title string, value, page int) dict {
	zero := number("0")
	return dict{
		"Type": name("Annot"), "Subtype": name("Widget"), "FT": name("Sig"), "F": number("132"),
		"T": textOf(title), "V": ref{num: value}, "P": ref{num: page}, "Rect": array{zero, zero, zero, zero},
	}
}
