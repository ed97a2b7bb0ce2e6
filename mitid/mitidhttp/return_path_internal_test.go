package mitidhttp

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every way out of this site that is known.
func TestForeignReturnPaths(t *testing.T) {
	for _, raw := range []string{
		"", "evil.example", "https://evil.example", "https:evil.example", "http:/evil.example", "HTTPS://evil.example/",
		"//evil.example", "///evil.example", `/\evil.example`, `\/evil.example`, `\\evil.example`, `/page\evil`, "/\t/evil.example",
		"\t//evil.example", "/\n/evil.example", "/\r\nSet-Cookie: a=b", "/a\x00b", "/a\x7fb", " /page", "javascript:alert(1)", "data:text/html,x",
		"//evil.example@app.example/", "/%5cevil.example", "/%5Cevil.example", "/%2fevil.example", "/%2F/evil.example", "/%09/evil.example", "/%0d%0aX:y",
		"/%zz", "/%", "?x", "#x", "./page", "../page", "mailto:a@b", "//", "/\xff", "/%ff", "/\u0085", "/\u2028x", "/%e2%80%a8", "/\u00a0\\",
		"http://127.0.0.1/", "/" + strings.Repeat("a", maxReturnPath), "/" + strings.Repeat("æ", maxReturnPath/4), "/:80/\\",
	} {
		_, ok := localPath(raw)
		assert.False(t, ok, "%q", raw)
	}
}

func TestReturnPathsOfThisSite(t *testing.T) {
	for raw, want := range map[string]string{
		"/":                             "/",
		"/me":                           "/me",
		"/a/b?c=d&e=f#g":                "/a/b?c=d&e=f#g",
		"/skema/æøå":                    "/skema/%C3%A6%C3%B8%C3%A5",
		"/skema/%C3%A6":                 "/skema/%C3%A6",
		"/a b":                          "/a%20b",
		`/"><script>`:                   "/%22%3E%3Cscript%3E",
		"/next?to=https://evil.example": "/next?to=https://evil.example",
		"/a//b":                         "/a//b",
		"/a:b@c":                        "/a:b@c",
		"/?tekst=linje%0Alinje":         "/?tekst=linje%0Alinje",
	} {
		got, ok := localPath(raw)
		assert.True(t, ok, raw)
		assert.Equal(t, want, got)
	}
}

func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/", "//x", `/\x`, "/%5c", "/æ?ø#å", "/.//x", "/a/../..//x", "/;//x"} {
		f.Add(s)
	}
	base, err := url.Parse("https://app.example/callback")
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, raw string) {
		p, ok := localPath(raw)
		if !ok {
			return
		}
		require.LessOrEqual(t, len(p), maxReturnPath)
		u, err := base.Parse(p)
		require.NoError(t, err)
		require.Equal(t, "app.example", u.Host, "%q", raw)
		require.Equal(t, "https", u.Scheme)
		for _, c := range []byte(p) {
			require.True(t, c > ' ' && c < 0x7f && c != '\\' && c != '"' && c != '<' && c != '>', "%q", raw)
		}
		again, ok := localPath(p)
		require.True(t, ok)
		require.Equal(t, p, again, "reading it again changes nothing")
	})
}
