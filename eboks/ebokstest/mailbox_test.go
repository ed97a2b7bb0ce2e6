package ebokstest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/postnord/postnordtest"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
)

func TestAFakeStartsWithTheMailboxesItIsGiven(t *testing.T) {
	assert.Len(t, stralforstest.New(t).Mailboxes(), len(ebokstest.People()))
	assert.Empty(t, ebokstest.New(t, postnordtest.Start, ebokstest.Config{Mailboxes: []ebokstest.Mailbox{}}).Mailboxes())
	mine := ebokstest.Mailbox{Owner: eboks.Person(cprtest.Number(1)), Name: "Åse"}
	fake := ebokstest.New(t, stralforstest.Start, ebokstest.Config{Mailboxes: []ebokstest.Mailbox{mine}})
	assert.Len(t, fake.Mailboxes(), 1)
	assert.NotEmpty(t, fake.MailboxURL(mine.Owner))
}
