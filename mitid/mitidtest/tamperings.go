package mitidtest

import (
	"slices"
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

// accepted is the Want of a tampering that must not be refused.
const accepted mitid.Kind = 0

// Tamperings returns the catalogue of Criipto. See TamperingsOf.
func Tamperings() []Tampering { return TamperingsOf(Criipto) }

// TamperingsOf returns the catalogue of a dialect, ordered by name. A name is made
// of plain words in one order: where it happens, what is the matter, with what.
// The place is left out where it is the ID token, or where the thing is in one
// place only: expired, wrong-nonce, alg-none, missing-state, userinfo-other-subject.
//
//   - wrong: the right value plus one character
//   - cut: the right value without its last character
//   - other: the value of somebody or something else
//   - missing, empty, null: it is not there, is "", is JSON's null
//   - twice: two equal ones; two: different ones
//
// docs/tamperings.md lists all of them, and docs/bad-input.md says what must come
// of each. What takes more than one login, or another caller, is a case of
// [TestBroker] or belongs to the packages around it. No broker here gives out
// refresh tokens, and only NEB sends logout tokens.
func TamperingsOf(d Dialect) []Tampering {
	all := d.catalogue()
	slices.SortFunc(all, func(a, b Tampering) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// sharedTamperings are those that fit every dialect. announce makes discovery
// announce that answers carry iss (RFC 9207).
func SharedTamperings(announce func(*Broker)) []Tampering {
	return slices.Concat(
		discoveryTamperings(), redirectTamperings(), bodyTamperings(), tlsTamperings(),
		callbackTamperings(announce), tokenTamperings(), headerTamperings(), signatureTamperings(),
		formTamperings(), keyTamperings(), claimTamperings(),
		OutageTamperings(StagePAR, StageToken, StageUserinfo), offerTamperings(), nearTamperings(),
	)
}

// at puts a spoiler of an answer where it belongs.
func (s Stage) at(f func(*Broker, *Reply)) (sp spoiler) {
	switch s {
	case StageDiscovery:
		sp.discovery = f
	case StageKeys:
		sp.jwks = f
	case StagePAR:
		sp.par = f
	case StageUserinfo:
		sp.userinfo = f
	case StageMatch:
		sp.match = f
	default:
		sp.token = f
	}
	return sp
}

// onReply is a tampering with the answer of a stage.
func onReply(name, doc string, stage Stage, want mitid.Kind, f func(*Broker, *Reply)) Tampering {
	return Tampering{Name: name, Doc: doc, Stage: stage, Want: want, spoil: stage.at(f)}
}

// onToken is a tampering with the ID token before it is signed.
func onToken(name, doc string, want mitid.Kind, f func(*Broker, *Draft)) Tampering {
	return Tampering{Name: name, Doc: doc, Stage: StageIDToken, Want: want, spoil: spoiler{draft: f}}
}
