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

// Config is your agreement with Strålfors and what you decide as a sender.
// BaseURL, System, User and Certificate (or HTTPClient) are required; the agreement
// and the Connect portal have them. It prints as a placeholder.
type Config struct {
	guarded
	// BaseURL is where the paths of Wire.Operations begin. https, no query.
	BaseURL string
	// System is the id of the sender system: 1 to 10 letters, digits, '-', '_', '.'.
	System string
	// User is BrugerNavn, who sends: 1 to 2000 characters. It goes with each letter
	// and comes back in the log. Name a department or a program, nobody's number.
	User string

	// Certificate is the client certificate with its key. New refuses a key that does
	// not belong to it, and one that is not valid now. [Sender.SetCertificate] exchanges
	// it.
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
	// Limits bound a letter. Zero fields: eboks' own, and ten attachments; with
	// fewer than zero attachments none.
	Limits eboks.Limits
	// NoPrint refuses letters that may become paper: the agreement has no print.
	NoPrint bool

	Unit       string        // EnhedTekst, at most 2000 characters; if empty, left out
	CostGroup  string        // KonteringsGruppeTekst, at most 2000 characters; if empty, left out
	From       eboks.Address // ForsendelseAfsender, where returned paper goes; if zero, left out
	DocumentID bool          // write the letter's ID as UUIDIdentifikator
	LetterDate bool          // write today in Wire.Zone as BrevDato
	Register   bool          // MedsendDokumentRegistreringIndikator, of letters that may go to a mailbox
	Receipts   Receipts
	Print      Print

	// Wire is what this package guesses about the interface. The zero Wire has every
	// guess at its default; correct what your documentation says otherwise.
	Wire Wire
}

// Material is a kind of letter as the agreement knows it.
type Material struct {
	// ShipmentType is ForsendelseTypeIdentifikator, a positive number of at most ten
	// digits. The portal lists them; [Sender.ShipmentTypes] asks for them.
	ShipmentType string
	// ContentType is dkal:MeddelelseIndholdstypeIdentifikator, a number of at most
	// ten digits. If empty, it is left out, and the shipment type decides.
	ContentType string
}

// Receipts are what TransaktionsParametreI says. The zero value leaves the block
// out.
type Receipts struct {
	// Mail is KvitteringsEmail: where Strålfors sends a receipt for each letter. 1 to
	// 191 characters, @, and 1 to 64, without blanks and > ( ) [ ] \ , ; :
	Mail  string
	Which string // KvitteringsTypeKode: "Alle", "Ingen", "Kun fejl"; if empty, left out
	Time  bool   // write the time of sending as TransaktionsDatoTid
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
