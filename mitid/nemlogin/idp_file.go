package nemlogin

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
)

// Names of SAML 2.0 metadata and of the binding that its endpoints have.
const (
	nsMetadata      = "urn:oasis:names:tc:SAML:2.0:metadata"
	bindingRedirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
)

// maxAddress bounds an address in the metadata, in bytes.
const maxAddress = 2048

// readIdPFile reads one metadata file (SAML Metadata 2.0): one EntityDescriptor with one
// IDPSSODescriptor for SAML 2.0. Other roles and extensions are not looked at.
func readIdPFile(data []byte, cfg *Config) (*idpFile, error) {
	entity, err := parseEntity(data, cfg)
	if err != nil {
		return nil, err
	}
	f := &idpFile{}
	if f.entityID, _ = xmlsig.Attr(entity, "entityID"); f.entityID == "" || len(f.entityID) > maxEntityID {
		return nil, fault.New(fault.ConfigInvalid, "the file has no entityID of at most 1,024 characters")
	}
	role, err := xmlsig.One(entity, nsMetadata, "IDPSSODescriptor")
	if err != nil {
		return nil, fault.New(fault.ConfigInvalid, "the file has not exactly one IDPSSODescriptor, so it is no metadata of an identity provider")
	}
	if protocols, _ := xmlsig.Attr(role, "protocolSupportEnumeration"); !containsWord(protocols, nsProtocol) {
		return nil, fault.New(fault.ConfigInvalid, "the IDPSSODescriptor is not for SAML 2.0")
	}
	for _, el := range []*etree.Element{entity, role} {
		if err := f.readLife(el); err != nil {
			return nil, err
		}
	}
	if f.ssoURL, _, err = redirectEndpoint(role, "SingleSignOnService"); err != nil {
		return nil, err
	}
	if f.ssoURL == "" {
		return nil, fault.New(fault.ConfigInvalid, "the file has no SingleSignOnService with the binding HTTP-Redirect")
	}
	if f.sloURL, f.sloAnswers, err = redirectEndpoint(role, "SingleLogoutService"); err != nil {
		return nil, err
	}
	if f.certificates, err = signingCertificates(role); err != nil {
		return nil, err
	}
	return f, nil
}

// parseEntity returns the EntityDescriptor of data. If cfg.IdPSigners is not nil, it is
// what the signature covers.
func parseEntity(data []byte, cfg *Config) (*etree.Element, error) {
	if isWebPage(data) {
		return nil, fault.New(fault.ConfigInvalid, "the file is a web page and no metadata: was the download refused?")
	}
	doc, err := xmlsig.Parse(data)
	if err != nil {
		return nil, err
	}
	entity := doc.Root()
	if !xmlsig.Is(entity, nsMetadata, "EntityDescriptor") {
		return nil, fault.New(fault.ConfigInvalid, "the root is no EntityDescriptor of SAML 2.0; of a list of entities, take out NemLog-in's")
	}
	if len(cfg.IdPSigners) == 0 {
		return entity, nil
	}
	v := xmlsig.Verifier{Certificates: cfg.IdPSigners, Now: cfg.Now, ID: "ID"}
	signed, err := v.Verify(doc, entity)
	if err != nil {
		return nil, fault.New(fault.ConfigInvalid, "the file has no valid signature of Config.IdPSigners")
	}
	return signed.Root, nil
}

// readLife reads validUntil and cacheDuration of el. Of several times, the first counts.
func (f *idpFile) readLife(el *etree.Element) error {
	end, err := optionalInstant(el, "validUntil")
	if err != nil {
		return err
	}
	if !end.IsZero() && (f.validUntil.IsZero() || end.Before(f.validUntil)) {
		f.validUntil = end
	}
	if _, ok := xmlsig.Attr(el, "cacheDuration"); ok {
		f.cached = true
	}
	return nil
}

// redirectEndpoint returns the addresses of the endpoint local with the binding
// HTTP-Redirect: where requests go, and where responses go. They are empty if there is
// none.
func redirectEndpoint(role *etree.Element, local string) (requests, responses string, err error) {
	for _, el := range xmlsig.Children(role, nsMetadata, local) {
		if binding, _ := xmlsig.Attr(el, "Binding"); binding != bindingRedirect {
			continue
		}
		if requests != "" {
			return "", "", fault.Newf(fault.ConfigInvalid, "the file has several addresses for %s with the binding HTTP-Redirect", local)
		}
		requests, _ = xmlsig.Attr(el, "Location")
		responses = requests
		if other, ok := xmlsig.Attr(el, "ResponseLocation"); ok {
			responses = other
		}
		if addressProblem(requests) != "" || addressProblem(responses) != "" {
			return "", "", fault.Newf(fault.ConfigInvalid, "the address for %s must be https (http only on a loopback address), without a query", local)
		}
	}
	return requests, responses, nil
}

// addressProblem says why address can be no endpoint, or "".
func addressProblem(address string) string {
	u, err := url.Parse(address)
	switch {
	case address == "":
		return "is missing"
	case err != nil || u.Host == "" || u.Opaque != "" || u.User != nil || len(address) > maxAddress || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "is not an absolute address"
	case strings.ContainsAny(address, "?#"):
		return "has a query or a fragment"
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return ""
	default:
		return "must be https (http only on a loopback address)"
	}
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// containsWord reports whether word is one of the words of list, which blanks separate.
func containsWord(list, word string) bool {
	for w := range strings.FieldsSeq(list) {
		if w == word {
			return true
		}
	}
	return false
}

// isWebPage reports whether data begins as HTML does.
func isWebPage(data []byte) bool {
	start := strings.ToLower(strings.TrimSpace(string(data[:min(len(data), 64)])))
	return strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}
