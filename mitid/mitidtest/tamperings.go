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

// TamperingsOf returns the catalogue of a dialect, ordered by name: every row of
// the table of bad input that an answer of that broker can carry, in several
// variants. Rows that take more than one login or another caller (O-18, O-56,
// O-57) are cases of [TestBroker] or belong to the packages around it; no broker
// here gives out refresh tokens (O-54), and only NEB sends logout tokens (O-55).
func TamperingsOf(d Dialect) []Tampering {
	all := d.catalogue()
	for i := range all {
		if name := all[i].Name; !strings.HasPrefix(name, "age-") {
			all[i].Row = name[:len("O-00")]
		}
	}
	slices.SortFunc(all, func(a, b Tampering) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// sharedTamperings are those that fit every dialect. announce makes discovery
// announce that answers carry iss (RFC 9207).
func sharedTamperings(announce func(*Broker)) []Tampering {
	return slices.Concat(
		discoveryTamperings(), redirectTamperings(), bodyTamperings(), tlsTamperings(),
		callbackTamperings(announce), tokenTamperings(), headerTamperings(), signatureTamperings(),
		formTamperings(), keyTamperings(), claimTamperings(),
	)
}

// at puts a spoiler of an answer where it belongs.
func (s Stage) at(f func(*Broker, *reply)) (sp spoiler) {
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
func onReply(name, doc string, stage Stage, want mitid.Kind, f func(*Broker, *reply)) Tampering {
	return Tampering{Name: name, Doc: doc, Stage: stage, Want: want, spoil: stage.at(f)}
}

// onToken is a tampering with the ID token before it is signed.
func onToken(name, doc string, want mitid.Kind, f func(*Broker, *draft)) Tampering {
	return Tampering{Name: name, Doc: doc, Stage: StageIDToken, Want: want, spoil: spoiler{draft: f}}
}
