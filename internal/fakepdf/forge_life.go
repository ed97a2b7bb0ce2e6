package fakepdf

import (
	"crypto/x509"
	"time"
)

// lifeForgeries are by a seal that was not valid at the time, or prove nothing about that.
func lifeForgeries() []Forgery {
	const year = 365 * 24 * time.Hour
	by := func(title, what string, is Defect, f func(j *job, at time.Time) (spoil, error)) Forgery {
		return Forgery{Name: title, What: what, Is: is, make: func(j *job) ([]byte, error) {
			wrong, err := f(j, j.at())
			if err != nil {
				return nil, err
			}
			return j.remake(wrong)
		}}
	}
	lived := func(title, what string, from, until time.Duration) Forgery {
		return by(title, what, Lapsed, func(j *job, at time.Time) (spoil, error) {
			s, err := j.issue(&x509.Certificate{
				Subject: j.subject("segl"), NotBefore: at.Add(from), NotAfter: at.Add(until), KeyUsage: x509.KeyUsageDigitalSignature,
			}, j.seal.key)
			return spoil{seal: s}, err
		})
	}
	return []Forgery{
		lived("seal-expired", "the certificate of the seal had expired", -2*year, -year),
		lived("seal-not-yet-valid", "the certificate of the seal was not valid yet", year, 2*year),
		by("seal-revoked", "the seal had been revoked, as the OCSP answer says", Lapsed, func(_ *job, at time.Time) (spoil, error) {
			return spoil{revoked: at.Add(-time.Hour)}, nil
		}),
		by("seal-revoked-by-list", "the seal had been revoked, as the list says; the OCSP answer says good", Lapsed, func(_ *job, at time.Time) (spoil, error) {
			return spoil{revoked: at.Add(-time.Hour), listed: true}, nil
		}),
		by("seal-for-other-use", "the certificate of the seal is for encryption", Lapsed, func(j *job, _ time.Time) (spoil, error) {
			s, err := j.issue(&x509.Certificate{Subject: j.subject("segl"), KeyUsage: x509.KeyUsageKeyEncipherment}, j.seal.key)
			return spoil{seal: s}, err
		}),
		by("seal-by-a-seal", "the seal, which is no authority, issued the certificate", Foreign, func(j *job, _ time.Time) (spoil, error) {
			sub := *j.Authority
			sub.root = j.seal
			s, err := sub.issue(&x509.Certificate{Subject: j.subject("undersegl"), KeyUsage: x509.KeyUsageDigitalSignature}, nil)
			return spoil{seal: s, chain: []*x509.Certificate{j.seal.cert}}, err
		}),
		by("timestamp-from-the-future", "the time stamp is ten years late", Untimed, func(*job, time.Time) (spoil, error) {
			return spoil{stamped: 10 * year}, nil
		}),
		by("revocation-by-stranger", "somebody else's responder and root say that nothing was revoked", Unrevoked, func(j *job, _ time.Time) (spoil, error) {
			s, err := j.stranger()
			return spoil{answers: s}, err
		}),
		by("revocation-stale", "the answers about revocation were a year old", Unrevoked, func(*job, time.Time) (spoil, error) {
			return spoil{answered: -year}, nil
		}),
		{Name: "second-signature-by-stranger", What: "somebody else, with the same names, signed after the last signature", Is: Foreign, make: func(j *job) ([]byte, error) {
			s, err := j.stranger()
			if err != nil {
				return nil, err
			}
			return s.Sign(j.file.data, Signature{At: j.at(), Name: "Åse Falsk", Reason: "Underskrevet af Åse Falsk"})
		}},
	}
}
