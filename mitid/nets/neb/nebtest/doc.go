// Package nebtest fakes Nets eID Broker (Signaturgruppen) for tests and
// demonstrations, as its pre-production system was recorded. In a test, one line
// starts a fake and the test's end stops it:
//
//	fake := nebtest.New(t)
//
// Package mitidtest says what every fake can do: people, outcomes, tamperings, a
// browser. This broker's own are [Broker.Configure], the logout messages
// ([Broker.LogoutToken], [Broker.LogoutQuery], [Broker.SendLogout]) and
// [Broker.TransactionRoot].
//
// # What is where
//
// broker.go is what a test holds, dialect.go the paths and who answers there. A login
// passes request.go and params.go (what is asked for), authorize.go, page.go, grant.go
// (what the person allows), then client.go, token.go, claims.go and erhverv.go (what is
// told), userinfo.go (and the CPR match). transaction.go and ocsp.go prove what the
// person approved, logout.go ends sessions, age.go is the proof of age, metadata.go
// discovery and keys, errors.go the list of error words, keys.go the ready-made keys,
// settings.go the switches. traits.go tells the conformance suite about this dialect,
// the files tamper….go spoil what is this broker's alone, differences.go admits where
// the real broker differs or is not known.
package nebtest
