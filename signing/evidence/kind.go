package evidence

import (
	"strconv"
	"strings"
)

// PartKind says what a part of a bundle is. The list is closed.
type PartKind string

// The kinds of parts. Write adds those of the first group itself.
const (
	PartReadme PartKind = "readme" // how to check the bundle by hand, in Danish and English
	PartReport PartKind = "report" // what was checked before the bundle was written, or a report of the caller's

	PartReferenceText   PartKind = "reference-text"   // the text that the MitID app showed, as it was sent
	PartTransactionText PartKind = "transaction-text" // the text that the person approved, as it was sent, before any encoding
	PartRequest         PartKind = "request"          // what was asked, as a query string

	PartIDToken          PartKind = "id-token"
	PartTransactionToken PartKind = "transaction-token"
	PartUserinfoToken    PartKind = "userinfo-token" // signed facts about the person
	PartUserinfo         PartKind = "userinfo"       // the same, unsigned
	PartWorkflowToken    PartKind = "workflow-token" // of Nets eID Broker: all documents and signatures of a workflow

	PartKeys      PartKind = "keys"       // the issuer's key document as it was fetched (RFC 7517)
	PartTokenKeys PartKind = "token-keys" // the keys that verified the tokens, as a key document that dkeid put together
	PartDiscovery PartKind = "discovery"  // the issuer's discovery document as it was fetched

	PartCertificate PartKind = "certificate" // one certificate, as DER or PEM
	PartOCSP        PartKind = "ocsp"        // an OCSP answer, as DER or in base64

	PartOriginal PartKind = "original" // the document as it was sent to be signed
	PartSigned   PartKind = "signed"   // the document as it came back

	PartOther PartKind = "other" // anything else that belongs to the case; nothing in it is checked
)

// The limits of a bundle. They hold for writing and for reading.
const (
	MaxParts    = 256      // parts, those that Write adds included
	MaxDocument = 1 << 30  // bytes of a document
	MaxSmall    = 1 << 20  // bytes of any other part
	MaxToken    = 64 << 10 // bytes of a token
	MaxBundle   = 2 << 30  // bytes of a bundle
	maxHeld     = 16 << 20 // bytes of all parts that are not documents
)

// mediaTypes are the media types of the kinds, if the caller names none.
var mediaTypes = map[PartKind]string{
	PartReadme: "text/plain", PartReport: "application/json",
	PartReferenceText: "text/plain", PartTransactionText: "text/plain", PartRequest: "application/x-www-form-urlencoded",
	PartIDToken: "application/jwt", PartTransactionToken: "application/jwt", PartUserinfoToken: "application/jwt",
	PartUserinfo: "application/json", PartWorkflowToken: "application/jwt",
	PartKeys: "application/jwk-set+json", PartTokenKeys: "application/jwk-set+json", PartDiscovery: "application/json",
	PartCertificate: "application/pkix-cert", PartOCSP: "application/ocsp-response",
	PartOriginal: "application/pdf", PartSigned: "application/pdf", PartOther: "application/octet-stream",
}

// extensions are how the names of parts end.
var extensions = map[string]string{
	"text/plain": "txt", "text/html": "html", "application/pdf": "pdf", "application/json": "json",
	"application/jwk-set+json": "json", "application/jwt": "jwt", "application/x-www-form-urlencoded": "txt",
	"application/pkix-cert": "der", "application/x-pem-file": "pem", "application/ocsp-response": "der",
}

func (k PartKind) known() bool { return mediaTypes[k] != "" }

// document reports whether parts of the kind may be large. They are never held in memory.
func (k PartKind) document() bool { return k == PartOriginal || k == PartSigned || k == PartOther }

// token reports whether parts of the kind are signed tokens.
func (k PartKind) token() bool {
	switch k {
	case PartIDToken, PartTransactionToken, PartUserinfoToken, PartWorkflowToken:
		return true
	}
	return false
}

// limit is the length limit of parts of the kind, in bytes.
func (k PartKind) limit() int64 {
	switch {
	case k.document():
		return MaxDocument
	case k.token():
		return MaxToken
	}
	return MaxSmall
}

// nameOf returns the name of the nth part of a kind. It says nothing about a person.
func nameOf(k PartKind, n int, mediaType string) string {
	if k == PartReadme {
		return readmeName
	}
	base, _, _ := strings.Cut(mediaType, ";")
	ext := extensions[base]
	if ext == "" {
		ext = "bin"
	}
	return string(k) + "-" + strconv.Itoa(n) + "." + ext
}

// The names of the entries that every bundle has.
const (
	readmeName   = "README.txt"
	manifestName = "manifest.json"
	sumsName     = "SHA256SUMS"
	stampName    = "manifest.tst" // only in a bundle with a timestamp
)

// ours reports whether name is one that nameOf can return, or of an entry that every
// bundle has: it may be shown.
func ours(name string) bool {
	switch name {
	case readmeName, manifestName, sumsName, stampName:
		return true
	}
	stem, ext, found := strings.Cut(name, ".")
	dash := strings.LastIndexByte(stem, '-')
	if !found || dash < 0 || !PartKind(stem[:dash]).known() || stem[:dash] == string(PartReadme) {
		return false
	}
	n, err := strconv.Atoi(stem[dash+1:])
	if err != nil || n < 1 || n > MaxParts || strconv.Itoa(n) != stem[dash+1:] {
		return false
	}
	if ext == "bin" {
		return true
	}
	for _, e := range extensions {
		if e == ext {
			return true
		}
	}
	return false
}

// isMediaType reports whether s is a media type in the form that a manifest may hold:
// "type/subtype", with "; charset=utf-8" at most.
func isMediaType(s string) bool {
	base, rest, has := strings.Cut(s, ";")
	if has && rest != " charset=utf-8" || len(base) > 100 {
		return false
	}
	kind, sub, found := strings.Cut(base, "/")
	return found && isToken(kind) && isToken(sub)
}

func isToken(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' {
			return false
		}
	}
	return s != ""
}
