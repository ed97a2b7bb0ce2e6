package httpx

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestHostsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hosts{now: time.Now}
		assert.False(t, h.has("https://æ.example"))
		h.add("https://æ.example")
		assert.True(t, h.has("https://æ.example"))
		assert.False(t, h.has("http://æ.example"))
		time.Sleep(rememberFor)
		assert.False(t, h.has("https://æ.example"))
		for i := range 10 * rememberHosts {
			h.add(strconv.Itoa(i))
			assert.True(t, h.has(strconv.Itoa(i)))
			assert.LessOrEqual(t, len(h.till), rememberHosts)
		}
	})
}
