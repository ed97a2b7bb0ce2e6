// Package outbox sends letters from a journal in the application's database. An
// application saves its record and queues the letter in one transaction. It may be killed
// at any moment. Each letter is sent once, or is shown as one that needs a person.
//
//   - [Outbox.Enqueue] queues a letter in the caller's transaction. It is committed with
//     the caller's rows, or not at all.
//   - [Outbox.Run] sends what is due, in one process or in several.
//   - [Outbox.Letter], [Outbox.Letters] and Config.Changed tell what has become of letters.
//
// The journal is a few tables, whose names begin with eboks_outbox_, in SQLite or
// PostgreSQL. No driver comes with this package: the caller hands in an *sql.DB and names
// the [Dialect]. Package opendb opens a database with a driver and the right settings.
//
// # The promise
//
// The row of a letter is the truth about it, and the queue. A letter is taken in hand by
// one write, which is on disk before its first byte leaves. That write names the owner and
// the end of the owner's lease (Config.Lease). What came of it is a second write.
//
// A process that dies leaves letters in its hand. When the lease has ended, another takes
// them and knows that they may have left. A letter whose answer was lost may have left, too.
// The outcome of such letters is unknown, and they are never offered blindly:
//
//   - Where the distributor recognises a repeated ID (eboks.Capabilities.Dedupes), it is
//     offered again. If the distributor can be asked, it is asked first.
//   - Where it can only be asked, it is asked. It must say for Config.LogLag that it does not
//     know the letter before the letter is offered again: the distributor's log may lag
//     behind what it has taken in.
//   - Where neither is possible, the letter is parked, and a person decides: [Outbox.Release]
//     or [Outbox.GiveUp].
//
// The promise rests on three things that this package cannot see. The distributor's log
// must not lag longer than LogLag. The database must keep what it has confirmed. And the
// clocks of all processes must agree to within a small part of Lease.
//
// # Several processes
//
// Any number of processes may run on one PostgreSQL, and on one SQLite file if they are on
// one machine. They share the letters, one pause of the channel to the distributor, and one
// round of questions about what became of letters ([Outbox.Receive]).
//
// Run is not the only way. [Outbox.Due] says which letters are due, and [Outbox.Step] makes
// one step with a letter, whoever calls it and however often. A cron job can drive them, or
// a job queue: package riverrunner, another module, has River do it.
//
// # Personal data
//
// Recipient, title, address and documents are sealed with Config.Keys (AES-256-GCM). A
// document that many letters have is stored once. What is in clear says nothing about a
// person: random IDs, times, states, error codes, the material, keyed digests. [Outbox.Erase]
// and Config.KeepContent remove the content and keep the rest.
//
// # Watching
//
// [Outbox.StatusPage] is a page for the people who run the outbox, [Outbox.Summary] the same
// for a program. Config.Alarm is called where a person must look.
//
// Metrics and traces go to the global providers of OpenTelemetry (otel.SetMeterProvider,
// otel.SetTracerProvider). All have the attribute eboks.sender. The counters and histograms
// are of one process:
//
//	eboks.outbox.letter.queued        letters queued
//	eboks.outbox.attempts             attempts, by eboks.state and error.type
//	eboks.outbox.attempt.duration     seconds, by the same
//	eboks.outbox.letter.wait          seconds from the queueing until the distributor took it in
//
// The gauges are of the database, the same in every process (unopened depends on its keys):
// take their maximum, never their sum. They are read at most every ten seconds:
//
//	eboks.outbox.letter.count         letters, by eboks.state
//	eboks.outbox.letter.in_hand       letters that somebody has in hand
//	eboks.outbox.letter.needs_person  letters that need a person
//	eboks.outbox.letter.overdue       letters without a receipt in time
//	eboks.outbox.letter.unopened      letters whose key is not in Config.Keys of this process
//	eboks.outbox.letter.oldest        seconds since the oldest was queued that is not done
//	eboks.outbox.channel.paused       1 while the channel is paused, with error.type
//
// An attempt is a span, "eboks.outbox attempt", with the letter's ID (eboks.letter.id).
//
// # Errors
//
// Every error is an [eboks.Error], whose Then says what to do. ErrConflict means that the ID
// stands for another letter, and ErrStoreFailed that the database failed: nothing was
// queued, and the caller's transaction must be rolled back. Errors of the distributor are in
// [Record] and in the trail of [Outbox.Letter].
//
// # Testing
//
// opendb.Open with a file of the test's own and a fake distributor
// (stralforstest, postnordtest) are a whole outbox; the Example shows it.
//
// # What stands where
//
//   - outbox.go, config.go: New and its settings. dialect.go, sqlite.go, network_linux.go:
//     the two databases, and what is refused. migrate.go, migrations: the tables.
//   - enqueue.go, prepared.go, tx.go: the way in. content.go, document.go: what a letter says, sealed.
//   - claim.go, step.go, attempt.go, settle.go, journal.go: taking in hand, attempting,
//     storing the result. group.go, transaction.go, rows.go: many of these in one
//     transaction. run.go: the loop.
//   - channel.go: the pause that all processes share. receive.go: what became of letters.
//   - record.go, trail.go, person.go, erase.go: reading, the history, a person's decisions,
//     erasing.
//   - summary.go, memo.go, page.go, page_texts.go, telemetry.go, gauges.go: watching.
//
// # Limits
//
// Letters of one sender go one by one, the oldest first; there are no priorities. What Run
// does not find by [Outbox.Wake] it finds after Config.LookEvery. A backup that is restored
// has forgotten what was sent since it was made: the guide docs/guides/outbox.md says what
// to do before anything runs again.
package outbox
