// Package post writes letters, brings them to the distributor, and reads back what became of them.
//
// It imports packages survey and store. postman.go decides what is done with a letter, client.go makes the client
// that it does it with, and the PDFs are written in letter_pdf.go and agreement_pdf.go.
package post
