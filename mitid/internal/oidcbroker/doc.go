// Package oidcbroker holds what the adapters of OpenID Connect brokers do alike: the
// parameters that every login has, the way from the broker's answer to tokens, and
// the check of the broker's documents. What is a broker's own stays in its adapter.
package oidcbroker
