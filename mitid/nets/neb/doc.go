// Package neb speaks to Nets eID Broker (Signaturgruppen Broker,
// netseidbroker.dk) over OpenID Connect. It is an adapter: hand its Broker to
// [mitid.New] and forget it.
//
//	broker, err := neb.New(neb.Config{
//		Issuer:       neb.Production,
//		ClientID:     "0a775a87-878c-4b83-abe3-ee29c720c3e7",
//		ClientSecret: mitid.NewSecret(secret),
//	})
//	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "https://app.example.dk/callback"})
//
// # What it carries
//
// Every level; private, Erhverv and either; CPR number, registered address and the
// PID of NemID; reference texts, transaction texts and the verb of the MitID app;
// re-authentication of a known identity; app switch; Danish, English and
// Greenlandic; fresh and silent logins; a step-up to the CPR number on a running
// session, and the CPR match, each within 15 minutes; logout, and logout messages
// of both channels; proofs of age ([Config.AgeScope]). Not carried, and refused with
// ErrUnsupported: taking back a CPR consent, the choice of a company by CVR number,
// an app switch without an address to come back to.
//
// The broker keeps a session of its own for each browser and answers from it
// without showing MitID. Where a Request asks for something that only MitID can
// do (a text, a verb, a known identity, level high) this package sends
// prompt=login; otherwise ask with Request.Fresh.
//
// The broker's CPR page has no documented way past it: a person without a number,
// or who keeps it, can only cancel. So ask for no CPR number at the door, look at
// UserInfo.HasCPR in Login.Claims and at Identity.Capacity, and step up.
//
// # Who says what
//
// The ID token says who is logged in by a key of this organisation
// (Identity.Subject), how well, when and in what capacity, and nothing else about
// the person; so does the Login of Client.VerifyToken. The facts come from the
// userinfo token or endpoint ([Config.Source]), bound to the ID token by subject
// and transaction. Texts come from the transaction token.
//
// A transaction token is signed with a key of its own, which is told from the other
// by the subject of its certificate ([Config.TransactionSubject]); neither key is
// taken for the other's tokens. An OCSP answer must say that the certificate is
// good, now. That the answer is of the right responder is established only with
// [Config.TransactionIssuer]: without it, the broker's own word over TLS is what
// vouches for the certificate and the answer.
//
// # Personal data
//
// Hints that name a person leave in pushed authorization requests (RFC 9126) only.
// The id_token_hint of a logout holds no fact about the person. Login.Evidence
// holds the access token, which MatchCPR needs; it is a secret for three hours.
//
// # What is uncertain
//
// Erhverv logins, successful pushed requests, silent logins, a tried CPR match and
// a logout with a hint were never seen on the wire by us: they follow the vendor's
// documentation. Should Erhverv logins end with ErrClaimMissing, set
// [Config.Source] to [UserinfoEndpoint]. The documentation has transaction texts
// pushed as signtext, the wire has been seen to take them in a signed request
// object: see [Config.TextCarrier].
//
// # Errors
//
// The broker's error codes are a table in errors.go. What is wrong with a request
// itself never comes back: the person stays on the broker's error page. A step-up
// or match that is too late is ErrInteractionRequired; a fourth match is
// ErrCPRMismatch.
//
// # Testing
//
// nebtest.New is a Nets eID Broker that needs no account.
//
// # Files
//
//   - config.go, broker.go: the settings, and what New makes of them.
//   - begin.go, scope.go, idp_params.go: what is asked, and in which parameters.
//   - complete.go: the answer, in the order in which it is verified.
//   - id_token.go, userinfo.go, transaction.go: the three sources of facts.
//   - claims.go, claims_id_token.go, claims_userinfo.go, claims_transaction.go: what they
//     say; claims_token.go and claims_details.go what they share.
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
