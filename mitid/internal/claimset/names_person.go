package claimset

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/internal/cprshape"
)

// personalNames are the names of claims about a person: the standard ones (OpenID
// Connect Core section 5.1) and those of the Nordic eIDs. It never changes.
var personalNames = map[string]bool{
	"name": true, "given_name": true, "family_name": true, "middle_name": true, "nickname": true, "preferred_username": true,
	"profile": true, "picture": true, "website": true, "email": true, "gender": true, "birthdate": true, "phone_number": true,
	"address": true, "firstname": true, "lastname": true, "givenname": true, "surname": true, "familyname": true, "phone": true,
	"mobile": true, "dateofbirth": true, "date_of_birth": true, "birth_date": true, "dob": true, "age": true, "idbrokerdk_age": true,
	"cpr": true, "dk_ssn": true, "ssn": true, "socialno": true, "nin": true, "hetu": true, "pid": true, "uuid": true,
	"personal_administrative_number": true, "personalidentitynumber": true, "personal_identity_number": true,
	"full_name": true, "birth_place": true, "nationality": true, "resident_address": true, "nameprotected": true,
}

// NamesPerson reports whether an unknown claim, or a member within one, says something
// about a person: it has one of personalNames, alone or at the end of a path, or its
// text may hold a CPR number. A JSON number is taken for a time.
func NamesPerson(unknown map[string]json.RawMessage) bool {
	for name, value := range unknown {
		var v any
		if isPersonal(name) || json.Unmarshal(value, &v) != nil || personalWithin(v) {
			return true
		}
	}
	return false
}

func isPersonal(name string) bool {
	word := strings.ToLower(name)
	if personalNames[word] || personalNames[word[strings.LastIndexAny(word, "/.:")+1:]] || (cprshape.Known{}).In(name) {
		return true
	}
	for _, family := range []string{"mitid.uuid", "mitid.identity", "mitid.date", "mitid.age", "mitid.has_cpr", "nemlogin.", "ssn.", "dk.cpr", "nemid."} {
		if strings.HasPrefix(word, family) {
			return true
		}
	}
	return false
}

func personalWithin(v any) bool {
	switch v := v.(type) {
	case string:
		return cprshape.Known{}.In(v)
	case []any:
		return slices.ContainsFunc(v, personalWithin)
	case map[string]any:
		for name, value := range v {
			if isPersonal(name) || personalWithin(value) {
				return true
			}
		}
	}
	return false
}
