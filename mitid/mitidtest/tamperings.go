package mitidtest

import (
	"slices"
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

// accepted is the Want of a tampering that must not be refused.
const accepted mitid.Kind = 0

// Tamperings returns the catalogue, ordered by name: every row of the table of
// bad input that an answer of this broker can carry, in several variants. Rows
// that take more than one login or another caller (O-12, O-18, O-56, O-57) are
// cases of [TestBroker] or belong to the packages around it; O-54 and O-55 need
// what this broker does not have.
func Tamperings() []Tampering {
	all := slices.Concat(
		discoveryTamperings(), redirectTamperings(), bodyTamperings(), tlsTamperings(),
		callbackTamperings(), tokenTamperings(), headerTamperings(), signatureTamperings(),
		formTamperings(), keyTamperings(), claimTamperings(), personTamperings(), userinfoTamperings(),
	)
	for i := range all {
		all[i].Row = all[i].Name[:len("O-00")]
	}
	slices.SortFunc(all, func(a, b Tampering) int { return strings.Compare(a.Name, b.Name) })
	return all
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
	default:
		sp.token = f
	}
	return sp
}

// path is where a stage's answers come from.
func (s Stage) path() string {
	switch s {
	case StageDiscovery:
		return pathDiscovery
	case StageKeys:
		return pathJWKS
	case StagePAR:
		return pathPAR
	case StageUserinfo:
		return pathUserinfo
	default:
		return pathToken
	}
}

// onReply is a tampering with the answer of a stage.
func onReply(name, doc string, stage Stage, want mitid.Kind, f func(*Broker, *reply)) Tampering {
	return Tampering{Name: name, Doc: doc, Stage: stage, Want: want, spoil: stage.at(f)}
}

// onToken is a tampering with the ID token before it is signed.
func onToken(name, doc string, want mitid.Kind, f func(*Broker, *draft)) Tampering {
	return Tampering{Name: name, Doc: doc, Stage: StageIDToken, Want: want, spoil: spoiler{draft: f}}
}
