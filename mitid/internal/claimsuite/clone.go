package claimsuite

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
)

// CloneSharesNothing checks that Clone of a D returns an equal D, and that neither can be
// changed through the other: with something in every exported field, and with nothing.
func CloneSharesNothing[D any](t *testing.T) {
	t.Helper()
	clone := func(d *D) *D { return any(d).(interface{ Clone() any }).Clone().(*D) }
	require.Equal(t, new(D), clone(new(D)), "nothing stays nothing")

	full := new(D)
	fill(t, reflect.ValueOf(full).Elem())
	copied := clone(full)
	require.True(t, assert.ObjectsAreEqual(full, copied), "the clone is equal")
	places := map[uintptr]string{}
	walk(reflect.ValueOf(full).Elem(), "", func(place uintptr, path string) { places[place] = path })
	require.NotEmpty(t, places)
	walk(reflect.ValueOf(copied).Elem(), "", func(place uintptr, path string) {
		assert.NotContains(t, places, place, "%s can be reached from both", path)
	})
}

// fill puts something into every exported field of v.
func fill(t *testing.T, v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(1986, 8, 14, 0, 0, 0, 0, time.UTC)))
		return
	case cpr.Number:
		v.Set(reflect.ValueOf(cpr.MustParse("7408860003")))
		return
	case claims.UUID:
		v.Set(reflect.ValueOf(claims.MustParseUUID("74ffcd31-fbaf-4c33-bdac-169f25c1e416")))
		return
	case claims.CVR:
		v.Set(reflect.ValueOf(claims.MustParseCVR("13748136")))
		return
	case claims.PNumber, claims.SENumber: // values without a pointer
		return
	case json.RawMessage:
		v.SetBytes([]byte(`{"å":1}`))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(t, v.Field(i))
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(t, v.Index(0))
		fill(t, v.Index(1))
	case reflect.Array:
		fill(t, v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		fill(t, value)
		v.SetMapIndex(reflect.ValueOf("name"), value)
	case reflect.String:
		v.SetString("Åse")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8:
		v.SetUint(2)
	default:
		t.Fatalf("no value for a %s", v.Type())
	}
	require.False(t, v.IsZero(), "%s is filled", v.Type())
}

// walk calls see for each place that v refers to and that can be changed: what a pointer
// points to, what a slice or a map holds.
func walk(v reflect.Value, path string, see func(place uintptr, path string)) {
	if v.Type() == reflect.TypeFor[time.Time]() { // its location cannot be changed
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				walk(v.Field(i), path+"."+f.Name, see)
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			see(v.Pointer(), path)
			walk(v.Elem(), path, see)
		}
	case reflect.Slice:
		if v.Len() > 0 {
			see(v.Pointer(), path)
		}
		for i := range v.Len() {
			walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i), see)
		}
	case reflect.Map:
		if v.Len() > 0 {
			see(v.Pointer(), path)
		}
		for name, value := range v.Seq2() {
			walk(value, path+"["+name.String()+"]", see)
		}
	}
}
