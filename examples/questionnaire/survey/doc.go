// Package survey is what the app asks and says: the questionnaires, the agreements that some end in, the record of
// one person's way through one of them, and every sentence in both languages.
//
// It imports no other room. What is asked stands in catalogue.go and agreement.go, what is said in texts*.go, and
// the statuses of a record in record.go. template*.go are the texts that administrators write, and action.go says when
// they are used.
package survey
