package main

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var fakeForm = regexp.MustCompile(`<form method="post" action="([^"]+)"[^>]*>\s*<input type="hidden" name="visit" value="([^"]+)">`)

// TestCrowd lets many people log in, answer and look at the same time. Each must
// find themself and nobody else.
func TestCrowd(t *testing.T) { crowd(t, newHouse(t), 16) }

func crowd(t *testing.T, h *house, people int) {
	already := len(h.fake.Citizens())
	for i := range people {
		h.fake.Add(mitidtest.Citizen{Name: name(i), CPR: cprtest.Number(i)})
	}
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() {
			if err := alone(h, already+i, name(i)); err != nil {
				t.Errorf("%s: %v", name(i), err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.Log(h.logs)
	}
	for i := range people {
		found, err := h.accountsByCPR(cprtest.Number(i))
		require.NoError(t, err)
		require.Len(t, found, 1)
		stored, err := h.store.Properties(t.Context(), found[0])
		require.NoError(t, err)
		assert.True(t, func() bool {
			for _, p := range stored {
				if p.Name == "fname" {
					return p.Value == name(i)
				}
			}
			return false
		}(), "the number of %s stands at another name", name(i))
	}
}

func name(i int) string { return fmt.Sprintf("Åse Nr. %d Ærlig", i) }

// alone is one person's visit, who picks themself on the broker's page.
func alone(h *house, index int, name string) error {
	c, at, err := handIn(h.url, h.fake.Issuer(), index, "ønske fra "+name)
	if err != nil {
		return err
	}
	for _, path := range []string{strings.TrimSuffix(at, "/done"), "/profile"} {
		_, page, err := read(c.Get(h.url + path))
		if err != nil {
			return err
		}
		if others := strings.Count(page, "Åse Nr.") - strings.Count(page, name); others != 0 || !strings.Contains(page, name) {
			return fmt.Errorf("%d others on the page %s", others, path)
		}
	}
	return nil
}

// handIn logs somebody in, who picks themself on the pages of the broker, and
// hands a form in. It returns their browser and where it ended.
func handIn(app, broker string, index int, wish string) (c *http.Client, at string, err error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, "", err
	}
	c = &http.Client{Jar: jar}
	_, page, err := read(c.Get(app + healthPath))
	if err != nil {
		return nil, "", err
	}
	form := fakeForm.FindStringSubmatch(page)
	if form == nil {
		return nil, "", fmt.Errorf("no page of the broker")
	}
	_, page, err = read(c.PostForm(broker+html.UnescapeString(form[1]), url.Values{"visit": {form[2]}, "citizen": {fmt.Sprint(index)}, "do": {"person"}}))
	if err != nil {
		return nil, "", err
	}
	number := regexp.MustCompile(`data-testid="cpr-own">([^<]+)<`).FindStringSubmatch(page)
	if form = fakeForm.FindStringSubmatch(page); form == nil || number == nil {
		return nil, "", fmt.Errorf("no CPR page of the broker")
	}
	at, page, err = read(c.PostForm(broker+html.UnescapeString(form[1]), url.Values{"visit": {form[2]}, "cpr": {number[1]}, "do": {"cpr"}}))
	if err != nil {
		return nil, "", err
	}
	if at != healthPath {
		return nil, "", fmt.Errorf("at %s and not at the form", at)
	}
	given := healthAnswers()
	owner := ownerField.FindStringSubmatch(page)
	if owner == nil {
		return nil, "", fmt.Errorf("no owner in the form")
	}
	given.Set("owner", owner[1])
	given.Set("wish", wish)
	at, _, err = read(c.PostForm(app+healthPath, given))
	return c, at, err
}

func read(res *http.Response, err error) (path, body string, _ error) {
	if err != nil {
		return "", "", err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	return res.Request.URL.Path, string(raw), err
}
