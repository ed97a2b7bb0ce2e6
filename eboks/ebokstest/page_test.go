package ebokstest_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/rawpost"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
)

// look fetches a page as a browser would.
func look(t *testing.T, address string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(b)
}

// link returns the address behind the first element with a test id.
func link(t *testing.T, page, id string) string {
	t.Helper()
	m := regexp.MustCompile(`<a [^>]*href="([^"]+)"[^>]*data-testid="` + id + `"`).FindStringSubmatch(page)
	require.NotNil(t, m, "%s in %s", id, page)
	return html.UnescapeString(m[1])
}

func TestMailboxPage(t *testing.T) {
	each(t, ebokstest.Config{}, func(t *testing.T, s *rawpost.Sender) {
		l := rawpost.To(rawpost.Someone(9000))
		l.Title = "Brev <b>om</b> smørrebrød & æøå"
		body := strings.ReplaceAll(l.Write(s.Fake.Name()), l.Title, "Brev &lt;b&gt;om&lt;/b&gt; smørrebrød &amp; æøå")
		status, answer := s.Must(http.MethodPut, s.Path(l.ID), body)
		require.True(t, rawpost.IsTaken(status), answer)
		s.Fake.Advance(time.Hour)
		origin := strings.TrimSuffix(s.Fake.PageURL(), "/mailbox")

		res, front := look(t, origin+"/")
		assert.Equal(t, 200, res.StatusCode)
		assert.Contains(t, front, "FALSK POSTKASSE")
		assert.Contains(t, front, "Åse Ærlig Østergård")
		assert.Contains(t, front, "Ulæst: 1")
		assert.NotContains(t, front, "Kåre", "a protected name")
		assert.Contains(t, front, "Navn er beskyttet")
		for _, m := range s.Fake.Mailboxes() {
			if !m.Owner.CPR().IsZero() {
				assert.NotContains(t, front, m.Owner.CPR().Reveal())
			}
		}
		policy := res.Header.Get("Content-Security-Policy")
		assert.Contains(t, policy, "default-src 'none'")
		assert.NotContains(t, front, "<script")
		assert.Equal(t, "no-store", res.Header.Get("Cache-Control"))

		address := s.Fake.MailboxURL(l.To)
		assert.Equal(t, address+"?lang=da", origin+link(t, front, "mailbox"))
		assert.NotContains(t, address, l.To.CPR().Reveal())
		_, inbox := look(t, address, "Accept-Language", "en-GB,en;q=0.9")
		assert.Contains(t, inbox, "FAKE MAILBOX")
		assert.Contains(t, inbox, "smørrebrød &amp; æøå")
		assert.NotContains(t, inbox, "<b>om")
		assert.Contains(t, inbox, `data-testid="unread"`)

		before := len(s.Fake.Requests())
		_, letter := look(t, origin+link(t, inbox, "letter"))
		assert.Contains(t, letter, "smørrebrød")
		res, document := look(t, origin+link(t, letter, "document"))
		assert.Equal(t, "application/pdf", res.Header.Get("Content-Type"))
		assert.Equal(t, rawpost.PDF, document)
		assert.Len(t, s.Fake.Requests(), before, "looking is no request of the wire")
		got, _ := s.Fake.Letter(l.ID)
		assert.False(t, got.Status.String() == "opened", "opening a letter makes no event")
		_, inbox = look(t, address)
		assert.NotContains(t, inbox, `data-testid="unread"`, "it is read")
		_, dansk := look(t, origin+link(t, letter, "language"))
		assert.Contains(t, dansk, `<html lang="da">`)

		res, list := look(t, origin+link(t, front, "differences"))
		assert.Equal(t, 200, res.StatusCode)
		assert.Contains(t, list, "made up")
		checkPages(t, front, inbox, letter, list)
	})
}

// checkPages: one heading, a language, a name for each link, nothing from
// elsewhere.
func checkPages(t *testing.T, pages ...string) {
	t.Helper()
	for _, page := range pages {
		root, err := html.Parse(strings.NewReader(page))
		require.NoError(t, err)
		headings := 0
		var walk func(n *html.Node)
		walk = func(n *html.Node) {
			if n.Type == html.ElementNode {
				switch n.Data {
				case "h1":
					headings++
				case "a":
					assert.NotNil(t, n.FirstChild, "a link without words")
				case "script", "img", "link", "iframe", "form":
					assert.Fail(t, "the page has a "+n.Data)
				}
				for _, a := range n.Attr {
					if a.Key == "href" || a.Key == "src" {
						assert.True(t, strings.HasPrefix(a.Val, "/"), a.Val)
					}
				}
			}
			for c := range n.ChildNodes() {
				walk(c)
			}
		}
		walk(root)
		assert.Equal(t, 1, headings)
		assert.Regexp(t, `<html lang="(da|en)">`, page)
		assert.Contains(t, page, "<title>")
	}
}

func TestPageRefuses(t *testing.T) {
	s := rawpost.Dial(t, stralforstest.New(t))
	for _, path := range []string{"/x", "/0123456789abcdef0123456789abcdef", "/a/b", "/a/b/0.pdf", "/a/b/c/d"} {
		res, body := look(t, s.Fake.PageURL()+path)
		assert.Equal(t, 404, res.StatusCode, path)
		assert.Contains(t, body, "Siden findes ikke")
	}
	res, _ := look(t, s.Fake.PageURL(), "Host", "evil.example:80")
	assert.Equal(t, http.StatusMisdirectedRequest, res.StatusCode)
	post, err := http.Post(s.Fake.PageURL(), "text/plain", nil)
	require.NoError(t, err)
	_ = post.Body.Close()
	assert.Equal(t, http.StatusMethodNotAllowed, post.StatusCode)
	assert.Empty(t, s.Fake.MailboxURL(rawpost.Someone(123)))
}

func TestPageWithoutDocuments(t *testing.T) {
	each(t, ebokstest.Config{DigestsOnly: true}, func(t *testing.T, s *rawpost.Sender) {
		l := rawpost.To(rawpost.Company())
		s.Send(l)
		s.Fake.Advance(time.Hour)
		require.Nil(t, s.Fake.Letters(l.To)[0].Documents[0].Content())
		_, inbox := look(t, s.Fake.MailboxURL(l.To))
		_, letter := look(t, strings.TrimSuffix(s.Fake.PageURL(), "/mailbox")+link(t, inbox, "letter"))
		assert.Contains(t, letter, "fingeraftryk")
		assert.NotContains(t, letter, ".pdf")
	})
}
