package mitidtest

import "strings"

// Stage is the part of a login that is spoilt. A dialect adds the stages that it
// alone has.
type Stage string

// The stages that brokers share, in the order in which a login passes them.
const (
	StageTLS       Stage = "tls"
	StageDiscovery Stage = "discovery"
	StagePAR       Stage = "par"
	StageCallback  Stage = "callback"
	StageToken     Stage = "token"
	StageIDToken   Stage = "id_token"
	StageKeys      Stage = "jwks"
	StageUserinfo  Stage = "userinfo"
	StageMatch     Stage = "match"  // the answer of a CPR match
	StageLogout    Stage = "logout" // a logout token
)

// stageWalk is StageCallback at the walker, who brings the answer to the app.
const stageWalk Stage = "walk"

// String returns the stage in a word.
func (s Stage) String() string { return string(s) }

// place is the word for a stage in the names of tamperings.
func (s Stage) place() string {
	if s == StageToken {
		return "token-endpoint"
	}
	return strings.ReplaceAll(s.String(), "_", "-")
}

// words is the stage in the descriptions of tamperings.
func (s Stage) words() string { return strings.ReplaceAll(s.place(), "-", " ") }
