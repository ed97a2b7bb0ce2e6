package signingtest_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

// at returns the misbehaviours of an occasion.
func misbehaviours(o signingtest.Occasion) []signingtest.Misbehaviour {
	var some []signingtest.Misbehaviour
	for _, m := range signingtest.Misbehaviours() {
		if m.Occasion == o {
			some = append(some, m)
		}
	}
	return some
}

func TestMisbehavioursAreNamed(t *testing.T) {
	names := map[string]bool{}
	for _, m := range signingtest.Misbehaviours() {
		assert.False(t, names[m.Name], m.Name)
		names[m.Name] = true
		assert.Regexp(t, `^[a-z0-9-]+$`, m.Name)
		assert.NotEmpty(t, m.Doc, m.Name)
	}
}

// Every misbehaviour of a request shows on the wire, and Done tells the truth.
func TestRequestMisbehaviours(t *testing.T) {
	s, app := start(t)
	body, err := json.Marshal(object{"query": create, "variables": object{"input": input()}})
	require.NoError(t, err)
	count := func() int {
		return len(at(app.ask(`{viewer{...on Application{signatureOrders{edges{node{id}}}}}}`, nil), "viewer", "signatureOrders", "edges").([]any))
	}
	played := func(name string) bool {
		return slices.ContainsFunc(s.Requests(), func(r signingtest.Request) bool { return slices.Equal(r.Misbehaviours, []string{name}) })
	}
	for _, m := range misbehaviours(signingtest.AtRequest) {
		t.Run(m.Name, func(t *testing.T) {
			before := count()
			s.ResetRequests()
			require.NoError(t, s.At("createSignatureOrder", m.Name))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var watch sync.WaitGroup
			defer watch.Wait()
			if strings.HasPrefix(m.Name, "hang") || m.Name == "slow-answer" {
				watch.Go(func() { // the caller leaves when the fake has done what it does
					assert.Eventually(t, func() bool { return played(m.Name) && (!m.Done || count() > before) }, time.Minute, time.Millisecond)
					cancel()
				})
			}
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Endpoint(), bytes.NewReader(body))
			require.NoError(t, err)
			req.Header = app.header.Clone()
			req.Header.Set("Content-Type", "application/json")
			res, err := s.HTTPClient().Do(req)
			var got bytes.Buffer
			if err == nil {
				_, err = got.ReadFrom(res.Body)
				_ = res.Body.Close()
			}
			var a answer
			if err == nil && res.StatusCode == http.StatusOK && m.Name != "huge-answer" {
				whole := json.Unmarshal(got.Bytes(), &a) == nil && a.Data["createSignatureOrder"] != nil && len(a.Errors) == 0
				odd := bytes.Contains(got.Bytes(), []byte(`"status":"SIGNED"`)) || bytes.Contains(got.Bytes(), []byte(`"Status"`)) ||
					bytes.Contains(got.Bytes(), []byte(`"nyhed"`)) || bytes.Contains(got.Bytes(), []byte("\xe6\xf8\xe5"))
				assert.True(t, !whole || odd, "it looks like a good answer")
			}
			assert.Equal(t, m.Done, count() > before, "Done")
			assert.True(t, played(m.Name), "the record names it")
		})
	}
	app.place()
}

// signedOrder is an order that somebody has signed, with a rejection beside it.
func signedOrder(t *testing.T, s *signingtest.Service, app *api) object {
	t.Helper()
	o := app.place(twoSignatories)
	require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev()))
	require.NoError(t, s.Reject(t.Context(), word(o, "signatories", 1, "id"), mitidtest.Paiman(), "æ"))
	return o
}

func TestAnswerMisbehaviours(t *testing.T) {
	s, app := start(t)
	o := signedOrder(t, s, app)
	const ask = `query q($id: ID!) { signatureOrder(id: $id) {` + orderFields + `} viewer { ... on Application { signatureOrders(first: 5) { edges { node { id } } pageInfo { hasNextPage endCursor } } } } }`
	good, err := json.Marshal(app.ask(ask, object{"id": word(o, "id")}))
	require.NoError(t, err)
	for _, m := range misbehaviours(signingtest.AtAnswer) {
		t.Run(m.Name, func(t *testing.T) {
			require.NoError(t, s.Next(m.Name))
			app.ask(`{viewer{__typename}}`, nil) // shows nothing of it, so it waits
			bad, err := json.Marshal(app.ask(ask, object{"id": word(o, "id")}))
			require.NoError(t, err)
			assert.False(t, bytes.Equal(good, bad))
			again, err := json.Marshal(app.ask(ask, object{"id": word(o, "id")}))
			require.NoError(t, err)
			assert.True(t, bytes.Equal(good, again), "once")
		})
	}
	require.NoError(t, s.Always("blob-null"))
	for range 2 {
		assert.Nil(t, at(app.order(word(o, "id")), "documents", 0, "blob"))
	}
	s.Behave()
	assert.NotNil(t, at(app.order(word(o, "id")), "documents", 0, "blob"))
}

// tokenOf returns the parts of the token in a closed file.
func tokenOf(t *testing.T, file []byte) (header, claims object, keys string) {
	t.Helper()
	e := evidenceIn(t, file)
	require.Len(t, e, 1)
	var value struct{ JWT, JWKS string }
	require.NoError(t, json.Unmarshal([]byte(word(e[0], "value")), &value))
	parts := strings.Split(value.JWT, ".")
	require.Len(t, parts, 3)
	for i, to := range []*object{&header, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(raw, to))
	}
	return header, claims, value.JWKS
}

func TestTokenMisbehaviours(t *testing.T) {
	s, app := start(t)
	shown := strings.Repeat("0123456789abcdef", 4)
	sign := func(name string) []byte {
		t.Helper()
		o := app.place(func(in object) {
			in["evidenceProviders"] = []any{object{"criiptoVerify": object{"message": shown, "acrValues": []any{"urn:grn:authn:dk:mitid:substantial"}}}}
		})
		if name != "" {
			require.NoError(t, s.Next(name))
		}
		require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev()))
		return content(t, app.close(word(o, "id")), "documents", 0, "blob")
	}
	header, good, keys := tokenOf(t, sign(""))
	assert.Contains(t, keys, header["kid"])
	delete(good, "nonce")
	for name, claim := range map[string]string{
		"token-other-audience": "aud", "token-other-issuer": "iss", "token-other-person": "uuid", "token-low-level": "loA",
		"token-other-scheme": "identityscheme", "token-expired": "exp", "token-older-than-order": "iat", "token-from-the-future": "nbf",
		"token-no-text": "refTextBody", "token-other-text": "refTextBody", "token-cut-text": "refTextBody", "token-two-audiences": "aud",
	} {
		h, claims, _ := tokenOf(t, sign(name))
		assert.NotEqual(t, good[claim], claims[claim], name)
		assert.Equal(t, header["kid"], h["kid"], "the issuer's key signed it")
		for _, other := range []string{"identityscheme", "iss", "aud", "refTextBody", "uuid"} {
			if claim != other {
				assert.Equal(t, good[other], claims[other], "%s leaves %s alone", name, other)
			}
		}
	}
	h, claims, own := tokenOf(t, sign("token-foreign-key"))
	assert.Contains(t, own, h["kid"])
	assert.NotContains(t, keys, h["kid"], "the issuer does not publish it")
	assert.Equal(t, good["uuid"], claims["uuid"])
	h, _, _ = tokenOf(t, sign("token-unknown-signer"))
	assert.Equal(t, header["kid"], h["kid"])
	h, _, _ = tokenOf(t, sign("token-unsigned"))
	assert.Equal(t, "none", h["alg"])
	sign("token-one-bit-off")
	_, _, own = tokenOf(t, sign("token-no-keys"))
	assert.Equal(t, `{"keys":[]}`, own)
	assert.Greater(t, len(sign("token-huge")), 1_000_000)
	assert.Contains(t, word(evidenceIn(t, sign("token-no-jwt"))[0], "value"), "æøå")
	_, claims, _ = tokenOf(t, sign(""))
	assert.Equal(t, good["refTextBody"], claims["refTextBody"], "and then a good one")
}

func TestEvidenceMisbehaviours(t *testing.T) {
	s, app := start(t)
	sign := func(name string) (object, []byte, object) {
		t.Helper()
		o := app.place()
		require.NoError(t, s.Next(name))
		require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev()))
		o = app.close(word(o, "id"))
		file := content(t, o, "documents", 0, "blob")
		texts := contactInfos(file)
		var e object
		if len(texts) > 0 {
			_ = json.Unmarshal([]byte(texts[0]), &e)
		}
		return o, file, e
	}
	o, _, e := sign("drawing-instead")
	assert.Equal(t, "criipto.signature.drawable.v1", e["type"])
	assert.Equal(t, "SIGNED", word(o, "signatories", 0, "status"))
	assert.Equal(t, "DrawableSignature", word(o, "documents", 0, "signatures", 0, "__typename"))
	o, _, e = sign("empty-signature")
	assert.Equal(t, "criipto.signature.empty.v1", e["type"])
	assert.Equal(t, "EmptySignature", word(o, "documents", 0, "signatures", 0, "__typename"))
	o, file, _ := sign("signed-without-seal")
	assert.Equal(t, "SIGNED", word(o, "signatories", 0, "status"))
	assert.True(t, bytes.Equal(contract(), file))
	for _, name := range []string{"evidence-missing", "evidence-not-json", "evidence-cut"} {
		_, file, e = sign(name)
		assert.Nil(t, e, name)
		assert.Contains(t, string(file), "/ByteRange")
	}
	_, _, good := sign("evidence-unknown-members")
	assert.Equal(t, "æøå", good["nyhed"])
	var meta object
	require.NoError(t, json.Unmarshal([]byte(word(good, "meta")), &meta))
	assert.Equal(t, "TEST", meta["environment"])
	_, _, e = sign("evidence-unknown-type")
	assert.Equal(t, "criipto.signature.jwt.v9", e["type"])
	_, _, e = sign("evidence-other-environment")
	assert.Nil(t, e["environment"])
	assert.Contains(t, e["meta"], `"environment":"PRODUCTION"`)
	_, file, _ = sign("evidence-duplicate-members")
	assert.Equal(t, 2, strings.Count(contactInfos(file)[0], `"type":`))

	// The order's GUIDs are known from a second signatory of the same order.
	ids := func(name string) (first, second object) {
		o := app.place(twoSignatories)
		require.NoError(t, s.Next(name))
		for i := range 2 {
			require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", i, "id"), mitidtest.Citizens()[i]))
		}
		for i, e := range evidenceIn(t, content(t, app.close(word(o, "id")), "documents", 0, "blob")) {
			require.NoError(t, json.Unmarshal([]byte(word(e, "meta")), []*object{&first, &second}[i]))
		}
		return first, second
	}
	a, b := ids("evidence-other-order")
	assert.NotEqual(t, a["signatureOrderId"], b["signatureOrderId"])
	a, b = ids("evidence-other-signatory")
	assert.Equal(t, a["signatureOrderId"], b["signatureOrderId"])
	a, b = ids("evidence-ids-swapped")
	assert.Equal(t, a["signatoryId"], b["signatureOrderId"])
}

func TestFileMisbehaviours(t *testing.T) {
	s, app := start(t)
	for _, m := range misbehaviours(signingtest.AtClosing) {
		o := app.place()
		require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev()))
		open := content(t, app.order(word(o, "id")), "documents", 0, "blob")
		require.NoError(t, s.Next(m.Name))
		o = app.close(word(o, "id"), "retainDocumentsForDays", 1)
		file := content(t, o, "documents", 0, "blob")
		assert.NotEmpty(t, file, m.Name)
		assert.True(t, bytes.Equal(file, content(t, app.order(word(o, "id")), "documents", 0, "blob")), "%s: every answer has it", m.Name)
		if !strings.HasPrefix(m.Name, "pdf-") && m.Name != "file-without-timestamp" {
			assert.False(t, bytes.HasPrefix(file, open), m.Name)
		}
		if m.Name == "file-without-timestamp" {
			assert.True(t, bytes.Equal(file, open))
		}
	}
	other := fakepdf.New(fakepdf.Page{Lines: []string{"Lejekontrakt på Læsø"}})
	for i, want := range []bool{false, true} {
		o := app.place(func(in object) { in["documents"] = []any{pdf("Læsø", other)} })
		require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev()))
		if i == 0 {
			require.NoError(t, s.Next("file-of-other-order"))
		}
		assert.Equal(t, want, bytes.HasPrefix(content(t, app.close(word(o, "id"), "retainDocumentsForDays", 1), "documents", 0, "blob"), other))
	}
}

func TestMistakesInTheScriptAreTold(t *testing.T) {
	s, err := signingtest.Start(signingtest.Config{})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	assert.ErrorContains(t, s.Next("lost-anser"), "lost-answer")
	assert.ErrorContains(t, s.At("closeSignatureorder", "500"), "closeSignatureOrder")
	assert.ErrorContains(t, s.At("sign", "blob-null"), "Next")
	assert.Error(t, s.Always("æ"))
	_, err = signingtest.Start(signingtest.Config{Addr: "192.0.2.1:80"})
	assert.ErrorContains(t, err, "Config.Addr")
	_, err = signingtest.Start(signingtest.Config{BaseURL: "ftp://æ"})
	assert.ErrorContains(t, err, "Config.BaseURL")
}
