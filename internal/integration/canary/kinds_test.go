package canary_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/claims/nameform"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/opendb"
	"github.com/dkeid/dkeid/eboks/postnord"
	"github.com/dkeid/dkeid/eboks/readlink"
	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/dkeid/dkeid/eboks/textletter"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/nemlogin"
	"github.com/dkeid/dkeid/mitid/nets/eident"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/signing"
	signatures "github.com/dkeid/dkeid/signing/criipto"
	"github.com/dkeid/dkeid/signing/evidence"
	netssigning "github.com/dkeid/dkeid/signing/neb"
	"github.com/dkeid/dkeid/signing/pades"
)

// sentinels are all that errors.Is can be asked for.
var sentinels = map[string]error{
	"claims.ErrAuthenticatorKind":          claims.ErrAuthenticatorKind,
	"claims.ErrCPRStatus":                  claims.ErrCPRStatus,
	"claims.ErrCVR":                        claims.ErrCVR,
	"claims.ErrClaimInvalid":               claims.ErrClaimInvalid,
	"claims.ErrCapacity":                   claims.ErrCapacity,
	"claims.ErrLevel":                      claims.ErrLevel,
	"claims/nameform.ErrName":              nameform.ErrName,
	"claims.ErrPNumber":                    claims.ErrPNumber,
	"claims.ErrProtection":                 claims.ErrProtection,
	"claims.ErrSENumber":                   claims.ErrSENumber,
	"claims.ErrStored":                     claims.ErrStored,
	"claims.ErrUUID":                       claims.ErrUUID,
	"claims/nameform.ErrUserID":            nameform.ErrUserID,
	"cpr.ErrInputInvalid":                  cpr.ErrInputInvalid,
	"eboks.ErrAlreadyAccepted":             eboks.ErrAlreadyAccepted,
	"eboks.ErrAuthFailed":                  eboks.ErrAuthFailed,
	"eboks.ErrChanged":                     eboks.ErrChanged,
	"eboks.ErrConfigInvalid":               eboks.ErrConfigInvalid,
	"eboks.ErrConflict":                    eboks.ErrConflict,
	"eboks.ErrDuplicate":                   eboks.ErrDuplicate,
	"eboks.ErrInputInvalid":                eboks.ErrInputInvalid,
	"eboks.ErrLedgerFull":                  eboks.ErrLedgerFull,
	"eboks.ErrOutcomeUnknown":              eboks.ErrOutcomeUnknown,
	"eboks.ErrParked":                      eboks.ErrParked,
	"eboks.ErrReceiptInvalid":              eboks.ErrReceiptInvalid,
	"eboks.ErrReceiptOverdue":              eboks.ErrReceiptOverdue,
	"eboks.ErrRecipientUnreachable":        eboks.ErrRecipientUnreachable,
	"eboks.ErrRejected":                    eboks.ErrRejected,
	"eboks.ErrStoreFailed":                 eboks.ErrStoreFailed,
	"eboks.ErrThrottled":                   eboks.ErrThrottled,
	"eboks.ErrUnavailable":                 eboks.ErrUnavailable,
	"eboks.ErrUnread":                      eboks.ErrUnread,
	"eboks.ErrUnsupported":                 eboks.ErrUnsupported,
	"mitid/nets/neb.ErrDocumentMismatch":   neb.ErrDocumentMismatch,
	"mitid/nets/neb.ErrEvidenceIncomplete": neb.ErrEvidenceIncomplete,
	"mitid/nets/neb.ErrSignerMismatch":     neb.ErrSignerMismatch,
	"mitid.ErrAssuranceTooLow":             mitid.ErrAssuranceTooLow,
	"mitid.ErrBrokerDeclined":              mitid.ErrBrokerDeclined,
	"mitid.ErrBrokerUnavailable":           mitid.ErrBrokerUnavailable,
	"mitid.ErrCPRMismatch":                 mitid.ErrCPRMismatch,
	"mitid.ErrClaimInvalid":                mitid.ErrClaimInvalid,
	"mitid.ErrClaimMissing":                mitid.ErrClaimMissing,
	"mitid.ErrConfigInvalid":               mitid.ErrConfigInvalid,
	"mitid.ErrInputInvalid":                mitid.ErrInputInvalid,
	"mitid.ErrInteractionRequired":         mitid.ErrInteractionRequired,
	"mitid.ErrIssuerMismatch":              mitid.ErrIssuerMismatch,
	"mitid.ErrReplay":                      mitid.ErrReplay,
	"mitid.ErrResponseInvalid":             mitid.ErrResponseInvalid,
	"mitid.ErrSignatureInvalid":            mitid.ErrSignatureInvalid,
	"mitid.ErrStateInvalid":                mitid.ErrStateInvalid,
	"mitid.ErrThrottled":                   mitid.ErrThrottled,
	"mitid.ErrTokenExpired":                mitid.ErrTokenExpired,
	"mitid.ErrTokenInvalid":                mitid.ErrTokenInvalid,
	"mitid.ErrTransactionMismatch":         mitid.ErrTransactionMismatch,
	"mitid.ErrUnsupported":                 mitid.ErrUnsupported,
	"mitid.ErrUserCancelled":               mitid.ErrUserCancelled,
	"signing/pades.ErrUnreadable":          pades.ErrUnreadable,
	"signing.ErrAssuranceTooLow":           signing.ErrAssuranceTooLow,
	"signing.ErrAuthFailed":                signing.ErrAuthFailed,
	"signing.ErrConfigInvalid":             signing.ErrConfigInvalid,
	"signing.ErrConflict":                  signing.ErrConflict,
	"signing.ErrDocumentMismatch":          signing.ErrDocumentMismatch,
	"signing.ErrDocumentModified":          signing.ErrDocumentModified,
	"signing.ErrDocumentPending":           signing.ErrDocumentPending,
	"signing.ErrDuplicate":                 signing.ErrDuplicate,
	"signing.ErrEvidenceDamaged":           signing.ErrEvidenceDamaged,
	"signing.ErrEvidenceIncomplete":        signing.ErrEvidenceIncomplete,
	"signing.ErrInputInvalid":              signing.ErrInputInvalid,
	"signing.ErrIssuerMismatch":            signing.ErrIssuerMismatch,
	"signing.ErrNotFound":                  signing.ErrNotFound,
	"signing.ErrOutcomeUnknown":            signing.ErrOutcomeUnknown,
	"signing.ErrPending":                   signing.ErrPending,
	"signing.ErrRefused":                   signing.ErrRefused,
	"signing.ErrResponseInvalid":           signing.ErrResponseInvalid,
	"signing.ErrSignatureInvalid":          signing.ErrSignatureInvalid,
	"signing.ErrSignerMismatch":            signing.ErrSignerMismatch,
	"signing.ErrStoreFailed":               signing.ErrStoreFailed,
	"signing.ErrThrottled":                 signing.ErrThrottled,
	"signing.ErrTokenInvalid":              signing.ErrTokenInvalid,
	"signing.ErrUnavailable":               signing.ErrUnavailable,
	"signing.ErrUnsupported":               signing.ErrUnsupported,
	"signing.ErrWebhookMalformed":          signing.ErrWebhookMalformed,
	"signing.ErrWebhookUnauthentic":        signing.ErrWebhookUnauthentic,
}

// broken is a transport behind which nobody is.
type broken struct{}

func (broken) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("nobody is there")
}

var nobody = &http.Client{Transport: broken{}}

const (
	anIssuer  = "https://broker.example"
	aRedirect = "https://app.example/callback"
)

// provider is what all adapters of logins have.
type provider interface {
	mitid.Broker
	mitid.TokenVerifier
}

func providers(t *testing.T) map[string]provider {
	t.Helper()
	c, err := criipto.New(criipto.Config{Issuer: anIssuer, ClientID: "a", ClientSecret: mitid.NewSecret("b"), HTTPClient: nobody})
	require.NoError(t, err)
	n, err := neb.New(neb.Config{Issuer: anIssuer, ClientID: "a", ClientSecret: mitid.NewSecret("b"), HTTPClient: nobody})
	require.NoError(t, err)
	e, err := eident.New(eident.Config{Issuer: anIssuer, ClientID: "a", ClientSecret: mitid.NewSecret("b"), HTTPClient: nobody})
	require.NoError(t, err)
	return map[string]provider{"mitid/criipto": c, "mitid/nets/neb": n, "mitid/nets/eident": e}
}

// failures calls every exported function that returns an error so that it does.
func failures(t *testing.T) map[string]error {
	t.Helper()
	ctx := context.Background()
	all := map[string]error{}
	add := func(name string, err error) { all[name] = err }
	second := func(_ any, err error) error { return err }

	_, err := cpr.Parse("x")
	add("cpr: func Parse", err)
	_, err = cprtest.Number(1).Pseudonym(nil)
	add("cpr: method (Number) Pseudonym", err)
	add("cpr: method (Number) RequireBornBy", cprtest.Number(1).RequireBornBy(time.Time{}))
	add("cpr: method (Plain) BytesValue", second(cpr.Plain(cprtest.Number(1)).BytesValue()))
	add("cpr: method (Number) RequireOrdinary", cpr.Number{}.RequireOrdinary())

	_, err = nameform.MachineReadable("北", nameform.MachineReadableOptions{})
	add("claims/nameform: func MachineReadable", err)
	add("claims/nameform: func SameMachineReadable", second(nameform.SameMachineReadable("北", "x")))
	add("claims: func ParseCPRStatus", second(claims.ParseCPRStatus("x")))
	add("claims: func ParseCVR", second(claims.ParseCVR("x")))
	add("claims: func ParseCVRLenient", second(claims.ParseCVRLenient("x")))
	add("claims: func ParseLevel", second(claims.ParseLevel("x")))
	add("claims: func ParseOIOSAML", second(claims.ParseOIOSAML([]claims.SAMLAttribute{{}})))
	add("claims: func ParsePrivileges", second(claims.ParsePrivileges("x")))
	add("claims: func ParsePNumber", second(claims.ParsePNumber("x")))
	add("claims: func ParseSENumber", second(claims.ParseSENumber("x")))
	add("claims: func ParseUUID", second(claims.ParseUUID("x")))
	add("claims/nameform: func ValidateUserID", nameform.ValidateUserID("x"))
	add("claims: method (*OIOSAML) Identity", second((&claims.OIOSAML{RID: "1"}).Identity()))
	add("claims: method (Identity) Cleared", second(claims.Identity{Subject: cprtest.Number(1).Reveal()}.Cleared()))

	add("mitid/criipto: method (*Claims) Identity", second((&criipto.Claims{IdentityScheme: "x"}).Identity()))
	add("mitid/nets/eident: method (*Claims) Identity", second(new(eident.Claims).Identity()))
	add("mitid/nets/neb: func ParseTransaction", second(neb.ParseTransaction([]byte("x"))))
	add("mitid/nets/neb: method (*Claims) Identity", second(new(neb.Claims).Identity()))
	add("mitid/nets/neb: method (*IDToken) Identity", second(new(neb.IDToken).Identity(nil)))
	add("mitid/nets/neb: method (*Transaction) Confirms", new(neb.Transaction).Confirms(new(neb.IDToken), nil))
	add("mitid/nets/neb: method (*Transaction) Identity", second(new(neb.Transaction).Identity()))

	add("mitid: func New", second(mitid.New(mitid.Config{})))
	add("mitid: func ReadCallback", second(mitid.ReadCallback(httptest.NewRequest(http.MethodPut, "/", nil))))
	add("mitid: method (*Attempt) Admit", new(mitid.Attempt).Admit(mitid.Facts{}))
	add("mitid: method (*Attempt) AdmitTexts", (&mitid.Attempt{Reference: new(mitid.Digest)}).AdmitTexts(mitid.Texts{}))
	add("mitid: method (*Report) Err", (&mitid.Report{Findings: []mitid.Finding{{Grade: mitid.Failed, Kind: mitid.ConfigInvalid}}}).Err())
	add("mitid: method (Callback) Values", second(mitid.Callback{RawQuery: "%"}.Values()))
	add("mitid/criipto: func New", second(criipto.New(criipto.Config{})))
	add("mitid/nets/neb: func New", second(neb.New(neb.Config{})))
	add("mitid/nets/eident: func New", second(eident.New(eident.Config{})))
	add("mitid/nemlogin: func New", second(nemlogin.New(nemlogin.Config{})))
	add("mitid/nets/eident: func NewSAML", second(eident.NewSAML(eident.SAMLConfig{})))
	add("mitid/mitidhttp: func New", second(mitidhttp.New(mitidhttp.Config{})))

	saml, err := eident.NewSAML(eident.SAMLConfig{Origin: "https://broker.example", MID: "a", Password: mitid.NewSecret("b"), HTTPClient: nobody})
	require.NoError(t, err)
	add("mitid/nets/eident: method (*SAMLBroker) Begin", second(saml.Begin(ctx, &mitid.Attempt{Request: mitid.Request{Address: true}})))
	add("mitid/nets/eident: method (*SAMLBroker) Complete", second(saml.Complete(ctx, &mitid.Attempt{}, mitid.Callback{Method: http.MethodGet, RawQuery: "SAMLart=AAE"})))
	add("mitid/nets/eident: method (*SAMLBroker) StepUp", second(saml.StepUp(ctx, &mitid.Attempt{Request: mitid.Request{CPR: mitid.CPRRequired}}, &mitid.Login{})))

	for where, p := range providers(t) {
		c, err := mitid.New(mitid.Config{Broker: p, RedirectURL: aRedirect})
		require.NoError(t, err)
		add("mitid: method (*Client) Begin", second(c.Begin(ctx, mitid.Request{})))
		add("mitid: method (*Client) Complete", second(c.Complete(ctx, "", mitid.Callback{})))
		add("mitid: method (*Client) EndSession", second(c.EndSession(ctx, nil, aRedirect)))
		add("mitid: method (*Client) MatchCPR", second(c.MatchCPR(ctx, nil, cpr.Number{})))
		add("mitid: method (*Client) ReceiveLogout", second(c.ReceiveLogout(ctx, mitid.Callback{Method: http.MethodGet})))
		add("mitid: method (*Client) StepUp", second(c.StepUp(ctx, nil, mitid.Request{})))
		add("mitid: method (*Client) VerifyToken", second(c.VerifyToken(ctx, "x")))

		add(where+": method (*Broker) Begin", second(p.Begin(ctx, &mitid.Attempt{})))
		add(where+": method (*Broker) Complete", second(p.Complete(ctx, &mitid.Attempt{}, mitid.Callback{Method: http.MethodGet})))
		add(where+": method (*Broker) VerifyToken", second(p.VerifyToken(ctx, "x")))
		gate, err := mitidhttp.New(mitidhttp.Config{Client: c})
		require.NoError(t, err)
		add("mitid/mitidhttp: method (*Gate) EndSessions", gate.EndSessions(ctx, "somebody"))
		add("mitid/mitidhttp: method (*Gate) Admit", second(gate.Admit(httptest.NewRequest(http.MethodGet, "/", nil), mitid.Request{})))
		if able, ok := p.(mitid.AgeProver); ok {
			add(where+": method (*Broker) BeginAge", second(able.BeginAge(ctx, &mitid.Attempt{})))
			add(where+": method (*Broker) CompleteAge", second(able.CompleteAge(ctx, &mitid.Attempt{}, mitid.Callback{Method: http.MethodGet})))
		}
		if able, ok := p.(mitid.SessionEnder); ok {
			add(where+": method (*Broker) EndSession", second(able.EndSession(ctx, &mitid.Login{}, aRedirect, "s")))
		}
		if able, ok := p.(mitid.CPRMatcher); ok {
			add(where+": method (*Broker) MatchCPR", second(able.MatchCPR(ctx, &mitid.Login{}, cprtest.Number(1))))
		}
		if able, ok := p.(mitid.StepUpper); ok {
			add(where+": method (*Broker) StepUp", second(able.StepUp(ctx, &mitid.Attempt{}, &mitid.Login{})))
		}
		if able, ok := p.(mitid.LogoutReceiver); ok {
			add(where+": method (*Broker) ReceiveLogout", second(able.ReceiveLogout(ctx, mitid.Callback{Method: http.MethodGet})))
		}
	}

	add("signing/pades: func Verify", second(pades.Verify(ctx, []byte("æøå"), pades.Policy{})))
	add("eboks: func New", second(eboks.New(eboks.Config{})))
	add("eboks: func ParseID", second(eboks.ParseID("x")))
	add("eboks: method (Address) Check", eboks.Address{}.Check())
	add("eboks: method (*Kind) Scan", new(eboks.Kind).Scan("ord, som ingen kender"))
	add("eboks: method (Kind) Value", second(eboks.Kind(200).Value()))
	add("eboks: method (*Reachability) Scan", new(eboks.Reachability).Scan("ord, som ingen kender"))
	add("eboks: method (Reachability) Value", second(eboks.Reachability(200).Value()))
	add("eboks: method (*State) Scan", new(eboks.State).Scan("ord, som ingen kender"))
	add("eboks: method (State) Value", second(eboks.State(200).Value()))
	add("eboks: method (*Status) Scan", new(eboks.Status).Scan("ord, som ingen kender"))
	add("eboks: method (Status) Value", second(eboks.Status(200).Value()))
	add("eboks: method (*Then) Scan", new(eboks.Then).Scan("ord, som ingen kender"))
	add("eboks: method (Then) Value", second(eboks.Then(200).Value()))
	add("eboks: method (*ID) Scan", new(eboks.ID).Scan("intet UUID"))
	add("eboks: method (Document) Content", second(eboks.Document{}.Content()))
	add("eboks: method (*History) Add", new(eboks.History).Add(eboks.Event{}))
	full := eboks.NewMemoryLedger(1)
	held := eboks.Entry{ID: eboks.NewID(), State: eboks.LetterWaiting}
	_, _ = full.Claim(ctx, []eboks.Entry{held}, "a", time.Hour)
	add("eboks: method (*MemoryLedger) Claim", second(full.Claim(ctx, []eboks.Entry{{ID: eboks.NewID(), State: eboks.LetterWaiting}}, "a", time.Hour)))
	add("eboks/outbox: func New", second(outbox.New(outbox.Config{})))
	ends := outboxOfAClosedDatabase(t)
	add("eboks/outbox: method (*Outbox) Content", second(ends.Content(ctx, eboks.NewID())))
	add("eboks/outbox: method (*Outbox) Due", second(ends.Due(ctx, 1)))
	add("eboks/outbox: method (*Outbox) Enqueue", second(ends.Enqueue(ctx, nil, &eboks.Letter{})))
	add("eboks/outbox: method (*Outbox) Erase", second(ends.Erase(ctx, eboks.NewID())))
	add("eboks/outbox: method (*Outbox) EraseRecipient", second(ends.EraseRecipient(ctx, eboks.Person(cprtest.Number(1)))))
	add("eboks/outbox: method (*Outbox) GiveUp", ends.GiveUp(ctx, eboks.NewID()))
	_, _, err = ends.Letter(ctx, eboks.NewID())
	add("eboks/outbox: method (*Outbox) Learn", ends.Learn(ctx, eboks.Event{ID: eboks.NewID(), Status: eboks.Accepted, At: time.Now()}))
	add("eboks/outbox: method (*Outbox) Letter", err)
	add("eboks/outbox: method (*Outbox) Learn", ends.Learn(ctx, eboks.Event{ID: eboks.NewID(), Status: eboks.Opened}))
	add("eboks/outbox: method (*Outbox) Migrate", ends.Migrate(ctx))
	add("eboks/outbox: method (*Outbox) Receive", ends.Receive(ctx))
	add("eboks/outbox: method (*Outbox) Release", ends.Release(ctx, eboks.NewID()))
	add("eboks/outbox: method (*Outbox) Step", second(ends.Step(ctx, eboks.NewID())))
	add("eboks/outbox: method (*Outbox) Summary", second(ends.Summary(ctx)))
	add("eboks/postnord: func New", second(postnord.New(postnord.Config{})))
	add("eboks/textletter: func Parse", second(textletter.Parse(strings.NewReader(""))))
	add("eboks/textletter: func Legible", second(textletter.Legible("", '李')))
	add("eboks/textletter: func Writable", textletter.Writable("李"))
	add("eboks/textletter: method (Letter) PDF", second(textletter.Letter{}.PDF()))
	add("eboks/stralfors: func New", second(stralfors.New(stralfors.Config{})))
	add("eboks/readlink: func New", second(readlink.New(readlink.Config{})))

	add("signing/evidence: func FetchKeys", second(evidence.FetchKeys(ctx, evidence.FetchConfig{})))
	add("signing/evidence: func FromLogin", second(evidence.FromLogin(nil, evidence.LoginInput{})))
	add("signing/evidence: func FromShown", second(evidence.FromShown(signing.Signature{Evidence: []signing.Token{{Use: "x"}}}, evidence.ShownInput{})))
	add("signing/evidence: func FromSignature", second(evidence.FromSignature(nil, evidence.SignatureInput{})))
	add("signing/evidence: func NewDir", second(evidence.NewDir(evidence.DirConfig{})))
	add("signing/evidence: func Open", second(evidence.Open(strings.NewReader(""), 0, nil)))
	add("signing/evidence: func Seal", second(evidence.Seal(io.Discard, nil)))
	add("signing/evidence: func Verify", second(evidence.Verify(ctx, strings.NewReader(""), 0, time.Now(), evidence.Policy{})))
	add("signing/evidence: func Write", second(evidence.Write(ctx, io.Discard, evidence.Bundle{}, evidence.Options{})))
	broker := providers(t)["mitid/nets/neb"].(*neb.Broker)
	add("mitid/nets/neb: method (*Broker) VerifyWorkflowToken", verifyWorkflowToken(ctx, broker))
	add("signing/neb: func New", second(netssigning.New(netssigning.Config{})))
	at, err := netssigning.New(netssigning.Config{
		Broker: broker, RedirectURL: aRedirect, APIClientID: "a", APISecret: mitid.NewSecret("b"), BaseURL: anIssuer, HTTPClient: nobody, Organisation: claims.MustParseCVR("12345674"),
	})
	require.NoError(t, err)
	pdf := []byte("%PDF-1.7\n%%EOF")
	add("signing/neb: method (*Service) Cancel", at.Cancel(ctx, "x"))
	add("signing/neb: method (*Service) Cleanup", at.Cleanup(ctx, "x"))
	add("signing/neb: method (*Service) Close", at.Close(ctx, "x", 7))
	add("signing/neb: method (*Service) Complete", second(at.Complete(ctx, "x", mitid.Callback{Method: http.MethodGet})))
	add("signing/neb: method (*Service) CreateOrder", second(at.CreateOrder(ctx, &signing.Order{}, nil)))
	add("signing/neb: method (*Service) Fetch", at.Fetch(ctx, "x", "1", io.Discard))
	add("signing/neb: method (*Service) Order", second(at.Order(ctx, "x")))
	add("signing/neb: method (*Service) Receipt", second(at.Receipt(ctx, &netssigning.Signed{})))
	add("signing/neb: method (*Service) Sign", second(at.Sign(ctx, netssigning.Signtext{Type: netssigning.PDF, Body: pdf}, mitid.Request{})))
	add("signing/neb: method (*Service) SignOrder", second(at.SignOrder(ctx, signing.Ticket{}, &signing.Order{}, "1", mitid.Request{})))
	add("signing/neb: method (*Service) Verify", second(at.Verify(ctx, &signing.Exhibit{})))

	add("signing: func New", second(signing.New(signing.Config{})))
	add("signing/criipto: func New", second(signatures.New(signatures.Config{})))
	add("signing/criipto: func NewVerifier", second(signatures.NewVerifier(signatures.VerifierConfig{})))
	add("signing/criipto: method (*Service) Webhook", second(new(signatures.Service).Webhook(signatures.WebhookConfig{})))
	add("signing: method (*Digest) UnmarshalText", new(signing.Digest).UnmarshalText([]byte("x")))
	add("signing: method (*Ticket) UnmarshalJSON", new(signing.Ticket).UnmarshalJSON([]byte("x")))
	return all
}

// aSender is a distributor that nobody reaches.
type aSender struct{}

func (aSender) Send(context.Context, *eboks.Letter) (*eboks.Receipt, error) {
	return nil, &eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry}
}
func (aSender) Capabilities() eboks.Capabilities { return eboks.Capabilities{Name: "nowhere"} }

func outboxOfAClosedDatabase(t *testing.T) *outbox.Outbox {
	t.Helper()
	db, dialect, err := opendb.Open(t.Context(), filepath.Join(t.TempDir(), "lukket.db"))
	require.NoError(t, err)
	o, err := outbox.New(outbox.Config{DB: db, Dialect: dialect, Sender: aSender{}, Keys: [][]byte{bytes.Repeat([]byte("k"), 32)}})
	require.NoError(t, err)
	require.NoError(t, db.Close())
	return o
}

func verifyWorkflowToken(ctx context.Context, b *neb.Broker) error {
	_, _, err := b.VerifyWorkflowToken(ctx, mitid.NewSecret("x"), "", "DK12345674")
	return err
}

// elsewhere are the functions that are not called here, with the reason.
var elsewhere = map[string]string{
	`^claims: .* (Marshal|Unmarshal)`:                         "refusals to marshal, which name the way out, and the values' own errors",
	`^(cpr|claims|claims/nameform): .* (Scan|Value|Unwrap)\(`: "columns: the values' own errors, and the refusals",
	`^(cpr|mitid|eboks)\S*: .* (Marshal|Unmarshal|Unwrap)`:    "refusals to marshal",
	`^mitid/nemlogin: method \(\*Broker\) `:                   "the conformance suite and its own tests look at the kind of every error",
	`^signing: method \(\*Client\) `:                          "signing's own tests look at the kind of every error",
	`^signing/evidence: `:                                     "signing/evidence's own tests look at the kind of every error",
	`^signing/criipto: method \(\*(Service|Verifier)\) `:      "signing/criipto's own tests look at the kind of every error",
	`^signing\S*: .* (Marshal|Unwrap)`:                        "refusals to marshal, a digest that always marshals, and the cause",
	`^signing/evidence: method \(\*(Dir|Sealed|Stored)\) `:    "signing/evidence's own tests look at the kind of every error",
	`^signing/evidence: method \(Stored\) `:                   "the same, and closing a file",
	`^signing/neb: .* Marshal`:                                "refusals to marshal",
	`^eboks: method \(ID\) Value\(`:                           "it never fails",
	`^eboks: method \(\*(Client|MemoryLedger)\) `:             "the conformance suites look at the kind of every error",
	`^eboks/(postnord|stralfors): method \(\*Sender\) `:       "the conformance suite looks at the kind of every error",
	`^eboks/outbox: .* Marshal`:                               "refusals to marshal",
	`^eboks/outbox: method \(\*Outbox\) Run\(`:                "it fails after a minute; its own tests",
	`^eboks/outbox/riverrunner: `:                             "a module of its own, whose tests look at the kind of every error",
	`^eboks/outbox/opendb: `:                                  "errors of the system and of the drivers, with what to do",
	`^eboks/readlink: method \(\*Links\) For`:                 "readlink's own tests",
	`^eboks/readlink: method \(\*Refusal\) Unwrap`:            "the cause, which is the app's own",
}

func TestErrorsOfEveryExportedFunctionAreOfAKindThatErrorsIsFinds(t *testing.T) {
	all := failures(t)
	for name, err := range all {
		if !assert.Error(t, err, name) {
			continue
		}
		found := ""
		for sentinel, target := range sentinels {
			if errors.Is(err, target) {
				found = sentinel
			}
		}
		assert.NotEmpty(t, found, "%s: no sentinel is found in %T: %v", name, err, err)
	}

	api, err := os.ReadFile("../../housecheck/testdata/api.txt")
	require.NoError(t, err)
	returns := regexp.MustCompile(`^((?:cpr|claims|mitid|eboks|signing)\S*: (?:func|method \S+)) ?(\w+)\(.*\berror\)?$`)
	needed, seen := map[string]bool{}, 0
	for line := range bytes.Lines(api) {
		text := strings.TrimSpace(string(line))
		if name, _, ok := strings.Cut(text, ": var Err"); ok && !strings.HasSuffix(name, "test") {
			id, _, _ := strings.Cut(strings.TrimPrefix(text, name+": var "), " ")
			assert.Contains(t, sentinels, name+"."+id)
		}
		m := returns.FindStringSubmatch(text)
		if m == nil || strings.HasSuffix(strings.Split(text, ":")[0], "test") {
			continue
		}
		seen++
		if _, called := all[m[1]+" "+m[2]]; called {
			continue
		}
		excused := false
		for pattern := range elsewhere {
			if regexp.MustCompile(pattern).MatchString(text) {
				excused, needed[pattern] = true, true
			}
		}
		assert.True(t, excused, "%s: call it in failures, so that it fails, or say in elsewhere why not", text)
	}
	assert.Greater(t, seen, 80, "the list is read")
	for pattern := range elsewhere {
		assert.True(t, needed[pattern], "%s: no longer needed", pattern)
	}
}
