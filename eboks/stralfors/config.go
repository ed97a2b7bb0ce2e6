package stralfors

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/private"
)

// guarded makes a type print as a placeholder and refuse to marshal.
type guarded = private.Value

// Config configures a Sender. BaseURL, System, User and Certificate (or
// HTTPClient) are required; the agreement and the Connect portal have them. It
// prints as a placeholder.
type Config struct {
	guarded
	// BaseURL is where the paths of Operations begin. https, no query.
	BaseURL string
	// System is the id of the sender system: 1 to 10 letters, digits, '-', '_', '.'.
	System string
	// User is BrugerNavn, who sends: 1 to 2000 characters. It goes with each letter
	// and comes back in the log. Name a department or a program, nobody's number.
	User string

	// Certificate is the client certificate with its key.
	Certificate tls.Certificate
	// Roots are the authorities that the server's certificate may come from. If nil, they are
	// those of the system.
	Roots *x509.CertPool
	// HTTPClient is used instead of Certificate and Roots, for tests and special
	// proxies. Its transport must show the certificate, and wait for the word after
	// Expect: 100-continue (ExpectContinueTimeout). Redirects are never followed.
	HTTPClient *http.Client
	Timeout    time.Duration    // of one call, the letter included; if zero, 60 s
	Now        func() time.Time // if nil, time.Now

	// Materials maps the application's words to the ids of the agreement. If nil, a
	// letter's Material is the number of a shipment type. Otherwise a Material that
	// is not in it is ErrInputInvalid.
	Materials map[eboks.Material]Material
	// Dedupes says that Strålfors recognises a repeated AfsendelseIdentifikator and
	// never makes a second letter of it. False until the agreement promises it.
	Dedupes bool
	// Codes says what error numbers (FejlKode) mean, in answers and in the log. The
	// numbers are not public. What a number that is not in it comes to is in the
	// package's doc.
	Codes map[string]Verdict
	// Duplicates are the error numbers that say that an id was used before. HTTP
	// status 409 always says so.
	Duplicates []string
	// Limits bound a letter. Zero fields: eboks' own, and ten attachments; with
	// fewer than zero attachments none.
	Limits eboks.Limits
	// NoPrint refuses letters that may become paper: the agreement has no print.
	NoPrint bool

	// Operations is how the services are called. The zero value is the guess of
	// DefaultOperations; see there.
	Operations Operations
	// CPRInURL admits {cpr} in a path of Operations. CPR numbers in addresses end up
	// in logs of proxies: leave it off unless the agreement leaves no choice.
	CPRInURL bool
	// Namespace is fjernprint's: Namespace3 (when empty) or Namespace1.
	Namespace string
	// NumberNamespace is that of CPRnummerIdentifikator and CVRnummerIdentifikator.
	// If empty, it is Namespace with Namespace3, NumberNamespace1 with Namespace1.
	NumberNamespace string
	FileFormat      string // dkal:FilformatNavn, at most 10 characters; if empty, "PDF"
	Channels        Channels
	// LogMarker is the element that counts the transactions of the log, for
	// {after}. If empty, it is TransaktionsIdentifikator.
	LogMarker string
	PageSize  int // {count}: how many events to ask for at once, 1 to 1000; if zero, 100
	// Zone is that of times in the log that name none. If nil, it is Europe/Copenhagen,
	// which New looks up in the machine's time zones (or in time/tzdata).
	Zone *time.Location

	Unit       string        // EnhedTekst, at most 2000 characters; if empty, left out
	CostGroup  string        // KonteringsGruppeTekst, at most 2000 characters; if empty, left out
	From       eboks.Address // ForsendelseAfsender, where returned paper goes; if zero, left out
	NoTitle    bool          // leave TitelTekst out, so that DokumentParametre is empty, as the public 3.0.0 example has it
	DocumentID bool          // write the letter's ID as UUIDIdentifikator
	LetterDate bool          // write today in Zone as BrevDato
	Receipts   Receipts
	Print      Print
	Digital    Digital
}

// The namespaces of fjernprint, and that of the CPR and CVR number in 1.0.0.
const (
	Namespace3       = "urn:oio:fjernprint:3.0.0"
	Namespace1       = "urn:oio:fjernprint:1.0.0"
	NumberNamespace1 = "urn:oio:adir:dagpenge:2009.07.01"
)

// Material is a kind of letter as the agreement knows it.
type Material struct {
	// ShipmentType is ForsendelseTypeIdentifikator, a positive number of at most ten
	// digits. The portal lists them; [Sender.ShipmentTypes] asks for them.
	ShipmentType string
	// ContentType is dkal:MeddelelseIndholdstypeIdentifikator, a number of at most
	// ten digits. If empty, it is left out, and the shipment type decides.
	ContentType string
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

// Channels are the words for the channels (KanalKode).
type Channels struct {
	Digital string // of DigitalOnly; if empty, "Digital Post"
	Print   string // of PrintOnly; if empty, "Fysisk Post"
	Either  string // of DigitalThenPrint; if empty, the element is left out, which leaves the choice to Strålfors
}

// Choice is a yes or no that can be left to Strålfors.
type Choice uint8

// The choices.
const (
	Unsaid Choice = iota // the element is left out
	Yes
	No
	lastChoice
)

// Receipts are what TransaktionsParametreI says. The zero value leaves the block
// out.
type Receipts struct {
	Mail  string // KvitteringsEmail: where Strålfors sends a receipt for each letter
	Which string // KvitteringsTypeKode: "Alle", "Ingen", "Kun fejl"; if empty, left out
	Time  bool   // write the time of sending as TransaktionsDatoTid
}

// Digital are settings of letters that may go to a mailbox (DigitalPostParametre).
type Digital struct {
	// Register is MedsendDokumentRegistreringIndikator.
	Register bool
	// ReplyUnsaid leaves MeddelelseSvarTypeNavn out when a letter takes no reply.
	// Otherwise it says "ikkeMuligt".
	ReplyUnsaid bool
}

// Print are settings of letters that may become paper. What is empty, Unsaid or
// zero is left to Strålfors.
type Print struct {
	Sides         string // SimplexDuplexKode: "Simplex", "Duplex"
	Colour        string // FarveSHKode: "SH", "Farve"
	Envelope      string // KuvertTypeKode: "C4", "C5", "MA"
	StampFrom     Choice // PaatrykAfsenderAdresseIndikator: print the sender's address on the letter
	StampTo       Choice // PaatrykModtagerAdresseIndikator: and the recipient's
	StampDate     Choice // PaatrykBrevdatoIndikator: and the date
	Urgent        Choice // HasteBrevIndikator
	Category      string // PostKategoriKode: "Prioritaire", "Economique", "Bulk", "Rekommanderet", "Rekommanderet med modtagerbevis", "Forkyndelse"
	Allocation    string // AllokeringsIdentifikator, a positive number of at most ten digits
	HandleReturns Choice // ReturposthaandteringHosLeverandoerIndikator
	TellMoves     Choice // InformationVedAdresseAendringIndikator
}
