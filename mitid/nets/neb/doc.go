// Package neb speaks to Nets eID Broker (Signaturgruppen Broker,
// netseidbroker.dk) over OpenID Connect. It is an adapter: give its Broker to
// [mitid.New].
//
//	broker, err := neb.New(neb.Config{
//		Issuer:       neb.Production,
//		ClientID:     "0a775a87-878c-4b83-abe3-ee29c720c3e7",
//		ClientSecret: mitid.NewSecret(secret),
//	})
//	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "https://app.example.dk/callback"})
//
// # What it supports
//
// It supports every level; private, Erhverv and either; CPR number, registered address
// and the PID of NemID; reference texts, transaction texts and the verb of the MitID
// app; re-authentication of a known identity; app switch; Danish, English and
// Greenlandic; fresh and silent logins; a step-up to the CPR number on a running
// session, and the CPR match, each within 15 minutes; logout, and logout messages of
// both channels; proofs of age ([Config.AgeScope]). It refuses revoking a CPR consent,
// the choice of a company by CVR number, and an app switch without an address to come
// back to with ErrUnsupported.
//
// The broker has a session for each browser and answers from it without showing MitID.
// If a Request asks for something that only MitID can do (a text, a verb, a known
// identity, level high), this package sends prompt=login. Otherwise set Request.Fresh to
// demand a new login.
//
// A person without a CPR number, or one who does not want to give it, can only cancel on
// the broker's CPR page. So ask for no CPR number in the first login. Look at
// UserInfo.HasCPR in Login.Claims and at Identity.Capacity, and step up.
//
// # Which token says what
//
// The ID token names the person by a key of this organisation (Identity.Subject). It says
// at what level, when and in what capacity they logged in, and nothing else about them.
// So does the Login of Client.VerifyToken. The facts about the person come from the
// userinfo token or endpoint ([Config.Source]), which subject and transaction bind to the
// ID token. Texts come from the transaction token.
//
// A transaction token has its own signing key. The subject of its certificate
// ([Config.TransactionSubject]) distinguishes it from the key of ID tokens, and neither
// key may sign the tokens of the other. An OCSP answer must say that the certificate is
// good now. Only with [Config.TransactionIssuer] is it known that the answer comes from
// the right responder. Without it, the certificate and the answer are trusted because the
// broker sent them over TLS.
//
// # Personal data
//
// Hints that name a person are sent in pushed authorization requests (RFC 9126) only.
// The id_token_hint of a logout holds no fact about the person. Login.Evidence holds the
// access token, which MatchCPR needs. It is valid for three hours, and a secret.
//
// # What is uncertain
//
// We have no recordings of Erhverv logins, successful pushed requests, silent logins, CPR
// matches and logouts with a hint. They follow the vendor's documentation. If Erhverv
// logins end with ErrClaimMissing, set [Config.Source] to [UserinfoEndpoint]. The
// documentation says that transaction texts are pushed as signtext. In recordings the
// broker takes them in a signed request object: see [Config.TextCarrier].
//
// # Errors
//
// errors.go has a table of the broker's error codes. If the request itself is wrong, no
// answer comes: the person stays on the broker's error page. A late step-up or match is
// ErrInteractionRequired, and a fourth match ErrCPRMismatch.
//
// # Testing
//
// nebtest.New is a Nets eID Broker that needs no account.
//
// # Files
//
//   - config.go, broker.go: the settings and New.
//   - begin.go, scope.go, idp_params.go: the authorization request.
//   - complete.go: the answer, in the order in which it is verified.
//   - id_token.go, userinfo.go, transaction.go: the three sources of facts.
//   - claims.go, claims_id_token.go, claims_userinfo.go, claims_transaction.go: their
//     claims. claims_token.go, claims_details.go: the claims that they share.
//   - claims_table.go: by which name each claim is read.
//   - claims_identity.go, claims_person.go: whom the claims name.
//   - subject.go, status.go: which certificate signs transaction tokens, and whether
//     it is good.
//   - age.go, step_up.go, match.go, logout.go, receive.go: the optional abilities.
//   - errors.go: the broker's error codes.
//
// Source: https://signaturgruppen-a-s.github.io/signaturgruppen-broker-documentation
// and recordings of its pre-production service.
package neb
