package web

import (
	"io/fs"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/examples/questionnaire/post"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/signing"
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
			_, err := survey.TextOf(survey.Danish, m[1])
			assert.NoError(t, err, name)
		}
	}
}

func TestTextsThatAreBuiltAreThere(t *testing.T) {
	var keys []string
	for _, s := range []survey.Status{survey.StatusDraft, survey.StatusAnswered, survey.StatusFollowedUp, survey.StatusToSign, survey.StatusSigned, survey.StatusRejected, survey.StatusExpired,
		survey.StatusCancelled, survey.StatusFailed, survey.StatusCheck} {
		keys = append(keys, "status."+string(s))
	}
	for _, w := range []string{"writing", "open", "check"} {
		keys = append(keys, "sign.stand."+w, "sign.means."+w)
	}
	for _, e := range []signing.End{signing.EndSigned, signing.EndRejected, signing.EndExpired, signing.EndCancelled, signing.EndError} {
		keys = append(keys, "sign.stand."+e.String(), "sign.means."+e.String())
	}
	for _, k := range []survey.Kind{survey.Scale, survey.Choice, survey.Several, survey.FreeText} {
		keys = append(keys, "problem.missing."+string(k))
	}
	for _, c := range ClaimNames() {
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
	keys = append(keys, "letter.why."+post.ReasonReplacement)
	for _, w := range []string{"ask", "yes", "no", "unproven"} {
		keys = append(keys, "age."+w+".title", "age."+w+".lead")
	}
	for _, w := range []string{sayerUs, sayerMitID, sayerDistributor} {
		keys = append(keys, "letter.who."+w)
	}
	for _, k := range survey.TemplateKinds() {
		keys = append(keys, "template.kind."+string(k), "template.kind."+string(k)+".more")
	}
	for _, l := range []survey.Lang{survey.Danish, survey.English} {
		keys = append(keys, "template.title_"+string(l), "template.body_"+string(l), "template.in."+string(l), "template.preview."+string(l))
	}
	for _, k := range []survey.ActionKind{survey.SendLetter, survey.AskSignature} {
		keys = append(keys, "action.kind."+string(k))
	}
	for _, w := range []string{"number", "waiting", "asked", "sent", "taken", "delivered", "opened", "refused", "earlier", "parked", "given_up"} {
		keys = append(keys, "admin.stand."+w)
	}
	for _, w := range []outbox.What{outbox.Offered, outbox.Asked, outbox.Told, outbox.Unready, outbox.Overdue, outbox.Released, outbox.GivenUp, outbox.Erased} {
		keys = append(keys, "trail."+string(w))
	}
	for _, w := range []string{store.DeedTemplate, store.DeedAction, store.DeedOn, store.DeedOff, store.DeedInvite, store.DeedRelease, store.DeedGiveUp, store.DeedRetry, store.DeedRemind, store.DeedCancel} {
		keys = append(keys, deedView{Deed: store.Deed{What: w}}.Text())
	}
	for _, w := range []string{foundFaulty, foundReplacement, foundUnreachable, store.FoundTwice, store.FoundInvited} {
		keys = append(keys, findingGroup{Why: w}.Text())
	}
	keys = append(keys, "admin.who."+store.ByPerson, "admin.who."+store.ByService)
	for _, key := range keys {
		_, err := survey.TextOf(survey.English, key)
		assert.NoError(t, err)
	}
}

func TestChosenLanguageCounts(t *testing.T) {
	ls := newLanguages()
	for _, c := range []struct {
		header, cookie string
		want           survey.Lang
	}{
		{"da,en;q=0.5", "", survey.Danish}, {"en-GB,da;q=0.3", "", survey.English}, {"de,en;q=0.8", "", survey.English}, {"de", "", survey.Danish}, {"*", "", survey.Danish},
		{"da", "en", survey.English}, {"en", "da", survey.Danish}, {"en", "sv", survey.English}, {";;;", "", survey.Danish}, {"en;q=x", "", survey.Danish},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Language", c.header)
		if c.cookie != "" {
			r.Header.Set("Cookie", languageCookie+"="+c.cookie)
		}
		assert.Equal(t, c.want, ls.of(r), "%q %q", c.header, c.cookie)
	}
	assert.Equal(t, mitid.English, localeOf(survey.English))
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
