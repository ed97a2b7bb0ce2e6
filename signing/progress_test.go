package signing_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

// TestEndedOverAllCombinations tries every state of an order with every state and role
// of two people, words of a future version included.
func TestEndedOverAllCombinations(t *testing.T) {
	tried := 0
	var people []signing.SignatoryProgress
	for role := signing.Signer; role <= signing.Viewer; role++ {
		for state := range signing.SignatoryDeleted + 2 {
			people = append(people, signing.SignatoryProgress{Role: role, State: state})
		}
	}
	for state := range signing.OrderExpired + 2 {
		for _, a := range people {
			for _, b := range people {
				p := &signing.Progress{State: state, Signatories: []signing.SignatoryProgress{a, b}}
				got, why := p.Ended(), []any{state, a, b}
				tried++
				must := slices.DeleteFunc(slices.Clone(p.Signatories), func(s signing.SignatoryProgress) bool {
					return s.Role == signing.Viewer || s.State == signing.SignatoryDeleted
				})
				has := func(s signing.SignatoryState) bool {
					return slices.ContainsFunc(must, func(x signing.SignatoryProgress) bool { return x.State == s })
				}
				future := has(signing.SignatoryUnknown) || has(signing.SignatoryDeleted+1) ||
					slices.ContainsFunc(must, func(x signing.SignatoryProgress) bool {
						return x.Role == signing.Signer && x.State == signing.SignatoryApproved
					})
				undone := slices.ContainsFunc(must, func(x signing.SignatoryProgress) bool {
					return x.State != signing.SignatorySigned && (x.Role != signing.Approver || x.State != signing.SignatoryApproved)
				})
				known := state != signing.OrderUnknown && state <= signing.OrderExpired
				require.Equal(t, got == signing.EndRejected, known && has(signing.SignatoryRejected), why)
				require.Equal(t, got, mirrored(p).Ended(), "the order of people does not matter: %v", why)
				switch got {
				case signing.EndSigned:
					require.True(t, len(must) > 0 && !undone, why)
					require.True(t, state == signing.OrderOpen || state == signing.OrderClosed, why)
				case signing.NotEnded:
					require.True(t, !known || future || undone && state == signing.OrderOpen || len(must) == 0 && state == signing.OrderOpen, why)
				case signing.EndExpired:
					require.Equal(t, signing.OrderExpired, state, why)
				case signing.EndCancelled:
					require.True(t, state == signing.OrderCancelled || len(must) == 0, why)
				case signing.EndError:
					require.True(t, has(signing.SignatoryFailed) || state == signing.OrderClosed, why)
				}
				if future && known && (state == signing.OrderOpen || state == signing.OrderClosed) && !has(signing.SignatoryRejected) && !has(signing.SignatoryFailed) {
					require.Equal(t, signing.NotEnded, got, "a word that is not known is not final: %v", why)
				}
			}
		}
	}
	require.Equal(t, 6*24*24, tried)
}

func mirrored(p *signing.Progress) *signing.Progress {
	m := *p
	m.Signatories = slices.Clone(p.Signatories)
	slices.Reverse(m.Signatories)
	return &m
}

func TestEndedByName(t *testing.T) {
	person := func(r signing.Role, s signing.SignatoryState) signing.SignatoryProgress {
		return signing.SignatoryProgress{Role: r, State: s}
	}
	signed, open := person(signing.Signer, signing.SignatorySigned), person(signing.Signer, signing.SignatoryOpen)
	deleted := person(signing.Signer, signing.SignatoryDeleted)
	for _, c := range []struct {
		name   string
		state  signing.OrderState
		people []signing.SignatoryProgress
		end    signing.End
	}{
		{"open, one of two has signed", signing.OrderOpen, []signing.SignatoryProgress{signed, open}, signing.NotEnded},
		{"open, all have signed", signing.OrderOpen, []signing.SignatoryProgress{signed, signed}, signing.EndSigned},
		{"closed does not mean signed", signing.OrderClosed, []signing.SignatoryProgress{signed, open}, signing.EndError},
		{"closed without anybody", signing.OrderClosed, nil, signing.EndError},
		{"open without anybody", signing.OrderOpen, nil, signing.NotEnded},
		{"a viewer holds nobody up", signing.OrderOpen, []signing.SignatoryProgress{signed, person(signing.Viewer, signing.SignatoryOpen)}, signing.EndSigned},
		{"a viewer cannot end it", signing.OrderOpen, []signing.SignatoryProgress{open, person(signing.Viewer, signing.SignatoryRejected)}, signing.NotEnded},
		{"an approver holds it up", signing.OrderOpen, []signing.SignatoryProgress{signed, person(signing.Approver, signing.SignatoryOpen)}, signing.NotEnded},
		{"an approver has approved", signing.OrderOpen, []signing.SignatoryProgress{signed, person(signing.Approver, signing.SignatoryApproved)}, signing.EndSigned},
		{"approving is not signing", signing.OrderClosed, []signing.SignatoryProgress{person(signing.Signer, signing.SignatoryApproved)}, signing.NotEnded},
		{"one is deleted", signing.OrderOpen, []signing.SignatoryProgress{signed, deleted}, signing.EndSigned},
		{"all are deleted", signing.OrderOpen, []signing.SignatoryProgress{deleted, deleted}, signing.EndCancelled},
		{"rejected, and others may still sign", signing.OrderOpen, []signing.SignatoryProgress{person(signing.Signer, signing.SignatoryRejected), open}, signing.EndRejected},
		{"rejected and cancelled afterwards", signing.OrderCancelled, []signing.SignatoryProgress{person(signing.Signer, signing.SignatoryRejected), open}, signing.EndRejected},
		{"failed", signing.OrderOpen, []signing.SignatoryProgress{person(signing.Signer, signing.SignatoryFailed), open}, signing.EndError},
		{"expired with all signatures", signing.OrderExpired, []signing.SignatoryProgress{signed}, signing.EndExpired},
		{"cancelled with all signatures", signing.OrderCancelled, []signing.SignatoryProgress{signed}, signing.EndCancelled},
		{"a state of the order that nobody knows", signing.OrderUnknown, []signing.SignatoryProgress{signed}, signing.NotEnded},
	} {
		require.Equal(t, c.end.String(), (&signing.Progress{State: c.state, Signatories: c.people}).Ended().String(), c.name)
	}
}

func TestWords(t *testing.T) {
	require.Equal(t, "closed", signing.OrderClosed.String())
	require.Equal(t, "expired", signing.OrderExpired.String())
	require.Equal(t, "unknown", (signing.OrderExpired + 1).String())
	require.Equal(t, "deleted", signing.SignatoryDeleted.String())
	require.Equal(t, "unknown", (signing.SignatoryDeleted + 1).String())
	require.Equal(t, "error", signing.EndError.String())
	require.Equal(t, "not ended", (signing.EndError + 1).String())
	require.Equal(t, "changed", signing.Changed.String())
	require.Equal(t, "unrecognised", (signing.Changed + 1).String())
	require.Equal(t, "viewer", signing.Viewer.String())
	require.Equal(t, "unknown", (signing.Viewer + 1).String())
	require.Equal(t, "Danish", signing.Danish.String())
	require.Equal(t, "English", signing.English.String())
	seen := map[string]bool{}
	for _, k := range signing.Kinds() {
		require.False(t, seen[k.String()], k)
		seen[k.String()] = true
		require.NotEqual(t, "Unknown", k.String())
	}
	require.Len(t, seen, 26)
}
