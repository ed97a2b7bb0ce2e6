package web

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
)

func TestReadList(t *testing.T) {
	one, two := cprtest.Number(1), cprtest.Number(2)
	written := one.Reveal()[:6] + "-" + one.Reveal()[6:]
	for name, text := range map[string]string{
		"plain": written + "\n" + two.Reveal(), "with a heading": "CPR-nummer\n" + one.Reveal() + "\n" + two.Reveal() + "\n",
		"semicolons": one.Reveal() + ";Åse\n" + two.Reveal() + ";", "quoted": `"` + written + `",x` + "\n" + `"` + two.Reveal() + `"`,
		"with a mark": "\ufeff" + one.Reveal() + "\r\n \r\n" + two.Reveal(), "tabs": " " + written + "\tÆrø\n" + two.Reveal(),
	} {
		people, findings := readList(text)
		assert.Empty(t, findings, name)
		require.Len(t, people, 2, name)
		assert.Equal(t, one, people[0].Number, name)
		assert.Equal(t, two, people[1].Number, name)
	}
	people, findings := readList("Navn 1\n" + cprtest.Replacement(1).Reveal() + "\nÅse;" + one.Reveal())
	assert.Empty(t, people)
	assert.Equal(t, []store.Finding{{Line: 1, Why: foundFaulty}, {Line: 2, Why: foundReplacement}, {Line: 3, Why: foundFaulty}}, findings)
}

func FuzzReadList(f *testing.F) {
	f.Add("cpr\n" + cprtest.Number(1).Reveal() + ";æøå\n\"")
	f.Fuzz(func(t *testing.T, text string) {
		people, findings := readList(text)
		lines := strings.Count(text, "\n") + 1
		require.LessOrEqual(t, len(people)+len(findings), lines)
		for _, p := range people {
			require.NoError(t, p.Number.RequireOrdinary())
			require.True(t, p.Line >= 1 && p.Line <= lines)
		}
	})
}
