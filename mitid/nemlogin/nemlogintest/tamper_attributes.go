package nemlogintest

import (
	"encoding/base64"
	"encoding/json"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// levelTamperings spoil the level (NSIS).
func levelTamperings() []mitidtest.Tampering {
	low := func(name, doc string, r mitid.Request, f func(a *etree.Element)) mitidtest.Tampering {
		return told(name, doc, mitid.AssuranceTooLow, r, f)
	}
	set := func(name, doc string, r mitid.Request, text string) mitidtest.Tampering {
		return low(name, doc, r, func(a *etree.Element) { value(a, attrLoA).SetText(text) })
	}
	substantial, high := mitid.Request{Level: claims.Substantial}, mitid.Request{Level: claims.High}
	return []mitidtest.Tampering{
		low("missing-level", "there is no level", substantial, func(a *etree.Element) { remove(attribute(a, attrLoA)) }),
		set("level-low", "the level is Low where Substantial was asked for", substantial, "Low"),
		set("level-substantial-for-high", "the level is Substantial where High was asked for", high, "Substantial"),
		low("level-low-context-high", "the level is Low, and AuthnContextClassRef says High", substantial, func(a *etree.Element) {
			value(a, attrLoA).SetText("Low")
			find(a, "AuthnContextClassRef").SetText(contextLevel + "High")
		}),
		low("level-missing-context-high", "there is no level, and AuthnContextClassRef says High", substantial, func(a *etree.Element) {
			remove(attribute(a, attrLoA))
			find(a, "AuthnContextClassRef").SetText(contextLevel + "High")
		}),
		set("wrong-level", "the level is the right one plus one character", substantial, "Substantial1"),
		set("level-uri", "the level is a URI", substantial, contextLevel+"Substantial"),
		set("level-upper-case", "the level is in capitals", substantial, "SUBSTANTIAL"),
		set("level-number", "the level is a number, as OIOSAML 2 had it", substantial, "3"),
		set("unknown-level", "the level is an unknown word", substantial, "Høj"),
		set("level-with-blank", "the level is followed by a blank", substantial, "Substantial "),
		low("level-of-oiosaml-2", "there is no level, and OIOSAML 2's AssuranceLevel is 3", substantial, func(a *etree.Element) {
			remove(attribute(a, attrLoA))
			addAttribute(find(a, "AttributeStatement"), attrOld+"AssuranceLevel", "3")
		}),
		told("two-levels", "the level has two values", mitid.ClaimInvalid, substantial, func(a *etree.Element) { twice(value(a, attrLoA)) }),
		told("level-without-text", "the level is empty", mitid.ClaimInvalid, substantial, func(a *etree.Element) { value(a, attrLoA).SetText("") }),
	}
}

// attributeTamperings spoil what the assertion says of the person.
func attributeTamperings() []mitidtest.Tampering {
	bad := func(name, doc string, r mitid.Request, f func(a *etree.Element)) mitidtest.Tampering {
		return told(name, doc, mitid.ClaimInvalid, r, f)
	}
	set := func(name, doc, attr, text string) mitidtest.Tampering {
		return bad(name, doc, mitid.Request{}, func(a *etree.Element) {
			if attribute(a, attr).Parent() == nil {
				addAttribute(find(a, "AttributeStatement"), attr, text)
			}
			value(a, attr).SetText(text)
		})
	}
	required := mitid.Request{CPR: mitid.CPRRequired}
	ts := []mitidtest.Tampering{
		told("missing-cpr", "there is no CPR number", mitid.ClaimMissing, required, func(a *etree.Element) { remove(attribute(a, attrCPR)) }),
		bad("cpr-empty", "the CPR number is empty", required, func(a *etree.Element) { value(a, attrCPR).SetText("") }),
		bad("two-cprs", "the CPR number has two values", required, func(a *etree.Element) {
			twice(value(a, attrCPR))
			value(a, attrCPR).SetText("2712589100")
		}),
		bad("cpr-of-oiosaml-2-too", "the CPR number is there under its name of OIOSAML 2 too", required, func(a *etree.Element) {
			addAttribute(find(a, "AttributeStatement"), attrOld+"CprNumberIdentifier", "2712589100")
		}),
		bad("cpr-name-other-case", "the CPR number is there under its name in another letter case too", required, func(a *etree.Element) {
			addAttribute(find(a, "AttributeStatement"), attrEID+"CPRNumber", "2712589100")
		}),
		set("uuid-malformed", "cprUuid is no UUID", attrCPRUUID, "urn:uuid:æøå"),
		set("birth-date-malformed", "dateOfBirth is no date", attrEID+"dateOfBirth", "21-01-1927"),
		set("birth-date-impossible", "dateOfBirth is the 30th of February", attrEID+"dateOfBirth", "1927-02-30"),
		set("age-malformed", "age is no number", attrEID+"age", "gammel"),
		set("cvr-malformed", "the CVR number of a private person is malformed", attrEID+"professional/cvr", "1234567æ"),
		set("privileges-no-base64", "the privileges are no Base64", attrPrivileges, "ÆØÅ!"),
		set("privileges-other-namespace", "the privileges are in a namespace that nobody knows", attrPrivileges, encoded(`<x:PrivilegeList xmlns:x="http://evil.example/basic_privilege_profile"/>`)),
		set("privileges-doctype", "the privileges have a document type", attrPrivileges, encoded(doctypeEntity+`<x:PrivilegeList xmlns:x="`+nsPrivileges12+`"/>`)),
		set("privileges-second-root", "the privileges have a second root", attrPrivileges, encoded(`<x:PrivilegeList xmlns:x="`+nsPrivileges12+`"/><y/>`)),
	}
	for name, impossible := range mitidtest.ImpossibleNumbers() {
		text, ok := impossible.(string)
		if raw, isRaw := impossible.(json.RawMessage); isRaw {
			text, ok = string(raw)+".0", true
		}
		if !ok || name == "null-byte" { // which XML cannot hold
			continue
		}
		ts = append(ts,
			bad("cpr-"+name, "the CPR number is malformed: "+name, required, func(a *etree.Element) { value(a, attrCPR).SetText(text) }),
			bad("cpr-"+name+"-if-present", "the CPR number is malformed, and optional: "+name, mitid.Request{CPR: mitid.CPRIfPresent}, func(a *etree.Element) { value(a, attrCPR).SetText(text) }),
		)
	}
	return append(ts, professionalTamperings()...)
}

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// professionalTamperings spoil what the assertion says of an employee.
func professionalTamperings() []mitidtest.Tampering {
	professional := mitid.Request{Capacity: claims.CapacityProfessional}
	drop := func(name, doc, attr string) mitidtest.Tampering {
		return told(name, doc, mitid.ClaimMissing, professional, func(a *etree.Element) { remove(attribute(a, attr)) })
	}
	return []mitidtest.Tampering{
		drop("missing-cvr", "an employee's CVR number is missing", attrEID+"professional/cvr"),
		drop("missing-organisation-name", "the name of an employee's organisation is missing", attrEID+"professional/orgName"),
		told("name-id-of-a-person", "the NameID is that of a person, and the attributes are an employee's", mitid.ClaimInvalid, professional, func(a *etree.Element) {
			find(a, "NameID").SetText(attrEID + "person/uuid/8f1c2a3b-4d5e-4f60-8a7b-9c0d1e2f3a4b")
		}),
		told("other-capacity", "a login for an organisation was asked for, and a private one comes", mitid.ClaimInvalid, professional, func(a *etree.Element) {
			st := find(a, "AttributeStatement")
			for _, at := range st.ChildElements() {
				if name := at.SelectAttrValue("Name", ""); len(name) > len(attrEID)+13 && name[:len(attrEID)+13] == attrEID+"professional/" {
					st.RemoveChild(at)
				}
			}
			find(a, "NameID").SetText(attrEID + "person/uuid/8f1c2a3b-4d5e-4f60-8a7b-9c0d1e2f3a4b")
		}),
	}
}
