package xmlsig_test

import (
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
)

func TestVerifyRefuses(t *testing.T) {
	good := signed(t, assertion(), idp())
	open, rest, _ := strings.Cut(good, "<ds:Signature")
	signature, end, _ := strings.Cut(rest, "</ds:Signature>")
	signature = "<ds:Signature" + signature + "</ds:Signature>"
	id := `"` + assertionID + `"`
	for name, text := range map[string]string{
		"no signature":                               assertion(),
		"signature cut out":                          open + end,
		"signature in another namespace":             strings.Replace(good, spaceSignature+`"`, spaceSignature+`x"`, 1),
		"signature of no namespace":                  open + strings.ReplaceAll(strings.Replace(signature, `xmlns:ds="`+spaceSignature+`"`, "", 1), "ds:", "") + end,
		"signed by a stranger":                       signed(t, assertion(), stranger()),
		"only the response is signed":                signed(t, response(assertion()), idp()),
		"the response has the ID":                    strings.Replace(response(good), responseID, assertionID, 1),
		"another element has it as ID":               strings.Replace(response(good), "<samlp:Status>", "<samlp:Status ID="+id+">", 1),
		"as Id":                                      strings.Replace(response(good), "<samlp:Status>", "<samlp:Status Id="+id+">", 1),
		"as id":                                      strings.Replace(response(good), "<samlp:Status>", "<samlp:Status id="+id+">", 1),
		"as iD":                                      strings.Replace(response(good), "<samlp:Status>", "<samlp:Status iD="+id+">", 1),
		"as xml:id":                                  strings.Replace(response(good), "<samlp:Status>", "<samlp:Status xml:id="+id+">", 1),
		"as x:ID":                                    strings.Replace(response(good), "<samlp:Status>", `<samlp:Status xmlns:x="urn:x" x:ID=`+id+">", 1),
		"as AssertionID":                             strings.Replace(response(good), "<samlp:Status>", "<samlp:Status AssertionID="+id+">", 1),
		"with a blank":                               strings.Replace(response(good), "<samlp:Status>", `<samlp:Status ID=" `+assertionID+`">`, 1),
		"with a reference":                           strings.Replace(response(good), "<samlp:Status>", `<samlp:Status ID="&#x5f;`+assertionID[1:]+`">`, 1),
		"the signature has it":                       strings.Replace(good, "<ds:Signature ", "<ds:Signature Id="+id+" ", 1),
		"the key has it":                             strings.Replace(good, "<ds:KeyInfo>", "<ds:KeyInfo Id="+id+">", 1),
		"signed with a second ID, Id":                signed(t, strings.Replace(assertion(), " ID=", ` Id="_other" ID=`, 1), idp()),
		"signed with a second ID, x:ID":              signed(t, strings.Replace(assertion(), " ID=", ` xmlns:x="urn:x" x:ID="_other" ID=`, 1), idp()),
		"signed with a second ID, xml:id":            signed(t, strings.Replace(assertion(), " ID=", ` xml:id="`+assertionID+`" ID=`, 1), idp()),
		"two IDs in the assertion":                   strings.Replace(good, " ID=", ` ID="_other" ID=`, 1),
		"an ID that is no name":                      signed(t, strings.Replace(assertion(), assertionID, "xpointer(/)", 1), idp()),
		"no ID":                                      strings.Replace(good, " ID="+id, "", 1),
		"the ID is another":                          strings.Replace(good, " ID="+id, ` ID="_other"`, 1),
		"two signatures":                             open + signature + signature + end,
		"a signature in the signature":               strings.Replace(good, "</ds:Signature>", signature+"</ds:Signature>", 1),
		"a signature deeper down":                    strings.Replace(good, "<saml:AttributeStatement>", "<saml:AttributeStatement>"+signature, 1),
		"the signature deeper down":                  strings.Replace(open+end, "<saml:AttributeStatement>", "<saml:AttributeStatement>"+signature, 1),
		"the signature beside the element":           response(signature, open+end),
		"a signature beside the element":             response(signature, good),
		"a text in the signature":                    strings.Replace(good, "<ds:SignedInfo>", "tekst<ds:SignedInfo>", 1),
		"an element in a value":                      strings.Replace(good, "<ds:SignatureValue>", "<ds:SignatureValue><x/>", 1),
		"a value that is not base64":                 strings.Replace(good, "<ds:SignatureValue>", "<ds:SignatureValue>*", 1),
		"the prefix stands for something else":       strings.Replace(good, `xmlns:saml="`+spaceAssertion, `xmlns:saml="urn:example:assertion`, 1),
		"the prefix is bound again further in":       strings.Replace(good, "<saml:AttributeStatement>", `<saml:AttributeStatement xmlns:saml="urn:example:assertion">`, 1),
		"a letter of a value has changed":            strings.Replace(good, ">Substantial<", ">Substantiel<", 1),
		"a blank is gone":                            strings.Replace(good, "Åse Ærø", "ÅseÆrø", 1),
		"an attribute has changed":                   strings.Replace(good, `Version="2.0"`, `Version="2.1"`, 1),
		"an attribute is gone":                       strings.Replace(good, ` Version="2.0"`, ``, 1),
		"an element is gone":                         strings.Replace(good, "<saml:Audience>https://sp.example.dk</saml:Audience>", "", 1),
		"an element more":                            strings.Replace(good, "<saml:AttributeStatement>", "<saml:AttributeStatement/><saml:AttributeStatement>", 1),
		"the digest has changed":                     strings.Replace(good, "<ds:DigestValue>", "<ds:DigestValue>AAAA", 1),
		"the value of the signature is cut":          strings.Replace(good, "==</ds:SignatureValue>", "</ds:SignatureValue>", 1),
		"an InclusiveNamespaces that was not signed": strings.Replace(good, "</ds:Transform></ds:Transforms>", inclusive+"</ds:Transform></ds:Transforms>", 1),
	} {
		t.Run(name, func(t *testing.T) {
			require.False(t, text == good, "nothing has changed")
			d, err := xmlsig.Parse([]byte(text))
			if err == nil {
				el := d.Root()
				if found := el.FindElement("//Assertion"); found != nil {
					el = found
				}
				_, err = verifier(idp().certificate).Verify(d, el)
			}
			requireClass(t, fault.SignatureInvalid, err)
		})
	}
}

// The assertion takes the namespace of its prefix from the response.
func TestVerifyRefusesANamespaceThatChangesAround(t *testing.T) {
	inherits := strings.Replace(signed(t, assertion(), idp()), ` xmlns:saml="`+spaceAssertion+`"`, "", 1)
	around := strings.Replace(response(inherits), "<samlp:Response ", `<samlp:Response xmlns:saml="`+spaceAssertion+`" `, 1)
	_, err := verifyAssertion(verifier(idp().certificate), around)
	require.NoError(t, err)

	d := parse(t, strings.Replace(around, `<samlp:Response xmlns:saml="`+spaceAssertion, `<samlp:Response xmlns:saml="urn:example:assertion`, 1))
	_, err = verifier(idp().certificate).Verify(d, d.Root().FindElement("./Assertion"))
	requireClass(t, fault.SignatureInvalid, err)
}

func TestVerifyRefusesAnElementOfAnotherDocument(t *testing.T) {
	text := signed(t, assertion(), idp())
	_, err := verifier(idp().certificate).Verify(parse(t, text), parse(t, text).Root())
	requireClass(t, fault.SignatureInvalid, err)
}

func TestVerifyJudgesKeys(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	weak := party{small, certify("Svag", small.Public(), small, now().AddDate(-1, 0, 0), now().AddDate(1, 0, 0))}
	_, elliptic256 := newECDSA(t, elliptic.P256())
	key := idp().key
	valid := func(from, until time.Time) *x509.Certificate {
		return certify("Identitetsgarant", key.Public(), key, from, until)
	}
	second := time.Second
	expired, early := valid(now().AddDate(-1, 0, 0), now().Add(-second)), valid(now().Add(second), now().AddDate(1, 0, 0))
	good := signed(t, assertion(), idp())
	for name, c := range map[string]struct {
		text         string
		certificates []*x509.Certificate
		why          string // if empty, accepted
	}{
		"no certificate":                  {good, nil, "no certificate is configured"},
		"another's certificate":           {good, []*x509.Certificate{stranger().certificate, elliptic256}, "no key of a configured certificate"},
		"the last of several":             {good, []*x509.Certificate{stranger().certificate, elliptic256, idp().certificate}, ""},
		"expired a second ago":            {good, []*x509.Certificate{expired}, "load the identity provider's new metadata"},
		"valid in a second":               {good, []*x509.Certificate{early}, "not valid yet"},
		"expired, and a renewed one":      {good, []*x509.Certificate{expired, idp().certificate}, ""},
		"until this second":               {good, []*x509.Certificate{valid(now(), now())}, ""},
		"RSA key of 1,024 bits":           {signed(t, assertion(), weak), []*x509.Certificate{weak.certificate}, "no key of a configured certificate"},
		"ECDSA key for an RSA signature":  {good, []*x509.Certificate{elliptic256}, "no key of a configured certificate"},
		"expired, and another's is valid": {good, []*x509.Certificate{stranger().certificate, expired}, "has expired"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := verifyAssertion(verifier(c.certificates...), c.text)
			if c.why == "" {
				require.NoError(t, err)
				return
			}
			requireClass(t, fault.SignatureInvalid, err)
			require.ErrorContains(t, err, c.why)
		})
	}
}

// If Now is nil, the time of the machine counts.
func TestVerifyAsksTheMachineForTheTime(t *testing.T) {
	key := idp().key
	current := certify("Identitetsgarant", key.Public(), key, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	past := certify("Identitetsgarant", key.Public(), key, time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour))
	text := signed(t, assertion(), idp())
	_, err := verifyAssertion(&xmlsig.Verifier{Certificates: []*x509.Certificate{current}, ID: "ID"}, text)
	require.NoError(t, err)
	_, err = verifyAssertion(&xmlsig.Verifier{Certificates: []*x509.Certificate{past}, ID: "ID"}, text)
	require.ErrorContains(t, err, "has expired")
}

// No error of Verify or Parse may hold a part of the input.
func TestErrorsHoldNothingOfTheInput(t *testing.T) {
	for _, text := range []string{
		"<hemmelig", "<hemmelig/><hemmelig/>", "<a hemmelig='1' hemmelig='2'/>", "<hemmelig:a/>", "<a>&hemmelig;</a>",
		`<?xml version="1.0" encoding="hemmelig"?><a/>`, "<!DOCTYPE hemmelig><a/>", "<?hemmelig?><a/>", "<a></hemmelig>",
		"<a ID='hemmelig'/>", strings.Replace(signed(t, assertion(), stranger()), assertionID, "hemmelig", 1),
	} {
		d, err := xmlsig.Parse([]byte(text))
		if err == nil {
			_, err = verifier(idp().certificate).Verify(d, d.Root())
		}
		require.Error(t, err, text)
		require.NotContains(t, err.Error(), "hemmelig")
	}
}
