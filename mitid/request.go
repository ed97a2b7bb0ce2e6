package mitid

import (
	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
)

// Request says what a login must give. The zero value logs in a private person
// at the Client's MinLevel and asks for no CPR number.
//
// What the broker cannot carry is refused by Begin with ErrUnsupported; nothing
// is dropped silently.
type Request struct {
	guarded

	Age              int             // proof that the person is this old (15, 16, 18, 21 years), without telling who it is; see Login.Age; zero for a login
	Level            claims.Level    // at least this; zero or lower than Config.MinLevel: Config.MinLevel
	Capacity         claims.Capacity // in what capacity the person logs in: CapacityPrivate (also if zero), CapacityProfessional or CapacityEither
	CPR              CPRUse
	Address          bool
	Organisation     bool        // organisation data of a person who acts for one
	NemIDPID         bool        // the person's PID of the retired NemID
	UUID             claims.UUID // re-authenticate this private person; the answer must be the same; refused with Professional, because colleagues may share one
	CPRHint          cpr.Number  // fills the broker's CPR page; only where the browser does not carry it
	CVRHint          claims.CVR  // proposes the organisation; the person may choose another, so look at Identity.Organisation
	ReferenceText    string      // shown in the MitID app; at most 130 characters
	TransactionText  Text        // shown for approval, at most MaxTransactionText characters, at E-Ident 600; HTML is held to the brokers' list of tags; zero if there is none
	Action           Action      // the verb in the MitID app's heading
	Locale           Locale      // if zero, as the browser asks
	Fresh            bool        // the person must use their authenticator now
	Silent           bool        // no page may be shown: ErrInteractionRequired if one is needed
	AppSwitch        AppSwitch   // for native apps
	RevokeCPRConsent bool        // the broker forgets the CPR number it remembers
}

// CPRUse says what a login wants with the person's CPR number.
type CPRUse uint8

// The uses.
const (
	CPRNo        CPRUse = iota // not wanted: dropped if the broker sends it all the same
	CPRIfPresent               // wanted; a person without one, or who declines, still logs in
	CPRRequired                // a login without one is refused with ErrClaimMissing
)

// Action is the verb in the heading of the MitID app.
type Action uint8

// The actions, in the order of the five phrases that MitID allows on a button.
const (
	LogOn Action = iota
	Approve
	Confirm
	Accept
	Sign
)

// Locale is the language of the broker's and MitID's pages.
type Locale uint8

// The languages of MitID.
const (
	LocaleDefault Locale = iota
	Danish
	English
	Greenlandic
)

// AppSwitch asks MitID to lead a person back into a native app.
type AppSwitch struct {
	Platform  Platform
	ResumeURL string // a universal or app link (https); may be empty
}

// Platform is the phone's system.
type Platform uint8

// The platforms.
const (
	NoAppSwitch Platform = iota
	IOS
	Android
)

// Text is a text that the person approves, and how it is to be shown.
type Text struct {
	guarded

	Type TextType
	Body string
}

// TextType says how a text is shown.
type TextType uint8

// The types.
const (
	PlainText TextType = iota
	HTMLText
)
