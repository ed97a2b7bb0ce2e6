// Package eident speaks to Nets E-Ident (now run by IN Groupe), over OpenID Connect
// ([Broker]) or SAML 1.1 ([SAMLBroker]). It is an adapter: give one of them to [mitid.New].
//
//	broker, err := eident.New(eident.Config{
//		Issuer:       "https://www.e-ident.nets.eu/oidc",
//		ClientID:     "MER2", // the merchant id
//		ClientSecret: mitid.NewSecret(secret),
//	})
//	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "https://app.example.dk/callback"})
//
// A new merchant takes OpenID Connect. [NewSAML] is for one who is on SAML already: what
// follows holds for both protocols, and the section SAML says what differs.
//
// # What it supports
//
// It supports every level; private, business and either; CPR number, also after the
// login; the PID of NemID; organisation data; a reference text of 130 characters and a
// transaction text of 600, plain or HTML, checked before it is sent and compared with
// what the person saw; Danish and English; fresh logins; ID tokens of front ends (not with
// SAML). It refuses addresses, CPR and CVR hints, the verb of the MitID app, Greenlandic, silent
// logins, app switch, revoking a CPR consent and logout with ErrUnsupported, and a MitID
// UUID too, unless [Config.UUIDInURL] is set.
//
// This broker takes no pushed and no signed requests. The person's browser carries the
// request, and the person may change it. So level, capacity, CPR number and texts are
// checked in the answer. acr is always urn:eident:cert:eidas:high and is never read.
//
// # A CPR number of private people only
//
// If a request has the scope ssn, the broker asks everybody for a CPR number, employees
// too. A foreign employee has none. To ask private people alone, let people log in
// without the number, and step up the private ones:
//
//	login, err := client.Complete(ctx, state, callback) // Request{Capacity: claims.CapacityEither}
//	if login.Identity.Capacity == claims.CapacityPrivate {
//		redirect, err = client.StepUp(ctx, login, mitid.Request{CPR: mitid.CPRRequired})
//	}
//
// A step-up shows the CPR page and nothing else, and costs nothing. It works as long as
// the login's ID token is valid: 15 minutes. Login.StepUp holds all it needs. A later
// step-up is refused with ErrInteractionRequired before it is sent: begin a new login
// that asks for the number. A step-up that asks for anything else (a level, a text, the
// PID) is a new login, whose answer must name the same person.
//
// # SAML
//
// The protocol is the Browser/Artifact profile of SAML 1.1. The browser brings an artifact
// in SAMLart, and the adapter fetches the assertion behind it, once, with MID and password.
// A login that fails comes back by the parameter status, unless [SAMLConfig.NoStatus] is
// set.
//
// Attributes are read into the same [Claims] as the claims of an ID token, and
// Identity.Subject is the sub of OpenID Connect: mitid: and the UUID. Users are known again
// when the merchant changes the protocol. The NameIdentifier is not read. The step-up
// sends the AssertionID without TI2-.
//
// TLS, the configured host and the password say who made an assertion. [SAMLConfig.Signers]
// adds its signature. If it is nil, no signature is verified, and Login.Evidence holds a
// token without a key: it proves nothing to anybody else. The token is the SOAP answer as it
// arrived, with the assertion and its signature.
//
// SAML 1.1 has neither nonce nor PKCE. TARGET alone ties an answer to a login:
//
//   - Nobody can finish a login in another person's browser. TARGET is random, and the
//     sealed state of the login is in the browser that began it.
//   - Nothing in an assertion says for which login it was made. Who gets hold of an artifact
//     that was not fetched yet can finish a login of their own with it, and is then the
//     other person. What protects is that an artifact works once, lives for a short time,
//     and travels over TLS to the redirect URL only. So keep that address out of access
//     logs, and send Referrer-Policy: no-referrer there, as mitidhttp does.
//
// With OpenID Connect, PKCE and the nonce close this gap.
//
// There is no parameter for a fresh login. If Request.Fresh is set, a login is refused
// whose AuthenticationInstant is older than the request. The logout page of the vendor is
// not supported.
//
// # Personal data
//
// A MitID UUID is sent in an address only with [Config.UUIDInURL]. Without it, a step-up
// does without the UUID. A CPR number is never sent. A reference or transaction text is
// always in the address, and so in the browser's history: write nothing into it that
// must not be there.
//
// # What is uncertain
//
// The vendor does not publish everything. Settings with a sound default decide:
//
//   - the algorithm ([Config.Algorithm]), encrypted tokens, client_secret_post;
//   - the encoding of texts and hint, the separator of amr_values;
//   - the scope and the claim of the NemID PID, and the claims of the organisation's name
//     and number;
//   - the identity_type of a private MitID that acts for a company
//     ([Config.PrivateForCompany]);
//   - what the digest of a transaction text is of ([Config.DigestOverParameter]), and
//     whether the reference text comes back;
//   - with SAML: signature, issuer and audience of assertions ([SAMLConfig.Signers], Issuer,
//     Audience), whether they keep to the profile ([SAMLConfig.IncompleteProfile]), the
//     address for failed logins ([SAMLConfig.NoStatus]), and the attributes of the
//     organisation's name and number. An assertion that is valid for more than 15 minutes is
//     refused, give or take five.
//
// Of auth_time, birthdate, amr, the texts in the answer and the nonce beside the state,
// every form that has been seen is read. If auth_time has another form, a fresh login is
// refused.
//
// It is not known what the broker answers to a late step-up. It is not known whether a
// step-up brings a new ID token, so that of the login is accepted too. It is not known
// whether people may leave the CPR page without a number. If they may not, nobody without
// a number can log in with CPRIfPresent.
//
// # Errors
//
// access_denied and cancel are ErrUserCancelled, match_ssn_error ErrCPRMismatch,
// input_params_notpresent ErrConfigInvalid; blankcvr (no organisation to log in
// for), authfailed, get_ssn_error, generalerror and every unknown code
// ErrBrokerDeclined. After the 15 minutes every error of a step-up is
// ErrInteractionRequired. A transaction answer whose text, type or digest is
// missing or different is ErrTransactionMismatch. artifact_expired and the like are
// ErrBrokerDeclined: the person starts anew.
//
// # Testing
//
// eidenttest.New is an E-Ident that needs no contract, with a switch for each
// of the open questions; eidenttest.NewSAML is the same for SAML.
//
// # Files
//
//   - config.go, broker.go: the settings and New; settings.go: what both protocols share.
//   - begin.go, texts.go: the authorization request, and the texts that the person
//     approves.
//   - complete.go, userinfo.go: the answer, in the order in which it is verified.
//   - claims.go: the broker's claims in its own terms.
//   - claims_table.go: by which name each claim is read, and how.
//   - claims_identity.go, identity.go: whom the claims name, and the claims that Config
//     names.
//   - step_up.go: the CPR number after the login.
//   - errors.go: the broker's error codes.
//   - saml_config.go, saml_broker.go: the settings, NewSAML and the request of SAML.
//   - saml_complete.go, saml_fetch.go, saml_response.go, saml_assertion.go, saml_claims.go: the
//     answer, in the order in which it is read; saml_check.go: what can be checked without a
//     login.
//
// Source: https://www.nets.eu/developer/e-ident/ and
// https://doc.ingroupe.com/developer/.
package eident
