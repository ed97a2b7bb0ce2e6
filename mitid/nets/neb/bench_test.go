package neb_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/ocsp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb"
)

// signature is one check that cannot be avoided: SHA-256 and RSA.
type signature struct {
	key    *rsa.PublicKey
	signed []byte
	sig    []byte
}

func signatureOf(tb testing.TB, k *signingKey, token string) signature {
	tb.Helper()
	signed, encoded := cutLast(token)
	sig, err := base64.RawURLEncoding.DecodeString(encoded)
	require.NoError(tb, err)
	return signature{&k.key.PublicKey, []byte(signed), sig}
}

func (s signature) check(tb testing.TB) {
	sum := sha256.Sum256(s.signed)
	if err := rsa.VerifyPKCS1v15(s.key, crypto.SHA256, sum[:], s.sig); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkVerify: ID token, userinfo token, transaction token and the OCSP answer,
// which the broker repeats for minutes. At most 1.5 × the checks that it needs. In
// ours/new-status the OCSP answer is a new one each time; its yardstick has that
// check too.
func BenchmarkVerify(b *testing.B) {
	w := newWire(b, true, func(c *neb.Config) { c.TransactionToken = true })
	w.says("n")
	w.userinfo["dk.cpr"], w.transact["dk.cpr"] = "2101270087", "2101270087"
	id := keys().token.sign(b, "JWT", w.idToken)
	extra := map[string]string{
		"userinfo_token":              keys().token.sign(b, "at+jwt", w.userinfo),
		"transaction_token":           keys().transaction.sign(b, "JWT", w.transact),
		"transaction_token_ocsp_resp": w.status,
	}
	a := &mitid.Attempt{Nonce: "n", Level: claims.Substantial, Started: start, Now: start, RedirectURL: redirectURL}
	ctx := context.Background()
	verify := func(b *testing.B) {
		if _, err := w.broker.Judge(ctx, a, id, extra); err != nil {
			b.Fatal(err)
		}
	}
	verify(b) // the keys are fetched
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			verify(b)
		}
	})
	checks := []signature{signatureOf(b, keys().token, id), signatureOf(b, keys().token, extra["userinfo_token"]), signatureOf(b, keys().transaction, extra["transaction_token"])}
	b.Run("yardstick", func(b *testing.B) {
		for b.Loop() {
			for _, c := range checks {
				c.check(b)
			}
		}
	})
	b.Run("ours/new-status", func(b *testing.B) {
		for b.Loop() {
			w.broker.ForgetStatus()
			verify(b)
		}
	})
	der, err := base64.StdEncoding.DecodeString(w.status)
	require.NoError(b, err)
	status, err := ocsp.Parse(der)
	require.NoError(b, err)
	b.Run("yardstick/new-status", func(b *testing.B) {
		for b.Loop() {
			for _, c := range checks {
				c.check(b)
			}
			if err := status.Check(keys().transaction.cert, nil, start, 0); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkBegin: what a Request costs without the push.
func BenchmarkBegin(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		w := newWire(b, false, nil)
		ctx := context.Background()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := w.Begin(ctx, mitid.Request{CPR: mitid.CPRRequired, ReferenceText: "Godkend overførsel"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		w := newWire(b, false, nil)
		w.says("n")
		c := signatureOf(b, keys().token, keys().token.sign(b, "JWT", w.idToken))
		for b.Loop() {
			c.check(b)
		}
	})
}
