package main

import (
	"io/fs"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/mitid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var inTemplate = regexp.MustCompile(`\.T "([^"]+)"`)

func TestEveryTextThatATemplateNamesIsThere(t *testing.T) {
	names, err := fs.Glob(templates, "templates/*.html")
	require.NoError(t, err)
	for _, name := range names {
		page, err := fs.ReadFile(templates, name)
		require.NoError(t, err)
		for _, m := range inTemplate.FindAllStringSubmatch(string(page), -1) {
			_, err := textOf(danish, m[1])
			assert.NoError(t, err, name)
		}
	}
}

func TestTextsThatAreBuiltAreThere(t *testing.T) {
	var keys []string
	for _, s := range []status{statusDraft, statusAnswered, statusFollowedUp, statusToSign, statusSigned, statusRejected, statusExpired,
		statusCancelled, statusFailed, statusCheck} {
		keys = append(keys, "status."+string(s))
	}
	for _, w := range []string{"writing", "open", "check"} {
		keys = append(keys, "sign.stand."+w, "sign.means."+w)
	}
	for e := range endStatus {
		keys = append(keys, "sign.stand."+e.String(), "sign.means."+e.String())
	}
	for _, k := range []kind{scale, choice, several, freeText} {
		keys = append(keys, "problem.missing."+string(k))
	}
	for _, c := range claimNames() {
		keys = append(keys, "claim."+c)
	}
	for _, l := range []claims.Level{claims.Low, claims.Substantial, claims.High} {
		keys = append(keys, "level."+l.String())
	}
	for _, k := range []claims.Capacity{claims.CapacityPrivate, claims.CapacityProfessional, claims.CapacitySignatory} {
		keys = append(keys, "capacity."+capacity(k))
	}
	for _, s := range eboks.Statuses() {
		keys = append(keys, "letter.event."+s.String())
	}
	for _, w := range []string{"number", "waiting", "asked", "sent", "taken", "delivered", "opened", "refused"} {
		keys = append(keys, "letter.stand."+w)
		if w != "refused" {
			keys = append(keys, "letter.means."+w)
		}
	}
	for r := eboks.NotRegistered; r.String() != "unknown"; r++ {
		keys = append(keys, "letter.why."+r.String())
	}
	keys = append(keys, "letter.why."+reasonReplacement)
	for _, w := range []string{"ask", "yes", "no", "unproven"} {
		keys = append(keys, "age."+w+".title", "age."+w+".lead")
	}
	for _, w := range []string{sayerUs, sayerMitID, sayerDistributor} {
		keys = append(keys, "letter.who."+w)
	}
	for _, key := range keys {
		_, err := textOf(english, key)
		assert.NoError(t, err)
	}
}

func TestEveryTextIsInBothLanguages(t *testing.T) {
	both := func(name string, x text) {
		assert.NotEmpty(t, x.DA, name)
		assert.NotEmpty(t, x.EN, name)
		assert.Equal(t, strings.Count(x.DA, "%"), strings.Count(x.EN, "%"), name)
	}
	for _, table := range []map[string]text{pageTexts, profileTexts, letterTexts, ageTexts, signTexts} {
		for key, x := range table {
			both(key, x)
		}
	}
	for _, q := range append(catalogue(), agreements()...) {
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
		for _, s := range []stage{stageFirst, stageFollowUp} {
			ids := map[string]bool{"action": true, "content": true, "answers": true, "owner": true}
			for _, x := range q.form(s).Questions {
				both(x.ID, x.Text)
				assert.False(t, ids[x.ID], "%s is taken", x.ID)
				ids[x.ID] = true
				if x.Kind == scale {
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
		for _, table := range []map[string]text{pageTexts, profileTexts, letterTexts, ageTexts} {
			assert.NotContains(t, table, key, "in both tables")
		}
	}
	for key := range ageTexts {
		assert.True(t, strings.HasPrefix(key, "age."), key)
	}
	_, err := textOf(danish, "no such text")
	assert.Error(t, err)
}

func TestChosenLanguageCounts(t *testing.T) {
	ls := newLanguages()
	for _, c := range []struct {
		header, cookie string
		want           lang
	}{
		{"da,en;q=0.5", "", danish}, {"en-GB,da;q=0.3", "", english}, {"de,en;q=0.8", "", english}, {"de", "", danish}, {"*", "", danish},
		{"da", "en", english}, {"en", "da", danish}, {"en", "sv", english}, {";;;", "", danish}, {"en;q=x", "", danish},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Language", c.header)
		if c.cookie != "" {
			r.Header.Set("Cookie", languageCookie+"="+c.cookie)
		}
		assert.Equal(t, c.want, ls.of(r), "%q %q", c.header, c.cookie)
	}
	assert.Equal(t, mitid.English, english.locale())
}

func TestTimesAreWrittenForPeopleInDenmark(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Copenhagen")
	require.NoError(t, err)
	at := time.Date(2026, 6, 30, 22, 5, 0, 0, time.UTC)
	assert.Equal(t, "1. juli 2026 kl. 00.05", danish.when(at, zone))
	assert.Equal(t, "1 July 2026 at 00:05", english.when(at, zone))
}

func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/", "/profile", "//evil", `/\evil`, "/%2f/evil", "/a?b=c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := localPath(s)
		require.True(t, strings.HasPrefix(p, "/"))
		require.False(t, strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\r\n\t"))
	})
}
