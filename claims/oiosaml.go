package claims

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/private"
)

// guarded makes a type print as a placeholder; see [private.Value].
type guarded = private.Value

// SAMLAttribute is one attribute of a SAML assertion, as it came.
type SAMLAttribute struct {
	guarded

	Name   string
	Values []string
}

// OIOSAML are the attributes of an assertion of NemLog-in, in its own terms (OIOSAML Web
// SSO Profile 3.0.3, attribute profiles). mitid.Login.Claims holds an *OIOSAML.
// [OIOSAML.Identity] returns the same in terms of ours. The names of OIOSAML 2 are read
// too. What is absent is zero.
//
// It prints which parts it has and refuses to marshal, as [Identity] does. To keep the
// attributes as evidence, keep the assertion that was signed.
type OIOSAML struct {
	SpecVersion string // specVersion: "OIO-SAML-3.0"
	Levels      Levels // nsis/loa, ial, aal: what was achieved; any word but Low, Substantial and High is LevelUnknown
	// AssuranceLevel is 1, 2 or 3 on the scale of OIOSAML 2; 0 if not given. It may come in
	// a session without an NSIS level. It never becomes a [Level], because the two scales
	// make different demands. So a login without nsis/loa satisfies no demand.
	AssuranceLevel int

	CPR       cpr.Number // cprNumber: to public service providers alone
	CPRUUID   UUID       // cprUuid: the person's key in CPR, which is no CPR number
	FullName  string     // fullName
	FirstName string     // firstName: one or more of them, without middle names
	LastName  string     // lastName
	Alias     string     // alias: a name that the person chose to be shown instead
	Email     []string   // email
	Age       int        // age: in years; 0 if not given
	BirthDate time.Time  // dateOfBirth: midnight UTC
	NemIDPID  string     // person/pid: 9208-2002-2-…, for migration only

	ProfessionalID        UUID     // professional/uuid/persistent: the key of the employment
	RID                   string   // professional/rid: digits with their leading zeros, for migration only
	CVR                   CVR      // professional/cvr: the organisation of this session
	OrgName               string   // professional/orgName
	PNumber               PNumber  // professional/productionUnit
	SENumber              SENumber // professional/seNumber
	AuthorizedToRepresent []CVR    // professional/authorizedToRepresent: the companies that the person may bind alone; CVR may be one of them or not

	Privileges       []PrivilegeGroup // privilegesIntermediate; see PrivilegesFor
	PrivilegesSimple []string         // privilegesSimple: an older form, as it came
	BootstrapToken   []byte           // bootstrapToken: an encrypted assertion for OIO IDWS, decoded
	Signing          OIOSAMLSigning   // signing/…

	UniqueAccountKey  string // of OIOSAML 2
	YouthCert         bool   // IsYouthCert of OIOSAML 2
	UserAdministrator bool   // UserAdministratorIndicator of OIOSAML 2

	Unknown []string // the names of all other attributes; their values are not kept
}

// OIOSAMLSigning are the attributes of NemLog-in's signing service, as they came.
type OIOSAMLSigning struct {
	guarded

	RequesterID                    string
	ReferenceText                  string
	SecurityCode                   string
	CertificatePolicyQualifier     string
	CertificateSSNPersistenceLevel string
	CertificateHolderIdentifier    string
	CertificateCommonName          string
	AnonymizedSigner               string
}

// Professional reports whether o has an attribute of a person who acts for an
// organisation. An assertion whose NameID is of a private person must have none.
func (o *OIOSAML) Professional() bool {
	return !o.ProfessionalID.IsZero() || o.RID != "" || !o.CVR.IsZero() || o.OrgName != "" ||
		!o.PNumber.IsZero() || !o.SENumber.IsZero() || len(o.AuthorizedToRepresent) > 0
}

// String names the parts that are present.
func (o OIOSAML) String() string {
	return private.Outline("claims.OIOSAML",
		o.Levels.LoA.String(),
		private.Part("assurance_level", o.AssuranceLevel != 0),
		private.Part("cpr", !o.CPR.IsZero()),
		private.Part("cpr_uuid", !o.CPRUUID.IsZero()),
		private.Part("name", o.FullName != "" || o.FirstName != "" || o.LastName != ""),
		private.Part("alias", o.Alias != ""),
		private.Part("email", len(o.Email) > 0),
		private.Part("birth_date", !o.BirthDate.IsZero()),
		private.Part("nemid_pid", o.NemIDPID != ""),
		private.Part("professional_id", !o.ProfessionalID.IsZero()),
		private.Part("rid", o.RID != ""),
		private.Part("cvr", !o.CVR.IsZero()),
		private.Part("org_name", o.OrgName != ""),
		private.Part("p_number", !o.PNumber.IsZero()),
		private.Part("se_number", !o.SENumber.IsZero()),
		private.Part("authorized_to_represent", len(o.AuthorizedToRepresent) > 0),
		private.Part("privileges", len(o.Privileges) > 0 || len(o.PrivilegesSimple) > 0),
		private.Part("bootstrap_token", len(o.BootstrapToken) > 0),
		private.Part("signing", o.Signing != OIOSAMLSigning{}),
		private.Part("others", len(o.Unknown) > 0),
	)
}

// Format writes String under every verb.
func (o OIOSAML) Format(f fmt.State, _ rune) { private.Format(f, o.String()) }

// LogValue returns String.
func (o OIOSAML) LogValue() slog.Value { return slog.StringValue(o.String()) }

// MarshalJSON refuses; see [Plain], or keep the assertion.
func (o OIOSAML) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (o OIOSAML) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (o OIOSAML) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }
