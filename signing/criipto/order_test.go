package criipto_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

func orderSays(order string) func(http.ResponseWriter, call) {
	return says(http.StatusOK, `{"data":{"signatureOrder":`+order+`}}`)
}

func TestOrder(t *testing.T) {
	r := newRemote(t, orderSays(openOrder))
	p, err := r.service(t).Order(t.Context(), theOrder)
	require.NoError(t, err)
	assert.Equal(t, signing.OrderOpen, p.State)
	assert.Equal(t, time.Date(2026, 11, 30, 11, 0, 0, 0, time.UTC), p.Created)
	assert.Zero(t, p.Closed)
	assert.Equal(t, "0af7651916cd43dd8448eb211c80319c", p.Trace)
	assert.Equal(t, []signing.DocumentProgress{{ID: "d1", Reference: "sag-1", Available: true}}, p.Documents)
	require.Len(t, p.Signatories, 1)
	assert.Equal(t, signing.ID("s1"), p.Signatories[0].ID)
	assert.Equal(t, signing.SignatoryOpen, p.Signatories[0].State)
	assert.JSONEq(t, `{"id":"SignatureOrder:1|x"}`, string(r.all()[0].Variables))
	assert.NotContains(t, r.all()[0].Query, "href", "whoever only asks gets no links")
	assert.NotContains(t, r.all()[0].Query, "blob")
}

// Every word that we know, and one that we do not.
func TestStates(t *testing.T) {
	for word, want := range map[string]signing.OrderState{
		"OPEN": signing.OrderOpen, "CLOSED": signing.OrderClosed, "CANCELLED": signing.OrderCancelled, "EXPIRED": signing.OrderExpired,
		"PAUSED": signing.OrderUnknown, "open": signing.OrderUnknown, "": signing.OrderUnknown,
	} {
		p, err := newRemote(t, orderSays(replacing(openOrder, `"status":"OPEN","createdAt"`, `"status":"`+word+`","createdAt"`))).service(t).Order(t.Context(), theOrder)
		require.NoError(t, err)
		assert.Equal(t, want, p.State, word)
	}
	for word, want := range map[string]signing.SignatoryState{
		"OPEN": signing.SignatoryOpen, "SIGNED": signing.SignatorySigned, "APPROVED": signing.SignatoryApproved, "REJECTED": signing.SignatoryRejected,
		"ERROR": signing.SignatoryFailed, "DELETED": signing.SignatoryDeleted, "ALMOST_SIGNED": signing.SignatoryUnknown, "signed": signing.SignatoryUnknown,
	} {
		p, err := newRemote(t, orderSays(replacing(openOrder, `"status":"OPEN","statusReason":null`, `"status":"`+word+`","statusReason":"fordi æøå"`))).
			service(t).Order(t.Context(), theOrder)
		require.NoError(t, err)
		assert.Equal(t, want, p.Signatories[0].State, word)
		assert.Equal(t, "fordi æøå", string(p.Signatories[0].Reason.Reveal()))
	}
	for word, want := range map[string]signing.Role{"SIGNER": signing.Signer, "APPROVER": signing.Approver, "VIEWER": signing.Viewer, "WITNESS": signing.Signer} {
		p, err := newRemote(t, orderSays(replacing(openOrder, `"SIGNER"`, `"`+word+`"`))).service(t).Order(t.Context(), theOrder)
		require.NoError(t, err)
		assert.Equal(t, want, p.Signatories[0].Role, word)
	}
}

func TestOrderThatIsNoneOrAnother(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want error
	}{
		"null":              {`{"data":{"signatureOrder":null}}`, signing.ErrNotFound},
		"another":           {`{"data":{"signatureOrder":{"id":"SignatureOrder:2","status":"OPEN"}}}`, signing.ErrResponseInvalid},
		"one more letter":   {`{"data":{"signatureOrder":{"id":"SignatureOrder:1|xx","status":"OPEN"}}}`, signing.ErrResponseInvalid},
		"under another key": {`{"data":{"order":` + openOrder + `}}`, signing.ErrResponseInvalid},
		"a list":            {`{"data":{"signatureOrder":[` + openOrder + `]}}`, signing.ErrResponseInvalid},
	} {
		_, err := newRemote(t, says(http.StatusOK, c.body)).service(t).Order(t.Context(), theOrder)
		require.ErrorIs(t, err, c.want, name)
		silent(t, err)
	}
}

// A reason is somebody's own words, of any length.
func TestReasonIsBounded(t *testing.T) {
	long := make([]byte, 100_000)
	for i := range long {
		long[i] = 'x'
	}
	p, err := newRemote(t, orderSays(replacing(openOrder, `"statusReason":null`, `"statusReason":"`+string(long)+`"`))).service(t).Order(t.Context(), theOrder)
	require.NoError(t, err)
	assert.Len(t, p.Signatories[0].Reason.Reveal(), 4096)
}

func TestFinish(t *testing.T) {
	for name, c := range map[string]struct {
		member, state, variables string
		call                     func(s signing.Service) error
	}{
		"close": {"closeSignatureOrder", "CLOSED", `{"input":{"signatureOrderId":"SignatureOrder:1|x","retainDocumentsForDays":7}}`,
			func(s signing.Service) error { return s.Close(t.Context(), theOrder, 7) }},
		"cancel": {"cancelSignatureOrder", "CANCELLED", `{"input":{"signatureOrderId":"SignatureOrder:1|x"}}`,
			func(s signing.Service) error { return s.Cancel(t.Context(), theOrder) }},
		"cleanup": {"cleanupSignatureOrder", "ANYTHING", `{"input":{"signatureOrderId":"SignatureOrder:1|x"}}`,
			func(s signing.Service) error { return s.Cleanup(t.Context(), theOrder) }},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRemote(t, says(http.StatusOK, `{"data":{"`+c.member+`":{"signatureOrder":{"id":"SignatureOrder:1|x","status":"`+c.state+`"}}}}`))
			require.NoError(t, c.call(r.service(t)))
			assert.Equal(t, c.member, r.all()[0].Name)
			assert.JSONEq(t, c.variables, string(r.all()[0].Variables))

			another := newRemote(t, says(http.StatusOK, `{"data":{"`+c.member+`":{"signatureOrder":{"id":"SignatureOrder:2","status":"`+c.state+`"}}}}`))
			require.ErrorIs(t, c.call(another.service(t)), signing.ErrOutcomeUnknown)
			if name != "cleanup" {
				open := newRemote(t, says(http.StatusOK, `{"data":{"`+c.member+`":{"signatureOrder":{"id":"SignatureOrder:1|x","status":"OPEN"}}}}`))
				require.ErrorIs(t, c.call(open.service(t)), signing.ErrOutcomeUnknown)
			}
		})
	}
}

func TestExtend(t *testing.T) {
	r := newRemote(t, says(http.StatusOK, `{"data":{"extendSignatureOrder":{"signatureOrder":`+openOrder+`}}}`))
	p, err := r.service(t).Extend(t.Context(), theOrder, 30)
	require.NoError(t, err)
	assert.Equal(t, 2027, p.Expires.Year())
	assert.JSONEq(t, `{"input":{"signatureOrderId":"SignatureOrder:1|x","additionalExpirationInDays":30}}`, string(r.all()[0].Variables))
}
