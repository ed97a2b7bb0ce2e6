// Package signing has documents signed by people with MitID, through whatever signing
// service an application has an agreement with, and brings the signed copy home before
// the service deletes it.
//
// A [Client] does what is the same with every service. It checks the order and the
// documents, finds an order whose answer was lost, waits until everybody has decided,
// closes, fetches and verifies, and removes nothing before your own store has said yes.
// A [Service], made by an adapter such as signing/criipto, only translates.
package signing
