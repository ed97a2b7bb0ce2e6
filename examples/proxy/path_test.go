package main

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
)

// testRules are /, and rules below it.
func testRules(t testing.TB) rules {
	t.Helper()
	s := &settings{Paths: somePaths()}
	s.Paths = append(s.Paths, pathSettings{Path: "/ærø/borgere"}, pathSettings{Path: "/admin/open", Public: true}, pathSettings{Path: "/kontakt", Only: true, Public: true},
		pathSettings{Path: "/open/hemmelig", Only: true, Level: level(claims.High)})
	s.complete()
	all, err := s.rules()
	require.NoError(t, err)
	return all
}

func TestLongestPathCounts(t *testing.T) {
	all := testRules(t)
	for path, want := range map[string]string{
		"/": "/", "/x": "/", "/administration": "/", "/admin": "/admin", "/admin/": "/admin", "/admin/x/y": "/admin", "/admin/open/x": "/admin/open",
		"/admin/opening": "/admin", "/open": "/open", "/open/a.b;c=d": "/open", "/%C3%A6r%C3%B8/borgere/1": "/ærø/borgere", "/%c3%a6r%c3%b8/borgere": "/ærø/borgere",
		"/%C3%A6r%C3%B8": "/", "/kontakt": "/kontakt", "/kontakt/": "/kontakt", "/kontakt/os": "/", "/.dkeid/auth": "/.dkeid", "/x//y": "/",
		"/pakke/@navn%2Fmodul": "/", "/wiki/Firma_A.S.": "/", "/x%20y/100%25": "/",
		"/m%C3%A5ske": "/måske", "/open/hemmelig": "/open/hemmelig", "/open/hemmelig/x": "/open", "/open/x;y/hemmelig": "/open", "/x%3F/y": "/",
	} {
		r, _, err := all.judge(path)
		if assertNoError(t, err, path) {
			require.Equal(t, want, r.path, path)
		}
	}
}

func assertNoError(t *testing.T, err error, path string) bool {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	return err == nil
}

func TestSamePathIsPassedOnInOneForm(t *testing.T) {
	all := testRules(t)
	for path, want := range map[string]string{
		"/%61dmin": "/admin", "/%6F%70en/x": "/open/x", "/x%2fy": "/x%2Fy", "/%C3%a6": "/%C3%A6", "/a%2Db%5Fc%7Ed": "/a-b_c~d", "/x//y": "/x//y", "/100%25": "/100%25",
	} {
		_, got, err := all.judge(path)
		if assertNoError(t, err, path) {
			require.Equal(t, want, got)
		}
	}
}

// Each of these is another page to some server than to another.
func TestPathThatCanBeReadInTwoWaysIsRefused(t *testing.T) {
	all := testRules(t)
	for name, paths := range map[string][]string{
		"letter case":                         {"/Admin", "/ADMIN/x", "/aDmin", "/%41dmin", "/open/../Admin", "/%C3%86r%C3%B8/borgere"},
		"more than one slash":                 {"//admin", "///admin", "/%2Fadmin", "/./admin", "//kontakt"},
		"dot segments":                        {"/.", "/..", "/open/..", "/open/../admin", "/open/./x", "/open/%2e%2e/admin", "/open/.%2e/admin", "/open/%2E/x", "/open/.../x", "/x/../y"},
		"dots behind a parameter":             {"/open/..;/admin", "/open/..;a=b/admin", "/open/..%3B/admin", "/open/;/../admin"},
		"parameters":                          {"/admin;x", "/admin;x=y/z", "/admin%3Bx", "/;x/admin", "/;"},
		"an encoded slash":                    {"/admin%2Fx", "/admin%2f", "/open%2F..%2Fadmin", "/open%2fx"},
		"a backslash":                         {"/%5Cadmin", "/admin%5Cx", "/open%5C..%5Cadmin", "/open/..%5Cadmin"},
		"twice encoded":                       {"/%2561dmin", "/%252561dmin", "/open/%252e%252e/admin", "/%25252525252525252561", "/%255Cadmin", "/open%252Fx"},
		"dots and blanks behind":              {"/admin.", "/admin..", "/admin%20", "/admin%09", "/admin.%20.", "/admin%C2%A0", "/%20admin", "/admin%E3%80%80/x"},
		"a query in the path":                 {"/admin%3Fx", "/admin%23x", "/open%3F/../admin"},
		"what follows is not read":            {"/open/hemmelig;/x", "/open/hemmelig%3F/x", "/open/hemmelig%23/x", "/open/hemmelig%3B%2Fx", "/open/hemmelig;a=b/x/y", "/kontakt;/x", "/open/Hemmelig.;/x"},
		"an encoded slash behind a parameter": {"/open/x;y%2Fz", "/%C3%A6r%C3%B8%3Bx%2Fy/borgere", "/%C3%A6r%C3%B8%3Fx%5Cy/borgere", "/%C3%A6r%C3%B8%253Bx%252Fy/borgere"},
		"compatible characters":               {"/%EF%BD%81dmin", "/adm%C4%B1n", "/%EF%BC%8Fadmin", "/admin%EF%BC%8Fx", "/open/%E2%80%A5/admin", "/open/%EF%BC%8E%EF%BC%8E/x", "/%C3%A6ro%CC%B8/../x"},
		"decomposed letters":                  {"/ma%CC%8Aske"},
		"control characters":                  {"/admin%00", "/x%00", "/x%0d%0ay", "/x%7F", "/x%C2%85"},
		"no UTF-8":                            {"/%E6r%F8", "/x%C0%AFadmin", "/%FF"},
		"the proxy's own paths":               {"/.DKEID/auth", "//.dkeid/auth", "/.dkeid%2Fauth", "/.dkeid;x/auth", "/.dkeid./auth", "/%2Edkeid/./auth"},
		"not a path":                          {"", "*", "admin", strings.Repeat("/x", maxPath)},
	} {
		t.Run(name, func(t *testing.T) {
			for _, path := range paths {
				r, _, err := all.judge(path)
				if err == nil {
					t.Errorf("%s has the rule of %s", path, r.path)
				}
			}
		})
	}
}

// In the app nothing arrives but what was judged, whoever sends it in whichever form.
func TestTricksWithPathsDoNotArrive(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/open/../admin", "/open/%2e%2e/admin", "/Admin", "//admin", "/./admin", "/admin;x", "/open%2f..%2fadmin", `/open/..\admin`, "/admin.", "/%2561dmin", "/open/..;/admin", "/x%00"} {
		res := h.raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		require.Contains(t, res, "HTTP/1.1 400", path)
	}
	require.Zero(t, h.count())
	for _, path := range []string{"/%61dmin", "/admin/", "/%41%64"} {
		require.Contains(t, h.raw("GET "+path+" HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nConnection: close\r\n\r\n"), "HTTP/1.1 401", path)
	}
	require.Zero(t, h.count())
	require.Contains(t, h.raw("GET /%6fpen/%7ex?a=%62;c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), "HTTP/1.1 200")
	require.Equal(t, "/open/~x?a=%62;c", h.last().RequestURI)
	require.Contains(t, h.raw("GET http://evil.example/open/x HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"), "HTTP/1.1 200")
	require.Equal(t, "/open/x", h.last().RequestURI, "the absolute form names a host, which does not count")
	require.Equal(t, strings.TrimPrefix(h.url, "http://"), h.last().Host)
	for _, line := range []string{"CONNECT /open", "TRACE /open", "CONNECT x:443"} {
		n := h.count()
		require.Regexp(t, `^HTTP/1.1 4`, h.raw(line+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), line)
		require.Equal(t, n, h.count(), line)
	}
}

// readings are what servers make of a segment beyond the standard. Each makes segments of
// their own of it, whatever stands around it.
func readings() []func(string) []string {
	one := func(f func(string) string) func(string) []string {
		return func(s string) []string { return []string{f(s)} }
	}
	return []func(string) []string{
		one(strings.ToLower),
		one(func(s string) string { s, _, _ = strings.Cut(s, ";"); return s }),
		one(func(s string) string { return strings.TrimRight(s, ". ") }),
		one(func(s string) string {
			if plain, err := url.PathUnescape(s); err == nil {
				return plain
			}
			return s
		}),
		func(s string) []string {
			return strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '\\' })
		},
	}
}

// However a server reads a path, it has the rule that was found, or the path is refused.
func FuzzPathHasOneRule(f *testing.F) {
	for _, s := range []string{"/admin", "/Admin", "//admin", "/%61dmin", "/open/../admin", "/admin;x", "/admin%2Fx", "/%5Cadmin", "/admin.", "/%2561dmin", "/ærø/borgere", "/x;y/open", "/open%3b%2fadmin"} {
		f.Add(s, uint8(255))
	}
	all := testRules(f)
	f.Fuzz(func(t *testing.T, raw string, which uint8) {
		u, err := url.ParseRequestURI(raw)
		if err != nil || u.Path == "" {
			return
		}
		found, escaped, err := all.judge(u.EscapedPath())
		if err != nil {
			return
		}
		out := &url.URL{RawPath: escaped}
		out.Path, err = url.PathUnescape(escaped)
		require.NoError(t, err)
		require.Equal(t, escaped, out.EscapedPath(), "net/url sends the path that was judged")
		require.Equal(t, u.Path, out.Path, "and it is the path that came")
		again, same, err := all.judge(escaped)
		require.NoError(t, err)
		require.Equal(t, escaped, same)
		require.Same(t, found, again)
		segments := strings.Split(escaped[1:], "/")
		for i, s := range segments {
			segments[i], err = url.PathUnescape(s)
			require.NoError(t, err)
		}
		for i, read := range readings() {
			if which&(1<<i) == 0 {
				continue
			}
			var next []string
			for _, s := range segments {
				next = append(next, read(s)...)
			}
			segments = next
		}
		for _, s := range segments {
			require.NotContains(t, []string{".", ".."}, s)
		}
		if last := len(segments) - 1; last >= 0 && segments[last] == "" {
			segments = segments[:last]
		}
		for i := range all {
			if r := &all[i]; r.covers(segments, r.exact) {
				require.Same(t, found, r, "read as %q", segments)
				return
			}
		}
	})
}

func TestRulesThatAreOneToSomeServersAreRefused(t *testing.T) {
	for _, paths := range [][2]string{{"/Admin", "/admin"}, {"/a/ÆRØ", "/a/ærø"}, {"/x", "/x/"}, {"/.Dkeid", "/y"}} {
		s := &settings{Paths: []pathSettings{{Path: paths[0]}, {Path: paths[1]}}}
		s.complete()
		_, err := s.rules()
		require.ErrorContains(t, err, "same path", "%q", paths)
	}
	for _, path := range []string{"", "admin", "/a//b", "/a/../b", "/a.", "/a%20b", "/a;b", "/a?b", "/a#b", `/a\b`, "/a\x00", "/a ", "/a/.", "/\xff", "http://x/"} {
		_, err := newRule(path, false)
		require.Error(t, err, "%q", path)
	}
}
