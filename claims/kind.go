package claims

import "errors"

// Kind says in what capacity somebody logged in.
type Kind uint8

// The kinds. The same human has another Subject and another UUID in each
// capacity; do not link them.
const (
	KindUnknown      Kind = iota
	KindPrivate           // a person, for themself
	KindProfessional      // an employee of an organisation (MitID Erhverv)
	KindSignatory         // a person who acts for a company they may bind, with their own MitID
)

// ErrKind says that a text names no kind.
var ErrKind = errors.New("claims: not a kind of identity")

var kinds = [...]string{"unknown", "private", "professional", "signatory"}

// String returns private, professional, signatory or unknown.
func (k Kind) String() string { return nameOf(k, kinds[:]) }

// MarshalText writes what String returns; nothing for KindUnknown.
func (k Kind) MarshalText() ([]byte, error) { return marshalName(k, kinds[:], ErrKind) }

// UnmarshalText reads what MarshalText writes.
func (k *Kind) UnmarshalText(text []byte) error { return unmarshalName(k, text, kinds[:], ErrKind) }
