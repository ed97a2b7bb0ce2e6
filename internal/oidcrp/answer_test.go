package oidcrp

import (
	"net/url"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func announcing(t *testing.T) *fakeBroker {
	b := newFakeBroker(t)
	b.set(discoveryPath, 200, discoveryDocument(func(d map[string]any) { d["authorization_response_iss_parameter_supported"] = true }))
	return b
}

func TestReadAnswer(t *testing.T) {
	b := newFakeBroker(t)
	p := newParty(t, b)
	a, err := p.ReadAnswer(t.Context(), url.Values{"code": {"kode"}, "state": {"s"}, "session_state": {"æ"}})
	require.NoError(t, err)
	assert.Equal(t, Answer{Code: "kode"}, *a)

	a, err = p.ReadAnswer(t.Context(), url.Values{"error": {"access_denied"}, "error_description": {"afbrudt på dåse"}, "iss": {testIssuer}})
	require.NoError(t, err)
	assert.Equal(t, Answer{Error: "access_denied", Description: "afbrudt på dåse"}, *a)

	a, err = newParty(t, announcing(t)).ReadAnswer(t.Context(), url.Values{"code": {"kode"}, "iss": {testIssuer}})
	require.NoError(t, err)
	assert.Equal(t, "kode", a.Code)
}

func TestReadAnswerRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		query string
		want  fault.Class
	}{
		"iss plus one":       {"code=a&iss=" + testIssuer + "/", fault.IssuerMismatch},
		"iss empty":          {"code=a&iss=", fault.IssuerMismatch},
		"iss missing":        {"code=a", fault.IssuerMismatch},
		"missing on error":   {"error=access_denied", fault.IssuerMismatch},
		"another broker":     {"code=a&iss=https://evil.example", fault.IssuerMismatch},
		"code twice":         {"code=a&code=a&iss=" + testIssuer, fault.ResponseInvalid},
		"iss twice":          {"code=a&iss=" + testIssuer + "&iss=https://evil.example", fault.ResponseInvalid},
		"error twice":        {"error=a&error=b&iss=" + testIssuer, fault.ResponseInvalid},
		"state twice":        {"code=a&state=a&state=b&iss=" + testIssuer, fault.ResponseInvalid},
		"neither":            {"state=a&iss=" + testIssuer, fault.ResponseInvalid},
		"both":               {"code=a&error=b&iss=" + testIssuer, fault.ResponseInvalid},
		"both, code empty":   {"code=&error=b&iss=" + testIssuer, fault.ResponseInvalid},
		"code empty":         {"code=&iss=" + testIssuer, fault.ResponseInvalid},
		"error empty":        {"error=&iss=" + testIssuer, fault.ResponseInvalid},
		"code too long":      {"code=" + strings.Repeat("a", 4097) + "&iss=" + testIssuer, fault.ResponseInvalid},
		"code with break":    {"code=a%0d%0ab&iss=" + testIssuer, fault.ResponseInvalid},
		"error too long":     {"error=" + strings.Repeat("a", 257) + "&iss=" + testIssuer, fault.ResponseInvalid},
		"error beyond ASCII": {"error=%C3%A6&iss=" + testIssuer, fault.ResponseInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			b := announcing(t)
			values, err := url.ParseQuery(c.query)
			require.NoError(t, err)
			a, err := newParty(t, b).ReadAnswer(t.Context(), values)
			assert.Nil(t, a)
			requireClass(t, c.want, err)
			assert.NotContains(t, err.Error(), "evil")
			assert.Zero(t, b.count(tokenPath)+b.count("/jwks"))
		})
	}
}

func TestReadAnswerErrorsWithoutIssuer(t *testing.T) {
	b := announcing(t)
	p := newParty(t, b, func(c *Config) { c.ErrorsWithoutIssuer = true })
	a, err := p.ReadAnswer(t.Context(), url.Values{"error": {"access_denied"}})
	require.NoError(t, err)
	assert.Equal(t, "access_denied", a.Error)
	_, err = p.ReadAnswer(t.Context(), url.Values{"code": {"a"}})
	requireClass(t, fault.IssuerMismatch, err)
	_, err = p.ReadAnswer(t.Context(), url.Values{"error": {"access_denied"}, "iss": {"https://evil.example"}})
	requireClass(t, fault.IssuerMismatch, err)
}

func TestReadAnswerCutsTheDescription(t *testing.T) {
	p := newParty(t, newFakeBroker(t))
	a, err := p.ReadAnswer(t.Context(), url.Values{"error": {"x"}, "error_description": {strings.Repeat("<b>æ\r\n\x00\xff", 2000)}})
	require.NoError(t, err)
	assert.LessOrEqual(t, len(a.Description), 1024)
	assert.Equal(t, strings.ToValidUTF8(a.Description, ""), a.Description)
	assert.Equal(t, fault.BrokerDeclined, ClassOf(a.Error))
}

func TestClassOf(t *testing.T) {
	for code, want := range map[string]fault.Class{
		"access_denied":           fault.UserCancelled,
		"login_required":          fault.InteractionRequired,
		"consent_required":        fault.InteractionRequired,
		"server_error":            fault.BrokerUnavailable,
		"temporarily_unavailable": fault.BrokerUnavailable,
		"invalid_scope":           fault.ConfigInvalid,
		"request_not_supported":   fault.ConfigInvalid,
		"mitid_core_client_error": fault.BrokerDeclined,
		"Access_Denied":           fault.BrokerDeclined,
		"":                        fault.BrokerDeclined,
	} {
		assert.Equal(t, want, ClassOf(code), code)
	}
}
