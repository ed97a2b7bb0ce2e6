// Package nebtest fakes Nets eID Broker (Signaturgruppen) for tests and
// demonstrations, as its pre-production system was recorded. One line starts a fake, and
// stops it when the test ends:
//
//	fake := nebtest.New(t)
//
// Package mitidtest says what every fake can do: people, outcomes, tamperings, a
// browser. This broker's own are [Broker.Configure], the logout messages
// ([Broker.LogoutToken], [Broker.LogoutQuery], [Broker.SendLogout]),
// [Broker.TransactionRoot], and the signing APIs, which [Broker.TamperSigning] spoils.
//
// # What is where
//
//   - broker.go: the type that a test uses; dialect.go: the paths and what answers there
//   - request.go, params.go: what a request asks for
//   - authorize.go, page.go, grant.go: the login, and what the person allows
//   - client.go, token.go, claims.go, erhverv.go: what the application is told
//   - userinfo.go: userinfo and the CPR match; logout.go: sessions and how they end
//   - transaction.go, ocsp.go: the proof of what the person approved
//   - age.go: the proof of age; metadata.go: discovery and published keys; keys.go: the
//     ready-made keys; errors.go: the list of error words; settings.go: the switches
//   - traits.go: what the conformance suite must know; tamper….go: the tamperings of this
//     broker alone; differences.go: where the real broker differs, or is not known
package nebtest
