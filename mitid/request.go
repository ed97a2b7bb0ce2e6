package mitid

import (
	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
)

// Request says what a login must be and what it asks for. The zero value logs in a
// private person at the Client's MinLevel and asks for no CPR number.
//
// If the broker cannot carry a field, Begin returns ErrUnsupported. No field is dropped
// silently.
type Request struct {
	guarded

	Age              int             // asks for proof that the person is at least 15, 16, 18 or 21 years old, without an identity; see Login.Age; zero for a login
	Level            claims.Level    // the lowest level; Config.MinLevel if that is higher, or if zero
	Capacity         claims.Capacity // CapacityPrivate (also if zero), CapacityProfessional or CapacityEither
	CPR              CPRUse
	Address          bool
	Organisation     bool        // data about the organisation that the person acts for
	NemIDPID         bool        // the person's PID of NemID, MitID's predecessor
	UUID             claims.UUID // re-authenticates this private person: nobody else may answer; refused with CapacityProfessional, because colleagues may share a UUID
	CPRHint          cpr.Number  // fills in the broker's CPR page; only with pushed authorization requests, because the browser must not carry it
	CVRHint          claims.CVR  // proposes the organisation; the person may choose another, so look at Identity.Organisation
	ReferenceText    string      // shown in the MitID app; at most 130 characters
	TransactionText  Text        // shown for approval; at most MaxTransactionText characters (600 at E-Ident); HTML may use the tags that the brokers list; zero if there is none
	Action           Action      // the verb in the MitID app's heading
	Locale           Locale      // if zero, the broker chooses by what the browser accepts
	Fresh            bool        // the person must use their authenticator now
	Silent           bool        // no page may be shown; if one is needed, Complete returns ErrInteractionRequired
	AppSwitch        AppSwitch   // for native apps
	RevokeCPRConsent bool        // makes the broker forget the CPR number that it remembers
}

// CPRUse says whether a login asks for the person's CPR number.
type CPRUse uint8

// The uses.
const (
	CPRNo        CPRUse = iota // not asked for; dropped if the broker sends it
	CPRIfPresent               // asked for; a person who has none or declines still logs in
	CPRRequired                // asked for; a login without one is refused with ErrClaimMissing
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

// AppSwitch asks MitID to open a native app after the login.
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

// Text is a text that the person approves.
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
