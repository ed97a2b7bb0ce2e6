// Package netsclaims reads what the tokens of both brokers of Nets have alike.
package netsclaims
