package stralfors

import (
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// Wire is what Strålfors does not publish, each with a guess as its default: how
// its services are called, which words and numbers it uses. Your documentation or
// the first days in the test environment say what differs.
type Wire struct {
	// Operations is how the services are called. The zero value is
	// DefaultOperations; see there.
	Operations Operations
	// CPRInURL admits {cpr} in a path of Operations. CPR numbers in addresses end up
	// in logs of proxies: leave it off unless the agreement leaves no choice.
	CPRInURL bool

	// NoContinue says that the server knows no 100-continue: the body leaves at once,
	// before the server has taken the certificate. If false, that is found out by one
	// call that waits three seconds in vain.
	NoContinue bool
	// TLS12 is for a server that asks for the certificate only after the request, which
	// works with TLS 1.2 alone. It allows no later version.
	TLS12 bool

	// Namespace is fjernprint's: Namespace3 (when empty) or Namespace1.
	Namespace string
	// NumberNamespace is that of CPRnummerIdentifikator and CVRnummerIdentifikator.
	// If empty, it is Namespace with Namespace3, NumberNamespace1 with Namespace1.
	NumberNamespace string
	FileFormat      string // dkal:FilformatNavn, at most 10 characters; if empty, "PDF"
	Channels        Channels
	NoTitle         bool // leave TitelTekst out, so that DokumentParametre is empty, as the public 3.0.0 example has it
	// ReplyUnsaid leaves MeddelelseSvarTypeNavn out when a letter takes no reply.
	// Otherwise it says "ikkeMuligt".
	ReplyUnsaid bool

	// Dedupes says that Strålfors recognises a repeated AfsendelseIdentifikator and
	// never makes a second letter of it. False until the agreement promises it.
	Dedupes bool
	// EmptyAnswer says that a success may have no body, whatever its status: then it says no
	// more than that Strålfors has the letter. If false, only 204 does.
	EmptyAnswer bool
	// Codes says what error numbers (FejlKode) mean, in answers and in the log. The
	// numbers are not public. What a number that is not in it comes to is in the
	// package's doc.
	Codes map[string]Verdict
	// Duplicates are the error numbers that say that an id was used before. A Fejl with
	// HTTP status 409 always says so.
	Duplicates []string

	// LogMarker is the element that counts the transactions of the log, for
	// {after}. If empty, it is TransaktionsIdentifikator.
	LogMarker string
	// LetterNames are the elements of a transaction that may hold the letter's id.
	// The first that is there and not empty names the letter; the others must not
	// name another one. If nil: AfsendelseIdentifikator, which digital letters do
	// not always have, MessageUUID, MessageId.
	LetterNames []string
	PageSize    int // {count}: how many events to ask for at once, 1 to 1000; if zero, 100
	// Zone is that of times in the log that name none. If nil, it is Europe/Copenhagen,
	// which New looks up in the machine's time zones (or in time/tzdata).
	Zone *time.Location
	// CarrierCodes says what the numbers of carrier news
	// (ForsendelseHaendelseTypeKode) mean: HandedToCarrier, CarrierUpdate or Returned.
	// The numbers are not public. Without them all news of the carrier is
	// CarrierUpdate, and no letter is ever Returned.
	CarrierCodes map[string]eboks.Status
}

// The namespaces of fjernprint, and that of the CPR and CVR number in 1.0.0.
const (
	Namespace3       = "urn:oio:fjernprint:3.0.0"
	Namespace1       = "urn:oio:fjernprint:1.0.0"
	NumberNamespace1 = "urn:oio:adir:dagpenge:2009.07.01"
)

// Channels are the words for the channels (KanalKode).
type Channels struct {
	Digital string // of DigitalOnly; if empty, "Digital Post"
	Print   string // of PrintOnly; if empty, "Fysisk Post"
	Either  string // of DigitalThenPrint; if empty, the element is left out, which leaves the choice to Strålfors
}

// Verdict is what an error number means.
type Verdict struct {
	// Kind is one of Rejected, RecipientUnreachable, Throttled, Unavailable,
	// AuthFailed, ConfigInvalid, AlreadyAccepted and OutcomeUnknown. All but the
	// last two say, beside a status of failure, that the letter was not taken in.
	// AuthFailed and ConfigInvalid pause the channel for all letters.
	Kind eboks.Kind
	// Reachability goes with RecipientUnreachable.
	Reachability eboks.Reachability
}
