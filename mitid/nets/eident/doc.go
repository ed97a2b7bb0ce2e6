// Package eident speaks to Nets E-Ident (now run by IN Groupe) over OpenID
// Connect. It is an adapter: give its Broker to [mitid.New].
//
//	broker, err := eident.New(eident.Config{
//		Issuer:       "https://www.e-ident.nets.eu/oidc",
//		ClientID:     "MER2", // the merchant id
//		ClientSecret: mitid.NewSecret(secret),
//	})
//	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "https://app.example.dk/callback"})
//
// # What it supports
//
// It supports every level; private, business and either; CPR number, also after the
// login; the PID of NemID; organisation data; a reference text of 130 characters and a
// transaction text of 600, plain or HTML, checked before it is sent and compared with
// what the person saw; Danish and English; fresh logins; ID tokens of front ends. It
// refuses addresses, CPR and CVR hints, the verb of the MitID app, Greenlandic, silent
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
//     whether the reference text comes back.
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
// missing or different is ErrTransactionMismatch.
//
// # Testing
//
// eidenttest.New is an E-Ident that needs no contract, with a switch for each
// of the open questions.
//
// # Files
//
//   - config.go, broker.go: the settings and New.
//   - begin.go, texts.go: the authorization request, and the texts that the person
//     approves.
//   - complete.go, userinfo.go: the answer, in the order in which it is verified.
//   - claims.go: the broker's claims in its own terms.
//   - claims_table.go: by which name each claim is read, and how.
//   - claims_identity.go, identity.go: whom the claims name, and the claims that Config
//     names.
//   - step_up.go: the CPR number after the login.
//   - errors.go: the broker's error codes.
//
// Source: https://www.nets.eu/developer/e-ident/ and
// https://doc.ingroupe.com/developer/.
package eident
