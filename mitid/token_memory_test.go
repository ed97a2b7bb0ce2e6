package mitid

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestExpiredLoginsAreLetGoOf(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	holds := func() bool { return true }
	m := newTokenMemory()
	for i := range 10 {
		m.remember([32]byte{byte(i)}, now, &Login{Expires: now.Add(time.Duration(i+1) * time.Minute)}, holds)
	}
	assert.Len(t, m.passed, 10)
	m.remember([32]byte{100}, now.Add(5*time.Minute), &Login{Expires: now.Add(time.Hour)}, holds)
	assert.Len(t, m.passed, 6)
	assert.NotNil(t, m.recall([32]byte{5}, now.Add(5*time.Minute)))
	assert.Nil(t, m.recall([32]byte{4}, now))

	m.remember([32]byte{101}, now, &Login{Expires: now}, holds)
	assert.Nil(t, m.recall([32]byte{101}, now), "expired before it was kept")
	m.remember([32]byte{102}, now, &Login{Expires: now.Add(time.Hour)}, func() bool { return false })
	assert.Nil(t, m.recall([32]byte{102}, now), "the keys had changed before it was kept")
}

// A field of a Login that is added later, and that a caller could change for others,
// must be copied by clone too. Claims copy themselves; no proof of age is remembered.
func TestCloneKnowsEveryPartThatCanBeChanged(t *testing.T) {
	assert.Equal(t, []string{
		"Age", "Identity.Name", "Identity.Address", "Identity.Address.Lines", "Identity.Organisation", "Identity.Authenticators", "Claims",
		"Texts.Reference", "Texts.Transaction", "Evidence.Tokens", "Evidence.Tokens.Key",
	}, changeable(reflect.TypeFor[Login](), ""))
}

// changeable returns the paths of the fields in t through which two copies share
// something.
func changeable(t reflect.Type, path string) (paths []string) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return append([]string{path}, changeable(t.Elem(), path)...)
	case reflect.Map, reflect.Interface:
		return []string{path}
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Type == reflect.TypeFor[time.Time]() || f.Type == reflect.TypeFor[Secret]() {
				continue
			}
			under := f.Name
			if path != "" {
				under = path + "." + f.Name
			}
			paths = append(paths, changeable(f.Type, under)...)
		}
	}
	return paths
}
