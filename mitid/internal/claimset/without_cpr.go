package claimset

import (
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/cprshape"
)

// WithoutCPR returns a copy of a claim struct that holds no CPR number. CPR fields
// become zero, and texts that may hold a number become empty. Members of Unknown that
// may hold one are left out. A struct of a type in whole, such as a text with its
// digest, becomes zero if one of its texts may hold one. A field with a form of its own
// (see ownForm) becomes empty only if it is a number that the claims hold.
//
// It visits all fields by reflection, so that a new one cannot be forgotten.
func WithoutCPR[T any](from *T, whole ...reflect.Type) *T {
	v := reflect.ValueOf(from)
	w := walker{whole: whole}
	w.learn(v)
	return w.strip(v).Interface().(*T)
}

type walker struct {
	known cprshape.Known
	whole []reflect.Type
}

var (
	typeNumber  = reflect.TypeFor[cpr.Number]()
	typePNumber = reflect.TypeFor[claims.PNumber]()
	typeTime    = reflect.TypeFor[time.Time]()
	typeRaw     = reflect.TypeFor[json.RawMessage]()
)

// ownForm holds the names of text fields whose form was checked when they were read.
var ownForm = map[string]bool{"RID": true, "NemIDPID": true}

// learn collects the CPR numbers and birth dates in the claims.
func (w *walker) learn(v reflect.Value) {
	switch {
	case v.Kind() == reflect.Pointer && !v.IsNil():
		w.learn(v.Elem())
	case v.Type() == typeNumber:
		w.known.Numbers = append(w.known.Numbers, v.Interface().(cpr.Number))
	case v.Kind() == reflect.Struct && v.Type() != typeTime:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			switch {
			case f.Type == typeTime && f.Name == "BirthDate":
				w.known.Born = append(w.known.Born, v.Field(i).Interface().(time.Time))
			case f.IsExported():
				w.learn(v.Field(i))
			}
		}
	}
}

// strip returns a copy of v, which may be a pointer, a struct, a slice, a map or a
// value.
func (w *walker) strip(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	switch {
	case v.Type() == typeNumber, v.Type() == typePNumber && w.known.Is(v.Interface().(claims.PNumber).String()):
		c.SetZero()
	case v.Type() == typeTime:
	case v.Type() == typeRaw:
		if v.Len() > 0 && w.known.InJSON(v.Bytes()) {
			c.SetZero()
		}
	case v.Kind() == reflect.String:
		if w.known.In(v.String()) {
			c.SetString("")
		}
	case v.IsZero():
	case v.Kind() == reflect.Pointer:
		inner := w.strip(v.Elem())
		if slices.Contains(w.whole, inner.Type()) && !inner.Equal(v.Elem()) {
			c.SetZero()
			break
		}
		c.Set(inner.Addr())
	case v.Kind() == reflect.Struct:
		w.stripFields(v, c)
	case v.Kind() == reflect.Slice:
		c.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			c.Index(i).Set(w.strip(v.Index(i)))
		}
	case v.Kind() == reflect.Map:
		c.Set(reflect.MakeMap(v.Type()))
		for name, value := range v.Seq2() {
			if !w.known.In(name.String()) && !w.known.InJSON(value.Bytes()) {
				c.SetMapIndex(name, value)
			}
		}
	}
	return c
}

func (w *walker) stripFields(v, c reflect.Value) {
	for i := range v.NumField() {
		switch f := v.Type().Field(i); {
		case !f.IsExported():
		case ownForm[f.Name]:
			if w.known.Is(v.Field(i).String()) {
				c.Field(i).SetZero()
			}
		default:
			c.Field(i).Set(w.strip(v.Field(i)))
		}
	}
}
