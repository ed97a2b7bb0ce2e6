package neb

import (
	"slices"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
	"github.com/dkeid/dkeid/mitid/nets/internal/netsclaims"
)

// The values of the claim idp for MitID. The broker has other eIDs too.
const (
	nebMitID   = "mitid"
	nebErhverv = "mitid_erhverv"
)

// Identity returns the person behind an ID token and the userinfo that belongs to
// it, or an error, never both. Call it only after the signatures were verified.
//
// If u is nil, Identity returns what the ID token alone says: level, capacity and time,
// and nothing about the person. The capacity of a login for an organisation is then
// CapacityProfessional, even for a signatory, and its Organisation is empty.
//
// The error is ErrTokenInvalid if u has another Subject or none, or contradicts the ID
// token about the login. Nothing of u may be used then. It is ErrClaimInvalid if a claim
// cannot be used, if the login is not one of MitID, or if the claims do not say clearly
// in whose name the person acts. It is ErrClaimMissing for a login for an organisation
// without its CVR number. A missing CPR number, name or level is not an error.
//
// The UUID of a private person is mitid.uuid. In a login for an organisation it is
// nemlogin.persistent_professional_id, which is MitID's key of the employment, and
// never that of the person.
func (t *IDToken) Identity(u *UserInfo) (claims.Identity, error) {
	if u == nil {
		return t.identity(nil, t.Subject, t.SessionID)
	}
	if err := u.belongsTo(t); err != nil {
		return claims.Identity{}, err
	}
	if u.state.Invalid != nil {
		return claims.Identity{}, u.state.Invalid
	}
	return t.identity(&u.TokenClaims, t.Subject, t.SessionID)
}

// Identity returns the person that the transaction token names. It is for tokens that
// are checked years after the login. Errors are those of [IDToken.Identity].
func (t *Transaction) Identity() (claims.Identity, error) {
	return t.identity(&t.TokenClaims, t.Subject, "")
}

// belongsTo returns an error if u is not about the login of t. A userinfo token has no
// nonce, so the transaction binds it to the login.
func (u *UserInfo) belongsTo(t *IDToken) error {
	switch {
	case u.Subject == "" || u.Subject != t.Subject:
		return fault.New(fault.TokenInvalid, "userinfo is about somebody else than the ID token, or about nobody")
	case u.Issuer == "":
	case u.Issuer != t.Issuer || !slices.Equal(u.Audience, t.Audience):
		return fault.New(fault.TokenInvalid, "the userinfo token has another issuer or audience than the ID token")
	case u.TransactionID == "":
		return fault.New(fault.TokenInvalid, "the userinfo token does not tell to which login it belongs")
	}
	if u.TransactionID != "" && u.TransactionID != t.TransactionID {
		return fault.New(fault.TokenInvalid, "userinfo belongs to another transaction than the ID token")
	}
	return t.agree(&u.TokenClaims, "userinfo")
}

// Confirms returns nil if the transaction token is about the login of id and
// contradicts neither id nor u, which may be nil. The error is ErrTokenInvalid if it
// does, and ErrClaimInvalid if a claim of the transaction token cannot be used.
//
// The caller checks that the key is the broker's transaction key, and that the text is
// the one that was sent.
func (t *Transaction) Confirms(id *IDToken, u *UserInfo) error {
	switch {
	case t.Subject == "" || t.Subject != id.Subject:
		return fault.New(fault.TokenInvalid, "the transaction token is about somebody else than the ID token, or about nobody")
	case t.TransactionID == "" || t.TransactionID != id.TransactionID:
		return fault.New(fault.TokenInvalid, "the transaction token belongs to another transaction than the ID token")
	case t.Nonce != id.Nonce || t.Issuer != id.Issuer || !slices.Equal(t.Audience, id.Audience):
		return fault.New(fault.TokenInvalid, "the transaction token has another nonce, issuer or audience than the ID token")
	}
	if err := id.agree(&t.TokenClaims, "the transaction token"); err != nil {
		return err
	}
	if u != nil {
		if err := u.agree(&t.TokenClaims, "the transaction token"); err != nil {
			return err
		}
	}
	return t.state.Invalid
}

// agree returns an error if c and d have different values of one claim. other is the
// name of d in the error.
func (c *TokenClaims) agree(d *TokenClaims, other string) error {
	what := ""
	switch {
	case c.state.LevelTold && d.state.LevelTold && c.Levels.LoA != d.Levels.LoA,
		netsclaims.Differ(c.Levels.IAL, d.Levels.IAL), netsclaims.Differ(c.Levels.AAL, d.Levels.AAL):
		what = "level"
	case netsclaims.Differ(c.IdentityType, d.IdentityType):
		what = "identity_type"
	case netsclaims.Differ(c.IdP, d.IdP):
		what = "idp"
	case netsclaims.Differ(c.SubjectType, d.SubjectType):
		what = "subject_type"
	case netsclaims.Differ(c.IdentityID, d.IdentityID):
		what = "idp_identity_id"
	case (c.IdentityType == "private" || d.IdentityType == "private") &&
		(!d.UUID.IsZero() && !netsclaims.IsUUID(c.IdentityID, d.UUID) || !c.UUID.IsZero() && !netsclaims.IsUUID(d.IdentityID, c.UUID)):
		what = "person" // of a private person, idp_identity_id is mitid.uuid
	case !c.AuthTime.IsZero() && !d.AuthTime.IsZero() && !c.AuthTime.Equal(d.AuthTime):
		what = "auth_time"
	case netsclaims.Differ(c.TransactionID, d.TransactionID), netsclaims.Differ(c.IdPTransactionID, d.IdPTransactionID),
		netsclaims.Differ(c.MitIDTransactionID, d.MitIDTransactionID), !c.sameMitIDTransaction(d), !d.sameMitIDTransaction(c):
		what = "transaction"
	case netsclaims.Differ(c.UUID, d.UUID), netsclaims.Differ(c.CPR, d.CPR), netsclaims.Differ(c.BirthDate, d.BirthDate), netsclaims.Differ(c.NemIDPID, d.NemIDPID):
		what = "person"
	case c.NemLogin != nil && d.NemLogin != nil && (netsclaims.Differ(c.NemLogin.CVR, d.NemLogin.CVR) ||
		netsclaims.Differ(c.NemLogin.AuthToRepr, d.NemLogin.AuthToRepr) || netsclaims.Differ(c.NemLogin.ProfessionalID, d.NemLogin.ProfessionalID) ||
		netsclaims.Differ(c.NemLogin.CPR, d.NemLogin.CPR)):
		what = "organisation"
	default:
		return nil
	}
	return fault.New(fault.TokenInvalid, other+" tells another "+what+" than the tokens it came with")
}

// sameMitIDTransaction compares the two claims with MitID's transaction. They are known
// to be equal in private logins only.
func (c *TokenClaims) sameMitIDTransaction(d *TokenClaims) bool {
	return c.IdP != nebMitID || !netsclaims.Differ(c.IdPTransactionID, d.MitIDTransactionID)
}

// identity joins what c says about the login with what person says. If person is nil,
// the identity holds what c says, and its organisation may be missing.
func (c *TokenClaims) identity(person *TokenClaims, subject, session string) (claims.Identity, error) {
	if c.state.Invalid != nil {
		return claims.Identity{}, c.state.Invalid
	}
	if c.IdP != nebMitID && c.IdP != nebErhverv {
		return claims.Identity{}, fault.New(fault.ClaimInvalid, "the login is not of MitID, or the token does not tell")
	}
	id := claims.Identity{
		Subject:        subject,
		Levels:         c.Levels,
		AuthTime:       c.AuthTime,
		SessionID:      session,
		Authenticators: claimset.Authenticators(c.AMR),
	}
	var err error
	switch {
	case person == nil && c.IdentityType == "professional" && c.NemLogin == nil:
		id.Capacity, id.Organisation = claims.CapacityProfessional, &claims.Organisation{}
	case person == nil:
		id.Capacity, id.Organisation, err = netsclaims.Capacity(c.IdentityType, c.NemLogin)
		person = c
	default:
		id.Capacity, id.Organisation, err = netsclaims.Capacity(c.IdentityType, person.NemLogin)
	}
	if err == nil && person != nil {
		err = person.fill(&id)
	}
	if err != nil {
		return claims.Identity{}, err
	}
	return id.Cleared()
}
