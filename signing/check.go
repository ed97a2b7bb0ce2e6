package signing

import (
	"slices"
	"strconv"
)

const (
	defaultDocuments   = 10
	defaultSignatories = 14
)

// check refuses an order that cannot be placed with a service of these capabilities.
// Nothing is left out in silence. It reads no document.
func (o *Order) check(can Capabilities) *Error {
	if o == nil {
		return inputInvalid("the order is nil")
	}
	if err := checkReference("Order.Reference", o.Reference); err != nil {
		return err
	}
	if err := checkText("Order.Title", o.Title); err != nil {
		return err
	}
	switch {
	case o.Language > English:
		return inputInvalid("there is no such Order.Language")
	case !o.Expires.IsZero() && !can.Expires:
		return unsupported("Order.Expires: this service decides when an order ends")
	case o.ReturnURL != "" && !can.ReturnURL:
		return unsupported("Order.ReturnURL: this service cannot send the browser anywhere")
	}
	if o.ReturnURL != "" {
		if err := checkReturnURL(o.ReturnURL); err != nil {
			return err
		}
	}
	if err := o.checkDocuments(can); err != nil {
		return err
	}
	return o.checkSignatories(can)
}

func (o *Order) checkDocuments(can Capabilities) *Error {
	if err := checkCount("Documents", len(o.Documents), orDefault(can.Documents, defaultDocuments)); err != nil {
		return err
	}
	for i, d := range o.Documents {
		if d.Open == nil {
			return inputInvalid(nth("Documents", i, "Open") + " is missing; use signing.File, FS or Bytes")
		}
		if err := checkText(nth("Documents", i, "Title"), d.Title); err != nil {
			return err
		}
	}
	return nil
}

func (o *Order) checkSignatories(can Capabilities) *Error {
	if err := checkCount("Signatories", len(o.Signatories), orDefault(can.Signatories, defaultSignatories)); err != nil {
		return err
	}
	seen := map[string]bool{}
	signed := make([]bool, len(o.Documents))
	for i, s := range o.Signatories {
		if err := s.check(i, can, len(o.Documents)); err != nil {
			return err
		}
		if seen[s.Reference] {
			return inputInvalid(nth("Signatories", i, "Reference") + " is that of another signatory")
		}
		seen[s.Reference] = true
		for d := range o.Documents {
			signed[d] = signed[d] || s.Role == Signer && s.concerns(d)
		}
	}
	if i := slices.Index(signed, false); i >= 0 {
		return inputInvalid("Documents[" + strconv.Itoa(i) + "] has nobody who signs it: a Signer is missing")
	}
	return nil
}

func (s *Signatory) check(i int, can Capabilities, documents int) *Error {
	if err := checkReference(nth("Signatories", i, "Reference"), s.Reference); err != nil {
		return err
	}
	switch {
	case s.Role > Viewer:
		return inputInvalid("there is no such " + nth("Signatories", i, "Role"))
	case s.Role != Signer && !can.Roles:
		return unsupported(nth("Signatories", i, "Role") + ": this service knows people who sign, and no others")
	case s.Sequence < 0:
		return inputInvalid(nth("Signatories", i, "Sequence") + " is negative")
	case s.Sequence > 0 && !can.Sequence:
		return unsupported(nth("Signatories", i, "Sequence") + ": this service has no order of signing")
	case s.Documents != nil && !can.Scoped:
		return unsupported(nth("Signatories", i, "Documents") + ": here all documents concern everybody")
	case s.Documents != nil && len(s.Documents) == 0:
		return inputInvalid(nth("Signatories", i, "Documents") + " is empty; nil stands for all")
	}
	for n, d := range s.Documents {
		if d < 0 || d >= documents || slices.Contains(s.Documents[:n], d) {
			return inputInvalid(nth("Signatories", i, "Documents") + " must be indexes of Order.Documents, each once")
		}
	}
	if s.SigningAs != "" {
		if err := checkText(nth("Signatories", i, "SigningAs"), s.SigningAs); err != nil {
			return err
		}
	}
	return s.Who.check(nth("Signatories", i, "Who"), can)
}

func (w *Who) check(field string, can Capabilities) *Error {
	named := !w.UUID.IsZero() || w.Subject != "" || !w.CPR.IsZero()
	switch {
	case !named && !w.Anyone:
		return inputInvalid(field + " names nobody; set Anyone if whoever has the link may sign")
	case named && w.Anyone:
		return inputInvalid(field + " has Anyone, and names somebody")
	case !w.UUID.IsZero() && !can.UUID:
		return unsupported(field + ".UUID: this service, as configured, cannot demand it")
	case w.Subject != "" && !can.Subject:
		return unsupported(field + ".Subject: this service, as configured, cannot demand it")
	case !w.CPR.IsZero() && !can.CPR:
		return unsupported(field + ".CPR: this service, as configured, cannot demand it")
	case len(w.Subject) > maxID || !ID(w.Subject).valid() && w.Subject != "":
		return inputInvalid(field + ".Subject is too long, or has control characters")
	}
	return nil
}

// concerns reports whether the document with that index concerns s.
func (s *Signatory) concerns(document int) bool {
	return s.Documents == nil || slices.Contains(s.Documents, document)
}

func checkCount(field string, n, most int) *Error {
	switch {
	case n == 0:
		return inputInvalid(field + " is empty")
	case n > most:
		return inputInvalid(field + ": this service takes " + strconv.Itoa(most) + " at most")
	}
	return nil
}

// nth names a field of the i-th element of a list of Order.
func nth(list string, i int, field string) string {
	return list + "[" + strconv.Itoa(i) + "]." + field
}

func orDefault(n, d int) int {
	if n == 0 {
		return d
	}
	return n
}
