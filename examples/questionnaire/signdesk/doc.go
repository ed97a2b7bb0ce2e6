// Package signdesk has agreements signed with MitID: it places the order at the signing service, and brings the signed
// copy home.
//
// It imports packages survey, store and post, which writes the PDF. desk.go is the service as the app knows it, order.go
// what the service is told, and clerk.go does what is due.
package signdesk
