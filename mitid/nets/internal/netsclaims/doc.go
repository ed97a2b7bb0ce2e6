// Package netsclaims reads the claims that the tokens of both Nets brokers share.
package netsclaims
