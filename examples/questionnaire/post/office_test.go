package post

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// TestACrowdLeavesACore has more letters written at once than there are desks. A crowd whose PDFs took every core kept
// the holder of the database's write lock waiting, and people could not log in.
func TestACrowdLeavesACore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var begun atomic.Int32
		goOn := make(chan struct{})
		o := NewOffice(nil, func(eboks.ID, eboks.Recipient) (string, error) {
			begun.Add(1)
			<-goOn
			return "", errors.New("enough")
		}, time.UTC, slog.New(slog.DiscardHandler))
		d := &store.Draft{To: cprtest.Number(1), Content: &survey.LetterContent{Title: "Kvittering på ærøsk"}}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range cap(o.desks) + 3 {
			wg.Go(func() {
				_, refused, err := o.Write(t.Context(), d)
				assert.NoError(t, err)
				assert.Equal(t, "other", refused)
			})
		}
		synctest.Wait()
		assert.EqualValues(t, cap(o.desks), begun.Load())
		cancel()
		_, refused, err := o.Write(ctx, d)
		assert.ErrorIs(t, err, context.Canceled, "who has gone does not wait")
		assert.Empty(t, refused, "their letter is not given up")
		close(goOn)
		wg.Wait()
		assert.EqualValues(t, cap(o.desks)+3, begun.Load(), "everybody gets a desk in the end")
	})
}
