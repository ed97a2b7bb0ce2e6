package mitidtest

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestStoreIsBounded(t *testing.T) {
	now := time.Unix(0, 0)
	s := NewStore[int](new(Broker), 3)
	s.now = func() time.Time { return now }
	for i := range 100 {
		s.Put(strconv.Itoa(i), i, time.Hour)
	}
	assert.Len(t, s.items, 3)
	assert.LessOrEqual(t, len(s.order), 6)
	_, ok := s.Get("96")
	assert.False(t, ok, "the oldest goes")
	v, ok := s.Take("97")
	assert.True(t, ok)
	assert.Equal(t, 97, v)
	_, ok = s.Take("97")
	assert.False(t, ok)
	for i := range 100 { // put and taken at once
		s.Put("x"+strconv.Itoa(i), i, time.Hour)
		s.Take("x" + strconv.Itoa(i))
	}
	assert.LessOrEqual(t, len(s.order), 6)
	now = now.Add(2 * time.Hour)
	_, ok = s.Get("98")
	assert.False(t, ok)
	s.Put("new", 1, time.Hour)
	assert.Len(t, s.items, 1, "what has expired makes room")
}

func TestObjectKeepsOrder(t *testing.T) {
	o := Object{{"b", "æ\"ø\\å<>&"}, {"a", int64(7)}}
	o.Add("b", nil)
	o.Set("a", json.RawMessage("1e400"))
	o.Add("c", Object{{"x", []string{"y"}}, {"t", true}})
	assert.Equal(t, `{"b":"æ\"ø\\å<>&","a":1e400,"b":null,"c":{"x":["y"],"t":true}}`, string(o.Bytes()))
	o.Drop("b")
	assert.Equal(t, `{"a":1e400,"c":{"x":["y"],"t":true}}`, string(o.Bytes()))
}

func TestAge(t *testing.T) {
	born := time.Date(2000, 2, 29, 0, 0, 0, 0, time.UTC)
	assert.Equal(t, "25", Age(born, time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC)))
	assert.Equal(t, "26", Age(born, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)))
}
