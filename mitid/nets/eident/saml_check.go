package eident

import (
	"context"
	"crypto/x509"
	"slices"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// renewAhead is how long before the last certificate of SAMLConfig.Signers expires Check
// says so.
const renewAhead = 60 * 24 * time.Hour

// Check compares the certificates of SAMLConfig.Signers with the clock. It makes no call: an
// artifact, which only a login brings, is all that the broker can be asked about.
func (b *SAMLBroker) Check(_ context.Context, a *mitid.Attempt) []mitid.Finding {
	return []mitid.Finding{
		b.checkSigners(a.Now),
		{Grade: mitid.Unproved, About: "clock", What: "E-Ident cannot be asked for its time", Do: "keep this machine's clock by NTP; more than five minutes off, every login is refused"},
		{Grade: mitid.Unproved, About: "client", What: "E-Ident cannot be asked for MID, password and artifact receiver", Do: "log in once"},
	}
}

func (b *SAMLBroker) checkSigners(now time.Time) mitid.Finding {
	const about = "signers"
	if b.verifier == nil {
		return mitid.Finding{Grade: mitid.Advice, About: about, What: "SAMLConfig.Signers is nil, so no signature is looked at, and evidence proves nothing to anybody else",
			Do: "ask the vendor for the certificate that assertions are signed with"}
	}
	valid := slices.DeleteFunc(slices.Clone(b.verifier.Certificates), func(c *x509.Certificate) bool { return now.Before(c.NotBefore) || now.After(c.NotAfter) })
	if len(valid) == 0 {
		return mitid.Finding{Grade: mitid.Failed, About: about, Kind: mitid.ConfigInvalid, What: "no certificate of SAMLConfig.Signers is valid today", Do: "ask the vendor for the new one"}
	}
	last := slices.MaxFunc(valid, func(a, c *x509.Certificate) int { return a.NotAfter.Compare(c.NotAfter) }).NotAfter
	if last.Sub(now) < renewAhead {
		return mitid.Finding{Grade: mitid.Advice, About: about, What: "the last certificate of SAMLConfig.Signers expires on " + last.UTC().Format(time.DateOnly),
			Do: "put the vendor's new one beside it before that day"}
	}
	return mitid.Finding{Grade: mitid.Fine, About: about, What: "a certificate of SAMLConfig.Signers is valid until " + last.UTC().Format(time.DateOnly)}
}
