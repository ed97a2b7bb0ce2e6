package eboks

import (
	"log/slog"
	"time"
)

// Letter is what goes into somebody's digital mailbox. ID, To, Title, Document
// and Material are required. It prints as a placeholder, and in a log as its ID.
type Letter struct {
	guarded
	ID ID
	To Recipient
	// Title is what the recipient reads in the list of letters, and in the e-mail
	// or text message that announces it: nothing sensitive. At most 255 characters
	// unless the distributor takes fewer; above 50 some show less. No control
	// characters, and no ten digits that could be a CPR number.
	Title       string
	Document    Document
	Attachments []Document // each with a Name
	// Material is the kind of letter as agreed with the distributor: what the
	// recipient subscribes to. An adapter's Config may map it to its own number.
	Material Material
	Channel  Channel
	// Address is required when print may happen (Channel) and unused otherwise.
	Address Address
	// NotBefore holds the letter back at the distributor; if zero, at once.
	NotBefore time.Time
	Reply     Reply
	// Unchecked sends documents that look damaged, or not fit for paper, as they are. If
	// false, they are refused: see [Document]. It is for files that an agreement allows,
	// such as forms of another size than A4.
	Unchecked bool
}

// LogValue is the ID.
func (l Letter) LogValue() slog.Value { return slog.GroupValue(slog.String("id", l.ID.String())) }

// Material is a kind of letter, in the application's words or the distributor's
// number. At most 64 characters of letters, digits, '-', '_' and '.'.
type Material string

// Channel says how a letter may travel.
type Channel uint8

// The channels. The zero value is digital and nothing else: paper costs money and
// anybody can open it.
const (
	DigitalOnly      Channel = iota
	DigitalThenPrint         // on paper when the recipient has no mailbox
	PrintOnly
	lastChannel
)

// String returns the channel in words.
func (c Channel) String() string {
	if c >= lastChannel {
		return "unknown channel"
	}
	return [...]string{"digital only", "digital then print", "print only"}[c]
}

// MayPrint reports whether a letter on this channel may become paper.
func (c Channel) MayPrint() bool { return c == DigitalThenPrint || c == PrintOnly }

// ReplyMode says whether the recipient can answer.
type ReplyMode uint8

// The modes, with the distributor's word (dkal:MeddelelseSvarTypeNavn).
const (
	NoReply       ReplyMode = iota // ikkeMuligt
	ReplyStandard                  // standard: to the mailbox that the agreement names
	ReplyTo                        // angivet: to Reply.Mailbox
	lastReplyMode
)

// Reply says whether and where the recipient can answer. The zero Reply is none.
type Reply struct {
	Mode    ReplyMode
	Mailbox string // with ReplyTo: the number of a mailbox of the sender
	Subject string // with ReplyTo: the number of a subject in that mailbox, or empty
}
