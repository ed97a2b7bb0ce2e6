// Package xmlsig reads XML that a remote party signed. What is verified is what is read:
// [Parse] reads the bytes once, and [Verifier.Verify] returns the element as the
// signature covers it. Callers take every fact from that element.
//
// Signatures follow XML Signature 1.1 (https://www.w3.org/TR/xmldsig-core1/) as SAML
// profiles it (SAML Core 2.0 section 5.4, SAML 1.1 section 5.4): enveloped, with one
// reference to the signed element itself. Everything else is refused: other transforms
// and canonicalisations, SHA-1, keys that the message brings along.
package xmlsig
