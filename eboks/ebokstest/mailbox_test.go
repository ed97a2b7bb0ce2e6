package ebokstest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

func TestAFakeStartsWithTheMailboxesItIsGiven(t *testing.T) {
	assert.Len(t, ebokstest.NewStralfors(t).Mailboxes(), len(ebokstest.People()))
	assert.Empty(t, ebokstest.New(t, ebokstest.PostNord, ebokstest.Config{Mailboxes: []ebokstest.Mailbox{}}).Mailboxes())
	mine := ebokstest.Mailbox{Owner: eboks.Person(cprtest.Number(1)), Name: "Åse"}
	fake := ebokstest.New(t, ebokstest.Stralfors, ebokstest.Config{Mailboxes: []ebokstest.Mailbox{mine}})
	assert.Len(t, fake.Mailboxes(), 1)
	assert.NotEmpty(t, fake.MailboxURL(mine.Owner))
}
