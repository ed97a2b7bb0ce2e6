// Package integration is a module of tests that need more than the root module has: drivers
// of databases (databases), a browser (browser), a signer that is not ours (folio), several of our
// modules at once (canary, modules). Nobody imports it, and it is not released.
package integration
