// Package signingtest fakes Criipto (Idura) Signatures for tests and demonstrations.
package signingtest
