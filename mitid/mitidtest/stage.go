package mitidtest

import "strings"

// Stage is a part of a login that a tampering can spoil. A dialect may add stages of its
// own.
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

// stageWalk is StageCallback in the hands of the walker, who brings the answer to the app.
const stageWalk Stage = "walk"

// String returns the stage as one word.
func (s Stage) String() string { return string(s) }

// early reports whether a stage belongs to no login of the fake's: the app passes it
// before the login or beside it.
func (s Stage) early() bool {
	switch s {
	case StageTLS, StageDiscovery, StagePAR, StageKeys, StageLogout:
		return true
	}
	return false
}

// place returns the word for a stage in the names of tamperings.
func (s Stage) place() string {
	if s == StageToken {
		return "token-endpoint"
	}
	return strings.ReplaceAll(s.String(), "_", "-")
}

// words returns the stage as the descriptions of tamperings name it.
func (s Stage) words() string { return strings.ReplaceAll(s.place(), "-", " ") }
