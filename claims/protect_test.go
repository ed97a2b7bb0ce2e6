package claims_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"strings"
	"testing"

	"github.com/davecgh/go-spew/spew"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
)

// canaries are what must not be seen of full and of canaryClaims.
var canaries = []string{
	"canary", "2101270087", "210127-0087", "21012700", "1927", "74ffcd31", "9208-2002", "7770001",
	"13748136", "1092738120", "98202298", "Testesen", "ø", "å", "æ",
}

func canaryClaims(t testing.TB) *claims.Criipto {
	t.Helper()
	c, err := claims.ParseCriipto([]byte(`{"iss":"canary-iss","sub":"canary-sub","aud":"canary-aud","nonce":"canary-nonce","azp":"canary-azp",
		"exp":1767262802,"iat":1767261602,"nbf":1767261602,"identityscheme":"dkmitid","authenticationtype":"canary-type",
		"authenticationmethod":"canary-method:1","authenticationinstant":"2026-01-01T10:00:02.410Z","nameidentifier":"canary-ni",
		"uuid":"74ffcd31-fbaf-4c33-bdac-169f25c1e416","sessionindex":"canary-si","loA":"HIGH","country":"canary-c","name":"canary ø",
		"birthdate":"1927-01-21","age":"98","cprNumberIdentifier":"2101270087","cprNumberStatus":"80",
		"address":{"formatted":"canary å","common_name":"canary","street_address":"canary","postal_code":"canary","city":"canary",
		"locality":"canary","region":"canary","country":"canary"},"address_details":{"road":"canary","road_code":"canary",
		"municipality":"canary","municipality_code":"canary","house_number":"canary","floor":"canary","apartment_code":"canary"},
		"companySignatory":"true","cvrNumberIdentifier":"13748136","2.5.4.10":"canary-org","productionUnit":"1092738120",
		"seNumber":"98202298","ridNumberIdentifier":"7770001","refTextHeader":"canary","refTextBody":"canary æ",
		"mitid:ct:sid":"canary","mitid:ct:sid:exp":"canary","dk:gov:saml:attribute:mitid_risk_data":{"canary":1},"other":"canary 2101270087"}`))
	require.NoError(t, err)
	_, err = c.Identity()
	require.NoError(t, err)
	return c
}

// Every exported type with personal data, each through every printer.
func TestNothingPersonalIsPrinted(t *testing.T) {
	id, c := full(t), canaryClaims(t)
	invalid, err := claims.ParseCriipto([]byte(`{"cprNumberIdentifier":["2101270087"],"name":"canary"}`))
	require.NoError(t, err)
	_, claimErr := invalid.Identity()
	values := map[string]any{
		"Identity":               id,
		"*Identity":              &id,
		"Plain":                  claims.Plain(id),
		"Name":                   *id.Name,
		"*Name":                  id.Name,
		"Address":                *id.Address,
		"*Address":               id.Address,
		"Organisation":           *id.Organisation,
		"*Organisation":          id.Organisation,
		"Authenticator":          id.Authenticators[1],
		"[]Authenticator":        id.Authenticators,
		"Registered":             c.Registered,
		"Criipto":                *c,
		"*Criipto":               c,
		"*Criipto invalid":       invalid,
		"*CriiptoAddress":        c.Address,
		"CriiptoAddress":         *c.Address,
		"*CriiptoAddressDetails": c.AddressDetails,
		"CriiptoAddressDetails":  *c.AddressDetails,
		"in a struct":            struct{ ID claims.Identity }{id},
		"in a slice":             []claims.Identity{id},
		"in a map":               map[string]*claims.Criipto{"k": c},
		"in an any":              []any{id, c},
		"error":                  claimErr,
		"wrapped error":          fmt.Errorf("login: %w", claimErr),
	}
	for name, value := range values {
		t.Run(name, func(t *testing.T) {
			for printer, text := range printed(value, strings.Contains(name, "Plain")) {
				for _, canary := range canaries {
					assert.NotContains(t, text, canary, printer)
				}
			}
		})
	}
}

// printed is value through every printer that might meet it by accident. A Plain
// marshals on purpose.
func printed(value any, plain bool) map[string]string {
	out := make(map[string]string)
	for verb := 'A'; verb <= 'z'; verb++ {
		// T prints the type. With p, and with w for what is no error, fmt asks nobody;
		// go vet refuses both.
		if strings.ContainsRune("Tpw", verb) || verb > 'Z' && verb < 'a' {
			continue
		}
		for _, flag := range []string{"", "+", "#", "-9", " ", "0", ".3", "+#"} {
			format := "%" + flag + string(verb)
			out[format] = fmt.Sprintf(format, value)
		}
	}
	out["Sprint"] = fmt.Sprint(value)
	out["Errorf"] = fmt.Errorf("x: %v", value).Error()
	out["panic"] = recovered(value)
	if plain {
		return out
	}
	j, err := json.Marshal(value)
	out["json"] = string(j) + fmt.Sprint(err)
	x, err := xml.Marshal(value)
	out["xml"] = string(x) + fmt.Sprint(err)
	var b bytes.Buffer
	_ = template.Must(template.New("").Parse(`<p>{{.}}</p><script>{{.}}</script>`)).Execute(&b, value)
	out["template"] = b.String()
	for name, handler := range map[string]slog.Handler{
		"slog text": slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: timeless}), "slog json": slog.NewJSONHandler(&b, &slog.HandlerOptions{ReplaceAttr: timeless}),
	} {
		b.Reset()
		log := slog.New(handler)
		log.Info("m", "v", value, "nested", struct{ V any }{value}, "list", []any{value})
		log.With("v", value).WithGroup("g").Info("m", slog.Group("h", "v", value))
		out[name] = b.String()
	}
	return out
}

func recovered(value any) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	panic(value)
}

// Printers that ask no method still do not see the digits of a CPR number.
func TestReflectionSeesNoDigits(t *testing.T) {
	id, c := full(t), canaryClaims(t)
	delete(c.Unknown, "other")
	printer := spew.ConfigState{DisableMethods: true, DisablePointerMethods: true, Indent: " "}
	for _, value := range []any{id, &id, claims.Plain(id), *c, c, struct{ id claims.Identity }{id}} {
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
	log.Info("login", "identity", identity(t, compact(t, "c-without-cpr")))
	assert.Equal(t, "level=INFO msg=login identity.kind=private identity.level=substantial "+
		`identity.has="subject uuid name birth_date country authenticators auth_time session"`+"\n", b.String())
}

func TestMarshallingIsRefused(t *testing.T) {
	id, c := full(t), canaryClaims(t)
	for _, value := range []any{
		id, &id, *id.Name, *id.Address, *id.Organisation, id.Authenticators[0], c, *c, c.Registered, *c.Address, *c.AddressDetails,
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

// timeless leaves the time out of log lines: its digits may be a canary's by chance.
func timeless(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}
