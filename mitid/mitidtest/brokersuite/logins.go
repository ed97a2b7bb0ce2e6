package brokersuite

import (
	"bytes"
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// logins tries logins that succeed, and looks at whose they are and what they tell.
func (s *suite) logins(t *testing.T) {
	t.Run("the callback rule is complete and constant", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		rule := r.broker.Callback()
		assert.NotEmpty(t, rule.Name)
		assert.NotEmpty(t, rule.State)
		assert.Equal(t, r.fake.Issuer(), rule.Issuer)
		assert.Equal(t, r.fake.ClientID(), rule.ClientID)
		assert.Contains(t, []string{"GET", "POST"}, rule.Method)
		r.must(mitid.Request{})
		assert.Equal(t, rule, r.broker.Callback())
		assert.Zero(t, s.rig(t, mitidtest.Config{}).fake.Count(""), "opening an adapter makes no call")
	})
	t.Run("a private person", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		who := mitidtest.Ditlev()
		l := r.must(mitid.Request{}, mitidtest.Approve(who))
		r.isPerson(l, &who)
		assert.True(t, l.Identity.CPR.IsZero(), "a CPR number that nobody asked for")
		assert.Nil(t, l.Identity.Organisation)
		assert.Equal(t, claims.Substantial, l.Level)
		assert.Equal(t, r.broker.Callback().Name, l.Broker)
		assert.Equal(t, r.fake.Issuer(), l.Issuer)
		assert.True(t, l.Expires.After(r.fake.Now()))
		require.NotEmpty(t, l.Evidence.Tokens)
		for _, token := range l.Evidence.Tokens {
			assert.False(t, token.Raw.IsZero())
		}
		assert.NotEmpty(t, l.Evidence.Tokens[0].Key, "the key that verified the first token")
		assert.False(t, l.Evidence.At.IsZero())
		r.calledAt(1, r.fake.Endpoints().Token, "one token call")
	})
	t.Run("a person with a protected name and address", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		who := mitidtest.Protected()
		l, err := r.login(mitid.Request{CPR: mitid.CPRRequired, Address: true}, mitidtest.Approve(who))
		if r.unsupported(err, "Address") {
			l, err = r.login(mitid.Request{CPR: mitid.CPRRequired}, mitidtest.Approve(who))
		}
		require.NoError(t, err)
		r.isPerson(l, &who)
		assert.Nil(t, l.Identity.Address)
		assert.Equal(t, who.CPR, l.Identity.CPR)
	})
	t.Run("a person without a CPR number", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		who := mitidtest.WithoutCPR()
		l, err := r.login(mitid.Request{CPR: mitid.CPRIfPresent}, mitidtest.Approve(who))
		missing := mitid.ClaimMissing
		switch {
		case r.unsupported(err, "CPR"):
		case r.traits().ForcedCPR:
			missing = mitid.UserCancelled
			r.expect(missing, err, "the CPR page has no way around it")
		default:
			require.NoError(t, err)
			r.isPerson(l, &who)
			assert.True(t, l.Identity.CPR.IsZero())
		}
		_, err = r.login(mitid.Request{CPR: mitid.CPRRequired}, mitidtest.Approve(who))
		r.expect(missing, err, "a required CPR number is missing")
	})
	t.Run("a CPR number that comes uninvited is dropped", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		uninvite := r.traits().SendCPRUninvited
		if uninvite == nil {
			t.Log("this broker sends no CPR number that nobody asked for")
			return
		}
		uninvite()
		l := r.must(mitid.Request{}, mitidtest.Approve(mitidtest.Ditlev()))
		assert.True(t, l.Identity.CPR.IsZero())
		assert.False(t, holdsNumber(reflect.ValueOf(l.Claims), mitidtest.Ditlev().CPR), "Login.Claims keeps the CPR number")
		assert.NotNil(t, l.Claims, "Login.Claims are lost: the adapter's claims have no method WithoutCPR")
		l = r.must(mitid.Request{CPR: mitid.CPRRequired}, mitidtest.Approve(mitidtest.Ditlev()))
		assert.True(t, holdsNumber(reflect.ValueOf(l.Claims), mitidtest.Ditlev().CPR), "Login.Claims has the number that was asked for")
	})
	for title := range s.rig(t, mitidtest.Config{}).traits().Spellings {
		t.Run(title, func(t *testing.T) {
			r := s.rig(t, mitidtest.Config{})
			r.traits().Spellings[title]()
			who := mitidtest.Paiman()
			l := r.must(mitid.Request{CPR: mitid.CPRRequired}, mitidtest.Approve(who))
			r.isPerson(l, &who)
			assert.Equal(t, who.CPR, l.Identity.CPR)
		})
	}
	t.Run("claims that nobody knows do no harm", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		who := mitidtest.Ditlev()
		who.Extra = map[string]any{"https://acme.example/æøå": []any{1, true, map[string]any{"a": nil}}, "tal": 1.5}
		r.isPerson(r.must(mitid.Request{}, mitidtest.Approve(who)), &who)
	})
	t.Run("keys rotate between logins", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		for range 3 {
			r.must(mitid.Request{})
			r.fake.RotateKeys()
			r.fake.Advance(time.Minute)
			if !r.discovers() {
				r.reopen()
			}
		}
		r.must(mitid.Request{})
	})
	t.Run("a caller who gives up", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		rd := r.begin(ctx, mitid.Request{})
		cb := r.walk(rd)
		cancel()
		l, err := r.client.Complete(ctx, rd.State, cb)
		r.checkResult(l, err)
		if err != nil || r.fake.Endpoints().Token != "" { // who calls nobody need not give up
			require.ErrorIs(t, err, context.Canceled)
		}
		r.must(mitid.Request{})
	})
	t.Run("a broker that is down", func(t *testing.T) {
		r := s.rig(t, mitidtest.Config{})
		require.NoError(t, r.fake.Close())
		_, err := r.client.Begin(t.Context(), mitid.Request{})
		if !r.discovers() {
			require.NoError(t, err, "the first call is the browser's")
			return
		}
		r.expect(mitid.BrokerUnavailable, err, "nobody listens")
		assert.True(t, mitid.KindOf(err).Temporary())
	})
}

// holdsNumber reports whether v holds a CPR number, or the digits of n, in any
// field.
func holdsNumber(v reflect.Value, n cpr.Number) bool {
	if v.IsValid() && v.Type() == reflect.TypeFor[cpr.Number]() {
		return !v.IsZero()
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && holdsNumber(v.Elem(), n)
	case reflect.Struct:
		for _, f := range v.Fields() {
			if holdsNumber(f, n) {
				return true
			}
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 && v.Kind() == reflect.Slice {
			return bytes.Contains(v.Bytes(), []byte(n.Reveal()))
		}
		for i := range v.Len() {
			if holdsNumber(v.Index(i), n) {
				return true
			}
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if holdsNumber(v.MapIndex(k), n) {
				return true
			}
		}
	case reflect.String:
		return strings.Contains(v.String(), n.Reveal())
	}
	return false
}

// isPerson asserts that the login is that of who, in their private capacity.
func (r *rig) isPerson(l *mitid.Login, who *mitidtest.Citizen) {
	r.Helper()
	id := l.Identity
	assert.Equal(r, claims.CapacityPrivate, id.Capacity, "Identity.Capacity")
	assert.Equal(r, r.traits().Subject(who, nil), id.Subject, "Identity.Subject")
	assert.Equal(r, who.MitIDUUID(nil), id.UUID.String(), "Identity.UUID")
	if who.Name == "" {
		assert.Nil(r, id.Name, "Identity.Name")
	} else if assert.NotNil(r, id.Name, "Identity.Name") {
		assert.Equal(r, who.Name, id.Name.Full, "Identity.Name")
	}
	assert.Equal(r, who.Born(), id.BirthDate, "Identity.BirthDate")
	if !id.CPR.IsZero() {
		assert.Equal(r, who.CPR, id.CPR, "Identity.CPR")
	}
	assert.False(r, id.AuthTime.IsZero(), "Identity.AuthTime is zero")
}
