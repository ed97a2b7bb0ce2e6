package nemlogintest

import (
	"net/http"
	"strings"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Metadata returns NemLog-in's metadata as it is now: unsigned, without an end, and with
// one signing key, as the real one.
func (b *Broker) Metadata() []byte { return b.dialect.metadata(b.Keys().Active()) }

// NextMetadata returns the metadata as it will be after the next RotateKeys, as NemLog-in
// publishes it before it changes its key.
func (b *Broker) NextMetadata() []byte { return b.dialect.metadata(b.Keys().Next()) }

func (e *dialect) metadata(key *mitidtest.Key) []byte {
	entity := newElement("md:EntityDescriptor", "xmlns:ds", nsSignature, "entityID", e.b.Issuer())
	role := add(entity, "md:IDPSSODescriptor", "WantAuthnRequestsSigned", "true", "protocolSupportEnumeration", nsProtocol)
	addCertificate(add(role, "md:KeyDescriptor", "use", "signing"), key.Certificate)
	for _, binding := range []string{bindingRedirect, bindingPost} {
		add(role, "md:SingleLogoutService", "Binding", binding, "Location", e.address())
	}
	for _, format := range []string{formatPersistent, formatTransient} {
		add(role, "md:NameIDFormat").SetText(format)
	}
	add(role, "md:SingleSignOnService", "Binding", bindingRedirect, "Location", e.address())
	for _, name := range offered() {
		add(role, "saml:Attribute", "xmlns:saml", nsAssertion, "Name", name, "NameFormat", formatURI)
	}
	doc := etree.NewDocumentWithRoot(entity)
	doc.InsertChildAt(0, etree.NewProcInst("xml", `version="1.0" encoding="utf-8"`))
	text, _ := doc.WriteToBytes() // a buffer takes everything
	return text
}

// serveMetadata answers with the metadata.
func (e *dialect) serveMetadata(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/samlmetadata+xml")
	_, _ = w.Write(e.metadata(e.b.Keys().Active()))
}

// offered are the attributes that NemLog-in lists in production and in the integration
// test.
func offered() []string {
	names := []string{attrSpec, attrNSIS + "loa", attrNSIS + "ial", attrNSIS + "aal"}
	for _, word := range strings.Fields("cprNumber cprUuid fullName firstName lastName alias email age dateOfBirth person/pid " +
		"professional/uuid/persistent professional/rid professional/cvr professional/orgName professional/productionUnit professional/seNumber " +
		"professional/authorizedToRepresent privilegesIntermediate bootstrapToken") {
		names = append(names, attrEID+word)
	}
	return names
}
