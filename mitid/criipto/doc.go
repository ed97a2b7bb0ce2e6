// Package criipto speaks to Criipto Verify, sold as Idura Verify since late
// 2025, over OpenID Connect. It is an adapter: give its Broker to [mitid.New].
//
//	broker, err := criipto.New(criipto.Config{
//		Issuer:       "https://acme.idura.broker",
//		ClientID:     "urn:my:application:identifier:6765",
//		ClientSecret: mitid.NewSecret(secret),
//	})
//	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "https://app.example.dk/callback"})
//
// # What it supports
//
// It supports every level; private, business and either; CPR number and address
// (scopes ssn and address, or login_hint tokens where an intermediary owns the scope);
// the text and the verb of the MitID app; re-authentication of a known identity; a
// company by CVR number; app switch; Danish and English; fresh and silent logins;
// revoking the CPR consent; logout; ID tokens of front ends; proofs of age. It refuses
// transaction texts, the PID of NemID, Greenlandic and organisation data of a private
// login with ErrUnsupported.
//
// # Settings at the broker that matter
//
// "Enable dynamic scopes" makes the application's scopes count; without it the
// CPR number comes whenever the domain collects it, and [mitid.Client] drops it
// unless the Request asked. "CPR optional" lets people without a CPR number in.
// The redirect address must be registered letter by letter. Proofs of age
// (mitid.Request.Age) need an application of the product Age Verification, with a
// client id of its own.
//
// # Personal data
//
// A CPR hint and a MitID UUID are sent in pushed authorization requests (RFC 9126)
// only, and never in an address. If the broker takes no pushed requests, they are
// refused, and a step-up does without the hint. Logout sends no id_token_hint, because
// every ID token of this broker names the person.
//
// # What is uncertain
//
// The broker does not publish everything. Where neither its documentation nor recorded
// tokens give an answer, there is a setting with a sound default: see
// [Config.ReferenceTextOptional], [Config.BusinessLevel], [Config.AssertionAudience]
// and docs/rough-edges.md.
//
// # Errors
//
// access_denied is ErrUserCancelled, login_required ErrInteractionRequired,
// mitid_core_client_error ErrBrokerUnavailable (the person should try again), a
// missing browser cookie at the broker ErrStateInvalid; "Unknown Access Code"
// from the userinfo endpoint means that the application's response strategy is
// "from token endpoint" (ErrConfigInvalid).
//
// # Testing
//
// criiptotest.New is a Criipto that needs no account.
//
// # Files
//
//   - config.go, broker.go: the settings and New.
//   - begin.go, hint.go: the authorization request.
//   - complete.go, userinfo.go: the answer, in the order in which it is verified.
//   - claims.go, claims_address.go: the broker's claims in its own terms.
//   - claims_table.go, claims_values.go: by which name each claim is read, and how.
//   - claims_identity.go: whom the claims name.
//   - age.go, logout.go: the optional abilities.
//   - errors.go: the broker's error codes.
//
// Source: https://docs.idura.app/verify (formerly docs.criipto.com).
package criipto
