package nemlogin

import (
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// renewAhead is how long before a certificate or a metadata file expires Check says so.
const renewAhead = 60 * 24 * time.Hour

// Check compares the metadata files, the IdP's keys and the service provider's
// certificates with the clock. It makes no call: NemLog-in has nothing that can be asked
// without a person who logs in. So it can neither prove the clock nor the registration.
func (b *Broker) Check(_ context.Context, _ *mitid.Attempt) []mitid.Finding {
	now := b.now()
	found := []mitid.Finding{b.checkFiles(now), b.checkIdPKeys(now)}
	if slices.ContainsFunc(b.idp.certificates, isTest) {
		found = append(found, mitid.Finding{Grade: mitid.Advice, About: "environment", What: "the IdP's certificate is of a test issuer, so this is no production",
			Do: "in production use the metadata of " + production})
	}
	for i, k := range b.keys() {
		found = append(found, checkOwnKey(i, k, now))
	}
	return append(found, b.checkLogout(),
		mitid.Finding{Grade: mitid.Unproved, About: "clock", What: "NemLog-in cannot be asked for its time", Do: "keep this machine's clock by NTP; more than five minutes off, every login is refused"},
		mitid.Finding{Grade: mitid.Unproved, About: "registration", What: "NemLog-in cannot be asked for EntityID, addresses, certificates and attributes",
			Do: "compare Metadata with what the administration portal shows, and log in once"})
}

// checkFiles judges the metadata files.
func (b *Broker) checkFiles(now time.Time) mitid.Finding {
	const about = "metadata"
	left, cached := 0, false
	var end time.Time
	for i := range b.idp.files {
		f := &b.idp.files[i]
		cached = cached || f.cached
		if f.expired(now) {
			continue
		}
		left++
		if !f.validUntil.IsZero() && (end.IsZero() || f.validUntil.Before(end)) {
			end = f.validUntil
		}
	}
	all := len(b.idp.files)
	switch {
	case left == 0:
		return mitid.Finding{Grade: mitid.Failed, About: about, Kind: mitid.ConfigInvalid, What: "every file of Config.IdP has expired", Do: "download NemLog-in's metadata again"}
	case left < all:
		return mitid.Finding{Grade: mitid.Advice, About: about, What: fmt.Sprintf("%d of %d files have expired and do not count", all-left, all), Do: "take them out of Config.IdP"}
	case !end.IsZero() && end.Sub(now) < renewAhead:
		return mitid.Finding{Grade: mitid.Advice, About: about, What: "a file expires on " + day(end), Do: "download NemLog-in's metadata again before that day"}
	case cached:
		return mitid.Finding{Grade: mitid.Advice, About: about, What: "a file has a cacheDuration, which nothing here counts: a file in Config.IdP stays until validUntil",
			Do: "download the metadata again as often as it says"}
	}
	return mitid.Finding{Grade: mitid.Fine, About: about, What: fmt.Sprintf("%d of %d files count", left, all)}
}

// checkIdPKeys judges the certificates of the IdP's keys.
func (b *Broker) checkIdPKeys(now time.Time) mitid.Finding {
	const about = "keys"
	certificates, err := b.idp.signers(now)
	if err != nil {
		return mitid.Finding{Grade: mitid.Failed, About: about, Kind: mitid.ConfigInvalid, What: "no key of NemLog-in is left, because its metadata has expired", Do: "download NemLog-in's metadata again"}
	}
	valid := slices.DeleteFunc(slices.Clone(certificates), func(c *x509.Certificate) bool { return now.After(c.NotAfter) || now.Before(c.NotBefore) })
	switch {
	case len(valid) == 0:
		return mitid.Finding{Grade: mitid.Failed, About: about, Kind: mitid.ConfigInvalid, What: "no certificate of NemLog-in in Config.IdP is valid today", Do: "download NemLog-in's metadata again"}
	case len(valid) < len(certificates):
		return mitid.Finding{Grade: mitid.Advice, About: about, What: fmt.Sprintf("%d of %d certificates of NemLog-in are not valid today", len(certificates)-len(valid), len(certificates)),
			Do: "take files with old certificates out of Config.IdP"}
	}
	last := slices.MaxFunc(valid, func(a, c *x509.Certificate) int { return a.NotAfter.Compare(c.NotAfter) })
	switch {
	case last.NotAfter.Sub(now) < renewAhead:
		return mitid.Finding{Grade: mitid.Advice, About: about, What: "NemLog-in's last certificate expires on " + day(last.NotAfter),
			Do: "put its new metadata file beside the old one into Config.IdP before that day"}
	case len(valid) > 1:
		return mitid.Finding{Grade: mitid.Fine, About: about, What: fmt.Sprintf("%d keys of NemLog-in count, as during a change of its key; take the old file out of Config.IdP after it", len(valid))}
	}
	return mitid.Finding{Grade: mitid.Fine, About: about, What: "NemLog-in's certificate is valid until " + day(last.NotAfter)}
}

// checkOwnKey judges the certificate of the service provider's key i.
func checkOwnKey(i int, k KeyPair, now time.Time) mitid.Finding {
	about, c := fmt.Sprintf("Keys[%d]", i), k.Certificate
	over, ahead := now.After(c.NotAfter), now.Before(c.NotBefore)
	switch {
	case i == 0 && (over || ahead):
		return mitid.Finding{Grade: mitid.Failed, About: about, Kind: mitid.ConfigInvalid, What: "the certificate of the key that signs is not valid today, so NemLog-in refuses its requests",
			Do: "order a new OCES3 certificate, register it, and put it first"}
	case over:
		return mitid.Finding{Grade: mitid.Advice, About: about, What: "the certificate has expired", Do: "take the key out of Config.Keys, once NemLog-in encrypts for another"}
	case c.NotAfter.Sub(now) < renewAhead:
		return mitid.Finding{Grade: mitid.Advice, About: about, What: "the certificate expires on " + day(c.NotAfter), Do: "order a new OCES3 certificate and register it beside this one"}
	case ahead:
		return mitid.Finding{Grade: mitid.Advice, About: about, What: "the certificate is not valid before " + day(c.NotBefore), Do: "do not put it first before that day"}
	}
	return mitid.Finding{Grade: mitid.Fine, About: about, What: "the certificate is valid until " + day(c.NotAfter)}
}

// checkLogout judges whether single logout can work.
func (b *Broker) checkLogout() mitid.Finding {
	const about = "logout"
	switch {
	case b.cfg.LogoutURL == "":
		return mitid.Finding{Grade: mitid.Advice, About: about, What: "Config.LogoutURL is empty, so there is no single logout, which NemLog-in's integration test asks for (IT-SLO-1)",
			Do: "mount Gate.ReceiveLogout, set Config.LogoutURL to its address, and register it"}
	case b.idp.sloURL == "":
		return mitid.Finding{Grade: mitid.Advice, About: about, What: "the IdP's metadata names no SingleLogoutService with the binding HTTP-Redirect", Do: "ask NemLog-in; until then, no logout reaches it"}
	}
	return mitid.Finding{Grade: mitid.Fine, About: about, What: "single logout is configured"}
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02") }
