package claimset_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/mitid/internal/claimset"
)

func TestAgeTokenThatNamesThePersonDeepInside(t *testing.T) {
	const n = "2101270087"
	for claim, named := range map[string]bool{
		`{"country":"DK","is_over_18":true}`:                           false,
		`{"country":"DK","is_over_18":true,"checked":1801234567}`:      false,
		`{"country":"DK","id":"74ffcd31-0101-4053-8123-0123456789ab"}`: false,
		`"18:true"`:                          false,
		`{"is_over_18":true,"Name":"Åse Ø"}`: true,
		`{"is_over_18":true,"person":[{"https://eid.example/birthdate":"1927-01-21"}]}`: true,
		`{"` + n + `":true}`:                 true,
		`["nr. 210127/0087"]`:                true,
		`{"a":"MjEwMTI3MDA4Nw=="}`:           true,
		`"２１０１２７-００８７"`:                      true,
		`{"a":"{\"dk.cpr\":\"` + n + `\"}"}`: true,
	} {
		unknown := map[string]json.RawMessage{"http://ageverification.criipto.com": json.RawMessage(claim)}
		assert.Equal(t, named, claimset.NamesPerson(unknown), claim)
	}
}
