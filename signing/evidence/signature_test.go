package evidence_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/timestamptest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/evidence"
)

// signedOrder is an order of two documents that two people signed, one token each.
func signedOrder(tb testing.TB, i *issuer) (*signing.Result, *signing.Order) {
	tb.Helper()
	lease, annex := pdf("Lejekontrakt for Ærøgade 1"), pdf("Bilag Å")
	s1, s2 := sha256.Sum256(lease), sha256.Sum256(annex)
	all := sha256.Sum256(append(append([]byte(nil), s1[:]...), s2[:]...))
	key := []byte(marshal(tb, i.jwk(tb)))
	people := make([]signing.Signature, 2)
	for n := range people {
		token := i.token(tb, claimsOf(object{"refTextBody": hex.EncodeToString(all[:]), "sub": string(rune('a' + n)), "nonce": nil}))
		people[n] = signing.Signature{SignedAt: began, Evidence: []signing.Token{{Use: "id_token", Raw: signing.NewSecret(token), Key: key}}}
	}
	verdict := signing.Verdict{Signatures: people, Checked: []string{"the byte ranges"}, Unchecked: []string{"revocation"}}
	order := &signing.Order{Reference: "ordre-5", Documents: []signing.Document{signing.Bytes("Lejekontrakt", lease), signing.Bytes("Bilag", annex)}}
	result := &signing.Result{End: signing.EndSigned, At: began.AddDate(0, 0, 30)}
	for n, d := range [][]byte{lease, annex} {
		content := append(append([]byte(nil), d...), "underskrevet"...)
		result.Documents = append(result.Documents, signing.SignedDocument{
			Original: []signing.Digest{s1, s2}[n], SHA256: sha256.Sum256(content), Content: content, Verdict: verdict,
		})
	}
	return result, order
}

func TestFromSignature(t *testing.T) {
	i := newIssuer(t)
	result, order := signedOrder(t, i)
	b, err := evidence.FromSignature(result, evidence.SignatureInput{Order: order})
	require.NoError(t, err)
	a, authority := tsa(t, timestamptest.Config{Now: at(result.At)})
	file := write(t, b, evidence.Options{Authority: authority, Now: at(result.At)})
	names, contents := files(t, file)
	assert.Equal(t, "README.txt original-1.pdf signed-1.pdf id-token-1.jwt id-token-2.jwt original-2.pdf signed-2.pdf token-keys-1.json report-1.json report-2.json manifest.json SHA256SUMS manifest.tst",
		strings.Join(names, " "))
	assert.Contains(t, string(contents["report-1.json"]), "revocation")
	assert.Contains(t, string(contents["original-1.pdf"]), "Ærøgade")

	// The tokens had long expired when the order ended: they are judged when they were issued.
	r, err := verify(file, result.At.AddDate(7, 0, 0), evidence.Policy{Roots: a.Roots(), Reference: "ordre-5"})
	require.NoError(t, err)
	assert.Equal(t, began, r.Tokens[0].Judged)
	assert.Equal(t, result.At, r.Timestamp)
	assert.Contains(t, strings.Join(r.Checked, "\n"), "original-2.pdf: a token names the SHA-256 of the digests of all originals")

	// Another original is another document.
	order.Documents[1] = signing.Bytes("Bilag", pdf("Bilag Ø"))
	b, err = evidence.FromSignature(result, evidence.SignatureInput{Order: order})
	require.NoError(t, err)
	_, err = tryWrite(b, evidence.Options{Now: at(result.At)})
	requireKind(t, signing.DocumentMismatch, err)
}

func TestFromSignatureInputs(t *testing.T) {
	result, order := signedOrder(t, newIssuer(t))
	_, err := evidence.FromSignature(nil, evidence.SignatureInput{Order: order})
	requireKind(t, signing.InputInvalid, err)
	_, err = evidence.FromSignature(result, evidence.SignatureInput{})
	requireKind(t, signing.InputInvalid, err)
	rejected := *result
	rejected.End = signing.EndRejected
	_, err = evidence.FromSignature(&rejected, evidence.SignatureInput{Order: order})
	requireKind(t, signing.InputInvalid, err)
	strange := *result
	strange.Documents = append([]signing.SignedDocument(nil), result.Documents...)
	strange.Documents[0].Verdict = signing.Verdict{Signatures: []signing.Signature{{Evidence: []signing.Token{{Use: "noget"}}}}}
	_, err = evidence.FromSignature(&strange, evidence.SignatureInput{Order: order})
	requireKind(t, signing.InputInvalid, err)
}

// An error is one of package signing for whoever asks.
func TestErrors(t *testing.T) {
	_, err := evidence.Write(context.Background(), broken{}, evidence.Bundle{}, evidence.Options{})
	require.ErrorIs(t, err, signing.ErrInputInvalid)
	assert.NotErrorIs(t, err, signing.ErrStoreFailed)
	assert.Equal(t, signing.InputInvalid, signing.KindOf(err))
	var e *evidence.Error
	require.True(t, errors.As(err, &e))
	assert.False(t, e.Temporary())
	assert.Equal(t, signing.Stop, e.Kind.Then())
	assert.Equal(t, "evidence: InputInvalid: Bundle.About is neither login nor signature", err.Error())
}

// One text, signed in a login: the token names its SHA-256.
func TestFromShown(t *testing.T) {
	i := newIssuer(t)
	x := signing.Signature{Evidence: []signing.Token{{Use: "transaction_token", Raw: signing.NewSecret(i.token(t, transaction(nil))), Key: []byte(marshal(t, i.jwk(t)))}}}
	policy := evidence.Policy{OCSPOptional: true, TimestampOptional: true}
	for text, kind := range map[string]signing.Kind{shown: 0, shown + " ": signing.DocumentMismatch} {
		b, err := evidence.FromShown(x, evidence.ShownInput{
			Reference: "sag-20", Shown: evidence.Text(evidence.PartTransactionText, "", text), More: []evidence.Part{evidence.Bytes(evidence.PartSigned, "", pdf("kvittering"))},
		})
		require.NoError(t, err)
		file, err := tryWrite(b, evidence.Options{Policy: policy})
		if kind != 0 {
			requireKind(t, kind, err)
			continue
		}
		require.NoError(t, err)
		_, err = verify(file, began.AddDate(7, 0, 0), policy)
		require.NoError(t, err)
	}
	x.Evidence[0].Use = "noget"
	_, err := evidence.FromShown(x, evidence.ShownInput{})
	requireKind(t, signing.InputInvalid, err)
}
