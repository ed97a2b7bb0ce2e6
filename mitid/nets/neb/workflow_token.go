package neb

import (
	"context"
	"errors"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
)

// VerifyWorkflowToken checks a workflow token: its signature by the key of transaction
// tokens, which the broker publishes, its issuer, and its times. status is the OCSP
// answer that came with it, in standard base64. It must be valid now or when the token was
// issued, because nobody has told whether the broker makes a token anew for every call. organisation is the audience, such as
// "DK12345674". The payload may be read only if there is no error. For what it says, see
// signing/neb.
//
// The error is ErrTokenInvalid. If the OCSP answer is missing or about another
// certificate, its cause is ErrEvidenceIncomplete.
func (b *Broker) VerifyWorkflowToken(ctx context.Context, raw mitid.Secret, status, organisation string) (payload []byte, proof mitid.Token, err error) {
	if organisation == "" {
		return nil, proof, fault.New(fault.InputInvalid, "a workflow token is for an organisation")
	}
	issued := int64(0) // seconds since 1970
	rules := oidcrp.Rules{Token: "workflow token", Types: []string{"jwt"}, Signer: b.signsTransactions, Audience: organisation}
	v, err := b.oidc.Party.VerifyBy(ctx, raw.Reveal(), rules, func(said []byte) (*oidcrp.Claims, error) {
		t, err := ParseTransaction(said) // of its claims, the registered ones alone
		if err != nil {
			return nil, err
		}
		payload, issued = said, t.IssuedAt
		return (*oidcrp.Claims)(registeredOf(t)), nil
	})
	if err != nil {
		return nil, proof, err
	}
	if status == "" {
		return nil, proof, fault.New(fault.TokenInvalid, "workflow token: it comes without an OCSP answer").With(ErrEvidenceIncomplete)
	}
	err = b.checkStatus(status, v.Certificate)
	if err != nil && b.checkStatusAt(status, v.Certificate, time.Unix(issued, 0)) == nil {
		err = nil
	}
	if err != nil {
		if f, ok := errors.AsType[*fault.Error](err); ok {
			return nil, proof, f.With(ErrEvidenceIncomplete)
		}
		return nil, proof, err
	}
	return payload, mitid.Token{Use: "workflow_token", Raw: mitid.NewSecret(v.JWS), Key: v.Key}, nil
}

func registeredOf(t *Transaction) *claims.Registered { return &t.Registered }
