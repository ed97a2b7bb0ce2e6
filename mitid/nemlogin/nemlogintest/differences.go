package nemlogintest

// differences lists where this fake knowingly differs from NemLog-in, and where it had to
// choose.
func differences() []string {
	return []string{
		"Every person is fictitious and nobody authenticates: the page lets you pick who you are.",
		"The entity id, the service and the metadata are under one host. The real ones are saml.nemlog-in.dk and login.nemlog-in.dk, and metadata is a file of the administration portal; here /metadata serves it.",
		"The key has 2,048 bits and a self-signed certificate. The real one has 3,072 bits and an OCES3 certificate that is signed with RSA-PSS. RotateKeys changes the key at once, as the real one does; NextMetadata is the file that comes before.",
		"Register takes metadata at once. The portal has people look at it, wants an OCES3 certificate of the organisation, and locks the metadata during the integration test.",
		"No attribute query, no signing service, no bootstrap token, no local identity providers, no eIDAS, no common domain cookie, no interface for the choice of privileges.",
		"Logins of one browser at several service providers share a session for 30 minutes (Settings.SessionLifetime). It does not go on with use.",
		"Uncertain: which second-level status says that the person cancelled, and that somebody has no organisation. AuthnFailed and UnknownPrincipal here (Settings.CancelCode, NobodyCode).",
		"Uncertain: a level that the person cannot reach. The login succeeds here with the lower level in nsis/loa, so that clients prove that they look; Settings.RefuseLowerLevel answers NoAuthnContext.",
		"Uncertain: which cipher comes where the metadata lists AES-256-GCM and AES-256-CBC. GCM here (Settings.CBCBesideGCM).",
		"Uncertain: the URI behind RSA-OAEP with SHA-256. xmlenc11#rsa-oaep with MGF1-SHA256 written out here, unless the metadata lists rsa-oaep-mgf1p and not that; then SHA-1. Settings.Encryption has the others by name.",
		"Uncertain: where the EncryptedKey stands. In the KeyInfo of the EncryptedData here (Settings.KeyBesideData).",
		"Uncertain: whether the Response is signed beside the assertion. It is not here (Settings.SignResponse).",
		"Uncertain: how long an assertion is valid. Five minutes for the confirmation and an hour for the rest here (Settings.Confirmation, Lifetime), and no SessionNotOnOrAfter (SessionEnd).",
		"Uncertain: AuthnContextClassRef of an assertion. The level here.",
		"Uncertain: whether the UUID of a NameID is one for each service provider. It is here; it never changes, not even when a company joins MitID Erhverv.",
		"Uncertain: the form of UUIDs in attributes. With urn:uuid: here (Settings.UUIDPrefix).",
		"Uncertain: the level of a login for an organisation. That of the person here.",
		"Uncertain: what comes of a person who may bind a company. A professional identity of that company with authorizedToRepresent here.",
		"Uncertain: RelayState longer than 80 bytes, an AuthnRequest that is ten minutes old, one that nobody signed, and a second AssertionConsumerService. An error page for the first three, and any registered address here.",
		"Uncertain: order and form of a logout over several service providers. One after the other by redirect, in the order of their logins, here; the one that asked gets PartialLogout if another one cannot or does not answer well.",
		"Metadata without RequestedAttribute gets every attribute. The portal demands a list.",
		"A scripted person who keeps their CPR number gets a login without it. NemLog-in asks nobody.",
		"A person whom the register does not know has an attribute lookupError of this fake's own, and Citizen.Extra gives further ones.",
		"Privileges come from Settings.Privileges. Nobody has any by default.",
		"At most 64 kB of a message are read, each parameter once.",
	}
}
