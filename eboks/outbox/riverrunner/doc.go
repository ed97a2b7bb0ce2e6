// Package riverrunner sends the letters of an outbox with River, a job queue on
// PostgreSQL. It is for those who outgrow one machine, or who run River already. It is a
// module of its own: see its README.
//
// The journal of [outbox.Outbox] decides what happens to a letter. River only says when
// somebody looks at it, and where. A job of River holds the letter's ID and nothing else.
// The runner uses three kinds of jobs:
//
//   - a letter's job makes one step with it ([outbox.Outbox.Step]). If the letter is due
//     again soon, the job is snoozed until then. If it waits longer, the job ends and the
//     journal keeps the time.
//   - a sweep looks for letters that are due and have no job, and gives them one, the
//     oldest first. It brings back what waited, and it heals what somebody deleted,
//     cancelled or discarded in River's tables, or what was in the hands of a process that
//     died.
//   - a receiving job calls [outbox.Outbox.Receive].
//
// While the channel is paused no letter is due, so the sweep gives out no jobs. Jobs that
// are there end with one look at the journal.
//
// [Runner.Run] does all of it, and tries a letter without River now and then. Who has a
// client of River already adds the runner to its configuration with [Runner.Configure].
package riverrunner
