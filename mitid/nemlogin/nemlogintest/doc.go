// Package nemlogintest fakes NemLog-in, the broker of the Danish state, for tests and
// demonstrations: an identity provider over SAML 2.0 with the profile OIOSAML Web SSO
// 3.0.3. One line starts a fake, and stops it when the test ends. Both sides then take the
// other's metadata, for which nemlogin.Config needs Organisation and Contact too:
//
//	fake := nemlogintest.New(t)
//	broker, err := nemlogin.New(nemlogin.Config{IdP: [][]byte{fake.Metadata()}, …})
//	metadata, err := broker.Metadata(redirectURL)
//	err = fake.Register(metadata)
//
// Package mitidtest says what every fake can do: people, outcomes, tamperings, a browser.
// A service provider needs no test certificate here: any RSA key will do.
//
// One login serves several service providers, and a logout at one of them ends the others
// ([Broker.LogoutURL], [Broker.Logout]). Before [Broker.RotateKeys] changes the key,
// [Broker.NextMetadata] is the file that NemLog-in publishes. [Broker.Configure] turns the
// switches: ciphers, privileges, the clock of NemLog-in, what the real one does not tell.
//
// # What is where
//
//   - broker.go: the type that a test uses; dialect.go: the paths
//   - metadata.go: NemLog-in's metadata; provider.go: that of service providers
//   - message.go: what a service provider sends; authenticate.go: what it asks for
//   - page.go, session.go: the pages, and who is logged in where
//   - response.go, attributes.go, privileges.go: what an assertion tells
//   - sign.go, encrypt.go: XML Signature and XML Encryption; names.go: names of the standards
//   - logout.go, logout_message.go: single logout both ways
//   - settings.go: the switches; differences.go: where the real NemLog-in differs, or is not
//     known
//   - traits.go: what the conformance suite must know; tamper….go: the tamperings
package nemlogintest
