package fakepdf

import (
	"bytes"
	"time"
)

// pdfTimeLayout reads what pdfTime writes.
const pdfTimeLayout = "D:20060102150405+00'00'"

// at returns the time of the signature.
func (j *job) at() time.Time {
	m, _ := j.value["M"].(text)
	t, err := time.Parse(pdfTimeLayout, string(m))
	if err != nil {
		return j.now()
	}
	return t
}

// before returns the file as it was before the revision of an object, or nothing if
// the object is in the first revision.
func (j *job) before(num int) []byte {
	const end = "%%EOF\n"
	head := j.file.data[:min(j.file.places[num].offset, len(j.file.data))]
	i := bytes.LastIndex(head, []byte(end))
	if i < 0 {
		return nil
	}
	return bytes.Clone(head[:i+len(end)])
}

// signature returns what the signature says.
func (j *job) signature() Signature {
	get := func(k name) string {
		t, _ := j.value[k].(text)
		return stringOf(t)
	}
	title, _ := j.target.dict["T"].(text)
	return Signature{
		At: j.at(), Name: get("Name"), Reason: get("Reason"), ContactInfo: get("ContactInfo"), Field: stringOf(title),
	}
}

// remake makes the last signature again, with something wrong, and the revisions
// behind it.
func (j *job) remake(wrong spoil) ([]byte, error) {
	if base := j.before(j.num); base != nil {
		return j.remakeOn(base, j.signature(), wrong)
	}
	return j.remakeSeal(wrong)
}

func (j *job) remakeOn(base []byte, s Signature, wrong spoil) ([]byte, error) {
	out, err := j.signSpoiled(base, s, wrong)
	if err != nil || !j.closed {
		return out, err
	}
	return j.Close(out, s.At)
}

// remakeSeal makes a file of one revision again.
func (j *job) remakeSeal(wrong spoil) ([]byte, error) {
	u, err := rewrite(j.file, map[int]object{j.num: nil}, j.file.trailer["Root"], j.file.trailer["Info"])
	if err != nil {
		return nil, err
	}
	delete(u.changed, j.num)
	place := &slot{
		num: j.num, room: signatureRoom, spoil: wrong,
		dict: j.value.with(dict{"ByteRange": nil, "Contents": nil}),
	}
	out := u.write([]byte(fileHead), place, false)
	return out, j.fillSeal(out, place, j.at(), wrong)
}

// remade returns a forgery that makes the last signature again.
func remade(title, what string, is Defect, wrong spoil) Forgery {
	return Forgery{Name: title, What: what, Is: is, make: func(j *job) ([]byte, error) { return j.remake(wrong) }}
}
