// Package eident speaks to Nets E-Ident (now run by IN Groupe) over OpenID
// Connect. It is an adapter: hand its Broker to [mitid.New] and forget it.
//
//	broker, err := eident.New(eident.Config{
//		Issuer:       "https://www.e-ident.nets.eu/oidc",
//		ClientID:     "MER2", // the merchant id
//		ClientSecret: mitid.NewSecret(secret),
//	})
//	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "https://app.example.dk/callback"})
//
// # What it carries
//
// Every level; private, business and either; CPR number, also afterwards; the PID
// of NemID; organisation data; a reference text of 130 characters and a
// transaction text of 600, plain or HTML, checked before it leaves and compared
// with what the person saw; Danish and English; fresh logins; ID tokens of front
// ends. Not carried, and refused with ErrUnsupported: addresses, CPR and CVR
// hints, the verb of the MitID app, Greenlandic, silent logins, app switch,
// taking back a CPR consent, logout, and a MitID UUID unless
// [Config.UUIDInURL] allows it.
//
// This broker takes no pushed and no signed requests: what is asked travels
// through the person's browser as it is, and they may change it. So everything
// that counts is looked for in the answer: level, capacity, CPR number, texts.
// acr tells no level here (it is always urn:eident:cert:eidas:high) and is never
// looked at.
//
// # A CPR number of private people only
//
// The broker asks everybody for a CPR number who logs in where the scope ssn was
// asked for, employees too, and a foreign employee has none. To ask private
// people alone, let people log in without it and step up those who came for
// themselves:
//
//	login, err := client.Complete(ctx, state, callback) // Request{Capacity: claims.CapacityEither}
//	if login.Identity.Capacity == claims.CapacityPrivate {
//		redirect, err = client.StepUp(ctx, login, mitid.Request{CPR: mitid.CPRRequired})
//	}
//
// A step-up shows the CPR page and nothing else, costs nothing more, and works as
// long as the login's ID token is valid: 15 minutes. Login.StepUp holds all it
// needs. A later one is refused before it is sent, with ErrInteractionRequired:
// start a new login that asks for the number. A step-up that asks for anything
// else (a level, a text, the PID) is a new login, and the answer must be the same
// person's.
//
// # Personal data
//
// A MitID UUID leaves in an address only with [Config.UUIDInURL]; a step-up does
// without it otherwise. A CPR number never leaves. A reference or transaction text
// always stands in the address, and so in the browser's history: write nothing
// into it that must not be there.
//
// # What is uncertain
//
// The vendor does not publish everything. Where that leaves a gap there is a
// setting with a sound default: the algorithm ([Config.Algorithm]), encrypted
// tokens, client_secret_post, the encoding of texts and hint, the separator of
// amr_values, scope and claim of the NemID PID, the claims of the organisation's
// name and number, the identity_type of a private MitID that acts for a company
// ([Config.PrivateForCompany]), what the digest of a transaction text is over
// ([Config.DigestOverParameter]), and whether the reference text comes back. Read in every form that has
// been seen: auth_time (a number or a date in text; anything else is not told, and
// a fresh login is then refused), birthdate, amr, texts in the answer, the nonce
// beside the state. Not known: what the broker answers to a late step-up,
// whether a step-up brings an ID token of its own (the login's is taken too), and
// whether people may leave the CPR page without a number: if they may not,
// CPRIfPresent locks out who has none.
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
//   - config.go, broker.go: the settings, and what New makes of them.
//   - begin.go, texts.go: what is asked, and the texts that the person approves.
//   - complete.go, userinfo.go: the answer, in the order in which it is verified.
//   - claims.go: the broker's claims in its own terms.
//   - claims_table.go: by which name each claim is read, and how.
//   - claims_identity.go, identity.go: whom the claims name, and what Config changes in it.
//   - step_up.go: the CPR number after the login.
//   - errors.go: the broker's error codes.
//
// Source: https://www.nets.eu/developer/e-ident/ and
// https://doc.ingroupe.com/developer/.
package eident
