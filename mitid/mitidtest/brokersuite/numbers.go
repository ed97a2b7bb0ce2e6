package brokersuite

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// people logs every ready-made person in, and asserts that CPR numbers come where they
// were asked for and nowhere else.
func (s *suite) people(t *testing.T) {
	for _, who := range mitidtest.Citizens() {
		t.Run(cmp.Or(who.Name, "protected"), func(t *testing.T) {
			r := s.rig(t, mitidtest.Config{})
			r.client = r.newClient(claims.Low)
			l := r.must(mitid.Request{Level: who.Reaches(claims.Low)}, mitidtest.Approve(who))
			r.isPerson(l, &who)
			assert.Equal(t, who.Reaches(claims.Substantial), l.Level)
			if r.traits().NoAuthenticators {
				assert.Empty(t, l.Identity.Authenticators, "Identity.Authenticators")
			} else {
				require.Len(t, l.Identity.Authenticators, 1, "Identity.Authenticators")
				assert.Equal(t, who.Uses(l.Level), l.Identity.Authenticators[0].Kind)
			}
			for _, co := range who.Companies {
				l, err := r.login(mitid.Request{Capacity: claims.CapacityProfessional}, mitidtest.Approve(who).For(co.CVR))
				if r.unsupported(err, "Capacity") {
					break
				}
				require.NoError(t, err)
				assert.Equal(t, co.Role == mitidtest.Signatory, l.Identity.Capacity == claims.CapacitySignatory, co.Name)
			}
		})
	}
	t.Run("a number that nobody asked for leaves by no claim", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		if uninvite := r.traits().SendCPRUninvited; uninvite != nil {
			uninvite()
		}
		for _, who := range []mitidtest.Citizen{mitidtest.NotInRegister(), chatty()} {
			l, err := r.login(mitid.Request{Address: true}, mitidtest.Approve(who))
			if r.unsupported(err, "Address") {
				l = r.must(mitid.Request{}, mitidtest.Approve(who))
			}
			require.NotNil(t, l)
			assert.Nil(t, l.Identity.Address, "an error message is no address")
			assert.Empty(t, showing(l.Identity, who.CPR), "Identity shows the number")
			assert.Empty(t, showing(l.Claims, who.CPR), "Claims show the number")
			assert.Equal(t, who.Name, l.Identity.Name.Full)
		}
	})
	t.Run("the register's words for a protected name are nobody's name", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		private, employee := mitidtest.Paiman(), mitidtest.CompanyEmployee()
		private.Name, employee.Name = protectedName, protectedName
		l, err := r.login(mitid.Request{Address: true}, mitidtest.Approve(private))
		if r.unsupported(err, "Address") {
			l = r.must(mitid.Request{}, mitidtest.Approve(private))
		}
		logins := []*mitid.Login{l}
		at, err := r.login(mitid.Request{Capacity: claims.CapacityProfessional}, mitidtest.Approve(employee).For(employee.Companies[0].CVR))
		if !r.unsupported(err, "Capacity") {
			require.NoError(t, err)
			logins = append(logins, at)
		}
		for _, l := range logins {
			require.NotNil(t, l)
			assert.Nil(t, l.Identity.Name)
			assert.Nil(t, l.Identity.Address)
			assert.Equal(t, claims.NameAndAddressProtected, l.Identity.Protection)
		}
	})
	t.Run("an error message is no address where the number was asked for", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		who := mitidtest.NotInRegister()
		l, err := r.login(mitid.Request{Address: true, CPR: mitid.CPRRequired}, mitidtest.Approve(who))
		if r.unsupported(err, "Address") {
			return
		}
		require.NoError(t, err)
		assert.Equal(t, who.CPR, l.Identity.CPR)
		assert.Nil(t, l.Identity.Address)
	})
}

// chatty is somebody whose token has their number in claims that nobody knows, in
// other forms than a number's own.
func chatty() mitidtest.Citizen {
	who := mitidtest.NotInRegister()
	digits := who.CPR.Reveal()
	date, serial := digits[:6], digits[6:]
	who.Extra = map[string]any{
		"besked":         "Opslag på " + date + " – " + serial + " mislykkedes",
		"liste":          []any{map[string]any{"nr": date + "\u00a0" + serial}},
		"navn " + digits: true,
		"brev":           "mailto:" + digits + "@firma.example",
		"kodet":          base64.StdEncoding.EncodeToString([]byte("cpr=" + digits)),
		"par":            date[:2] + " " + date[2:4] + " " + date[4:] + " " + serial,
		"ufarlig":        "Å",
	}
	return who
}

// showing returns the texts anywhere in v that hold the number, written in any way.
func showing(v any, number cpr.Number) []string {
	var shown []string
	var look func(v reflect.Value)
	note := func(text string) {
		digits := strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return r
			}
			return -1
		}, text)
		decoded, _ := base64.StdEncoding.DecodeString(strings.Trim(text, `"`))
		if strings.Contains(digits, number.Reveal()) || strings.Contains(string(decoded), number.Reveal()) {
			shown = append(shown, text)
		}
	}
	look = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
			if !v.IsNil() {
				look(v.Elem())
			}
		case reflect.Struct:
			if v.CanInterface() && v.Type() == reflect.TypeFor[cpr.Number]() {
				note(v.Interface().(cpr.Number).Reveal())
				return
			}
			for i := range v.NumField() {
				look(v.Field(i))
			}
		case reflect.Slice, reflect.Array:
			if v.Type().Elem().Kind() == reflect.Uint8 && v.Kind() == reflect.Slice {
				note(string(v.Bytes()))
				return
			}
			for i := range v.Len() {
				look(v.Index(i))
			}
		case reflect.Map:
			for name, value := range v.Seq2() {
				look(name)
				look(value)
			}
		case reflect.String:
			note(v.String())
		case reflect.Uint, reflect.Uint32, reflect.Uint64, reflect.Int, reflect.Int64:
			note(fmt.Sprint(v))
		}
	}
	look(reflect.ValueOf(v))
	return shown
}

// protectedName is what the register says in place of a name that is protected.
const protectedName = "NAVNE & ADRESSEBESKYTTET"
