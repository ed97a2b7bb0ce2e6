// Package mitidtest is the engine of the fake MitID brokers: what a fake Criipto, a
// fake Nets eID Broker, a fake Nets E-Ident and a fake NemLog-in have in common. Each
// fake is a package beside its adapter, and one line starts it in a test:
//
//	fake := criiptotest.New(t) // or nebtest.New, eidenttest.New, nemlogintest.New
//
// The fake answers with the real paths, member names, member order and JSON types,
// quirks included, on a loopback address and with people who do not exist. Point the
// adapter at [Broker.Issuer], [Broker.ClientID], [Broker.ClientSecret] and
// [Broker.HTTPClient], then walk a whole login without a browser with [Login], or the
// browser's part alone with [Walk]. An app that is under test as a web server is
// visited with [Browser.Visit]. Without any of them a browser shows the fake's own
// page, where a human picks a citizen.
//
// A test says what happens: [Broker.Next] queues what the next people do ([Approve],
// [Abort], [Fail]), [Broker.Add] puts citizens on the page, [Broker.RotateKeys] changes
// the signing key, [Broker.Advance] moves the clock, and [Broker.Requests] returns what
// arrived. [Broker.Tamper] spoils the next answer in one of the ways that
// [Broker.Tamperings] lists. The method Configure of each fake turns the switches that a
// real application has in the vendor's dashboard.
//
// [Broker.Always] is a rule for one citizen: signing in as this person always aborts.
// [Broker.Logins] tells what became of each login, step by step, and why. [Broker.Decide]
// ends a login that waits on the page, from outside of the browser. [Broker.Reset] brings the
// fake back to its start between two tests. On the page a human can end a login with each of
// [Broker.Failures], which the real broker documents, or let a tampering spoil it.
//
// A program that is no test starts a fake with Start of its package. A fake listens on
// loopback addresses only unless it is told otherwise, holds bounded memory, and shares
// nothing with other fakes of the process. [Broker.Differences] lists where it
// knowingly differs from the real broker. Neither this package nor a fake imports
// package testing.
//
// Package brokersuite is the conformance suite of the interface mitid.Broker: an adapter
// that passes it keeps every promise of the interface and refuses every tampering with the
// right error.
//
// # A fake of another broker
//
// Write a type with the methods of [Dialect] and give it to [Start]; the Example of
// Dialect is a whole one.
//
//  1. [Dialect.Profile] names the broker, its paths and its differences.
//  2. ServeHTTP answers. It calls [Broker.Record] for every request and answers with
//     [Broker.Send], which lets a tampering of that [Stage] spoil the [Reply] first. It
//     matches paths behind [CutElsewhere], and leaves the fake's own pages to
//     [Broker.ServeOwn].
//  3. At the authorization endpoint [Broker.Follow] begins the record of the login,
//     [Broker.RedirectAllowed] judges the redirect URI,
//     [Broker.NoteNonce] takes the nonce, and [Broker.Scripted] returns what the person
//     does. If nothing is decided, [Broker.ShowPages] shows the pages, and [Pages.End] gets
//     what the person did. Pass the [Answer] to [Broker.Conclude] before [Answer.Show].
//     [Broker.FromSession], [Broker.Refuse] and [Broker.Note] tell the record the rest.
//  4. Make a [Token] for [Keyring.Active], pass it to [Spoil], and sign it with
//     [Token.Serialize].
//  5. [Dialect.Tamperings] begins with [SharedTamperings], or over SAML with
//     [CallbackTamperings]; [On] makes those that the broker alone has, for stages of its own
//     too, and [OnWalk] those with a callback that no page could carry.
//  6. Keep codes, tokens and sessions in a [Store], and settings in [Switches], which Reset
//     knows. [Broker.OnReset] is for whatever else there is.
//  7. [Dialect.Traits] tells the conformance suite what to expect.
//
// Embed the Broker in a struct of your package that has a method Configure. The function
// New of your package calls [New] with your Start.
//
// # What is where
//
//   - broker.go, config.go, listener.go, cookie.go: the fake itself
//   - dialect.go, traits.go, switches.go, store.go: what a dialect needs
//   - citizen.go, persons.go, outcome.go: people, and what they do
//   - object.go, reply.go, token.go, keyring.go, answer.go: what is sent
//   - page.go, page_visit.go, page_age.go, page_texts.go, failure.go: the pages for humans
//   - login.go, browser.go, browser_visit.go: logins without a human
//   - login_record.go, journal.go, follow.go: what became of each login
//   - rule.go, reset.go: rules for a citizen; the way back to the start
//   - record.go: what arrived; cross_origin.go: who may call from other origins
//   - stage.go, tampering.go, tamperings.go, spoil.go: how answers are spoilt; the other
//     files tamper….go are the catalogue that brokers share
//
// # Personal data
//
// Every ready-made person is fictitious: the two published test persons of a
// vendor, and numbers of package cprtest. Requests keep what arrived, secrets
// and hints included, so [Request] prints its method and path only. Records of logins
// hold names, and no secret, code, token or CPR number.
//
// # Testing
//
// The signing keys are published with this package. Never configure a real
// service to trust them.
package mitidtest
