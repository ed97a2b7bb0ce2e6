package nemlogin

import (
	"context"
	"slices"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
)

// Begin returns the address of the IdP with a signed AuthnRequest (HTTP-Redirect). It
// makes no call.
func (b *Broker) Begin(_ context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	if err := b.unsupported(&a.Request); err != nil {
		return nil, err
	}
	if _, err := b.idp.signers(b.now()); err != nil {
		return nil, err // no answer could be verified
	}
	address, err := signedRedirect(b.idp.ssoURL, "SAMLRequest", b.authnRequest(a, b.now()), a.Handle, b.signingKey())
	if err != nil {
		return nil, fault.New(fault.ConfigInvalid, "the first of Config.Keys cannot sign the request")
	}
	return &mitid.Redirect{URL: address}, nil
}

// unsupported returns an error for the first field that NemLog-in cannot carry. What it
// tells about a person does not depend on the request, but on the attributes that the
// service provider registered.
func (b *Broker) unsupported(r *mitid.Request) error {
	no := func(what string) error { return fault.New(fault.Unsupported, "Request."+what) }
	asks := func(attribute string) bool { return slices.Contains(b.attributes, attribute) }
	switch {
	case r.CPR != mitid.CPRNo && b.cfg.PrivateProvider:
		return no("CPR: NemLog-in tells CPR numbers to public authorities alone, and Config.PrivateProvider says that this is none")
	case r.CPR != mitid.CPRNo && !asks(attrCPR):
		return no("CPR: Config.Attributes does not ask for " + attrCPR)
	case r.Address:
		return no("Address: this broker tells none")
	case r.Organisation && !r.Capacity.Takes(claims.CapacityProfessional):
		return no("Organisation: this broker tells an organisation only with Capacity CapacityProfessional or CapacityEither")
	case r.NemIDPID && !asks(attrPID):
		return no("NemIDPID: Config.Attributes does not ask for " + attrPID)
	case !r.UUID.IsZero():
		return no("UUID: this broker takes none; use StepUp")
	case !r.CPRHint.IsZero():
		return no("CPRHint: this broker takes none")
	case !r.CVRHint.IsZero():
		return no("CVRHint: this broker lets the person choose")
	case r.ReferenceText != "":
		return no("ReferenceText: this broker shows its own")
	case r.TransactionText.Body != "":
		return no("TransactionText: this broker has no texts to approve")
	case r.Action != mitid.LogOn:
		return no("Action: this broker sets the verb")
	case r.Locale != mitid.LocaleDefault:
		return no("Locale: the person chooses the language of this broker's pages")
	case r.RevokeCPRConsent:
		return no("RevokeCPRConsent: this broker remembers no CPR number")
	}
	return nil
}
