package mitid_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

func TestReadCallback(t *testing.T) {
	cb, err := mitid.ReadCallback(httptest.NewRequest("GET", "/cb?state=s&code=a+b&x=%C3%A6", nil))
	require.NoError(t, err)
	require.Equal(t, "state=s&code=a+b&x=%C3%A6", cb.RawQuery, "bytes as they came")

	post := func(body, contentType string) (mitid.Callback, error) {
		r := httptest.NewRequest("POST", "/cb", strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		return mitid.ReadCallback(r)
	}
	cb, err = post("state=s&code=c", "application/x-www-form-urlencoded; charset=utf-8")
	require.NoError(t, err)
	require.Equal(t, "state=s&code=c", string(cb.Body))
	_, err = post("{}", "application/json")
	require.ErrorIs(t, err, mitid.ErrResponseInvalid)
	_, err = post(strings.Repeat("a", mitid.MaxCallbackBody+1), "application/x-www-form-urlencoded")
	require.ErrorIs(t, err, mitid.ErrResponseInvalid)
	_, err = mitid.ReadCallback(httptest.NewRequest("GET", "/cb?x="+strings.Repeat("a", mitid.MaxCallbackQuery), nil))
	require.ErrorIs(t, err, mitid.ErrResponseInvalid)
	_, err = mitid.ReadCallback(httptest.NewRequest("PUT", "/cb", nil))
	require.ErrorIs(t, err, mitid.ErrResponseInvalid)
}

func FuzzComplete(f *testing.F) {
	b := newBench(f, nil)
	rd := b.begin(f, mitid.Request{})
	f.Add(rd.State, "state="+rd.Handle+"&code=c", "")
	f.Add("", "state=%zz", "state=a;b")
	f.Fuzz(func(t *testing.T, state, query, body string) {
		for _, m := range []string{http.MethodGet, http.MethodPost} {
			l, err := b.Complete(context.Background(), state, mitid.Callback{Method: m, RawQuery: query, Body: []byte(body)})
			if (l == nil) == (err == nil) {
				t.Fatal("a login and an error, or neither")
			}
			if l != nil && (state != rd.State || !strings.Contains(query, rd.Handle)) {
				t.Fatal("an answer to another state was taken")
			}
		}
	})
}
