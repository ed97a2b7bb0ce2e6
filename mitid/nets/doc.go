// Package nets holds the claims that the tokens of Nets eID Broker (mitid/nets/neb) and
// Nets E-Ident (mitid/nets/eident) share: [NemLogin] about people who act for an
// organisation, and [TransactionText] about a text that a person approved. They are parts
// of neb.Claims and eident.Claims, one of which mitid.Login.Claims holds.
package nets
