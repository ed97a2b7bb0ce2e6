package claims_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/davecgh/go-spew/spew"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/canary"
)

// canaries are what must not be seen of full and of canaryClaims.
var canaries = []string{
	"canary", "2101270087", "210127-0087", "21012700", "1927", "74ffcd31", "9208-2002", "7770001",
	"13748136", "1092738120", "98202298", "Testesen", "ø", "å", "æ",
}

// Every exported type with personal data, each through every printer.
func TestNothingPersonalIsPrinted(t *testing.T) {
	id := full(t)
	r := claims.Registered{Issuer: "canary-iss", Subject: "canary-sub", Audience: []string{"canary-aud"}, Nonce: "canary-nonce", Expires: 2101270087}
	values := map[string]any{
		"Identity":        id,
		"*Identity":       &id,
		"Plain":           claims.Plain(id),
		"Name":            *id.Name,
		"*Name":           id.Name,
		"Address":         *id.Address,
		"*Address":        id.Address,
		"Organisation":    *id.Organisation,
		"*Organisation":   id.Organisation,
		"Authenticator":   id.Authenticators[1],
		"[]Authenticator": id.Authenticators,
		"Registered":      r,
		"*Registered":     &r,
		"in a struct":     struct{ ID claims.Identity }{id},
		"in a slice":      []claims.Identity{id},
		"in a map":        map[string]*claims.Identity{"k": &id},
		"in an any":       []any{id, r},
	}
	for name, value := range values {
		t.Run(name, func(t *testing.T) {
			for printer, text := range canary.Printed(value, strings.Contains(name, "Plain")) {
				for _, c := range canaries {
					assert.NotContains(t, text, c, printer)
				}
			}
		})
	}
}

// Printers that ask no method still do not see the digits of a CPR number.
func TestReflectionSeesNoDigits(t *testing.T) {
	id := full(t)
	printer := spew.ConfigState{DisableMethods: true, DisablePointerMethods: true, Indent: " "}
	for _, value := range []any{id, &id, claims.Plain(id), struct{ id claims.Identity }{id}} {
		texts := []string{printer.Sdump(value), fmt.Sprintf("%+v", struct{ v any }{value})}
		for _, verb := range []string{"%p", "%w", "%+w"} {
			texts = append(texts, fmt.Sprintf(verb, value))
		}
		for _, text := range texts {
			assert.NotContains(t, text, "2101270")
		}
	}
}

// What is seen instead is enough to follow a login.
func TestIdentityPrintsItsParts(t *testing.T) {
	want := "claims.Identity{signatory low subject uuid cpr cpr_status protection name birth_date country address " +
		"organisation authenticators auth_time session nemid_pid}"
	assert.Equal(t, want, fmt.Sprintf("%#v", full(t)))
	assert.Equal(t, want, full(t).String())
	assert.Equal(t, want, claims.Plain(full(t)).String())
	assert.Equal(t, "claims.Identity{unknown unknown}", fmt.Sprint(claims.Identity{}))

	var b bytes.Buffer
	log := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	log.Info("login", "identity", claims.Identity{
		Capacity: claims.CapacityPrivate, Levels: claims.Levels{LoA: claims.Substantial}, Subject: "s", UUID: full(t).UUID, Name: full(t).Name,
		BirthDate: full(t).BirthDate, Country: "DK", Authenticators: full(t).Authenticators, AuthTime: full(t).AuthTime, SessionID: "s",
	})
	assert.Equal(t, "level=INFO msg=login identity.kind=private identity.level=substantial "+
		`identity.has="subject uuid name birth_date country authenticators auth_time session"`+"\n", b.String())
}

func TestMarshallingIsRefused(t *testing.T) {
	id := full(t)
	for _, value := range []any{
		id, &id, *id.Name, *id.Address, *id.Organisation, id.Authenticators[0], claims.Registered{},
	} {
		_, err := json.Marshal(value)
		assert.ErrorContains(t, err, "claims.Plain")
		_, err = xml.Marshal(value)
		assert.Error(t, err)
		_, err = value.(interface{ MarshalText() ([]byte, error) }).MarshalText()
		assert.ErrorContains(t, err, "claims.Plain")
	}
	assert.Error(t, json.Unmarshal([]byte(`{"Subject":"æ"}`), &id))
	var typed *json.MarshalerError
	_, err := json.Marshal(id)
	assert.True(t, errors.As(err, &typed))
}

func TestNamesOfValues(t *testing.T) {
	for _, values := range [][]interface {
		fmt.Stringer
		MarshalText() ([]byte, error)
	}{
		{claims.CapacityUnknown, claims.CapacityPrivate, claims.CapacityProfessional, claims.CapacitySignatory},
		{claims.ProtectionUnknown, claims.Unprotected, claims.NameAndAddressProtected},
		{claims.AuthenticatorUnknown, claims.App, claims.AppEnhanced, claims.Password, claims.CodeDisplay, claims.CodeReader, claims.Chip},
	} {
		seen := map[string]bool{}
		for i, v := range values {
			text, err := v.MarshalText()
			require.NoError(t, err)
			assert.Equal(t, i == 0, len(text) == 0)
			assert.False(t, seen[v.String()])
			seen[v.String()] = true
		}
	}
	var k claims.Capacity
	var p claims.Protection
	var a claims.AuthenticatorKind
	require.NoError(t, k.UnmarshalText([]byte("professional")))
	require.NoError(t, p.UnmarshalText([]byte("unprotected")))
	require.NoError(t, a.UnmarshalText([]byte("chip")))
	assert.Equal(t, claims.CapacityProfessional, k)
	assert.Equal(t, claims.Unprotected, p)
	assert.Equal(t, claims.Chip, a)
	assert.ErrorIs(t, k.UnmarshalText([]byte("unknown")), claims.ErrCapacity)
	assert.ErrorIs(t, p.UnmarshalText([]byte("Protected")), claims.ErrProtection)
	assert.ErrorIs(t, a.UnmarshalText([]byte("å")), claims.ErrAuthenticatorKind)
	require.NoError(t, k.UnmarshalText(nil))
	assert.Equal(t, claims.CapacityUnknown, k)
	_, err := claims.Capacity(9).MarshalText()
	assert.ErrorIs(t, err, claims.ErrCapacity)
	assert.Equal(t, "unknown", claims.Capacity(9).String())
}

func TestCPRStatus(t *testing.T) {
	for n := range 100 {
		code := fmt.Sprintf("%02d", n)
		s, err := claims.ParseCPRStatus(code)
		if n == 0 {
			assert.ErrorIs(t, err, claims.ErrCPRStatus)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, code, s.Code())
		text, err := s.MarshalText()
		require.NoError(t, err)
		var back claims.CPRStatus
		require.NoError(t, back.UnmarshalText(text))
		assert.Equal(t, s, back)
		assert.Equal(t, s.Known(), !strings.HasPrefix(s.String(), "unknown"))
	}
	for _, code := range []string{"", "1", "001", "9 ", "æ", "+1"} {
		_, err := claims.ParseCPRStatus(code)
		assert.ErrorIs(t, err, claims.ErrCPRStatus)
	}
	_, err := claims.CPRStatus(100).MarshalText()
	assert.ErrorIs(t, err, claims.ErrCPRStatus)
	assert.Equal(t, "not told", claims.StatusNotTold.String())
	var s claims.CPRStatus
	assert.Error(t, s.UnmarshalText([]byte("x")))
	require.NoError(t, s.UnmarshalText(nil))
}
