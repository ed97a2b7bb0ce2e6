package survey

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzForm(f *testing.F) {
	f.Add("mood=3&sleep=7to8&joy=r%C3%B8dgr%C3%B8d&breaks=music", true)
	f.Add("mood=3&mood=4&sleep=%ff&joy=%00", false)
	forms := []Form{Everyday().First, Everyday().FollowUp, Health().First}
	f.Fuzz(func(t *testing.T, body string, draft bool) {
		posted, _ := url.ParseQuery(body)
		for i := range forms {
			given, problems := forms[i].Read(posted, draft)
			again, more := forms[i].Read(url.Values(given), draft)
			require.Equal(t, given, again, "what was read reads the same")
			require.LessOrEqual(t, len(more), len(problems))
			for id := range given {
				_, ok := forms[i].Question(id)
				require.True(t, ok)
			}
		}
	})
}
