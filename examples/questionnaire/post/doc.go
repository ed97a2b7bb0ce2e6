// Package post writes letters and agreements, and puts letters into the outbox.
//
// It imports packages survey and store. office.go queues letters, and the PDFs are written in letter_pdf.go and
// agreement_pdf.go. planner.go says what a status change leads to, and inviter.go writes to people of a list.
package post
