package neb

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/signing"
)

// samplePayload has the form of the token in the PDF that the vendor publishes, with
// people and documents of our own.
func samplePayload(sum [sha256.Size]byte) string {
	return `{"expiry":"1765272900","documents_signed_number":"1","organization_tin":"DK12345674","signatures_number":"1",` +
		`"token_type":"workflow_token_v1","workflow_id":"2f56","workflow_title":"Ostemad",` +
		`"document_1":"{\"title\":\"Aftale på Ærø & øl\",\"sha256Hex\":\"` + hex.EncodeToString(sum[:]) + `\"}",` +
		`"signature_1":"{\"Created\":\"2025-12-08T08:36:31.8622654+00:00\",\"Id\":\"31d8\",\"SignatureTransactionId\":\"1c30\",\"UserClaims\":` +
		`{\"mitid.identity_name\":\"Åse Ærø\",\"loa\":\"https://data.gov.dk/concept/core/nsis/Substantial\",\"idp_identity_id\":\"e799910e-92d8-4395-bb64-30025ebd2d52\",\"idp\":\"mitid\",\"auth_time\":\"1765182985\",\"simulated\":\"true\"}}",` +
		`"nbf":1765186509,"exp":2711871309,"iat":1765186509,"iss":"https://test.netseidbroker.dk/op","aud":"DK12345674"}`
}

func sampleID(sum [sha256.Size]byte) orderID {
	return orderID{"2f56", 1, 1, neb.WorkflowSHA256(map[string][sha256.Size]byte{"Aftale på Ærø & øl": sum})}
}

func TestTheVendorsSample(t *testing.T) {
	sum := sha256.Sum256([]byte("æøå"))
	token, why := readWorkflowToken([]byte(samplePayload(sum)), sampleID(sum), "DK12345674")
	require.Nil(t, why)
	require.Len(t, token.signatures, 1)
	one := token.signatures[0]
	assert.True(t, one.simulated)
	assert.Equal(t, "1c30", one.transaction)
	assert.Equal(t, "Åse Ærø", one.claims.IdentityName)
	assert.Equal(t, 2025, one.created.Year())

	s := &Service{cfg: settings{simulated: true}}
	who, why := s.signer(&one, &signing.Signatory{})
	require.Nil(t, why)
	assert.Equal(t, "e799910e-92d8-4395-bb64-30025ebd2d52", who.Identity.UUID.String())
	s.cfg.simulated = false
	_, why = s.signer(&one, &signing.Signatory{})
	require.Equal(t, signing.SignerMismatch, why.kind)
}

func TestSpoiltWorkflowTokens(t *testing.T) {
	sum := sha256.Sum256([]byte("æøå"))
	for name, c := range map[string]struct {
		old, new string
		want     signing.Kind
	}{
		"no number of documents":   {`"documents_signed_number":"1",`, "", signing.EvidenceIncomplete},
		"more than it says":        {`"document_1"`, `"document_2":"{}","document_1"`, signing.TokenInvalid},
		"a number with a zero":     {`"document_1"`, `"document_01":"{}","document_1"`, signing.TokenInvalid},
		"a digest that is no hex":  {hex.EncodeToString(sum[:]), strings.Repeat("æ", 32), signing.TokenInvalid},
		"a digest that is cut":     {hex.EncodeToString(sum[:]), "00", signing.TokenInvalid},
		"another title":            {"Aftale på", "Aftaler på", signing.DocumentMismatch},
		"a signature without id":   {`\"SignatureTransactionId\":\"1c30\",`, "", signing.TokenInvalid},
		"a signature without time": {`2025-12-08T`, `i går`, signing.TokenInvalid},
		"claims that are no JSON":  {`\"UserClaims\":{`, `\"UserClaims\":[{`, signing.TokenInvalid},
		"a title twice in JSON":    {`{\"title\"`, `{\"title\":\"x\",\"title\"`, signing.TokenInvalid},
		"no JSON":                  {`{"expiry"`, `["expiry"`, signing.TokenInvalid},
	} {
		payload := strings.Replace(samplePayload(sum), c.old, c.new, 1)
		require.NotEqual(t, samplePayload(sum), payload, name)
		_, why := readWorkflowToken([]byte(payload), sampleID(sum), "DK12345674")
		require.NotNil(t, why, name)
		assert.Equal(t, c.want.String(), why.kind.String(), name)
	}
}

func TestEveryKindOfALoginHasAKindHere(t *testing.T) {
	for _, k := range mitid.Kinds() {
		assert.NotZero(t, kinds[k], k)
	}
}

func FuzzOrderID(f *testing.F) {
	f.Add(sampleID(sha256.Sum256(nil)).String())
	f.Add("a.1.1.")
	f.Fuzz(func(t *testing.T, text string) {
		o, ok := readOrderID(signing.ID(text))
		if ok && o.String() != text {
			t.Fatal("two texts for one ID")
		}
		if order, signatory, ok := readNote(text); ok && note(order, signatory) != text {
			t.Fatal("two texts for one note")
		}
	})
}

func FuzzWorkflowToken(f *testing.F) {
	sum := sha256.Sum256([]byte("æøå"))
	f.Add([]byte(samplePayload(sum)))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		token, why := readWorkflowToken(payload, sampleID(sum), "DK12345674")
		if (token == nil) == (why == nil) {
			t.Fatal("a token and a reason, or neither")
		}
		if token != nil && token.files["Aftale på Ærø & øl"] != sum {
			t.Fatal("another document passed")
		}
		if token != nil {
			s := &Service{cfg: settings{simulated: true}}
			for i := range token.signatures {
				_, _ = s.signer(&token.signatures[i], &signing.Signatory{})
			}
		}
	})
}

func FuzzSealed(f *testing.F) {
	f.Add([]byte("%PDF-1.7\nstream\neyJ.æ.ø\nendstream stream\r\n\x78\x9c\x4b\xad\xf4\xd2\xd3\x03\x00\x06\x5b\x01\xd5 endstream"))
	f.Add([]byte("%PDF-1.7\n/ByteRange [0 1 2 3]<00>%%EOF"))
	f.Fuzz(func(t *testing.T, pdf []byte) {
		if why := (&Service{cfg: settings{now: time.Now}}).checkSeal(t.Context(), pdf); why == nil {
			t.Fatal("nobody has sealed it")
		}
		tokens, statuses := attachedTokens(pdf)
		for _, token := range append(tokens, statuses...) {
			if len(token) > maxAttached {
				t.Fatal("a token that is too long")
			}
		}
		c := new(call)
		_, _ = c.readPDF(base64.StdEncoding.EncodeToString(pdf))
		_, _ = c.readPDF(string(pdf))
	})
}

// Whatever an answer of the API says, at most as many people have signed as there are.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"id":"2f56","created":"2025-12-03T08:19:05.4942269+00:00","expiresAt":"2025-12-04T09:18:00+00:00","signatures":[{"id":"d2","signatureTransactionId":"5e","serviceProvidedSignerName":"1","userClaims":{"x":"Åse"}}]}`))
	f.Add([]byte(`{"id":"2f56","signatures":[{"serviceProvidedSignerName":null},{"serviceProvidedSignerName":"99"}]}`))
	id := orderID{"2f56", 2, 1, [sha256.Size]byte{}}
	f.Fuzz(func(t *testing.T, body []byte) {
		w := new(workflow)
		if err := new(call).read(&httpx.Response{Status: 200, Body: body}, w); err != nil {
			return
		}
		signed := w.signedBy(id)
		for at := range signed {
			if at < 0 || at >= id.signatories {
				t.Fatal("somebody who is no signatory")
			}
		}
		if len(signed) > len(w.Signatures) {
			t.Fatal("more signatories than signatures")
		}
		_ = timeOf(w.Created)
	})
}
