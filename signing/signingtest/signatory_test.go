package signingtest_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

const (
	addOne = `mutation a($input: AddSignatoryInput!) { addSignatory(input: $input) { signatory { id href token status signatoryRole } signatureOrder { id } } }`
	change = `mutation a($input: ChangeSignatoryInput!) { changeSignatory(input: $input) { signatory { id reference signingAs } } }`
	remove = `mutation a($input: DeleteSignatoryInput!) { deleteSignatory(input: $input) { signatureOrder { signatories { id status } } } }`
	seen   = `query { viewer { __typename id ... on AnonymousViewer { authenticated } ... on SignatoryViewer { role status signer signatureOrderStatus documents { edges { status node { id blob signatoryViewerStatus } } } evidenceProviders { __typename id }
  download { expired verificationRequired verificationEvidenceProvider { id } documents { edges { status } } } }
  ... on UnvalidatedSignatoryViewer { signatoryId evidenceProviders { __typename id } } } }`
	update = `mutation u($input: UpdateSignatoryDocumentStatusInput!) { updateSignatoryDocumentStatus(input: $input) { documentEdge { status } viewer { __typename } } }`
	signs  = `mutation s($input: SignInput!) { sign(input: $input) { viewer { __typename ... on SignatoryViewer { status } } } }`
)

func twoSignatories(in object) {
	in["signatories"] = []any{object{"reference": "første", "signingSequence": 1}, object{"reference": "anden", "signingSequence": 2}}
}

func TestSequence(t *testing.T) {
	s, app := start(t)
	o := app.place(twoSignatories)
	first, second := word(o, "signatories", 0, "href"), word(o, "signatories", 1, "href")
	require.Error(t, s.SignAs(t.Context(), second, mitidtest.Paiman()), "not yet")
	require.NoError(t, s.SignAs(t.Context(), first, mitidtest.Ditlev()))
	require.NoError(t, s.SignAs(t.Context(), second, mitidtest.Paiman()))
	o = app.order(word(o, "id"))
	assert.Len(t, at(o, "documents", 0, "signatures"), 2)
	assert.Len(t, evidenceIn(t, content(t, o, "documents", 0, "blob")), 2)
	require.Error(t, s.SignAs(t.Context(), first, mitidtest.Ditlev()), "once is enough")
}

func TestUniqueEvidence(t *testing.T) {
	s, app := start(t)
	o := app.place(func(in object) {
		twoSignatories(in)
		in["evidenceProviders"] = []any{object{"criiptoVerify": object{"uniqueEvidenceKey": "sub"}}}
	})
	require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev()))
	require.Error(t, s.SignAs(t.Context(), word(o, "signatories", 1, "id"), mitidtest.Ditlev()))
	require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 1, "id"), mitidtest.Paiman()))
}

func TestEvidenceValidation(t *testing.T) {
	s, app := start(t)
	ditlev := mitidtest.Ditlev()
	o := app.place(func(in object) {
		in["evidenceProviders"] = []any{object{"criiptoVerify": object{"scope": "openid ssn"}}}
		in["signatories"] = []any{object{"evidenceValidation": []any{
			object{"key": "cprNumberIdentifier", "value": ditlev.CPR.Reveal()}, object{"key": "identityscheme", "value": "dkmitid"},
		}}}
	})
	g := word(o, "signatories", 0, "id")
	require.Error(t, s.SignAs(t.Context(), g, mitidtest.Paiman()))
	assert.Equal(t, "OPEN", word(app.order(word(o, "id")), "signatories", 0, "status"), "another may try")
	require.NoError(t, s.SignAs(t.Context(), g, ditlev))
	assert.Contains(t, word(evidenceIn(t, content(t, app.close(word(o, "id")), "documents", 0, "blob"))[0], "value"), "jwt")
}

func TestValidationBeforeViewing(t *testing.T) {
	s, app := start(t)
	o := app.place(func(in object) {
		in["evidenceValidationStages"] = []any{"VIEW", "SIGN"}
		in["signatories"] = []any{object{"evidenceValidation": []any{object{"key": "uuid", "value": mitidtest.Ditlev().UUID}}}}
	})
	g := signatoryAPI(t, s, word(o, "signatories", 0, "token"))
	v := at(g.ask(seen, nil), "viewer")
	assert.Equal(t, "UnvalidatedSignatoryViewer", word(v, "__typename"))
	id := word(v, "evidenceProviders", 0, "id")
	doc := word(o, "documents", 0, "id")
	g.refused("log in first", update, object{"input": object{"documentId": doc, "status": "OPENED"}})
	g.refused("log in first", signs, object{"input": object{"id": id, "noop": true}})
	g.header.Set("Signatory-Validation", id+":eyJ.e30.x")
	assert.Equal(t, "UnvalidatedSignatoryViewer", word(g.ask(seen, nil), "viewer", "__typename"), "a made-up token")
	require.Error(t, s.SignAs(t.Context(), word(o, "signatories", 0, "href"), mitidtest.Paiman()))
	require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 0, "href"), mitidtest.Ditlev()))
}

func TestRoles(t *testing.T) {
	s, app := start(t)
	o := app.place(func(in object) {
		in["signatories"] = []any{
			object{"signatoryRole": "APPROVER", "signingSequence": 1}, object{"signatoryRole": "VIEWER", "signingSequence": 1},
			object{"signingSequence": 2},
		}
	})
	approver, viewer, signer := word(o, "signatories", 0, "id"), word(o, "signatories", 1, "id"), word(o, "signatories", 2, "id")
	require.Error(t, s.SignAs(t.Context(), signer, mitidtest.Ditlev()), "the approver comes first")
	require.Error(t, s.Approve(t.Context(), viewer, mitidtest.Ditlev()), "a viewer approves nothing")
	require.Error(t, s.SignAs(t.Context(), viewer, mitidtest.Ditlev()))
	require.NoError(t, s.Approve(t.Context(), approver, mitidtest.Ditlev()))
	require.NoError(t, s.SignAs(t.Context(), signer, mitidtest.Ditlev()))
	o = app.order(word(o, "id"))
	for i, want := range []string{"APPROVED", "OPEN", "SIGNED"} {
		assert.Equal(t, want, word(o, "signatories", i, "status"))
	}
}

func TestReject(t *testing.T) {
	s, app := start(t)
	o := app.place(twoSignatories)
	require.NoError(t, s.Reject(t.Context(), word(o, "signatories", 0, "href"), mitidtest.Ditlev(), "Nej tak, det er for dyrt på Ærø"))
	require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 1, "href"), mitidtest.Paiman()))
	o = app.order(word(o, "id"))
	assert.Equal(t, "OPEN", word(o, "status"))
	assert.Equal(t, "REJECTED", word(o, "signatories", 0, "status"))
	assert.Equal(t, "Nej tak, det er for dyrt på Ærø", word(o, "signatories", 0, "statusReason"))

	stubborn := app.place(func(in object) { in["ui"] = object{"disableRejection": true} })
	require.Error(t, s.Reject(t.Context(), word(stubborn, "signatories", 0, "id"), mitidtest.Ditlev(), ""))
	require.NoError(t, s.Fail(word(stubborn, "signatories", 0, "id"), "forseglingen mislykkedes"))
	assert.Equal(t, "ERROR", word(app.order(word(stubborn, "id")), "signatories", 0, "status"))
	require.Error(t, s.Fail(word(stubborn, "signatories", 0, "id"), "igen"))
	require.Error(t, s.Fail("æ", "ukendt"))
	require.Error(t, s.SignAs(t.Context(), "æ", mitidtest.Ditlev()))
}

func TestPersonWhoGivesUpHasNotSigned(t *testing.T) {
	s, app := start(t)
	o := app.place()
	g := word(o, "signatories", 0, "id")
	require.Error(t, s.SignWith(t.Context(), g, mitidtest.Abort()))
	require.Error(t, s.SignWith(t.Context(), g, mitidtest.Fail("server_error")))
	assert.Equal(t, "OPEN", word(app.order(word(o, "id")), "signatories", 0, "status"))
	require.NoError(t, s.SignWith(t.Context(), g, mitidtest.Approve(mitidtest.Ditlev())))
}

func TestSignatoriesComeAndGo(t *testing.T) {
	s, app := start(t)
	o := app.place(func(in object) { in["maxSignatories"] = 2 })
	id := word(o, "id")
	added := at(app.ask(addOne, object{"input": object{"signatureOrderId": id, "reference": "anden"}}), "addSignatory", "signatory")
	app.refused("more signatories", addOne, object{"input": object{"signatureOrderId": id}})
	changed := app.ask(change, object{"input": object{"signatoryId": word(added, "id"), "signingAs": "Sælger på Ærø"}})
	assert.Equal(t, "Sælger på Ærø", word(changed, "changeSignatory", "signatory", "signingAs"))
	assert.Equal(t, "anden", word(changed, "changeSignatory", "signatory", "reference"), "what is not named stays")
	app.refused("exactly one", change, object{"input": object{"signatoryId": word(added, "id"), "signingAs": "X",
		"evidenceProviders": []any{object{"id": word(o, "evidenceProviders", 0, "id"), "drawable": object{}, "criiptoVerify": object{}}}}})
	app.refused("another kind", change, object{"input": object{"signatoryId": word(added, "id"), "evidenceProviders": []any{object{"id": word(o, "evidenceProviders", 0, "id"), "drawable": object{}}}}})
	app.refused("not one of", remove, object{"input": object{"signatureOrderId": "æ", "signatoryId": word(added, "id")}})
	gone := app.ask(remove, object{"input": object{"signatureOrderId": id, "signatoryId": word(added, "id")}})
	assert.Equal(t, "DELETED", word(gone, "deleteSignatory", "signatureOrder", "signatories", 1, "status"))
	status, _, err := signatoryAPI(t, s, word(added, "token")).post("application/json", `{"query":"{viewer{id}}"}`)
	require.NoError(t, err)
	assert.Equal(t, 401, status, "the link is gone")
	app.ask(addOne, object{"input": object{"signatureOrderId": id}})
}

func TestCooldown(t *testing.T) {
	s, app := start(t)
	o := app.place(func(in object) { in["signatories"] = []any{object{"cooldownExpiresAt": "2026-11-02T10:30:00.000Z"}} })
	require.Error(t, s.SignAs(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev()))
	s.Advance(time.Hour)
	require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev()))
}

func TestProviders(t *testing.T) {
	s, app := start(t)
	o := app.place(func(in object) {
		in["evidenceProviders"] = []any{
			object{"allOf": object{"providers": []any{object{"criiptoVerify": object{"message": "æ"}}, object{"drawable": object{"requireName": true}}}}},
			object{"drawable": object{"minimumWidth": 10}, "enabledByDefault": false}, object{"noop": object{"name": "prøve"}, "enabledByDefault": false},
		}
		in["signatories"] = []any{object{}, object{}, object{}}
	})
	kinds := []string{}
	for i := range 3 {
		kinds = append(kinds, word(o, "evidenceProviders", i, "__typename"))
	}
	assert.Equal(t, []string{"NoopSignatureEvidenceProvider", "DrawableSignatureEvidenceProvider", "AllOfSignatureEvidenceProvider"}, kinds, "not in the order of the input")
	assert.Len(t, at(o, "signatories", 0, "evidenceProviders"), 1, "those that are on by default")
	for i, wish := range []int{-1, 1, 0} {
		if wish >= 0 {
			app.ask(change, object{"input": object{"signatoryId": word(o, "signatories", i, "id"), "evidenceProviders": []any{object{"id": word(o, "evidenceProviders", wish, "id")}}}})
		}
		require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", i, "id"), mitidtest.Citizens()[i]))
	}
	o = app.close(word(o, "id"))
	var got []string
	for i := range 3 {
		got = append(got, word(o, "documents", 0, "signatures", i, "__typename"))
	}
	assert.Equal(t, []string{"CompositeSignature", "DrawableSignature", "EmptySignature"}, got)
	assert.Equal(t, "DrawableSignature", word(o, "documents", 0, "signatures", 0, "signatures", 0, "__typename"))
	assert.Nil(t, at(o, "documents", 0, "signatures", 2, "timestampToken"))
	e := evidenceIn(t, content(t, o, "documents", 0, "blob"))
	require.Len(t, e, 2, "noop does not touch the file")
	assert.Equal(t, "criipto.signature.composite.v1", e[0]["type"])
	assert.Contains(t, e[0]["value"], `[{"type":"criipto.signature.jwt.v1","value":{"jwt":"`)
	assert.Equal(t, "criipto.signature.drawable.v1", e[1]["type"])
	assert.Contains(t, e[1]["value"], `"name":"`+mitidtest.Citizens()[1].Name)
}

func TestProductionAndOldEvidence(t *testing.T) {
	s, app := start(t, func(c *signingtest.Config) { c.Settings = signingtest.Settings{Production: true, OldEvidence: true} })
	app.refused("test environments", create, object{"input": input(func(in object) { in["evidenceProviders"] = []any{object{"noop": object{"name": "æ"}}} })})
	o := app.place()
	require.NoError(t, s.SignAs(t.Context(), word(o, "signatories", 0, "id"), mitidtest.Ditlev()))
	e := evidenceIn(t, content(t, app.close(word(o, "id")), "documents", 0, "blob"))[0]
	assert.Nil(t, e["environment"])
	assert.Contains(t, e["meta"], `"environment":"PRODUCTION"`)
	assert.Equal(t, "signature.jwt.v1", e["type"])
}

func TestSignActingAs(t *testing.T) {
	_, app := start(t)
	o := app.place(func(in object) {
		in["evidenceProviders"] = []any{object{"drawable": object{}}}
		in["disableVerifyEvidenceProvider"] = true
	})
	const acting = `mutation s($input: SignActingAsInput!) { signActingAs(input: $input) { signatory { status } } }`
	g := word(o, "signatories", 0, "id")
	evidence := object{"id": word(o, "evidenceProviders", 0, "id"), "drawable": object{"image": base64.StdEncoding.EncodeToString(picture(t)), "name": "Åse"}}
	app.refused("preapproved", acting, object{"input": object{"signatoryId": g, "evidence": evidence}})
	app.ask(change, object{"input": object{"signatoryId": g, "documents": []any{object{"id": word(o, "documents", 0, "id"), "preapproved": true}}}})
	app.refused("PNG", acting, object{"input": object{"signatoryId": g, "evidence": object{"id": evidence["id"], "drawable": object{"image": "w6Y="}}}})
	got := app.ask(acting, object{"input": object{"signatoryId": g, "evidence": evidence}})
	assert.Equal(t, "SIGNED", word(got, "signActingAs", "signatory", "status"))
}

func TestBatch(t *testing.T) {
	s, app := start(t)
	a, b := app.place(), app.place()
	const batch = `mutation b($input: CreateBatchSignatoryInput!) { createBatchSignatory(input: $input) { batchSignatory { id href token items { signatory { id } signatureOrder { id } } } } }`
	item := func(o object) object {
		return object{"signatoryId": word(o, "signatories", 0, "id"), "signatureOrderId": word(o, "id")}
	}
	app.refused("beside it", batch, object{"input": object{"items": []any{object{"signatoryId": word(a, "signatories", 0, "id"), "signatureOrderId": word(b, "id")}}}})
	app.refused("twice", batch, object{"input": object{"items": []any{item(a), item(a)}}})
	made := at(app.ask(batch, object{"input": object{"items": []any{item(a), item(b)}}}), "createBatchSignatory", "batchSignatory")
	assert.Len(t, at(made, "items"), 2)
	require.NoError(t, s.SignAs(t.Context(), word(made, "href"), mitidtest.Ditlev()))
	for _, o := range []object{a, b} {
		assert.Equal(t, "SIGNED", word(app.order(word(o, "id")), "signatories", 0, "status"))
	}
}

func TestPreviousSteps(t *testing.T) {
	s, app := start(t)
	o := app.place()
	g := signatoryAPI(t, s, word(o, "signatories", 0, "token"))
	doc, provider := word(o, "documents", 0, "id"), word(o, "evidenceProviders", 0, "id")
	g.refused("was not opened", update, object{"input": object{"documentId": doc, "status": "APPROVED"}})
	g.refused("cannot set", update, object{"input": object{"documentId": doc, "status": "SIGNED"}})
	g.refused("not one of", update, object{"input": object{"documentId": "æ", "status": "OPENED"}})
	g.refused("not every document", signs, object{"input": object{"id": provider, "noop": true}})
	g.ask(update, object{"input": object{"documentId": doc, "status": "OPENED"}})
	g.ask(update, object{"input": object{"documentId": doc, "status": "APPROVED"}})
	g.refused("criiptoVerifyV2 is missing", signs, object{"input": object{"id": provider, "noop": true}})
	g.refused("not begun here", signs, object{"input": object{"id": provider, "criiptoVerifyV2": object{"code": "x", "state": "y"}}})
	g.refused("not authorized", query, object{"id": word(o, "id")})
	app.refused("not authorized", signs, object{"input": object{"id": provider, "noop": true}})

	const begin = `mutation s($input: StartCriiptoVerifyEvidenceProviderInput!) { startCriiptoVerifyEvidenceProvider(input: $input) { __typename ... on CriiptoVerifyEvidenceProviderRedirect { redirectUri state } } }`
	in := object{"id": provider, "acrValue": "urn:grn:authn:dk:mitid:substantial", "stage": "SIGN", "redirectUri": "https://elsewhere.example/signatures"}
	g.refused("redirectUri must be", begin, object{"input": in})
	in["redirectUri"] = s.Verify().Issuer() + "/signatures"
	in["acrValue"] = "urn:grn:authn:se:bankid"
	g.refused("acrValue", begin, object{"input": in})
	in["acrValue"] = "urn:grn:authn:dk:mitid:high"
	begun := g.ask(begin, object{"input": in})
	u, err := url.Parse(word(begun, "startCriiptoVerifyEvidenceProvider", "redirectUri"))
	require.NoError(t, err)
	assert.Equal(t, "urn:grn:authn:dk:mitid:high", u.Query().Get("acr_values"))

	nobody := &api{t, s, http.Header{}}
	assert.Equal(t, "AnonymousViewer", word(nobody.ask(seen, nil), "viewer", "__typename"))
}
