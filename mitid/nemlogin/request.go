package nemlogin

import (
	"time"

	"github.com/beevik/etree"
	"github.com/crewjam/saml"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// What a RequestedAuthnContext may hold (OIOSAML Web SSO 3.0.3).
const (
	contextLevel        = "https://data.gov.dk/concept/core/nsis/loa/" // and Low, Substantial or High
	contextPerson       = "https://data.gov.dk/eid/Person"
	contextProfessional = "https://data.gov.dk/eid/Professional"
	contextCredential   = "https://nemlogin.dk/internal/credential/type/" // and a word of Config.CredentialTypes
)

// nsExtensions is the namespace of AppSwitch (NemLog-in, integration with the MitID app).
const nsExtensions = "https://data.gov.dk/eid/saml/extensions"

// levelWords are the words of the levels in contextLevel.
var levelWords = map[claims.Level]string{claims.Low: "Low", claims.Substantial: "Substantial", claims.High: "High"}

// platformWords are the words of AppSwitch.
var platformWords = map[mitid.Platform]string{mitid.IOS: "iOS", mitid.Android: "Android"}

// requestID returns the ID of the AuthnRequest of a, which the answer names in
// InResponseTo. An ID begins with a letter or an underscore (XML Schema, NCName).
func requestID(a *mitid.Attempt) string { return "_" + a.Nonce }

// authnRequest returns the AuthnRequest of a (SAML Core section 3.4.1).
func (b *Broker) authnRequest(a *mitid.Attempt, at time.Time) *etree.Element {
	create, yes := true, true
	format := b.cfg.nameIDFormat()
	request := saml.AuthnRequest{
		ID:                          requestID(a),
		Version:                     "2.0",
		IssueInstant:                at,
		Destination:                 b.idp.ssoURL,
		Issuer:                      &saml.Issuer{Value: b.cfg.EntityID},
		AssertionConsumerServiceURL: a.RedirectURL,
		ProtocolBinding:             bindingPost,
		NameIDPolicy:                &saml.NameIDPolicy{Format: &format, AllowCreate: &create},
		RequestedAuthnContext:       &saml.RequestedAuthnContext{Comparison: "minimum", AuthnContextClassRefs: b.contexts(a)},
	}
	if a.Request.Fresh {
		request.ForceAuthn = &yes
	}
	if a.Request.Silent {
		request.IsPassive = &yes
	}
	el := request.Element()
	if a.Request.AppSwitch.Platform != mitid.NoAppSwitch {
		// Extensions stand after Issuer and Signature (SAML Core section 3.2.1). The
		// signature of a redirect is in its query.
		el.InsertChildAt(el.ChildElements()[0].Index()+1, appSwitch(a.Request.AppSwitch))
	}
	return el
}

// contexts returns the level that the login must reach, the capacity, and the kinds of
// credential.
func (b *Broker) contexts(a *mitid.Attempt) []string {
	refs := []string{contextLevel + levelWords[a.Level]}
	switch a.Request.Capacity {
	case claims.CapacityProfessional:
		refs = append(refs, contextProfessional)
	case claims.CapacityEither:
	default:
		refs = append(refs, contextPerson)
	}
	for _, word := range b.cfg.CredentialTypes {
		refs = append(refs, contextCredential+word)
	}
	return refs
}

// appSwitch returns the Extensions that bring the person back into a native app.
func appSwitch(s mitid.AppSwitch) *etree.Element {
	extensions := etree.NewElement("samlp:Extensions")
	el := extensions.CreateElement("nl:AppSwitch")
	el.CreateAttr("xmlns:nl", nsExtensions)
	el.CreateElement("nl:Platform").SetText(platformWords[s.Platform])
	if s.ResumeURL != "" {
		el.CreateElement("nl:ReturnURL").SetText(s.ResumeURL)
	}
	return extensions
}
