package neb_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/neb"
)

// placed is an order at the fake, as signing.Client places it.
type placed struct {
	order     *signing.Order
	ticket    signing.Ticket
	originals [][]byte
}

const title = "Aftale på Ærø"

func placeOrder(t *testing.T, fake *nebtest.Broker, s *neb.Service, who ...mitidtest.Citizen) *placed {
	t.Helper()
	p := &placed{originals: [][]byte{contract(), contract("Bilag: nøgler, køleskab & fryser")}}
	p.order = order(fake, who, signing.Bytes(title, p.originals[0]), signing.Bytes("Bilag & nøgler", p.originals[1]))
	made, err := s.CreateOrder(t.Context(), p.order, digests(t, p.originals...))
	require.NoError(t, err)
	assert.Equal(t, p.order.Expires.UTC().Truncate(time.Second), made.Expires)
	assert.Empty(t, made.Links)
	p.ticket = made.Ticket
	return p
}

func (p *placed) sign(t *testing.T, fake *nebtest.Broker, s *neb.Service, i int, as ...mitidtest.Outcome) (*neb.Signed, error) {
	t.Helper()
	rd, err := s.SignOrder(t.Context(), p.ticket, p.order, p.ticket.Signatories[i].ID, mitid.Request{})
	if err != nil {
		return nil, err
	}
	return finish(t, fake, s, rd, as...)
}

func (p *placed) verify(t *testing.T, s *neb.Service, document int) (*signing.Verdict, []byte, error) {
	t.Helper()
	var pdf bytes.Buffer
	if err := s.Fetch(t.Context(), p.ticket.ID, p.ticket.Documents[document].ID, &pdf); err != nil {
		return nil, nil, err
	}
	v, err := s.Verify(t.Context(), &signing.Exhibit{Ticket: p.ticket, Order: p.order, Document: document, Original: p.originals[document], Signed: pdf.Bytes()})
	return v, pdf.Bytes(), err
}

func TestAnOrderFromBeginningToEnd(t *testing.T) {
	fake, s := open(t, nil)
	who := fake.Citizens()[:2]
	p := placeOrder(t, fake, s, who...)
	require.Len(t, p.ticket.Documents, 2)

	now, err := s.Order(t.Context(), p.ticket.ID)
	require.NoError(t, err)
	assert.Equal(t, signing.OrderOpen, now.State)
	assert.Equal(t, []signing.SignatoryState{signing.SignatoryOpen, signing.SignatoryOpen}, states(now))

	_, err = p.sign(t, fake, s, 0, mitidtest.Abort())
	require.ErrorIs(t, err, signing.ErrPending)
	of, err := p.sign(t, fake, s, 0, mitidtest.Approve(who[0]))
	require.NoError(t, err)
	assert.Equal(t, p.ticket.ID, of.Order)
	assert.Equal(t, p.ticket.Signatories[0].ID, of.Signature.Signatory)
	assert.Equal(t, who[0].Name, of.Signature.Identity.Name.Full)
	assert.NotEmpty(t, of.Transaction)

	now, err = s.Order(t.Context(), p.ticket.ID)
	require.NoError(t, err)
	assert.Equal(t, signing.OrderOpen, now.State)
	assert.Equal(t, []signing.SignatoryState{signing.SignatorySigned, signing.SignatoryOpen}, states(now))
	_, _, err = p.verify(t, s, 0)
	require.ErrorIs(t, err, signing.ErrDocumentPending, "not everybody has signed")

	// Another replica goes on.
	s, err = neb.New(settings(t, fake))
	require.NoError(t, err)
	_, err = p.sign(t, fake, s, 1, mitidtest.Approve(who[1]))
	require.NoError(t, err)
	now, err = s.Order(t.Context(), p.ticket.ID)
	require.NoError(t, err)
	assert.Equal(t, signing.OrderClosed, now.State)
	require.NoError(t, s.Close(t.Context(), p.ticket.ID, 7))

	for i := range p.originals {
		v, pdf, err := p.verify(t, s, i)
		require.NoError(t, err)
		require.Len(t, v.Signatures, 2)
		for n, one := range v.Signatures {
			assert.Equal(t, p.ticket.Signatories[n].ID, one.Signatory)
			assert.Equal(t, who[n].MitIDUUID(nil), one.Identity.UUID.String())
			assert.Equal(t, who[n].Name, one.Identity.Name.Full)
			assert.Equal(t, claims.Substantial, one.Level)
			assert.Equal(t, "workflow_token", one.Evidence[0].Use)
			assert.NotEmpty(t, one.Evidence[0].Key)
		}
		assert.NotEmpty(t, v.Unchecked)
		report := pdfsig(t, pdf)
		assert.Contains(t, report, "Signature is Valid")
	}
	require.ErrorIs(t, s.Cancel(t.Context(), p.ticket.ID), signing.ErrUnsupported)
	require.ErrorIs(t, s.Cleanup(t.Context(), p.ticket.ID), signing.ErrUnsupported)
}

func states(p *signing.Progress) []signing.SignatoryState {
	var all []signing.SignatoryState
	for _, s := range p.Signatories {
		all = append(all, s.State)
	}
	return all
}

// Each tampering of a workflow by its name.
func TestWorkflowTamperings(t *testing.T) {
	fake, s := open(t, nil)
	who := fake.Citizens()[0]
	for _, m := range nebtest.SigningTamperings() {
		if !m.Workflow {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			run := func() error {
				p := &placed{originals: [][]byte{contract()}}
				p.order = order(fake, []mitidtest.Citizen{who}, signing.Bytes(title, p.originals[0]))
				made, err := s.CreateOrder(t.Context(), p.order, digests(t, p.originals...))
				if err != nil {
					return err
				}
				p.ticket = made.Ticket
				if _, err := p.sign(t, fake, s, 0, mitidtest.Approve(who)); err != nil {
					return err
				}
				var pdf bytes.Buffer
				if err := s.Fetch(t.Context(), p.ticket.ID, p.ticket.Documents[0].ID, &pdf); err != nil {
					return err
				}
				if spoilsToken(m) { // only now, because the sealed PDF has a workflow token too
					require.NoError(t, fake.TamperSigning(m.Name))
				}
				_, err = s.Verify(t.Context(), &signing.Exhibit{Ticket: p.ticket, Order: p.order, Original: p.originals[0], Signed: pdf.Bytes()})
				return err
			}
			if !spoilsToken(m) {
				require.NoError(t, fake.TamperSigning(m.Name))
			}
			err := run()
			require.Error(t, err)
			assert.Equal(t, m.Want, signing.KindOf(err).String(), "%v", err)
			fake.Untamper()
		})
	}
}

// spoilsToken reports whether a tampering is about the workflow token, which is in the
// sealed PDF as well.
func spoilsToken(m nebtest.SigningTampering) bool {
	return strings.HasPrefix(m.Name, "workflow-token-")
}

func TestWhoMaySignAnOrder(t *testing.T) {
	fake, s := open(t, nil)
	right, wrong := fake.Citizens()[0], fake.Citizens()[1]
	p := placeOrder(t, fake, s, right)
	_, err := p.sign(t, fake, s, 0, mitidtest.Approve(wrong))
	require.ErrorIs(t, err, mitid.ErrUserCancelled, "the broker does not let somebody else sign")

	// A broker that does is found out.
	fake.Configure(func(c *nebtest.Settings) { c.IgnoresRequiredClaims = true })
	_, err = p.sign(t, fake, s, 0, mitidtest.Approve(wrong))
	require.ErrorIs(t, err, signing.ErrSignerMismatch)
	_, _, err = p.verify(t, s, 0)
	require.ErrorIs(t, err, signing.ErrSignerMismatch)

	bySubject := placeOrder(t, fake, s, mitidtest.Citizen{})
	login := subjectOf(t, fake, right)
	bySubject.order.Signatories[0].Who = signing.Who{Subject: login}
	_, err = bySubject.sign(t, fake, s, 0, mitidtest.Approve(wrong))
	require.ErrorIs(t, err, signing.ErrSignerMismatch)
	again := placeOrder(t, fake, s, mitidtest.Citizen{})
	again.order.Signatories[0].Who = signing.Who{Subject: login}
	_, err = again.sign(t, fake, s, 0, mitidtest.Approve(right))
	require.NoError(t, err)
	v, _, err := again.verify(t, s, 1)
	require.NoError(t, err)
	assert.Equal(t, login, v.Signatures[0].Identity.Subject)

	again.order.Signatories[0].Who = signing.Who{CPR: cprtest.Number(1)}
	_, err = again.sign(t, fake, s, 0)
	require.ErrorIs(t, err, signing.ErrUnsupported)
	anyone := placeOrder(t, fake, s, mitidtest.Citizen{})
	_, err = anyone.sign(t, fake, s, 0, mitidtest.Approve(wrong))
	require.NoError(t, err)
}

func subjectOf(t *testing.T, fake *nebtest.Broker, who mitidtest.Citizen) string {
	c, err := mitid.New(mitid.Config{Broker: settings(t, fake).Broker, RedirectURL: redirectURL, Now: fake.Now})
	require.NoError(t, err)
	l, err := mitidtest.Login(t, c, fake, mitid.Request{}, mitidtest.Approve(who))
	require.NoError(t, err)
	return l.Identity.Subject
}

// Two people, and one of them signs twice: the other is still missing.
func TestOnePersonDoesNotSignForAnother(t *testing.T) {
	fake, s := open(t, nil)
	p := placeOrder(t, fake, s, fake.Citizens()[:2]...)
	for range 2 {
		_, err := p.sign(t, fake, s, 0, mitidtest.Approve(fake.Citizens()[0]))
		require.NoError(t, err)
	}
	now, err := s.Order(t.Context(), p.ticket.ID)
	require.NoError(t, err)
	assert.Equal(t, signing.OrderOpen, now.State)
	assert.Equal(t, []signing.SignatoryState{signing.SignatorySigned, signing.SignatoryOpen}, states(now))
	_, _, err = p.verify(t, s, 0)
	require.ErrorIs(t, err, signing.ErrEvidenceIncomplete)
	_, err = p.sign(t, fake, s, 1, mitidtest.Approve(fake.Citizens()[1]))
	require.NoError(t, err)
	_, _, err = p.verify(t, s, 0)
	require.NoError(t, err)
}

// A sealed PDF of another order proves nothing, although its seal is genuine.
func TestSealedPDFsOfOthers(t *testing.T) {
	fake, s := open(t, nil)
	p, other := placeOrder(t, fake, s, fake.Citizens()[:2]...), placeOrder(t, fake, s, fake.Citizens()[:2]...)
	fetch := func(of *placed) []byte {
		var pdf bytes.Buffer
		_ = s.Fetch(t.Context(), of.ticket.ID, of.ticket.Documents[0].ID, &pdf)
		return pdf.Bytes()
	}
	verify := func(pdf []byte) error {
		_, err := s.Verify(t.Context(), &signing.Exhibit{Ticket: p.ticket, Order: p.order, Original: p.originals[0], Signed: pdf})
		return err
	}
	for i := range 2 {
		for _, of := range []*placed{p, other} {
			_, err := of.sign(t, fake, s, i, mitidtest.Approve(fake.Citizens()[i]))
			require.NoError(t, err)
		}
	}
	require.ErrorIs(t, verify(fetch(other)), signing.ErrDocumentMismatch)
	require.NoError(t, verify(fetch(p)))
}

func TestSimulatedIdentities(t *testing.T) {
	fake, s := open(t, nil)
	fake.Configure(func(c *nebtest.Settings) { c.Simulated = true })
	p := placeOrder(t, fake, s, fake.Citizens()[0])
	_, err := p.sign(t, fake, s, 0)
	require.NoError(t, err)
	_, _, err = p.verify(t, s, 0)
	require.ErrorIs(t, err, signing.ErrSignerMismatch)
	cfg := settings(t, fake)
	cfg.Simulated, cfg.AllClaims, cfg.Overview = true, true, true
	test, err := neb.New(cfg)
	require.NoError(t, err)
	_, _, err = p.verify(t, test, 0)
	require.NoError(t, err)
}

func TestAnOrderRunsOut(t *testing.T) {
	fake, s := open(t, nil)
	p := placeOrder(t, fake, s, fake.Citizens()[0])
	rd, err := s.SignOrder(t.Context(), p.ticket, p.order, p.ticket.Signatories[0].ID, mitid.Request{})
	require.NoError(t, err)
	_ = rd
	fake.Advance(49 * time.Hour)
	now, err := s.Order(t.Context(), p.ticket.ID)
	require.NoError(t, err)
	assert.Equal(t, signing.OrderExpired, now.State)
	_, err = p.sign(t, fake, s, 0)
	require.ErrorIs(t, err, signing.ErrRefused)

	p.order.Expires = time.Time{}
	made, err := s.CreateOrder(t.Context(), p.order, digests(t, p.originals...))
	require.NoError(t, err)
	assert.WithinDuration(t, fake.Now().Add(30*24*time.Hour), made.Expires, time.Minute)
}

func TestOrdersThatAreNotSent(t *testing.T) {
	fake, s := open(t, func(c *neb.Config) { c.MaxDocument = 5000 })
	pdf := contract()
	broken := signing.Document{Title: "x", Open: func() (io.ReadCloser, error) { return nil, errors.New("æ") }}
	one := []mitidtest.Citizen{{}}
	for name, c := range map[string]struct {
		order   *signing.Order
		digests []signing.Digest
	}{
		"a title twice":     {order(fake, one, signing.Bytes(title, pdf), signing.Bytes(title, contract("b"))), digests(t, pdf, contract("b"))},
		"no title":          {order(fake, one, signing.Bytes(" ", pdf)), digests(t, pdf)},
		"another document":  {order(fake, one, signing.Bytes(title, pdf)), digests(t, contract("b"))},
		"no PDF":            {order(fake, one, signing.Bytes(title, []byte("æøå"))), digests(t, []byte("æøå"))},
		"too long":          {order(fake, one, signing.Bytes(title, append(pdf, make([]byte, 6000)...))), digests(t, pdf)},
		"no documents":      {order(fake, one), nil},
		"nobody":            {order(fake, nil, signing.Bytes(title, pdf)), digests(t, pdf)},
		"it cannot be read": {order(fake, one, broken), digests(t, pdf)},
		"no way to read it": {order(fake, one, signing.Document{Title: "x"}), digests(t, pdf)},
		"a digest too few":  {order(fake, one, signing.Bytes(title, pdf)), nil},
	} {
		_, err := s.CreateOrder(t.Context(), c.order, c.digests)
		require.ErrorIs(t, err, signing.ErrInputInvalid, name)
		assert.NotContains(t, err.Error(), "æ", name)
	}
	assert.Zero(t, fake.Count(""), "nothing was sent")
}

func TestTicketsOfOthers(t *testing.T) {
	fake, s := open(t, nil)
	p := placeOrder(t, fake, s, fake.Citizens()[0])
	for _, id := range []signing.ID{"", "x", "../x.1.1.", p.ticket.ID + "x", "a.0.1." + signing.ID(p.ticket.ID[len(p.ticket.ID)-43:])} {
		_, err := s.Order(t.Context(), id)
		require.ErrorIs(t, err, signing.ErrNotFound, id)
		require.ErrorIs(t, s.Fetch(t.Context(), id, "1", io.Discard), signing.ErrNotFound)
		require.ErrorIs(t, s.Close(t.Context(), id, 7), signing.ErrNotFound)
		other := p.ticket
		other.ID = id
		_, err = s.SignOrder(t.Context(), other, p.order, "1", mitid.Request{})
		require.ErrorIs(t, err, signing.ErrConflict)
		_, err = s.Verify(t.Context(), &signing.Exhibit{Ticket: other, Order: p.order, Original: p.originals[0]})
		require.ErrorIs(t, err, signing.ErrConflict)
	}
	unknown := signing.ID("00000000-0000-4000-8000-000000000000" + string(p.ticket.ID[36:]))
	_, err := s.Order(t.Context(), unknown)
	require.ErrorIs(t, err, signing.ErrNotFound)
	require.ErrorIs(t, s.Fetch(t.Context(), p.ticket.ID, "3", io.Discard), signing.ErrNotFound)
	for _, signatory := range []signing.ID{"", "0", "2", "01"} {
		_, err := s.SignOrder(t.Context(), p.ticket, p.order, signatory, mitid.Request{})
		require.ErrorIs(t, err, signing.ErrConflict, signatory)
	}
	for name, x := range map[string]*signing.Exhibit{
		"no order":         {Ticket: p.ticket, Original: p.originals[0]},
		"another document": {Ticket: p.ticket, Order: p.order, Original: p.originals[1]},
		"no such document": {Ticket: p.ticket, Order: p.order, Document: 2, Original: p.originals[1]},
	} {
		_, err := s.Verify(t.Context(), x)
		require.ErrorIs(t, err, signing.ErrConflict, name)
	}
	_, err = s.Verify(t.Context(), &signing.Exhibit{Ticket: p.ticket, Order: p.order, Original: p.originals[0], Signed: p.originals[0]})
	require.ErrorIs(t, err, signing.ErrSignatureInvalid, "a PDF without a seal")

	cfg := settings(t, fake)
	cfg.Organisation = claims.CVR{}
	without, err := neb.New(cfg)
	require.NoError(t, err)
	_, err = without.CreateOrder(t.Context(), p.order, digests(t, p.originals...))
	require.ErrorIs(t, err, signing.ErrConfigInvalid)
}

// The privileges of the API client, and answers that say no.
func TestRefusedCalls(t *testing.T) {
	fake, s := open(t, nil)
	p := placeOrder(t, fake, s, fake.Citizens()[0])
	fake.Configure(func(c *nebtest.Settings) { c.WorkflowRead, c.WorkflowWrite = false, false })
	_, err := s.Order(t.Context(), p.ticket.ID)
	require.ErrorIs(t, err, signing.ErrAuthFailed)
	_, err = s.CreateOrder(t.Context(), p.order, digests(t, p.originals...))
	require.ErrorIs(t, err, signing.ErrAuthFailed)
	fake.Configure(func(c *nebtest.Settings) { c.WorkflowRead, c.WorkflowWrite = true, true })

	for status, want := range map[int][2]signing.Kind{
		400: {signing.Refused, signing.Refused}, 404: {signing.NotFound, signing.NotFound}, 408: {signing.Unavailable, signing.OutcomeUnknown},
		413: {signing.Refused, signing.Refused}, 429: {signing.Throttled, signing.Throttled}, 500: {signing.Unavailable, signing.OutcomeUnknown},
		502: {signing.Unavailable, signing.OutcomeUnknown}, 503: {signing.Unavailable, signing.OutcomeUnknown}, 204: {signing.ResponseInvalid, signing.ResponseInvalid},
	} {
		spoil := func() {
			fake.Apply(mitidtest.On("", "", nebtest.StageWorkflow, 0, func(_ *mitidtest.Broker, r *mitidtest.Reply) {
				r.Replace(status, "application/json", []byte(`{"errorMessage":"CPR 010203-4567 på Ærø"}`))
				r.Header.Set("Retry-After", "7")
				if status == http.StatusNoContent {
					r.Body = nil
				}
			}))
		}
		spoil()
		_, err := s.Order(t.Context(), p.ticket.ID)
		assert.Equal(t, want[0].String(), signing.KindOf(err).String(), status)
		assert.NotContains(t, err.Error(), "Ærø")
		if status == 429 {
			e, _ := errors.AsType[*signing.Error](err)
			assert.Equal(t, 7*time.Second, e.RetryAfter)
		}
		spoil()
		_, err = s.CreateOrder(t.Context(), p.order, digests(t, p.originals...))
		assert.Equal(t, want[1].String(), signing.KindOf(err).String(), status)
		assert.Equal(t, signing.OutcomeUnknown == want[1], errors.Is(err, signing.ErrOutcomeUnknown))
	}
	fake.Untamper()
}
