// Package nemlogin logs people in through NemLog-in, the broker of the Danish state, over
// SAML 2.0 with the profile OIOSAML Web SSO 3.0.3. Public authorities use it, and private
// companies that joined NemLog-in.
//
// [New] takes the service provider's keys and NemLog-in's metadata files. Give the Broker
// to mitid.New, whose RedirectURL is the AssertionConsumerService. The answer arrives there
// as a form post from another site, so the application needs https: the cookie of a pending
// login must be SameSite=None, which browsers take over https alone. mitidhttp does that.
//
//	broker, err := nemlogin.New(nemlogin.Config{
//		EntityID: "https://kommune.example/saml",
//		Keys:     []nemlogin.KeyPair{{Key: key, Certificate: certificate}},
//		IdP:      [][]byte{metadata},
//	})
//	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "https://kommune.example/callback"})
//
// [Broker.Metadata] returns the metadata to register in NemLog-in's administration portal. It
// needs [Config.Organisation] and [Config.Contact] too.
//
// # What is asked
//
// A request carries the level, the capacity, [mitid.Request.Fresh], Silent and AppSwitch.
// NemLog-in tells the attributes that the metadata asks for ([Config.Attributes]), whatever
// the request says: without Request.CPR, the Client drops the CPR number. A private service
// provider never gets one ([Config.PrivateProvider]). Everything else that a Request can
// hold is refused with ErrUnsupported: texts, hints, a language, a proof of age.
//
// [Broker.StepUp] is a new login of the same person, and needs a persistent NameID.
//
// # What is checked
//
// The answer must hold exactly one assertion, encrypted for one of [Config.Keys] and signed
// with a key of [Config.IdP]. It must answer this request, for this address and this service
// provider alone, and be valid now. NemLog-in's clock may differ from ours by five minutes.
// Every fact is read from what the signature of the assertion covers. The level is that of
// the attribute nsis/loa, never that of the AuthnContext.
//
// AES-256-GCM and AES-256-CBC with RSA-OAEP are read. All other encryption, SHA-1
// signatures, document types and comments are refused. With AES-256-CBC, an assertion that
// does not decrypt, is no XML or is not signed gets one and the same error.
//
// Identity.Subject is the NameID, byte for byte. Login.Claims is a *claims.OIOSAML. The
// evidence is the assertion as it was decrypted, with its signature, beside the certificate
// (DER) whose key verified it.
//
// # Keys
//
// NemLog-in changes its key from one moment to the next. Put its old and its new metadata
// file into [Config.IdP] before that; both keys count. To change the key of the service
// provider, add the new one to [Config.Keys], register the new metadata, and put the new
// key first. Where people log in for real, certificates for tests are refused.
//
// # Logout
//
// NemLog-in's integration test asks for single logout. Mount Gate.ReceiveLogout of mitidhttp
// at [Config.LogoutURL]. [Broker.EndSession] logs the person out everywhere, and
// [Broker.ReceiveLogout] takes NemLog-in's answer, and its request when they log out at
// another service. Messages are signed both ways; one that is not ends nothing.
//
// # What is uncertain
//
// NemLog-in does not publish everything. These have a sound default:
//
//   - the status code of a person who cancels ([Config.CancelCode]);
//   - which cipher it takes if the metadata lists two: it lists one ([Config.CBC]);
//   - what it does with several kinds of credential ([Config.CredentialTypes]);
//   - the form of a transient NameID: any, but not one that contradicts the attributes.
//
// # Errors
//
// NoPassive is ErrInteractionRequired, NoAuthnContext ErrAssuranceTooLow, and
// [Config.CancelCode] ErrUserCancelled. InvalidNameIDPolicy and the codes for requests that
// NemLog-in does not understand are ErrConfigInvalid. Every other code is
// ErrBrokerDeclined. An answer that comes twice is ErrReplay.
//
// # Personal data
//
// The assertion holds what [Config.Attributes] asks for, with each login. It travels
// encrypted, and Login.Evidence holds it in clear: keep that sealed. A request names nobody.
//
// # Testing
//
// nemlogintest.New is a NemLog-in that needs no account and no certificate of the state.
//
// # Files
//
//   - config.go, validate.go, broker.go: the settings and New.
//   - begin.go, request.go, redirect.go, step_up.go: the request.
//   - complete.go: the answer, in the order in which it is checked: response.go (the form
//     and the Response), decrypt.go, assertion.go, attributes.go, identity.go.
//   - errors.go: the status codes. instant.go: times. names.go: namespaces.
//   - idp.go, idp_file.go, idp_keys.go: NemLog-in's metadata. metadata.go,
//     metadata_keys.go: that of the service provider.
//   - logout_….go: single logout, both ways. check.go: what can be checked without a login.
//
// Sources: OIOSAML Web SSO Profile 3.0.3 (https://digst.dk/it-loesninger/standarder/), the
// OASIS specifications of SAML 2.0, and NemLog-in's pages for service providers
// (https://www.nemlog-in.dk/).
package nemlogin
