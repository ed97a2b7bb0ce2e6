// Package nets holds what the logins of both brokers of Nets tell in the same words, Nets
// eID Broker (mitid/nets/neb) and Nets E-Ident (mitid/nets/eident): [NemLogin] about people
// who act for an organisation, and [TransactionText] about a text that was approved. They
// are parts of neb.Claims and eident.Claims, which mitid.Login.Claims holds.
package nets
