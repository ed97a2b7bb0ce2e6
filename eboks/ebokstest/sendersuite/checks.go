package sendersuite

import (
	"errors"
	"fmt"
	"strings"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/internal/canary"
)

// What no error and no log may tell.
const (
	secretTitle = "Afgørelse om æblegrød på Ærø"
	secretName  = "Åse Ærlig Østergård"
	secretWords = "%PDF-1.7\nkanariefugl æøå\n%%EOF\n"
)

// checkReceipt holds a receipt to its form.
func (r *rig) checkReceipt(l *eboks.Letter, receipt *eboks.Receipt) {
	r.Helper()
	require.NotNil(r, receipt, "neither a receipt nor an error")
	assert.Equal(r, l.ID, receipt.ID, "the receipt names the letter")
	assert.GreaterOrEqual(r, receipt.Status, eboks.Accepted)
	assert.False(r, receipt.Status.Arrived(), "accepted is not delivered")
	r.checkLeaks("a receipt", *receipt)
}

// checkError holds an error to its form: it has a kind and tells no secret.
func (r *rig) checkError(err error) {
	r.Helper()
	require.NotZero(r, eboks.KindOf(err), "the error has no kind: %v", err)
	r.checkLeaks("an error", err)
}

// checkLeaks holds a value to telling no secret. It tries every printer for the person
// whom most letters go to, and package fmt for all people.
func (r *rig) checkLeaks(what string, v any) {
	r.Helper()
	for _, place := range canary.Leaks(v, secretTitle, secretName, ebokstest.People()[0].Owner.CPR().Reveal()) {
		assert.True(r, canary.OutOfReach(place), "%s tells what it must not, printed with %s", what, place)
	}
	r.checkText(what, fmt.Sprint(v))
}

// checkUnread holds an event that could not be read to its form.
func (r *rig) checkUnread(e eboks.Event) {
	r.Helper()
	assert.Equal(r, eboks.Unknown, e.Status, "nothing is believed of an entry that cannot be read")
	assert.False(r, e.Raw.IsZero(), "its bytes are kept")
	r.checkLeaks("an event that cannot be read", e)
}

// undelivered reports whether an error says that the distributor does not have the letter.
func undelivered(err error) bool {
	e, ok := errors.AsType[*eboks.Error](err)
	return ok && (e.Then == eboks.Retry || e.Then == eboks.Stop)
}

// secrets are the texts that stand in no error and in no log.
func secrets() []string {
	secrets := []string{secretTitle, secretName}
	for _, m := range ebokstest.People() {
		if n := m.Owner.CPR(); n != (cpr.Number{}) {
			secrets = append(secrets, n.Reveal(), n.Reveal()[:6]+"-"+n.Reveal()[6:])
		}
	}
	return secrets
}

// checkText holds a text to telling no secret.
func (r *rig) checkText(what, text string) {
	r.Helper()
	for _, secret := range secrets() {
		assert.False(r, strings.Contains(text, secret), "%s tells what it must not", what)
	}
}
