package mitidtest

// Differences lists where this fake knowingly differs from the real broker, and
// where it had to choose because the real broker's behaviour is not public.
func (b *Broker) Differences() []string { return b.wire.differences() }

func (c *criipto) differences() []string {
	return []string{
		"Every person is fictitious and nobody authenticates: the page lets you pick who you are.",
		"Only response_type code with response_mode query and form_post is spoken, although discovery announces more, as the real one does. No implicit flow, fragment, json or post_message.",
		"No request objects (JAR), CIBA, Headless, WS-Federation, mock eID, Controlled Transfer endpoint (its claims are there), webhooks, style sheets or other eIDs than MitID.",
		"The discovery document is a reconstruction: no real one is public. Encryption algorithms and require_pushed_authorization_requests appear in it only when they are switched on.",
		"Uncertain: cross-origin headers. Metadata is open to every page, the pushed-request, token and userinfo endpoints and the client probe to the origins of redirect addresses; no credentials. Settings.NoCrossOrigin sends none.",
		"A second application has no secret and must use PKCE (Broker.PublicClientID). Single sign-on is one for both.",
		"One application serves logins and proofs of age here; the real broker has a product of its own for ages. An age is asked for in Denmark, whatever country: says or leaves out.",
		"Uncertain: technical claims of a proof of age beside iss, aud, nonce, sub, iat, nbf and exp. None here; Settings.AgeInstant adds authenticationinstant.",
		"Uncertain: a proof of age of somebody who is too young, or whose birth date nobody knows. A login with false, and one without an answer, here; Settings.AgeAbsent leaves the answer out for everybody.",
		"Uncertain: iss in the authorization response. Absent here; Settings.IssParameter adds it.",
		"Uncertain: error_description after cancel. Empty here; Settings.AbortDescription changes it.",
		"Uncertain: what follows a wrong CPR number, three wrong ones on the page, or a missing one without CPR Optional. access_denied here; Settings.CPRError changes it.",
		"Uncertain: what follows a business login of somebody who has no such company. access_denied here.",
		"Uncertain: status and codes of the token endpoint. RFC 6749 here, with Unknown Access Code for an unknown or used code; a code is good for one attempt.",
		"Uncertain: token lifetime. 1200 seconds from the authentication here; Settings.TokenLifetime changes it (18000 has been seen).",
		"Uncertain: max_age. Ignored, and no auth_time is sent.",
		"Uncertain: a level that the person cannot reach. The login succeeds here with the lower level in loA, so that clients prove that they look.",
		"Uncertain: the first word of authenticationmethod for a code display, a code reader and the chip. The words of Nets here (code_token, code_reader, u2f_token); app and pwd are as recorded.",
		"Uncertain: levels and authenticationtype of business tokens. Levels are present here (Settings.BusinessLevels), authenticationtype is the acr asked for.",
		"Uncertain: the alphabet of message. Both are read here; a text that is unreadable or longer than 130 characters gets an error page.",
		"Uncertain: refTextBody with a message. The decoded text here; refTextHeader is English whatever ui_locales says.",
		"Uncertain: texts in logins for an organisation. Shown and echoed here as in private ones.",
		"Uncertain: a person without CPR number. The claim is left out here.",
		"Uncertain: prompt=consent is a normal login here; consent_revoke is a login after which the remembered CPR number is forgotten.",
		"Uncertain: userinfo's claims and content types. The ID token's claims without nonce here; application/jwt when signed.",
		"Uncertain: cache headers and today's number of keys. No cache headers and three keys here. A rotation withdraws the old key at once.",
		"Uncertain: lifetime of a code. 60 seconds here; Settings.CodeLifetime changes it.",
		"Uncertain: aud of a client assertion. The issuer here; Settings.TokenURLInAud accepts the called address too. Only RS256 is accepted.",
		"Uncertain: whether the query of a redirect URI must match exactly. It must here. NewCriipto accepts every address on loopback and below .example.",
		"A person whom the register does not know has the look-up's error in address.formatted, with the CPR number in it, as one published test token has. The words are the fake's own.",
		"Uncertain: people with a protected name and address. Name and address are left out of their tokens here.",
		"Uncertain: the time in tokens of single sign-on. The time of the real login here, and exp with it.",
		"Uncertain: repeated login_hint tokens. The last one counts here (scope: adds up).",
		"Uncertain: which key of JWE content encryption. RSA-OAEP-256 with A256GCM here.",
		"A CPR hint or a MitID UUID in the address of a plain authorization request is accepted and recorded, as at the real broker; a client should push such requests.",
		"A scripted or automatic login shows no CPR page and no company page; a clicked one does.",
		"The certificates in x5c are self-signed and valid for a century. The signing keys are published with this package.",
	}
}
