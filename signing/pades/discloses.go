package pades

import (
	"encoding/base64"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/dkeid/dkeid/internal/contactinfo"
	"github.com/dkeid/dkeid/internal/cprshape"
	"github.com/dkeid/dkeid/internal/pdfscan"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// discloses are the claims of tokens that hold personal data, and what each discloses.
var discloses = map[string]Disclosure{
	"cprNumberIdentifier": DisclosesCPR, "dk.cpr": DisclosesCPR, "mitid.cpr": DisclosesCPR,
	"name": DisclosesName, "mitid.identity_name": DisclosesName, "nemlogin.name": DisclosesName,
	"birthdate": DisclosesBirthDate, "mitid.date_of_birth": DisclosesBirthDate, "nemlogin.date_of_birth": DisclosesBirthDate, "dateofbirth": DisclosesBirthDate,
	"address": DisclosesAddress, "streetaddress": DisclosesAddress,
	"uuid": DisclosesID, "sub": DisclosesID, "idp_identity_id": DisclosesID, "uniqueuserid": DisclosesID,
	"ipaddress": DisclosesIP, "ip": DisclosesIP, "email": DisclosesEmail,
}

// disclose lists what anybody who has the file can read in it, besides what its pages show: in
// signatures, also those that fail, in attachments, and in what the file says of itself.
func (v *verification) disclose(fields []pdfscan.SignatureField) {
	found := map[Disclosure]bool{}
	info := v.file.Information()
	if info.Author != "" {
		found[DisclosesName] = true
	}
	for _, text := range append(info.Texts, info.Author) {
		textDiscloses(text, found)
	}
	states := map[int]bool{v.file.Revisions() - 1: true} // whose attachments are read
	for _, field := range fields {
		s := field.Signature
		if s == nil {
			continue
		}
		if s.Name != "" {
			found[DisclosesName] = true
		}
		for _, text := range []string{s.Name, s.Reason, s.Location, s.ContactInfo} {
			if contactinfo.Is(text) {
				continue // its tokens are read below
			}
			textDiscloses(text, found)
		}
		if e, err := contactinfo.Read(s.ContactInfo); err == nil {
			for _, p := range e.Parts {
				tokenDiscloses(p.Token, found)
				if p.Name != "" {
					found[DisclosesName] = true
				}
			}
		}
		if len(states) < maxStates {
			states[s.Revision()] = true
		}
	}
	for state := range states {
		attached, err := v.file.Attachments(state)
		if err != nil {
			continue
		}
		for _, a := range attached {
			if len(a.Data) > maxText {
				continue
			}
			text := strings.TrimSpace(string(a.Data))
			tokenDiscloses(text, found)
			textDiscloses(a.Name, found)
			if utf8.ValidString(text) { // else it is no text
				textDiscloses(text, found)
			}
		}
	}
	for _, d := range []Disclosure{DisclosesCPR, DisclosesName, DisclosesBirthDate, DisclosesAddress, DisclosesID, DisclosesIP, DisclosesEmail} {
		if found[d] {
			v.report.Discloses = append(v.report.Discloses, d)
		}
	}
}

// The limits of looking for what a file discloses.
const (
	maxStates = 8       // of a file, whose attachments are read
	maxText   = 1 << 20 // bytes of an attachment, and of metadata
)

var email = regexp.MustCompile(`[^\s<>"@:]@[\pL\d-]+\.[\pL]`)

// textDiscloses enters what a text discloses.
func textDiscloses(text string, found map[Disclosure]bool) {
	if len(text) > maxText {
		return
	}
	found[DisclosesCPR] = found[DisclosesCPR] || cprshape.Written(text)
	found[DisclosesEmail] = found[DisclosesEmail] || email.MatchString(text)
}

// tokenDiscloses enters what a token discloses, whoever made it.
func tokenDiscloses(raw string, found map[Disclosure]bool) {
	parts := strings.Split(raw, ".")
	if len(raw) > maxToken || len(parts) != 3 {
		return
	}
	if payload, err := base64.RawURLEncoding.DecodeString(parts[1]); err == nil {
		members(payload, found, 0)
	}
}

// members enters what a JSON object discloses, with what is in it, also as texts.
func members(raw []byte, found map[Disclosure]bool, depth int) {
	if depth > 4 {
		return
	}
	_ = strictjson.Members(raw, func(name string, v *strictjson.Value) error {
		kind := v.Kind()
		text, _, err := v.Text() // of an object, the JSON
		if d, known := discloses[name]; known && text != "" && kind != strictjson.Null {
			found[d] = true
		}
		if strings.HasPrefix(text, "{") {
			members([]byte(text), found, depth+1)
		}
		return err
	})
}
