package post

import (
	"log/slog"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
)

// NewClient returns the client that sends the letters of s through sender. What
// it must remember of each letter is kept in s.
func NewClient(sender eboks.Sender, s *store.Store, keys store.Keyring, log *slog.Logger) (*eboks.Client, error) {
	digests, err := keys.Derive("letter digest")
	if err != nil {
		return nil, err
	}
	return eboks.New(eboks.Config{
		Sender: sender, Ledger: s.Ledger(),
		Keys:  digests,
		Lease: ClaimLasts, // as long as the postman has a letter
		// The postman has patience of his own.
		Retry: eboks.RetryPolicy{Offers: 2, Patience: time.Second},
		Now:   s.Now, Logger: log,
	})
}
