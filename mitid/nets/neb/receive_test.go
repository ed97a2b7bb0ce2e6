package neb_test

import (
	"context"
	"maps"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb"
)

func logoutClaims() object {
	return object{"iss": issuer, "aud": clientID, "iat": unix(start), "exp": unix(start) + 300, "jti": "A1", "sub": person, "sid": session,
		"events": object{"http://schemas.openid.net/event/backchannel-logout": object{}}}
}

func backChannel(raw string) mitid.Callback {
	return mitid.Callback{Method: "POST", Body: []byte(url.Values{"logout_token": {raw}}.Encode())}
}

func TestBackChannelLogout(t *testing.T) {
	for name, c := range map[string]struct {
		key   *signingKey
		typ   string
		spoil func(object)
		want  error
	}{
		"good":                        {nil, "logout+jwt", func(object) {}, nil},
		"plain type":                  {nil, "JWT", func(object) {}, nil},
		"no subject":                  {nil, "logout+jwt", func(o object) { delete(o, "sub") }, nil},
		"no session":                  {nil, "logout+jwt", func(o object) { delete(o, "sid") }, nil},
		"neither":                     {nil, "logout+jwt", func(o object) { delete(o, "sid"); delete(o, "sub") }, mitid.ErrTokenInvalid},
		"another type":                {nil, "at+jwt", func(object) {}, mitid.ErrTokenInvalid},
		"signed by the other key":     {keys().transaction, "logout+jwt", func(object) {}, mitid.ErrTokenInvalid},
		"signed by a stranger":        {keys().stranger, "logout+jwt", func(object) {}, mitid.ErrTokenInvalid},
		"another issuer":              {nil, "logout+jwt", func(o object) { o["iss"] = issuer + "x" }, mitid.ErrTokenInvalid},
		"for another client":          {nil, "logout+jwt", func(o object) { o["aud"] = "x" }, mitid.ErrTokenInvalid},
		"for us and another":          {nil, "logout+jwt", func(o object) { o["aud"] = []string{clientID, "x"} }, mitid.ErrTokenInvalid},
		"with a nonce":                {nil, "logout+jwt", func(o object) { o["nonce"] = "n" }, mitid.ErrTokenInvalid},
		"with a null nonce":           {nil, "logout+jwt", func(o object) { o["nonce"] = nil }, mitid.ErrTokenInvalid},
		"no event":                    {nil, "logout+jwt", func(o object) { delete(o, "events") }, mitid.ErrTokenInvalid},
		"another event":               {nil, "logout+jwt", func(o object) { o["events"] = object{"http://x": object{}} }, mitid.ErrTokenInvalid},
		"an event that is no object":  {nil, "logout+jwt", func(o object) { o["events"] = object{"http://schemas.openid.net/event/backchannel-logout": true} }, mitid.ErrTokenInvalid},
		"no id":                       {nil, "logout+jwt", func(o object) { delete(o, "jti") }, mitid.ErrTokenInvalid},
		"no time of issue":            {nil, "logout+jwt", func(o object) { delete(o, "iat") }, mitid.ErrTokenInvalid},
		"no end":                      {nil, "logout+jwt", func(o object) { delete(o, "exp") }, mitid.ErrTokenInvalid},
		"over":                        {nil, "logout+jwt", func(o object) { o["exp"] = unix(start) - 301 }, mitid.ErrTokenInvalid},
		"old, though it does not end": {nil, "logout+jwt", func(o object) { o["iat"], o["exp"] = unix(start)-3600, unix(start)+3600 }, mitid.ErrTokenInvalid},
		"times as text":               {nil, "logout+jwt", func(o object) { o["iat"] = "1795262400" }, mitid.ErrTokenInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, true, nil)
			o := logoutClaims()
			c.spoil(o)
			if c.key == nil {
				c.key = keys().token
			}
			cb := backChannel(c.key.sign(t, c.typ, o))
			lo, err := w.ReceiveLogout(context.Background(), cb)
			require.ErrorIs(t, err, c.want)
			if c.want != nil {
				require.Nil(t, lo)
				return
			}
			subject, _ := o["sub"].(string)
			sid, _ := o["sid"].(string)
			require.Equal(t, subject, lo.Subject)
			require.Equal(t, sid, lo.SessionID)
			again, err := w.ReceiveLogout(context.Background(), cb)
			require.NoError(t, err, "a broker sends it again when our answer was lost")
			require.Equal(t, lo.At, again.At)
		})
	}
}

func TestAnIDTokenLogsNobodyOut(t *testing.T) {
	w := newWire(t, true, nil)
	w.says("n")
	with := maps.Clone(w.idToken)
	delete(with, "nonce")
	for _, o := range []object{w.idToken, with} {
		_, err := w.ReceiveLogout(context.Background(), backChannel(keys().token.sign(t, "JWT", o)))
		require.ErrorIs(t, err, mitid.ErrTokenInvalid)
	}
}

func TestFrontChannelLogout(t *testing.T) {
	good := "iss=" + url.QueryEscape(issuer) + "&sid=" + session
	for query, want := range map[string]error{
		good: nil,
		"iss=" + url.QueryEscape(neb.Production) + "&sid=" + session: mitid.ErrIssuerMismatch,
		"sid=" + session:                 mitid.ErrIssuerMismatch,
		"iss=" + url.QueryEscape(issuer): mitid.ErrTokenInvalid,
		good + "&sid=x":                  mitid.ErrResponseInvalid,
		good + "&x=%zz":                  mitid.ErrResponseInvalid,
	} {
		w := newWire(t, true, nil)
		lo, err := w.ReceiveLogout(context.Background(), mitid.Callback{Method: "GET", RawQuery: query})
		require.ErrorIs(t, err, want, query)
		if want == nil {
			require.Equal(t, session, lo.SessionID)
			require.Empty(t, lo.Subject)
		}
	}
	_, err := newWire(t, true, nil).ReceiveLogout(context.Background(), mitid.Callback{Method: "POST", Body: []byte("x=y")})
	require.ErrorIs(t, err, mitid.ErrResponseInvalid)
}
