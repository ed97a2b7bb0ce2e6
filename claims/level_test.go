package claims_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
)

func TestParseLevel(t *testing.T) {
	for level, word := range map[claims.Level]string{
		claims.Low: "Low", claims.Substantial: "Substantial", claims.High: "High",
	} {
		for _, s := range []string{
			word, strings.ToLower(word), strings.ToUpper(word),
			"https://data.gov.dk/concept/core/nsis/" + word,
			"https://data.gov.dk/concept/core/nsis/loa/" + word,
			"urn:grn:authn:dk:mitid:" + strings.ToLower(word),
			"urn:eident:acrp:level:" + strings.ToLower(word),
		} {
			got, err := claims.ParseLevel(s)
			require.NoError(t, err, s)
			assert.Equal(t, level, got, s)
			for _, near := range []string{s + "1", s + " ", " " + s, s[1:], s[:len(s)-1], "æ" + s} {
				_, err := claims.ParseLevel(near)
				assert.ErrorIs(t, err, claims.ErrLevel, near)
			}
		}
	}
}

// Nothing is guessed from texts that look like a level.
func TestParseLevelRefuses(t *testing.T) {
	for _, s := range []string{
		"", "3", "4", "lOw", "hIGH", "unknown", "very high", "højt", "betydelig",
		"urn:eident:cert:eidas:high", "urn:grn:authn:dk:mitid:business", "urn:grn:authn:dk:mitid",
		"http://data.gov.dk/concept/core/nsis/High", "https://data.gov.dk/concept/core/nsis/high",
		"https://data.gov.dk/concept/core/nsis/loa/", "https://data.gov.dk/concept/core/nsis/aal/High",
		"URN:GRN:AUTHN:DK:MITID:HIGH", "HIGH\x00", "\ufeffHIGH", "SUBSTANTIAL\n",
	} {
		got, err := claims.ParseLevel(s)
		assert.ErrorIs(t, err, claims.ErrLevel, s)
		assert.Equal(t, claims.LevelUnknown, got)
	}
}

func TestLevelOrder(t *testing.T) {
	assert.Less(t, claims.LevelUnknown, claims.Low)
	assert.Less(t, claims.Low, claims.Substantial)
	assert.Less(t, claims.Substantial, claims.High)
}

func TestLevelText(t *testing.T) {
	for _, l := range []claims.Level{claims.LevelUnknown, claims.Low, claims.Substantial, claims.High} {
		text, err := l.MarshalText()
		require.NoError(t, err)
		back := claims.High
		require.NoError(t, back.UnmarshalText(text))
		assert.Equal(t, l, back)
		assert.Equal(t, l != claims.LevelUnknown, l.IsValid())
	}
	l := claims.Low
	assert.ErrorIs(t, l.UnmarshalText([]byte("lav")), claims.ErrLevel)
	assert.Equal(t, claims.Low, l, "an error leaves the value alone")
	_, err := claims.Level(4).MarshalText()
	assert.ErrorIs(t, err, claims.ErrLevel)
	assert.Equal(t, "Level(4)", claims.Level(4).String())
	assert.False(t, claims.Level(4).IsValid())

	j, err := json.Marshal(claims.Levels{LoA: claims.Substantial})
	require.NoError(t, err)
	assert.JSONEq(t, `{"loa":"substantial"}`, string(j))
}

func FuzzParseLevel(f *testing.F) {
	for _, s := range []string{"LOW", "Substantial", "https://data.gov.dk/concept/core/nsis/loa/High", "højt", "3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := claims.ParseLevel(s)
		if (err == nil) != l.IsValid() {
			t.Fatal("a level or an error")
		}
		if err != nil {
			return
		}
		back, err := claims.ParseLevel(l.String())
		if err != nil || back != l || !strings.Contains(strings.ToLower(s), l.String()) {
			t.Fatal("the level is not the one that is written")
		}
	})
}
