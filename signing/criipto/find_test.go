package criipto_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

type pageVariables struct {
	First  int
	After  *string
	Status string
}

func variables(t *testing.T, c call) (v pageVariables) {
	t.Helper()
	require.NoError(t, json.Unmarshal(c.Variables, &v))
	return v
}

// node is an order with one document of a reference.
func node(id, reference string) string {
	return fmt.Sprintf(`{"node":{"id":%q,"documents":[{"id":"d1","reference":%q}]}}`, id, reference)
}

func pageSays(more bool, end string, nodes ...string) string {
	return fmt.Sprintf(`{"data":{"viewer":{"__typename":"Application","signatureOrders":{"edges":[%s],"pageInfo":{"hasNextPage":%t,"endCursor":%s}}}}}`,
		strings.Join(nodes, ","), more, end)
}

// Three pages. The order is on the last, and an order of another reference that begins
// like ours is not it.
func TestFindReadsAllPages(t *testing.T) {
	r := newRemote(t, func(w http.ResponseWriter, c call) {
		if c.Name == "signatureOrder" {
			orderSays(openOrder)(w, c)
			return
		}
		switch v := variables(t, c); {
		case v.After == nil:
			_, _ = io.WriteString(w, pageSays(true, `"c1"`, node("o1", "sag-12"), node("o2", "sag-1/2"), `{"node":{"id":"o3","documents":null}}`))
		case *v.After == "c1":
			_, _ = io.WriteString(w, pageSays(true, `"c2"`, node("o4", ""), `{"node":{"id":"o5"}}`))
		default:
			_, _ = io.WriteString(w, pageSays(false, "null", node(string(theOrder), "sag-1"), node(string(theOrder), "sag-1")))
		}
	})
	all, err := r.service(t, func(cfg *criipto.Config) { cfg.PageSize = 3 }).Find(t.Context(), newOrder())
	require.NoError(t, err)
	require.Len(t, all, 1)
	assert.Equal(t, theOrder, all[0].Ticket.ID)
	assert.Equal(t, "https://acme.criipto.id/sign?token=bearer", all[0].Links[0].Reveal())
	require.Len(t, r.all(), 4)
	first := r.all()[0]
	assert.JSONEq(t, `{"first":3}`, string(first.Variables), "orders of any state")
	assert.NotContains(t, first.Query, "href", "the links of other orders stay where they are")
}

func TestFindOfNothingAndOfSeveral(t *testing.T) {
	all, err := newRemote(t, says(http.StatusOK, pageSays(false, "null"))).service(t).Find(t.Context(), newOrder())
	require.NoError(t, err)
	assert.Empty(t, all)

	r := newRemote(t, func(w http.ResponseWriter, c call) {
		var v struct{ ID string }
		_ = json.Unmarshal(c.Variables, &v)
		switch v.ID {
		case "":
			_, _ = io.WriteString(w, pageSays(false, "null", node(string(theOrder), "sag-1"), node("o2", "sag-1")))
		case "o2": // another number of signatories
			orderSays(replacing(openOrder, string(theOrder), "o2", `"signatories":[`, `"signatories":[{"id":"s2","reference":"ny","href":"https://x.dk"},`))(w, c)
		default:
			orderSays(openOrder)(w, c)
		}
	})
	all, err = r.service(t).Find(t.Context(), newOrder())
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.Equal(t, signing.ID("o2"), all[1].Ticket.ID)
	assert.Len(t, all[1].Ticket.Signatories, 2, "the Client compares")
}

// Nothing that could hide an order passes for "there is none".
func TestFindFailsClosed(t *testing.T) {
	for name, body := range map[string]string{
		"no viewer":              `{"data":{"viewer":null}}`,
		"viewer of a person":     `{"data":{"viewer":{"__typename":"UserViewer"}}}`,
		"no orders":              `{"data":{"viewer":{"signatureOrders":null}}}`,
		"no edges":               `{"data":{"viewer":{"signatureOrders":{"edges":null,"pageInfo":{"hasNextPage":false}}}}}`,
		"no page info":           `{"data":{"viewer":{"signatureOrders":{"edges":[]}}}}`,
		"more without a cursor":  pageSays(true, "null"),
		"more with an empty one": pageSays(true, `""`),
		"an order of null":       pageSays(false, "null", `{"node":null}`),
		"an order without an id": pageSays(false, "null", `{"node":{"documents":[]}}`),
		"a circle of one":        pageSays(true, `"c1"`),
		"an order that is gone":  pageSays(false, "null", node("o1", "sag-1")),
	} {
		t.Run(name, func(t *testing.T) {
			r := newRemote(t, func(w http.ResponseWriter, c call) {
				if c.Name == "signatureOrder" {
					body := `{"data":{"signatureOrder":null}}`
					_, _ = io.WriteString(w, body)
					return
				}
				_, _ = io.WriteString(w, body)
			})
			all, err := r.service(t).Find(t.Context(), newOrder())
			assert.Nil(t, all)
			require.ErrorIs(t, err, signing.ErrResponseInvalid)
			silent(t, err)
			assert.LessOrEqual(t, len(r.all()), 2)
		})
	}
}

// A later page that says that there is more, and not where.
func TestFindWithoutAWayOn(t *testing.T) {
	for _, end := range []string{"null", `""`} {
		r := newRemote(t, func(w http.ResponseWriter, c call) {
			if variables(t, c).After == nil {
				_, _ = io.WriteString(w, pageSays(true, `"c1"`))
				return
			}
			_, _ = io.WriteString(w, pageSays(true, end))
		})
		_, err := r.service(t).Find(t.Context(), newOrder())
		require.ErrorIs(t, err, signing.ErrResponseInvalid)
		assert.Len(t, r.all(), 2)
	}
}

// Cursors that go round: a, b, c, a, b, c.
func TestFindInACircle(t *testing.T) {
	r := newRemote(t, nil)
	r.answer = func(w http.ResponseWriter, _ call) {
		_, _ = io.WriteString(w, pageSays(true, fmt.Sprintf(`"c%d"`, len(r.all())%3)))
	}
	_, err := r.service(t).Find(t.Context(), newOrder())
	require.ErrorIs(t, err, signing.ErrResponseInvalid)
	assert.Len(t, r.all(), 4)
}

func TestOrdersPageByPage(t *testing.T) {
	r := newRemote(t, says(http.StatusOK, pageSays(true, `"c1"`, `{"node":`+openOrder+`}`)))
	s := r.service(t)
	orders, next, err := s.Orders(t.Context(), signing.OrderClosed, "c0")
	require.NoError(t, err)
	require.Len(t, orders, 1)
	assert.Equal(t, signing.OrderOpen, orders[0].State)
	assert.Equal(t, "c1", next)
	v := variables(t, r.all()[0])
	assert.Equal(t, "CLOSED", v.Status)
	assert.Equal(t, "c0", *v.After)
	assert.Equal(t, 100, v.First)
	last := newRemote(t, says(http.StatusOK, pageSays(false, `"c9"`)))
	_, next, err = last.service(t).Orders(t.Context(), signing.OrderUnknown, "")
	require.NoError(t, err)
	assert.Empty(t, next)
}

// Links are read anew, in the order of the ticket.
func TestLinks(t *testing.T) {
	o, ctx := newOffice(t), t.Context()
	placed, err := o.client.Place(ctx, realOrder("sag-1"))
	require.NoError(t, err)
	links, err := o.service.Links(ctx, placed.Ticket)
	require.NoError(t, err)
	require.Len(t, links, 2)
	for i := range links {
		assert.Equal(t, placed.Links[i].Reveal(), links[i].Reveal())
	}
	for name, spoil := range map[string]func(*signing.Ticket){
		"another signatory": func(t *signing.Ticket) { t.Signatories = []signing.TicketSignatory{{ID: "Signatory:none"}} },
		"another order":     func(t *signing.Ticket) { t.ID = "SignatureOrder:none" },
	} {
		ticket := placed.Ticket
		spoil(&ticket)
		_, err = o.service.Links(ctx, ticket)
		assert.Equal(t, signing.Decide, signing.KindOf(err).Then(), name)
	}
	for _, trouble := range []string{"no-link", "link-script", "link-escapes"} {
		require.NoError(t, o.fake.Next(trouble))
		_, err = o.service.Links(ctx, placed.Ticket)
		require.ErrorIs(t, err, signing.ErrResponseInvalid, trouble)
		assert.NotContains(t, err.Error(), "elsewhere")
	}
}
