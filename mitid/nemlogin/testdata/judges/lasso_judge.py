#!/usr/bin/python3
"""Lasso (https://lasso.entrouvert.org) as an IdP and as a service provider.

The script reads one question from standard input and writes one answer to standard
output, both JSON. Every question has:

    do      the name of one of the functions in QUESTIONS
    self    {metadata, key, certificate} of Lasso's side
    peer    the metadata of the other side

What Lasso refuses ends the script with Lasso's error.
"""

import json
import sys
from datetime import datetime, timedelta, timezone

import lasso

NAME_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
METHODS = {"redirect": lasso.HTTP_METHOD_REDIRECT, "post": lasso.HTTP_METHOD_POST}


def server(q):
    """Lasso's side, which knows the peer. It signs with RSA-SHA256."""
    own = q["self"]
    s = lasso.Server.newFromBuffers(own["metadata"], own["key"], None, own["certificate"])
    s.signatureMethod = lasso.SIGNATURE_METHOD_RSA_SHA256
    s.setEncryptionPrivateKey(own["key"])
    peer_is_sp = "SPSSODescriptor" in q["peer"]
    s.addProviderFromBuffer(lasso.PROVIDER_ROLE_SP if peer_is_sp else lasso.PROVIDER_ROLE_IDP, q["peer"])
    return s


def profile(kind, q):
    """A Login or Logout that demands a signature on every message that it reads."""
    p = kind.newFromDump(server(q), q["pending"]) if q.get("pending") else kind(server(q))
    p.setSignatureVerifyHint(lasso.PROFILE_SIGNATURE_VERIFY_HINT_FORCE)
    if q.get("session"):
        p.setSessionFromDump(q["session"])
    return p


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def sent(p):
    """The message that p has built, as the browser brings it."""
    return {"url": p.msgUrl, "body": p.msgBody, "relay_state": p.msgRelayState}


# --- as an IdP ------------------------------------------------------------------


def read_request(login):
    r = login.request
    context = r.requestedAuthnContext
    return {
        "id": r.id,
        "issuer": r.issuer.content,
        "acs": r.assertionConsumerServiceUrl,
        "destination": r.destination,
        "comparison": context.comparison if context else None,
        "classes": list(context.authnContextClassRef) if context else [],
        "force": bool(r.forceAuthn),
        "passive": bool(r.isPassive),
        "name_id_format": r.nameIdPolicy.format if r.nameIdPolicy else None,
        "relay_state": login.msgRelayState,
    }


def attribute(name, values):
    a = lasso.Saml2Attribute()
    a.name, a.nameFormat = name, NAME_FORMAT
    made = []
    for value in values:
        text = lasso.MiscTextNode.newWithString(value)
        text.textChild = True
        v = lasso.Saml2AttributeValue()
        v.any = (text,)
        made.append(v)
    a.attributeValue = tuple(made)
    return a


def answer(q):
    """Verifies the AuthnRequest of the query, and answers it with q's person or refuses."""
    login = profile(lasso.Login, q)
    login.processAuthnRequestMsg(q["query"])
    request = read_request(login)
    try:
        login.validateRequestMsg(not q.get("refuses"), True)
    except lasso.LoginRequestDeniedError:
        login.buildAuthnResponseMsg()
        return dict(sent(login), request=request)
    peer = login.server.getProvider(login.remoteProviderId)
    if q["encrypt"]:
        peer.setEncryptionMode(lasso.ENCRYPTION_MODE_ASSERTION)
        peer.setEncryptionSymKeyType(lasso.ENCRYPTION_SYM_KEY_TYPE_AES_256)
        peer.setKeyEncryptionMethod(lasso.KEY_ENCRYPTION_METHOD_OAEP)
    now = datetime.now(timezone.utc)
    login.buildAssertion(
        "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified",
        stamp(now), None, stamp(now - timedelta(minutes=1)), stamp(now + timedelta(minutes=5)),
    )
    person = q["person"]
    assertion = login.assertion
    assertion.subject.nameId.content = person["name_id"]
    # Lasso qualifies its persistent names; NemLog-in does not.
    assertion.subject.nameId.nameQualifier = None
    assertion.subject.nameId.spNameQualifier = None
    assertion.authnStatement[0].sessionIndex = person["session_index"]
    statement = lasso.Saml2AttributeStatement()
    statement.attribute = tuple(attribute(a["name"], a["values"]) for a in person["attributes"])
    assertion.attributeStatement = (statement,)
    login.buildAuthnResponseMsg()
    return dict(sent(login), request=request, session=login.session.dump())


# --- as a service provider --------------------------------------------------------


def request(q):
    """Makes an AuthnRequest."""
    login = profile(lasso.Login, q)
    login.initAuthnRequest(None, lasso.HTTP_METHOD_REDIRECT)
    r = login.request
    r.protocolBinding = lasso.SAML2_METADATA_BINDING_POST
    r.assertionConsumerServiceUrl = q["acs"]
    r.nameIdPolicy.format = lasso.SAML2_NAME_IDENTIFIER_FORMAT_PERSISTENT
    r.nameIdPolicy.allowCreate = True
    r.requestedAuthnContext = lasso.Samlp2RequestedAuthnContext()
    r.requestedAuthnContext.comparison = "minimum"
    r.requestedAuthnContext.authnContextClassRef = tuple(q["classes"])
    login.msgRelayState = q["relay_state"]
    login.buildAuthnRequestMsg()
    return dict(sent(login), id=r.id, pending=login.dump())


def text(value):
    return "".join(n.content if isinstance(n, lasso.MiscTextNode) else n.dump() for n in value.any)


def accept(q):
    """Verifies the response to an AuthnRequest that request made."""
    login = profile(lasso.Login, q)
    # Lasso would demand a signature on the response too. OIOSAML signs the assertion.
    login.setSignatureVerifyHint(lasso.PROFILE_SIGNATURE_VERIFY_HINT_MAYBE)
    try:
        login.processAuthnResponseMsg(q["response"])
    except lasso.Error:
        code = login.response.status.statusCode if login.response else None
        while code:
            print(code.value, file=sys.stderr)
            code = code.statusCode
        raise
    login.acceptSso()
    a = login.assertion
    statement = a.authnStatement[0]
    return {
        "issuer": a.issuer.content,
        "name_id": a.subject.nameId.content,
        "name_id_format": a.subject.nameId.format,
        "session_index": statement.sessionIndex,
        "audience": [u.audience for u in a.conditions.audienceRestriction],
        "in_response_to": a.subject.subjectConfirmation.subjectConfirmationData.inResponseTo,
        "attributes": {
            x.name: [text(v) for v in x.attributeValue] for s in a.attributeStatement for x in s.attribute
        },
        "session": login.session.dump(),
    }


# --- logout, on either side -------------------------------------------------------


def logout_request(q):
    """Makes a LogoutRequest for the session."""
    logout = profile(lasso.Logout, q)
    logout.initRequest(None, METHODS[q["method"]])
    logout.msgRelayState = q.get("relay_state")
    logout.buildRequestMsg()
    return dict(sent(logout), id=logout.request.id, pending=logout.dump())


def logout_answer(q):
    """Verifies a LogoutRequest and answers it."""
    logout = profile(lasso.Logout, q)
    logout.processRequestMsg(q["message"])
    logout.msgRelayState = q.get("relay_state") or logout.msgRelayState
    r = logout.request
    said = {
        "id": r.id,
        "issuer": r.issuer.content,
        "destination": r.destination,
        "name_id": r.nameId.content,
        "name_id_format": r.nameId.format,
        "session_index": list(r.sessionIndexes),
        "relay_state": logout.msgRelayState,
    }
    logout.validateRequest()
    logout.buildResponseMsg()
    return dict(sent(logout), request=said, name_id=r.nameId.content, session_index=r.sessionIndex)


def logout_finish(q):
    """Verifies the LogoutResponse to a LogoutRequest that logout_request made."""
    logout = profile(lasso.Logout, q)
    logout.processResponseMsg(q["message"])
    return {
        "status": logout.response.status.statusCode.value,
        "logged_out": True,
        "in_response_to": logout.response.inResponseTo,
        "relay_state": logout.msgRelayState,
    }


QUESTIONS = {f.__name__: f for f in (answer, request, accept, logout_request, logout_answer, logout_finish)}

if __name__ == "__main__":
    question = json.load(sys.stdin)
    json.dump(QUESTIONS[question["do"]](question), sys.stdout)
