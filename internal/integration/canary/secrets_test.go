package canary_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/davecgh/go-spew/spew"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/dkeid/dkeid/internal/canary"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/signing"
)

// secretWords stand in every field that is named like a secret.
const secretWords = "hemmelig-kanariefugl-æøå"

// secretNames are the names of such fields.
var secretNames = regexp.MustCompile(`(?i)secret|passw|passphrase|keys?$|token|^code$|credential|pin$|verifier|certificate$|decryption`)

// noSecrets are fields that are named like a secret and hold none.
var noSecrets = map[string]string{
	"eboks.Capabilities.Certificate":  "the fingerprint of a certificate, which is public",
	"eboks.Error.Code":                "an error code that is in a table of ours",
	"eboks.Event.Code":                "a number out of the distributor's table",
	"eboks.Recall.Code":               "likewise",
	"eboks.Entry.Code":                "an error code that is in a table of ours",
	"outbox.Happening.Code":           "likewise",
	"mitid.Finding.Code":              "likewise",
	"mitid.Error.Code":                "an error code that is in a table of ours",
	"mitid.Token.Key":                 "a public key",
	"nemlogin.Config.CredentialTypes": "words for kinds of credential",
	"nemlogin.KeyPair.Certificate":    "a certificate is public",
	"pades.Signature.Certificate":     "a certificate is public",
	"pades.Timestamp.Certificate":     "a certificate is public",
	"signing.Token.Key":               "a public key or certificate",
}

// givenOpen are secrets that the caller hands over in a type of Go's own. Methods
// hide them. A printer that walks values without asking methods sees them as long
// as the caller keeps the struct: docs/rough-edges.md says so.
var givenOpen = map[string]string{
	"criipto.Config.PrivateKey":     "a crypto.Signer, so that a key may live in hardware",
	"criipto.Config.DecryptionKeys": "*rsa.PrivateKey in it",
	"eident.Config.DecryptionKeys":  "*rsa.PrivateKey in it",
	"criipto.DecryptionKey.Key":     "an *rsa.PrivateKey",
	"eident.DecryptionKey.Key":      "an *rsa.PrivateKey",
	"neb.Config.PrivateKey":         "a crypto.Signer",
	"nemlogin.Config.Keys":          "*rsa.PrivateKey in it",
	"nemlogin.KeyPair.Key":          "an *rsa.PrivateKey",
	"neb.Config.RequestKey":         "a crypto.Signer",
	"neb.Config.StateKeys":          "bytes (signing/neb)",
	"postnord.Config.Certificate":   "a tls.Certificate",
	"stralfors.Config.Certificate":  "a tls.Certificate",
	"mitid.Config.StateKeys":        "bytes",
	"criipto.Hook.Secret":           "bytes",
	"criipto.WebhookConfig.Secrets": "bytes",
	"mitidhttp.Config.Keys":         "bytes",
	"readlink.Config.Keys":          "bytes",
	"eboks.Config.Keys":             "bytes",
	"outbox.Config.Keys":            "bytes",
	"evidence.DirConfig.Keys":       "bytes",
	"mitid.Attempt.Verifier":        "an adapter's view of one login; it is sealed before it leaves",
}

// isClaims reports whether a type holds facts about a person or the claims of a token.
func isClaims(t reflect.Type) bool {
	if strings.HasPrefix(t.String(), "claims.") || strings.HasPrefix(t.String(), "nets.") {
		return true
	}
	_, registered := t.FieldByName("Registered")
	return registered || slices.Contains([]string{"neb.Claims", "neb.TokenClaims", "neb.CPRDetails"}, t.String())
}

// TestASecretInAConfigIsSeenByNoPrinter puts a secret into each field that is
// named like one, and prints the struct in every way, nested and not.
func TestASecretInAConfigIsSeenByNoPrinter(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 1024) // short: it only has to print
	require.NoError(t, err)
	secrets := []string{secretWords, key.D.String(), fmt.Sprintf("%x", key.D), fmt.Sprint(key.D.Bits()[0]), fmt.Sprintf("%x", uint64(key.D.Bits()[0]))}
	used := map[string]bool{}
	found := 0
	for _, e := range everything {
		typ := reflect.TypeOf(e.value)
		for i := range typ.NumField() {
			f := typ.Field(i)
			name := typ.String() + "." + f.Name
			// The facts of claims are held to more by the test of all types.
			if !f.IsExported() || isClaims(typ) || !secretNames.MatchString(f.Name) {
				continue
			}
			v := reflect.New(typ)
			if !plant(v.Elem().Field(i), key) {
				continue
			}
			if noSecrets[name] != "" {
				used[name] = true
				continue
			}
			found++
			for printer, text := range everyPrinter(v) {
				if !holds(text, secrets) {
					continue
				}
				if _, open := givenOpen[name]; open && walks(printer) {
					used[name] = true
					continue
				}
				t.Errorf("%s leaks under %s: %.300q", name, printer, text)
			}
		}
	}
	require.Greater(t, found, 10, "the walk finds the fields")
	for _, table := range []map[string]string{noSecrets, givenOpen} {
		for name := range table {
			assert.True(t, used[name], "%s needs no exception", name)
		}
	}
}

// plant puts the secret into v, and reports whether v can hold one.
func plant(v reflect.Value, key *rsa.PrivateKey) bool {
	switch v.Interface().(type) {
	case mitid.Secret:
		v.Set(reflect.ValueOf(mitid.NewSecret(secretWords)))
		return true
	case signing.Secret:
		v.Set(reflect.ValueOf(signing.NewSecret(secretWords)))
		return true
	case tls.Certificate:
		v.Set(reflect.ValueOf(tls.Certificate{Certificate: [][]byte{{1}}, PrivateKey: key}))
		return true
	case *rsa.PrivateKey:
		v.Set(reflect.ValueOf(key))
		return true
	}
	switch {
	case v.Type() == reflect.TypeFor[crypto.Signer]():
		v.Set(reflect.ValueOf(key))
	case v.Kind() == reflect.String:
		v.SetString(secretWords)
	case v.Type() == reflect.TypeFor[[]byte]():
		v.SetBytes([]byte(secretWords))
	case v.Type() == reflect.TypeFor[func() string]():
		v.Set(reflect.ValueOf(func() string { return secretWords }))
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return plant(v.Elem(), key)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		return plant(v.Index(0), key)
	case v.Kind() == reflect.Struct:
		planted := false
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			named := secretNames.MatchString(name) && noSecrets[v.Type().String()+"."+name] == ""
			planted = v.Field(i).CanSet() && named && plant(v.Field(i), key) || planted
		}
		return planted
	default:
		return false
	}
	return true
}

// everyPrinter renders the struct that v points to, by itself and inside others,
// by all of canary's printers and by those that walk values by reflection.
func everyPrinter(v reflect.Value) map[string]string {
	value, pointer := v.Elem().Interface(), v.Interface()
	out := map[string]string{}
	for shape, x := range map[string]any{
		"value":              value,
		"pointer":            pointer,
		"field":              struct{ Inner any }{value},
		"pointer in a field": &struct{ Inner any }{pointer},
		"hidden field":       struct{ inner any }{value},
		"slice":              []any{value},
		"map":                map[string]any{"x": pointer},
	} {
		for printer, text := range canary.Renderings(x) {
			if shape == "hidden field" {
				printer = "unexported " + printer
			}
			out[shape+": "+printer] = text
		}
		var testify recorder
		assert.Equal(&testify, x, nil)
		assert.Equal(&testify, x, reflect.Zero(reflect.TypeOf(x)).Interface())
		out[shape+": walk testify"] = testify.text
		out[shape+": walk spew without methods"] = (&spew.ConfigState{DisableMethods: true, Indent: " "}).Sdump(x)
		out[shape+": walk go-cmp"] = recovered(func() string { return cmp.Diff(x, nil, unexported) }) +
			recovered(func() string { return cmp.Diff(x, reflect.Zero(reflect.TypeOf(x)).Interface(), unexported) })
		out[shape+": spew"] = spew.Sdump(x) + fmt.Sprint(spew.Sprintf("%+v %#v", x, x))
		out[shape+": yaml"] = yamlText(x)
	}
	return out
}

// walks reports whether printer looks into values without asking their methods.
func walks(printer string) bool {
	return strings.Contains(printer, ": walk ") || canary.OutOfReach(printer) || strings.HasPrefix(printer, "hidden field")
}

// unexported has go-cmp look into every field.
var unexported = cmp.Exporter(func(reflect.Type) bool { return true })

func yamlText(x any) string {
	return recovered(func() string {
		b, err := yaml.Marshal(x)
		if err != nil {
			return err.Error()
		}
		return string(b)
	})
}

// recovered is what f returns, or says when it panics.
func recovered(f func() string) (text string) {
	defer func() {
		if p := recover(); p != nil {
			text = fmt.Sprint(p)
		}
	}()
	return f()
}

// recorder is a test that keeps what testify tells it.
type recorder struct{ text string }

func (r *recorder) Errorf(format string, args ...any) { r.text += fmt.Sprintf(format, args...) }

// holds looks for the secrets as they are, as bytes in hexadecimal or decimal, and
// as Go writes bytes down.
func holds(text string, secrets []string) bool {
	plain := strings.ToLower(strings.NewReplacer(" ", "", "\n", "", "\t", "", "0x", "", ",", "", "|", "").Replace(text))
	for i, s := range secrets {
		if strings.Contains(text, s) || strings.Contains(plain, fmt.Sprintf("%x", s)) {
			return true
		}
		if i == 0 && strings.Contains(text, strings.Trim(fmt.Sprint([]byte(s)), "[]")) {
			return true
		}
	}
	return slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(text, fmt.Sprintf("%q", s)) })
}
