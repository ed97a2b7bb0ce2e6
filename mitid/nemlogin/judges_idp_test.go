package nemlogin_test

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nemlogin"
)

const (
	spACS = "https://sp.example/callback"
	spSLO = "https://sp.example/logout"
)

// samlPerson is who logs in at a judge.
type samlPerson struct {
	NameID       string          `json:"name_id"`
	SessionIndex string          `json:"session_index"`
	Attributes   []samlAttribute `json:"attributes"`
}

type samlAttribute struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// samlMessage is what a judge sends through the browser.
type samlMessage struct {
	URL        string `json:"url"`
	Body       string `json:"body"` // the message of a form post, in Base64
	RelayState string `json:"relay_state"`

	// Request is what the judge read in the message that it answers.
	Request struct {
		ID           string   `json:"id"`
		Issuer       string   `json:"issuer"`
		Destination  string   `json:"destination"`
		ACS          string   `json:"acs"`
		Comparison   string   `json:"comparison"`
		Classes      []string `json:"classes"`
		Force        bool     `json:"force"`
		Passive      bool     `json:"passive"`
		NameIDFormat string   `json:"name_id_format"`
		NameID       string   `json:"name_id"`
		SessionIndex []string `json:"session_index"`
		RelayState   string   `json:"relay_state"`
	} `json:"request"`
	Session string `json:"session"` // Lasso's
	Pending string `json:"pending"` // Lasso's
	ID      string `json:"id"`      // of a request that Lasso made
}

const core = "https://data.gov.dk/model/core/"

func citizen() samlPerson {
	const uuid = "6f0ad7c2-9d1b-4f4e-8a55-0b8a7d3c2e11"
	return samlPerson{core + "eid/person/uuid/" + uuid, "_session-1", []samlAttribute{
		{core + "specVersion", []string{"OIO-SAML-3.0"}},
		{"https://data.gov.dk/concept/core/nsis/loa", []string{"Substantial"}},
		{core + "eid/cprNumber", []string{cprtest.Number(1).Reveal()}},
		{core + "eid/cprUuid", []string{"urn:uuid:" + uuid}},
		{core + "eid/fullName", []string{"Åse Ærø & Søn"}},
		{core + "eid/email", []string{"ase@example.dk", "aeroe@example.dk"}},
	}}
}

func employee() samlPerson {
	const uuid = "b1c95c0e-0e0f-4b4f-8f6c-5a4f0d6a7e22"
	privileges := `<?xml version="1.0" encoding="UTF-8"?>
<bpp:PrivilegeList xmlns:bpp="http://itst.dk/oiosaml/basic_privilege_profile">
<PrivilegeGroup Scope="urn:dk:gov:saml:cvrNumberIdentifier:12345674">
<Constraint Name="urn:dk:kombit:afdeling">Ældre og Børn på Ø</Constraint>
<Privilege>urn:dk:some_domain:myPrivilege1A</Privilege>
</PrivilegeGroup>
</bpp:PrivilegeList>`
	return samlPerson{core + "eid/professional/uuid/" + uuid, "_session-2", []samlAttribute{
		{core + "specVersion", []string{"OIO-SAML-3.0"}},
		{"https://data.gov.dk/concept/core/nsis/loa", []string{"High"}},
		{core + "eid/fullName", []string{"Søren Å. Jørgensen"}},
		{core + "eid/professional/uuid/persistent", []string{uuid}},
		{core + "eid/professional/cvr", []string{"12345674"}},
		{core + "eid/professional/orgName", []string{"Smørrebrød & Søn ApS"}},
		{core + "eid/privilegesIntermediate", []string{base64.StdEncoding.EncodeToString([]byte(privileges))}},
	}}
}

// relyingParty is our client as a service provider.
type relyingParty struct {
	sp       *party
	client   *mitid.Client
	metadata []byte // ours
	idp      *party // nil at a fake
}

// newRelyingParty returns a client at an IdP that is to be played by a judge.
func newRelyingParty(t *testing.T) *relyingParty {
	t.Helper()
	idp := newParty(t, "https://idp.example/")
	r := newRelyingPartyAt(t, idp.idpMetadata())
	r.idp = idp
	return r
}

// newRelyingPartyAt returns a client with r.sp's key, and with others behind it.
func newRelyingPartyAt(t *testing.T, idp []byte, others ...*party) *relyingParty {
	t.Helper()
	r := &relyingParty{sp: newParty(t, "https://sp.example")}
	var keys []nemlogin.KeyPair
	for _, p := range append([]*party{r.sp}, others...) {
		keys = append(keys, nemlogin.KeyPair{Key: p.Key, Certificate: p.Certificate})
	}
	broker, err := nemlogin.New(nemlogin.Config{
		EntityID:     r.sp.EntityID,
		Keys:         keys,
		IdP:          [][]byte{idp},
		LogoutURL:    spSLO,
		Organisation: nemlogin.Organisation{Name: "Prøvekommunen", DisplayName: "Prøvekommunen på Ærø", URL: "https://sp.example/"},
		Contact:      nemlogin.Contact{GivenName: "Åse", SurName: "Søgaard", Email: "drift@sp.example", Telephone: "+45 00 00 00 00"},
	})
	require.NoError(t, err)
	r.metadata, err = broker.Metadata(spACS)
	require.NoError(t, err)
	r.client, err = mitid.New(mitid.Config{Broker: broker, RedirectURL: spACS})
	require.NoError(t, err)
	return r
}

// complete brings the judge's answer back.
func (r *relyingParty) complete(t *testing.T, begun *mitid.Redirect, m *samlMessage) (*mitid.Login, error) {
	t.Helper()
	form := url.Values{"SAMLResponse": {m.Body}, "RelayState": {m.RelayState}}
	return r.client.Complete(t.Context(), begun.State, mitid.Callback{Method: http.MethodPost, Body: []byte(form.Encode())})
}

// lasso asks Lasso as the IdP.
func (r *relyingParty) lasso(t *testing.T, python string, question map[string]any, answer any) error {
	t.Helper()
	question["self"] = r.idp.lassoSelf(r.idp.idpMetadata())
	question["peer"] = string(r.metadata)
	return judge(t, python, "lasso_judge.py", question, answer)
}

// An idpJudge answers the AuthnRequest in a query for p.
type idpJudge func(t *testing.T, r *relyingParty, query string, p samlPerson) (*samlMessage, error)

// lassoIdP encrypts with AES-256-CBC. Lasso has no AES-GCM to encrypt with.
func lassoIdP(python string) idpJudge {
	return func(t *testing.T, r *relyingParty, query string, p samlPerson) (*samlMessage, error) {
		m := new(samlMessage)
		err := r.lasso(t, python, map[string]any{"do": "answer", "query": query, "person": p, "encrypt": true}, m)
		return m, err
	}
}

// samlpIdP encrypts with the algorithm. It tells less of the request than Lasso.
func samlpIdP(node, algorithm string) idpJudge {
	return func(t *testing.T, r *relyingParty, query string, p samlPerson) (*samlMessage, error) {
		m := new(samlMessage)
		err := judge(t, node, "idp_judge.js", map[string]any{
			"query": query, "issuer": r.idp.EntityID, "key": r.idp.keyPEM(), "certificate": r.idp.certificatePEM(),
			"spCertificate": r.sp.certificatePEM(), "acs": spACS, "person": p, "encrypt": algorithm,
		}, m)
		return m, err
	}
}

func rawQuery(t *testing.T, address, begins string) string {
	t.Helper()
	target, query, found := strings.Cut(address, "?")
	require.True(t, found && target == begins, "the message goes to %s", target)
	return query
}

// forEachIdP runs test with each IdP that is not ours, and the algorithm with which it
// encrypts. A judge that is not installed is a skipped subtest of its own.
func forEachIdP(t *testing.T, test func(t *testing.T, judge idpJudge, algorithm string)) {
	t.Run("Lasso, AES-256-CBC", func(t *testing.T) { test(t, lassoIdP(needsLasso(t)), aes256CBC) })
	t.Run("samlp, AES-256-GCM by default", func(t *testing.T) { test(t, samlpIdP(needsNode(t), ""), aes256GCM) })
	t.Run("samlp, AES-256-CBC", func(t *testing.T) { test(t, samlpIdP(needsNode(t), aes256CBC), aes256CBC) })
	for name, algorithm := range map[string]string{"AES-256-GCM": aes256GCM, "AES-256-CBC": aes256CBC} {
		t.Run("xmlsec1, "+name, func(t *testing.T) {
			program := needsXMLSec(t)
			test(t, xmlsecIdP(program, xmlsecEncrypts(program, algorithm)), algorithm)
		})
	}
	t.Run("xmlsec1 and Node, RSA-OAEP of XML Encryption 1.1", func(t *testing.T) {
		test(t, xmlsecIdP(needsXMLSec(t), nodeEncrypts(needsNode(t))), "http://www.w3.org/2009/xmlenc11#rsa-oaep")
	})
}

func TestJudgesLogIn(t *testing.T) {
	forEachIdP(t, func(t *testing.T, judge idpJudge, algorithm string) {
		r := newRelyingParty(t)
		t.Run("a citizen", func(t *testing.T) {
			p := citizen()
			begun, err := r.client.Begin(t.Context(), mitid.Request{CPR: mitid.CPRRequired})
			require.NoError(t, err)
			m, err := judge(t, r, rawQuery(t, begun.URL, idpSSO), p)
			require.NoError(t, err)
			assert.Equal(t, r.sp.EntityID, m.Request.Issuer)
			assert.Equal(t, begun.Handle, m.RelayState)
			response, err := base64.StdEncoding.DecodeString(m.Body)
			require.NoError(t, err)
			assert.True(t, bytes.Contains(response, []byte(algorithm)), "the algorithm is the one that the test is about")
			assert.False(t, bytes.Contains(response, []byte("Ærø")), "nothing can be read")
			login, err := r.complete(t, begun, m)
			require.NoError(t, err)
			assert.Equal(t, p.NameID, login.Identity.Subject)
			assert.Equal(t, p.SessionIndex, login.Identity.SessionID)
			assert.Equal(t, claims.CapacityPrivate, login.Identity.Capacity)
			assert.Equal(t, claims.Substantial, login.Level)
			assert.True(t, login.Identity.CPR == cprtest.Number(1))
			assert.Equal(t, strings.TrimPrefix(p.NameID, core+"eid/person/uuid/"), login.Identity.UUID.String())
			assert.Equal(t, "Åse Ærø & Søn", login.Identity.Name.Full)
			_, err = r.complete(t, begun, m)
			assert.ErrorIs(t, err, mitid.ErrReplay)
		})
		t.Run("an employee", func(t *testing.T) {
			p := employee()
			begun, err := r.client.Begin(t.Context(), mitid.Request{Capacity: claims.CapacityProfessional, Level: claims.High})
			require.NoError(t, err)
			m, err := judge(t, r, rawQuery(t, begun.URL, idpSSO), p)
			require.NoError(t, err)
			login, err := r.complete(t, begun, m)
			require.NoError(t, err)
			assert.Equal(t, p.NameID, login.Identity.Subject)
			assert.Equal(t, claims.CapacityProfessional, login.Identity.Capacity)
			assert.Equal(t, claims.High, login.Level)
			assert.Equal(t, "Søren Å. Jørgensen", login.Identity.Name.Full)
			require.NotNil(t, login.Identity.Organisation)
			assert.Equal(t, "12345674", login.Identity.Organisation.CVR.String())
			assert.Equal(t, "Smørrebrød & Søn ApS", login.Identity.Organisation.Name)
		})
	})
}

// An answer is refused if it was signed with a key that is not in the IdP's metadata. With
// CBC, whose padding an attacker might try, the error does not tell what was wrong. Lasso
// signs the response too, which nobody must decrypt.
func TestJudgesWithAnotherKey(t *testing.T) {
	forEachIdP(t, func(t *testing.T, judge idpJudge, algorithm string) {
		wrong := mitid.SignatureInvalid
		if algorithm == aes256CBC && !strings.Contains(t.Name(), "Lasso") {
			wrong = mitid.ResponseInvalid
		}
		r := newRelyingParty(t)

		begun, err := r.client.Begin(t.Context(), mitid.Request{})
		require.NoError(t, err)
		r.idp = newParty(t, r.idp.EntityID)
		m, err := judge(t, r, rawQuery(t, begun.URL, idpSSO), citizen())
		require.NoError(t, err)
		_, err = r.complete(t, begun, m)
		var refused *mitid.Error
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, wrong, refused.Kind)
	})
}

// Lasso tells what it read in the request.
func TestLassoReadsTheRequest(t *testing.T) {
	python := needsLasso(t)
	r := newRelyingParty(t)
	begun, err := r.client.Begin(t.Context(), mitid.Request{Level: claims.High, Fresh: true, Capacity: claims.CapacityPrivate})
	require.NoError(t, err)
	query := rawQuery(t, begun.URL, idpSSO)
	m, err := lassoIdP(python)(t, r, query, citizen())
	require.NoError(t, err)
	assert.Equal(t, idpSSO, m.Request.Destination)
	assert.Equal(t, spACS, m.Request.ACS)
	assert.Equal(t, spACS, m.URL, "Lasso answers to the service of our metadata")
	assert.Equal(t, "minimum", m.Request.Comparison)
	assert.ElementsMatch(t, []string{"https://data.gov.dk/concept/core/nsis/loa/High", "https://data.gov.dk/eid/Person"}, m.Request.Classes)
	assert.True(t, m.Request.Force)
	assert.False(t, m.Request.Passive)
	assert.Equal(t, persistent, m.Request.NameIDFormat)
	assert.Equal(t, begun.Handle, m.Request.RelayState)

	for name, broken := range map[string]string{
		"another RelayState": strings.Replace(query, begun.Handle, strings.Repeat("A", len(begun.Handle)), 1),
		"no signature":       query[:strings.Index(query, "&Signature=")],
	} {
		t.Run(name, func(t *testing.T) {
			_, err := lassoIdP(python)(t, r, broken, citizen())
			require.ErrorContains(t, err, "ignature", "Lasso verifies")
		})
	}
}

// While we change our key, the metadata has two keys for each use. Lasso must find the one
// that signed, and may encrypt for either.
func TestLassoDuringAKeyChange(t *testing.T) {
	python := needsLasso(t)
	idp := newParty(t, "https://idp.example/")
	r := newRelyingPartyAt(t, idp.idpMetadata(), newParty(t, "https://sp.example"))
	r.idp = idp
	require.Equal(t, 4, bytes.Count(r.metadata, []byte("X509Certificate>"))/2)
	login, _ := loggedIn(t, python, r)
	assert.Equal(t, citizen().NameID, login.Identity.Subject)
}

func TestLassoRefuses(t *testing.T) {
	python := needsLasso(t)
	r := newRelyingParty(t)
	begun, err := r.client.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	var m samlMessage
	require.NoError(t, r.lasso(t, python, map[string]any{"do": "answer", "query": rawQuery(t, begun.URL, idpSSO), "refuses": true}, &m))
	_, err = r.complete(t, begun, &m)
	var refused *mitid.Error
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, mitid.BrokerDeclined, refused.Kind)
	assert.Equal(t, "RequestDenied", refused.Code)
}

// samlp, too, looks at the signature of a request.
func TestSamlpReadsTheRequest(t *testing.T) {
	node := needsNode(t)
	r := newRelyingParty(t)
	begun, err := r.client.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	query := strings.Replace(rawQuery(t, begun.URL, idpSSO), begun.Handle, strings.Repeat("A", len(begun.Handle)), 1)
	_, err = samlpIdP(node, "")(t, r, query, citizen())
	require.ErrorContains(t, err, "Signature check errors")
}
