// Package mitidtest fakes MitID brokers for tests and demonstrations: the real
// paths, member names, member order and JSON types, quirks included, on a
// loopback address and with people who do not exist.
//
// In a test, one line starts a fake and the test's end stops it:
//
//	fake := mitidtest.NewCriipto(t) // or NewNEB, NewEIdent
//
// Point the adapter at [Broker.Issuer], [Broker.ClientID], [Broker.ClientSecret]
// and [Broker.HTTPClient], then walk a whole login without a browser with
// [Login], or the browser's part alone with [Walk]. An app that is under test
// as a web server is visited with [Browser.Visit]. Without any of them a browser shows
// the fake's own page, where a human picks a citizen.
//
// The fake is scripted: [Broker.Next] queues what the next people do
// ([Approve], [Abort], [Fail]), [Broker.Add] puts citizens on the page,
// [Broker.Configure] (ConfigureNEB, ConfigureEIdent) turns the switches that a
// real application has in the vendor's dashboard, [Broker.RotateKeys] and
// [Broker.Advance] move the world, and [Broker.Requests] tells what arrived.
// [Broker.Tamper] spoils the next answer in one of the ways that [TamperingsOf]
// lists.
//
// [TestBrokerOf] (for Criipto: [TestBroker]) is the conformance suite of the seam
// mitid.Broker: an adapter that passes it keeps every promise of the seam and
// refuses every tampering with the right error.
//
// A program that is no test starts a fake with [Start], [StartCriipto], [StartNEB]
// or [StartEIdent]. A fake listens on loopback addresses only, holds bounded
// memory, and shares nothing with other fakes of the process.
// [Broker.Differences] lists where it knowingly differs from the real broker.
//
// # Personal data
//
// Every ready-made person is fictitious: the two published test persons of a
// vendor, and numbers of package cprtest. Requests keep what arrived, secrets
// and hints included, so [Request] prints its method and path only.
//
// # Testing
//
// The signing keys are published with this package. Never configure a real
// service to trust them.
package mitidtest
