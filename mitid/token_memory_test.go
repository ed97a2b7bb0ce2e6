package mitid

import (
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
