package mitidtest

import (
	"context"
	"errors"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// callLimit is how long one call of a browser may take.
const callLimit = 30 * time.Second

// maxPage bounds what a browser reads of a page.
const maxPage = 1 << 20

// Walk takes the browser's part of one login: it follows redirect to the broker,
// acts as the person, and returns the answer that the browser brings back. Each
// call is a new browser.
//
// as says what the person does. Without it the queue of [Broker.Next] decides,
// and an empty queue approves the first citizen.
//
// Tamperings of the callback's parameters are carried out here; those that are
// about who brings it, how often and when by [Login] and
// [Browser.Visit].
func Walk(ctx context.Context, fake Fake, redirect *mitid.Redirect, as ...Outcome) (mitid.Callback, error) {
	return fake.Engine().NewBrowser().Walk(ctx, redirect, as...)
}

// Browser is a person's browser: it keeps cookies, so that single sign-on and an
// app's session work. Its methods are for one goroutine.
type Browser struct {
	b   *Broker
	jar http.CookieJar
}

// NewBrowser returns a browser without cookies.
func (b *Broker) NewBrowser() *Browser {
	jar, _ := cookiejar.New(nil) // never fails
	return &Browser{b, jar}
}

// Walk is the function [Walk] in this browser.
func (w *Browser) Walk(ctx context.Context, redirect *mitid.Redirect, as ...Outcome) (mitid.Callback, error) {
	form := url.Values{}
	for name, value := range redirect.Form {
		form.Set(name, value)
	}
	req, err := newRequest(ctx, redirect.URL, form, redirect.Form != nil)
	if err != nil {
		return mitid.Callback{}, err
	}
	w.decide(req, form, as)
	res, err := w.at(ctx, req)
	if err != nil {
		return mitid.Callback{}, err
	}
	back, err := w.answer(res)
	if err != nil {
		return mitid.Callback{}, err
	}
	if back == nil {
		return mitid.Callback{}, errors.New("mitidtest: the broker showed a page instead of sending the browser back: " + res.Status)
	}
	if back.Post {
		return mitid.Callback{Method: http.MethodPost, Body: []byte(back.Params.Encode())}, nil
	}
	u, err := url.Parse(back.Address())
	if err != nil {
		return mitid.Callback{}, errors.New("mitidtest: the broker sent the browser to an unreadable address")
	}
	return mitid.Callback{Method: http.MethodGet, RawQuery: u.RawQuery}, nil
}

// decide tells the fake what the person in front of req does.
func (w *Browser) decide(req *http.Request, form url.Values, as []Outcome) {
	if !strings.HasSuffix(NormalizePath(req.URL.Path), w.b.Endpoints().Authorize) {
		return
	}
	q := req.URL.Query()
	if form != nil && req.Method == http.MethodPost {
		q = form
	}
	key := keyOfState(q.Get(w.b.profile.state()))
	if uri := q.Get("request_uri"); uri != "" {
		key = keyOfURI(uri)
	}
	switch {
	case len(as) > 0:
		w.b.decide(key, as[0])
	case !w.b.queued():
		if all := w.b.Citizens(); len(all) > 0 {
			w.b.decide(key, Approve(all[0]))
		}
	}
}

// send makes one request, with this browser's cookies, and follows nothing.
func (w *Browser) send(req *http.Request) (*http.Response, error) {
	c := &http.Client{
		Transport:     w.b.HTTPClient().Transport,
		Jar:           w.jar,
		Timeout:       callLimit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c.Do(req)
}

// at sends a request, and follows redirects as long as they stay at the broker.
func (w *Browser) at(ctx context.Context, req *http.Request) (*http.Response, error) {
	for range maxHops {
		res, err := w.send(req)
		if err != nil {
			return nil, err
		}
		to, err := res.Location()
		if err != nil || !w.b.owns(to) || res.StatusCode < 300 || res.StatusCode > 399 {
			return res, nil
		}
		drain(res)
		if req, err = newRequest(ctx, to.String(), nil, false); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("mitidtest: too many redirects")
}

// answer returns what the broker sends to the app, spoilt as a tampering of the
// walker says. It returns nil when the broker shows a page.
func (w *Browser) answer(res *http.Response) (*Answer, error) {
	var back *Answer
	switch location := res.Header.Get("Location"); {
	case res.StatusCode >= 300 && res.StatusCode <= 399 && location != "":
		drain(res)
		location, _, _ = strings.Cut(location, "#")
		target, query, _ := strings.Cut(location, "?")
		back = &Answer{RedirectURI: target, Params: splitPairs(query)}
	case res.StatusCode == http.StatusOK:
		page, err := io.ReadAll(io.LimitReader(res.Body, maxPage))
		_ = res.Body.Close()
		if err != nil {
			return nil, err
		}
		res.Body = io.NopCloser(strings.NewReader(string(page)))
		if back = readFormPost(string(page)); back == nil {
			return nil, nil
		}
	default:
		return nil, nil
	}
	key := back.key()
	Spoil(w.b, stageWalk, back)
	w.b.noteWalk(key)
	return back, nil
}

// readFormPost reads the page of response_mode form_post, as showFormPost writes it.
func readFormPost(page string) *Answer {
	_, rest, ok := strings.Cut(page, `<form id="answer" method="post" action="`)
	if !ok {
		return nil
	}
	target, rest, _ := strings.Cut(rest, `">`)
	back := &Answer{RedirectURI: html.UnescapeString(target), Post: true}
	for {
		if _, rest, ok = strings.Cut(rest, `<input type="hidden" name="`); !ok {
			return back
		}
		var name, value string
		name, rest, _ = strings.Cut(rest, `" value="`)
		value, rest, _ = strings.Cut(rest, `">`)
		back.Add(html.UnescapeString(name), html.UnescapeString(value))
	}
}

func splitPairs(query string) Pairs {
	var p Pairs
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, _ = url.QueryUnescape(name)
		value, _ = url.QueryUnescape(value)
		if part != "" {
			p = append(p, Pair{name, value})
		}
	}
	return p
}

func newRequest(ctx context.Context, address string, form url.Values, post bool) (*http.Request, error) {
	if !post {
		return http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req, err
}

func drain(res *http.Response) {
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxPage))
	_ = res.Body.Close()
}
