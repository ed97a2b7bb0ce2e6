package fakehttp_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

func TestRecorderKeepsTheLatest(t *testing.T) {
	same := func(n int) int { return n }
	var c fakehttp.Recorder[int]
	assert.Empty(t, c.All(same))
	const most = fakehttp.MostRecords
	for i := range most + 10 {
		assert.Equal(t, i, c.Add(i))
	}
	all := c.All(same)
	assert.Len(t, all, most)
	assert.Equal(t, 10, all[0])
	assert.Equal(t, most+9, all[most-1])

	c.Change(9, func(*int) { t.Error("this one is gone") })
	c.Change(most+10, func(*int) { t.Error("this one is not here yet") })
	c.Change(most+9, func(n *int) { *n = -1 })
	c.Change(10, func(n *int) { *n = -2 })
	all = c.All(same)
	assert.Equal(t, -2, all[0])
	assert.Equal(t, -1, all[most-1])

	c.Reset()
	c.Change(10, func(*int) { t.Error("forgotten") })
	assert.Empty(t, c.All(same))
	c.Add(7)
	assert.Equal(t, []int{7}, c.All(same))
}
