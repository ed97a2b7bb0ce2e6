package neb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets"
)

func TestSealedDocuments(t *testing.T) {
	d := &Document{SigntextID: strings.Repeat("1", 128), Type: "pdf", SHA256: sha256.Sum256([]byte("æ")), WorkflowID: strings.Repeat("w", 64), Note: strings.Repeat("n", 117), Subject: strings.Repeat("s", 36)}
	sealed := d.seal()
	assert.LessOrEqual(t, len(sealed), 512, "what mitid.Attempt.Private can hold")
	got, err := openDocument(sealed)
	require.NoError(t, err)
	require.Equal(t, d, got)
	for _, bad := range []string{"", "{}", `{"d":"w6Y="}`, `{"d":1}`, "x", string(sealed) + "x"} {
		_, err := openDocument([]byte(bad))
		require.Equal(t, fault.StateInvalid, fault.ClassOf(err), bad)
	}
}

func TestWorkflowDigests(t *testing.T) {
	sum := func(s string) [sha256.Size]byte { return sha256.Sum256([]byte(s)) }
	base := map[string][sha256.Size]byte{"Aftale på Ærø": sum("a"), "Bilag": sum("b")}
	seen := map[[sha256.Size]byte]string{}
	for name, files := range map[string]map[string][sha256.Size]byte{
		"base": base, "swapped": {"Aftale på Ærø": sum("b"), "Bilag": sum("a")}, "one": {"Bilag": sum("b")}, "none": {},
		"another title": {"Aftale på Ærø ": sum("a"), "Bilag": sum("b")}, "one more": {"Aftale på Ærø": sum("a"), "Bilag": sum("b"), "": sum("")},
	} {
		of := WorkflowSHA256(files)
		require.Empty(t, seen[of], name)
		seen[of] = name
	}
	text := `{"Bilag":"` + hex.EncodeToString(sha256.New().Sum(nil)) + `","Demo \u0026 æøå":"` + strings.ToUpper(hex.EncodeToString(make([]byte, 32))) + `"}`
	files, ok := readWorkflowFiles(text)
	require.True(t, ok)
	require.Contains(t, files, "Demo & æøå")
	for _, bad := range []string{"", "{}", "[]", `{"a":"00"}`, `{"a":1}`, `{"a":"` + strings.Repeat("æ", 64) + `"}`, `{"a":"` + strings.Repeat("0", 64) + `","a":"` + strings.Repeat("0", 64) + `"}`} {
		_, ok := readWorkflowFiles(bad)
		require.False(t, ok, bad)
	}
}

// A broker of Signing without a document begins nothing, and has no other ability.
func TestSigningWithoutADocument(t *testing.T) {
	b, err := New(Config{Issuer: PreProduction, ClientID: "x", ClientSecret: mitid.NewSecret("y")})
	require.NoError(t, err)
	s := b.Signing(Document{})
	require.Equal(t, b.Callback(), s.Callback())
	_, err = s.Begin(context.Background(), &mitid.Attempt{})
	require.Equal(t, fault.InputInvalid, fault.ClassOf(err))
	_, err = s.Complete(context.Background(), &mitid.Attempt{}, mitid.Callback{})
	require.Equal(t, fault.StateInvalid, fault.ClassOf(err))
	_, err = b.Complete(context.Background(), &mitid.Attempt{Private: (&Document{}).seal()}, mitid.Callback{})
	require.Equal(t, fault.StateInvalid, fault.ClassOf(err))
	_, ok := s.(mitid.StepUpper)
	require.False(t, ok)
	require.Equal(t, b.String(), s.(*signing).String())
	require.Equal(t, b.String(), s.(*signing).GoString())
	_, _, err = b.VerifyWorkflowToken(context.Background(), mitid.Secret{}, "", "")
	require.Equal(t, fault.InputInvalid, fault.ClassOf(err))
}

// Whatever a transaction token says, it proves a document only by its digest, its type and
// the signing action.
func FuzzSignedDocument(f *testing.F) {
	sum := sha256.Sum256([]byte("StubID transaction text one"))
	digits := hex.EncodeToString(sum[:])
	f.Add([]byte(`{"transaction_text_type":"pdf","transaction_text_sha256":"KJjd1jCP2c+GnkLNl8cAEquyjsxVf6FI6EtoVddhHR8=","transaction_actions":["mitid.login","mitid.transaction_signing"]}`))
	f.Add([]byte(`{"mitid.transaction_text_type":"text","mitid.transaction_text_sha256":"KJjd1jCP2c+GnkLNl8cAEquyjsxVf6FI6EtoVddhHR8=","transaction_text":"w6Y=","transaction_actions":"mitid.transaction_signing"}`))
	f.Add([]byte(`{"workflow_id":"w","workflow_signature_transaction_id":"s","workflow_pdf_title_and_sha256":"{\"Ærø\":\"` + digits + `\"}","transaction_actions":["workflow_finalized"]}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := ParseTransaction(payload)
		if err != nil {
			return
		}
		d := &Document{Type: "pdf", SHA256: sum}
		if c.proves(d) == nil && !c.twoTexts && (c.Text == nil || *c.Text != nets.TransactionText{Encoded: c.Text.Encoded, Body: c.Text.Body, Type: "pdf", SHA256: sum}) {
			t.Fatal("another document passed")
		}
		w := &Document{WorkflowID: "w", SHA256: WorkflowSHA256(map[string][sha256.Size]byte{"Ærø": sum})}
		if c.proves(w) == nil && (c.WorkflowID != "w" || !strings.Contains(c.WorkflowFiles, "r") || w.SignatureID == "") {
			t.Fatal("another workflow passed")
		}
	})
}
