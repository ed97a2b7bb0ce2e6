package mitidhttp_test

import (
	"html/template"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// The five phrases, and no other (docs.idura.app/verify/e-ids/danish-mitid).
func TestButtonPhrases(t *testing.T) {
	tags := regexp.MustCompile(`<[^>]*>`)
	for _, c := range []struct {
		action mitid.Action
		word   string
		da, en string
	}{
		{mitid.LogOn, "login", "Log ind med MitID", "Log on with MitID"},
		{mitid.Approve, "approve", "Godkend med MitID", "Approve with MitID"},
		{mitid.Confirm, "confirm", "Bekræft med MitID", "Confirm with MitID"},
		{mitid.Accept, "accept", "Acceptér med MitID", "Accept with MitID"},
		{mitid.Sign, "sign", "Underskriv med MitID", "Sign with MitID"},
	} {
		for lang, want := range map[string]string{"da": c.da, "en": c.en} {
			locale := map[string]mitid.Locale{"da": mitid.Danish, "en": mitid.English}[lang]
			link := mitidhttp.Button(c.action, locale, "/login")
			assert.Equal(t, want, tags.ReplaceAllString(string(link), ""), "nothing else is read out")
			assert.Regexp(t, `^<a class="mitid-button" lang="`+lang+`" href="/login">.*</a>$`, string(link))
			submit := mitidhttp.SubmitButton(c.action, locale)
			assert.Equal(t, want, tags.ReplaceAllString(string(submit), ""))
			assert.Regexp(t, `^<button class="mitid-button" lang="`+lang+`" type="submit">.*</button>$`, string(submit))
			assert.NotContains(t, string(link)+string(submit), "style=", "a strict policy forbids it")

			page := template.Must(template.New("").Funcs(mitidhttp.FuncMap()).Parse(
				`{{mitidButton "` + c.word + `" "` + lang + `" "/login"}}{{mitidSubmitButton "` + c.word + `" "` + lang + `"}}`))
			var b strings.Builder
			require.NoError(t, page.Execute(&b, nil))
			assert.Equal(t, string(link+submit), b.String())
		}
	}
	assert.Empty(t, mitidhttp.Button(mitid.Sign+1, mitid.Danish, "/"))
	assert.Equal(t, mitidhttp.Button(mitid.LogOn, mitid.Danish, "/"), mitidhttp.Button(mitid.LogOn, mitid.LocaleDefault, "/"))
	for _, bad := range []string{`{{mitidButton "Log in" "da" "/"}}`, `{{mitidButton "login" "se" "/"}}`, `{{mitidSubmitButton "" "da"}}`} {
		var b strings.Builder
		assert.Error(t, template.Must(template.New("").Funcs(mitidhttp.FuncMap()).Parse(bad)).Execute(&b, nil))
	}
}

func TestButtonIsNoWayIn(t *testing.T) {
	for _, href := range []string{"javascript:alert(1)", `"><script>alert(1)</script>`, "data:text/html,x", "JaVaScRiPt:alert(1)"} {
		html := strings.ToLower(string(mitidhttp.Button(mitid.LogOn, mitid.Danish, href)))
		assert.NotContains(t, html, "<script")
		assert.NotContains(t, html, "javascript:")
		assert.NotContains(t, html, "data:")
		assert.Equal(t, 2, strings.Count(html, `<span`))
	}
	assert.Contains(t, mitidhttp.Button(mitid.LogOn, mitid.Danish, "/login?return=/skema?a=1&b=2"), `href="/login?return=/skema?a=1&amp;b=2"`)
}

// The published measures, letter by letter.
func TestButtonStyle(t *testing.T) {
	css := string(mitidhttp.ButtonCSS())
	rule := regexp.MustCompile(`(?s)\n\.mitid-button \{(.*?)\}`).FindStringSubmatch(css)
	require.NotNil(t, rule)
	for _, declaration := range []string{
		"background: #0060e6;", "color: #ffffff;", `font-family: "IBM Plex Sans", Helvetica, Arial, sans-serif;`,
		"border-radius: 4px;", "height: 48px;", "padding: .25rem .75rem .25rem 1rem;", "box-sizing: border-box;",
	} {
		assert.Contains(t, rule[1], "\n  "+declaration)
	}
	assert.Equal(t, 1, strings.Count(css, "background: "), "hovering does not change the colour")
	assert.GreaterOrEqual(t, contrast(t, "#0060e6", "#ffffff"), 4.5, "WCAG 1.4.3")
	assert.Contains(t, css, ".mitid-button:focus-visible")
	assert.GreaterOrEqual(t, contrast(t, "#001d47", "#ffffff"), 3.0, "WCAG 1.4.11, on white")
	assert.NotContains(t, css, "outline: none")
	assert.NotContains(t, css, "@import")
	assert.NotRegexp(t, `url\([^…]`, css, "the logo is MitID's and is not shipped")
}

func contrast(t *testing.T, a, b string) float64 {
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminance as WCAG 2.2 defines it.
func luminance(t *testing.T, colour string) float64 {
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		require.NoError(t, err)
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestStylesheet(t *testing.T) {
	for method, want := range map[string]int{"GET": 200, "HEAD": 200, "POST": 405} {
		w := httptest.NewRecorder()
		mitidhttp.Stylesheet().ServeHTTP(w, httptest.NewRequest(method, "/mitid.css", nil))
		assert.Equal(t, want, w.Code)
		if want == http.StatusOK {
			assert.Equal(t, "text/css; charset=utf-8", w.Header().Get("Content-Type"))
			assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
			assert.Contains(t, w.Body.String(), ".mitid-button")
		}
	}
}
