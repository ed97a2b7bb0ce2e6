package nemlogin

import (
	"crypto/rsa"
	"crypto/x509"
	"time"

	"github.com/dkeid/dkeid/internal/private"
)

// guarded makes a type print as a placeholder; see [private.Value].
type guarded = private.Value

// Config configures a Broker. EntityID, Keys and IdP are required.
type Config struct {
	guarded

	// EntityID is the service provider's, as it is registered at NemLog-in: a URI of at
	// most 1,024 characters (SAML Core section 8.3.6). It is compared byte for byte, and
	// can never change there.
	EntityID string
	// Keys are the service provider's, from one to four RSA keys of at least 2,048 bits.
	// The first one signs requests and logout messages. Each of them decrypts assertions.
	// The metadata publishes all of them, so that a key can be changed without a gap.
	Keys []KeyPair
	// IdP are NemLog-in's metadata files, as the operator downloaded and checked them.
	// Several files, old and new, name the same entity and endpoints; the keys of all of
	// them count. Their origin is trusted: NemLog-in's metadata is not signed. A file that
	// says validUntil does not count after that time. At most 16 files of 512 KiB.
	IdP [][]byte
	// Pins are the SHA-256 digests of the IdP certificates that count. If nil, every
	// signing certificate in IdP counts. An empty list is refused.
	Pins [][32]byte
	// IdPSigners are certificates whose keys sign the files of IdP. A file without such a
	// signature is refused. If nil, signatures of the files are not looked at. An empty
	// list is refused.
	IdPSigners []*x509.Certificate

	// LogoutURL is the address of the SingleLogoutService, where mitidhttp's
	// Gate.ReceiveLogout is mounted, without a query. If empty, there is no logout.
	LogoutURL string
	// TransientNameID asks for a new NameID at each login. If false, it is persistent.
	TransientNameID bool
	// PrivateProvider says that the service provider is no public authority, which may not
	// ask for CPR numbers and privileges.
	PrivateProvider bool
	// Attributes are the names of the attributes that the metadata asks for, from
	// OIOSAML Web SSO 3.0.3. If nil, they are all that every service provider of
	// the kind may ask for, without those of NemID and of the signing service.
	// Request.CPR and Request.NemIDPID need theirs here.
	Attributes []string
	// CredentialTypes are the kinds of credential that each login asks for: mitid, local,
	// test, nemidkeycard, nemidkeyfile. If nil, NemLog-in offers what it has. NemLog-in
	// does not publish what it does with several of them.
	CredentialTypes []string
	// CancelCode is the second-level status code with which NemLog-in says that the person
	// cancelled, a URI. NemLog-in does not publish it. If empty, it is
	// urn:oasis:names:tc:SAML:2.0:status:AuthnFailed.
	CancelCode string
	// CBC lists AES-256-CBC alone for encrypted assertions, for a NemLog-in that does not
	// send AES-256-GCM. If false, the metadata lists AES-256-GCM alone. Both are read in any
	// case.
	CBC bool
	// Organisation and Contact are for the metadata.
	Organisation Organisation
	Contact      Contact

	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
}

// KeyPair is a key of the service provider and its certificate (OCES3).
type KeyPair struct {
	guarded

	Key         *rsa.PrivateKey
	Certificate *x509.Certificate
}

// Organisation is the organisation in the metadata.
type Organisation struct {
	Name, DisplayName, URL string
}

// Contact is the technical contact in the metadata.
type Contact struct {
	GivenName, SurName, Email, Telephone string
}
