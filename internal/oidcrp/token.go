package oidcrp

import (
	"fmt"
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/go-json-experiment/json/jsontext"
)

// Tokens are a token endpoint's answer. They print as a placeholder.
type Tokens struct {
	IDToken     string
	AccessToken string
	Lifetime    time.Duration // of the access token; zero if the answer does not say
	// Extra holds the other members whose value is a string, by name. Brokers add
	// tokens of their own.
	Extra map[string]string
}

// Format writes a placeholder under every verb.
func (t Tokens) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "[tokens]") }

// LogValue returns a placeholder.
func (t Tokens) LogValue() slog.Value { return slog.StringValue("[tokens]") }

// MarshalJSON refuses, so that no log writes it by reflection.
func (t Tokens) MarshalJSON() ([]byte, error) { return nil, errNotWritten }

func (p *Party) readTokens(resp *httpx.Response) (*Tokens, error) {
	var body struct {
		IDToken     string                    `json:"id_token"`
		AccessToken string                    `json:"access_token"`
		TokenType   string                    `json:"token_type"`
		ExpiresIn   jsontext.Value            `json:"expires_in"`
		Error       string                    `json:"error"`
		Rest        map[string]jsontext.Value `json:",embed"`
	}
	if err := p.read(resp, tokenEndpoint, &body); err != nil {
		return nil, err
	}
	life, ok := seconds(body.ExpiresIn)
	switch {
	case body.Error != "":
		return nil, p.refusedRequest(resp, tokenEndpoint)
	case body.IDToken == "":
		return nil, p.malformed(resp, "token endpoint: no ID token")
	case !strings.EqualFold(body.TokenType, "Bearer"):
		return nil, p.malformed(resp, "token endpoint: no token type, or one other than Bearer")
	case !isToken(body.AccessToken):
		return nil, p.malformed(resp, "token endpoint: no access token, or a malformed one")
	case !ok && body.ExpiresIn != nil && body.ExpiresIn.Kind() != jsontext.KindNull:
		return nil, p.malformed(resp, "token endpoint: malformed lifetime")
	}
	t := &Tokens{IDToken: body.IDToken, AccessToken: body.AccessToken, Lifetime: life, Extra: make(map[string]string)}
	for name, value := range body.Rest {
		if s, ok := stringValue(value); ok {
			t.Extra[name] = s
		}
	}
	return t, nil
}

// seconds reads a time in seconds, which brokers write as a number or as a string. A
// fraction is rounded down.
func seconds(v jsontext.Value) (time.Duration, bool) {
	number := string(v)
	if s, ok := stringValue(v); ok {
		number = s
	}
	n, ok := strictjson.Seconds(number, false)
	if !ok || n > math.MaxInt32 {
		return 0, false
	}
	return time.Duration(n) * time.Second, true
}

// isToken reports whether s can stand in an Authorization header (RFC 6750
// section 2.1).
func isToken(s string) bool {
	return isVisible(s, MaxToken) && !strings.Contains(s, " ")
}
