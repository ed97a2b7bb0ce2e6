package survey

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryTextIsInBothLanguages(t *testing.T) {
	both := func(name string, x Text) {
		assert.NotEmpty(t, x.DA, name)
		assert.NotEmpty(t, x.EN, name)
		assert.Equal(t, strings.Count(x.DA, "%"), strings.Count(x.EN, "%"), name)
	}
	for _, table := range []map[string]Text{pageTexts, profileTexts, letterTexts, ageTexts, signTexts, adminTexts, formTexts, demoTexts} {
		for key, x := range table {
			both(key, x)
		}
	}
	for _, q := range append(Catalogue(), Agreements()...) {
		if q.Agreement != nil {
			both(q.Slug, q.Agreement.Title)
			both(q.Slug, q.Agreement.Lead)
			for _, x := range q.Agreement.Terms {
				both(q.Slug, x)
			}
		}
		both(q.Slug, q.Title)
		both(q.Slug, q.Summary)
		if q.CPR {
			both(q.Slug, q.CPRReason)
		}
		for _, s := range []Stage{StageFirst, StageFollowUp} {
			ids := map[string]bool{"action": true, "content": true, "answers": true, "owner": true}
			for _, x := range q.Form(s).Questions {
				both(x.ID, x.Text)
				assert.False(t, ids[x.ID], "%s is taken", x.ID)
				ids[x.ID] = true
				if x.Kind == Scale {
					both(x.ID, x.Low)
					both(x.ID, x.High)
				}
				for _, o := range x.Options {
					both(x.ID+"/"+o.ID, o.Text)
					assert.NotContains(t, o.ID, "\n")
				}
			}
		}
	}
	for key := range pageTexts {
		assert.NotContains(t, profileTexts, key, "in both tables")
	}
	for key := range letterTexts {
		assert.NotContains(t, pageTexts, key, "in both tables")
		assert.NotContains(t, profileTexts, key, "in both tables")
	}
	for key := range signTexts {
		for _, table := range []map[string]Text{pageTexts, profileTexts, letterTexts, ageTexts} {
			assert.NotContains(t, table, key, "in both tables")
		}
	}
	for key := range ageTexts {
		assert.True(t, strings.HasPrefix(key, "age."), key)
	}
	_, err := TextOf(Danish, "no such text")
	assert.Error(t, err)
}

func TestTimesAreWrittenForPeopleInDenmark(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Copenhagen")
	require.NoError(t, err)
	at := time.Date(2026, 6, 30, 22, 5, 0, 0, time.UTC)
	assert.Equal(t, "1. juli 2026 kl. 00.05", Danish.When(at, zone))
	assert.Equal(t, "1 July 2026 at 00:05", English.When(at, zone))
}
