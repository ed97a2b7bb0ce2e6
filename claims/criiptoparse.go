package claims

import (
	"encoding/json"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// ParseCriipto reads the payload of an ID token, or a userinfo answer in JSON, in
// one pass. It checks no signature, and it may run before one is checked: then
// nothing but Registered may be looked at until the signature holds. The caller
// bounds the size of payload.
//
// An error means that there are no claims: the text is not strict JSON (see
// internal/strictjson), a claim of Registered has the wrong type, or a member
// differs from a known claim by letter case alone. Missing claims of Registered
// are left at zero, for the caller to judge.
//
// A claim about the person that cannot be used (a CPR number in a list, a date
// that does not exist, one claim in both styles of names) is no error here, since
// the signature may be somebody else's; Identity reports it. Of a malformed CPR
// number nothing is kept. null and the empty text stand for a missing claim.
func ParseCriipto(payload []byte) (*Criipto, error) {
	r := criiptoReader{c: new(Criipto)}
	if err := strictjson.Members(payload, r.member); err != nil {
		if fault.ClassOf(err) != 0 {
			return nil, err
		}
		return nil, fault.New(fault.TokenInvalid, "claims").With(err)
	}
	if !r.dateOfBirth.IsZero() {
		switch r.c.BirthDate {
		case time.Time{}:
			r.c.BirthDate = r.dateOfBirth
		case r.dateOfBirth:
		default:
			r.invalid(claimBirthDate, "differs from dateofbirth")
		}
	}
	switch {
	case r.c.AddressDetails == nil:
		r.c.AddressDetails = r.within
	case r.within != nil && *r.within != *r.c.AddressDetails:
		r.invalid(claimAddressDetails, "differs from the one in address")
	}
	r.c.levelTold = r.seen&(1<<claimLoA) != 0
	return r.c, nil
}

// criiptoReader fills c member by member.
type criiptoReader struct {
	c           *Criipto
	seen        uint64 // a bit for each criiptoClaim
	dateOfBirth time.Time
	within      *CriiptoAddressDetails // address_details in address; nil if there is none
	details     string                 // marks that member among the parts of address
}

// invalid remembers that a claim about the person cannot be used. why is ours.
func (r *criiptoReader) invalid(claim criiptoClaim, why string) {
	if r.c.invalid == nil {
		r.c.invalid = fault.New(fault.ClaimInvalid, "claim "+claim.String()+" "+why)
	}
}

func (r *criiptoReader) member(name string, v *strictjson.Value) error {
	if known, err := r.c.Registered.read(name, v); known {
		return err
	}
	claim, known := criiptoClaims[name]
	if !known {
		return r.unknown(name, v)
	}
	if r.seen&(1<<claim) != 0 {
		r.invalid(claim, "is there in both styles of names")
		return nil
	}
	r.seen |= 1 << claim
	kind := v.Kind()
	if kind == strictjson.Null {
		return nil
	}
	switch claim {
	case claimAddress:
		r.c.Address = new(CriiptoAddress)
		return r.object(claim, v, append(r.c.Address.parts(), part{claimAddressDetails.String(), &r.details}))
	case claimAddressDetails:
		r.c.AddressDetails = new(CriiptoAddressDetails)
		return r.object(claim, v, r.c.AddressDetails.parts())
	case claimRisk:
		raw, err := v.Raw()
		r.c.RiskData = json.RawMessage(raw)
		return err
	}
	text, ok, err := v.Text()
	switch {
	case err != nil:
		return err
	case !ok:
		r.scalar(claim, kind, text)
	case text != "":
		r.text(claim, text)
	}
	return nil
}

func (r *criiptoReader) unknown(name string, v *strictjson.Value) error {
	if criiptoFolded[strictjson.Folded(name)] {
		return fault.New(fault.TokenInvalid, "a known claim in another letter case")
	}
	raw, err := v.Raw()
	if err != nil {
		return err
	}
	if r.c.Unknown == nil {
		r.c.Unknown = make(map[string]json.RawMessage)
	}
	r.c.Unknown[name] = json.RawMessage(raw)
	return nil
}

// scalar takes what is no text. The broker writes numbers and booleans as text;
// the real ones are read too where they can mean one thing only. A number that
// may have lost a leading zero cannot: so never a CPR number or a RID, and the
// others need all their digits.
func (r *criiptoReader) scalar(claim criiptoClaim, kind strictjson.Kind, text string) {
	number := kind == strictjson.Number
	truth := kind == strictjson.True || kind == strictjson.False
	switch claim {
	case claimAge, claimCVR, claimPNumber, claimSENumber, claimTransferExpires:
		if number {
			r.text(claim, text)
			return
		}
	case claimEmployee, claimSignatory:
		if truth {
			r.text(claim, text)
			return
		}
	case claimLoA, claimIAL, claimAAL, claimFAL:
		return // LevelUnknown, which satisfies no demand
	}
	r.invalid(claim, "has the wrong type")
}

// text takes a claim that is there and is not empty.
func (r *criiptoReader) text(claim criiptoClaim, s string) {
	c := r.c
	var err error
	switch claim {
	case claimScheme:
		c.IdentityScheme = s
	case claimType:
		c.AuthenticationType = s
	case claimMethod:
		c.AuthenticationMethod = s
	case claimInstant:
		c.AuthenticationInstant, err = instant(s)
	case claimNameIdentifier:
		c.NameIdentifier = s
	case claimUUID:
		c.UUID, err = ParseUUID(s)
	case claimSession:
		c.SessionIndex = s
	case claimLoA:
		c.Levels.LoA = criiptoLevel(s)
	case claimIAL:
		c.Levels.IAL = criiptoLevel(s)
	case claimAAL:
		c.Levels.AAL = criiptoLevel(s)
	case claimFAL:
		c.Levels.FAL = criiptoLevel(s)
	case claimCountry:
		c.Country = s
	case claimName:
		c.Name = s
	case claimBirthDate:
		c.BirthDate, err = day(s)
	case claimDateOfBirth:
		r.dateOfBirth, err = day(s)
	case claimAge:
		c.Age, err = age(s)
	case claimCPR:
		c.CPR, err = tenDigits(s)
	case claimCPRStatus:
		c.CPRStatus, err = ParseCPRStatus(s)
	case claimEmployee:
		c.Employee, err = truth(s)
	case claimSignatory:
		c.CompanySignatory, err = truth(s)
	case claimCVR:
		c.CVR, err = ParseCVR(s)
	case claimOrganisation:
		c.OrganisationName = s
	case claimPNumber:
		c.ProductionUnit, err = ParsePNumber(s)
	case claimSENumber:
		c.SENumber, err = ParseSENumber(s)
	case claimRID:
		c.RID, err = roleID(s)
	case claimRefHeader:
		c.RefTextHeader = s
	case claimRefBody:
		c.RefTextBody = s
	case claimTransfer:
		c.TransferSession = s
	case claimTransferExpires:
		c.TransferExpires = s
	}
	if err != nil {
		r.invalid(claim, "is malformed")
	}
}
