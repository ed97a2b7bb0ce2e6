package eidenttest

// differences lists where this fake knowingly differs from E-Ident, and where it
// had to choose.
func differences() []string {
	return []string{
		"Every person is fictitious and nobody authenticates: the page lets you pick who you are.",
		"Uncertain: cross-origin headers, and clients without a secret. Neither here; Settings.CrossOrigin opens metadata, token and userinfo to pages as Criipto's fake does.",
		"Only the code flow is spoken. No CIBA, SAML, other eIDs than MitID, embedded or pop-up pages, templates, style, start, status, wi, deflect, additional_info or action_context.",
		"The discovery document is a reconstruction: no real one could be had. The path of the keys, the algorithms and the list of client authentications are ours; there is no logout.",
		"The keys are those of the other fakes, with their shape; a rotation withdraws the old key at once.",
		"Uncertain: the order of the ID token's members, whether it has auth_time and nonce where they stand here, and expires_in, scope and lifetime of the access token.",
		"Uncertain: encoding of reference_text, transactiontext and login_hint. Plain and Base64 are read here (Settings.Texts, Hint), and texts come back as they were sent (Echo).",
		"Uncertain: the separator of amr_values. A comma and a blank are read here; Settings.AMRSeparator insists on one.",
		"Uncertain: scope and claim of the NemID PID. nemid.pid here; Settings.PIDScope and PIDClaim change them.",
		"Uncertain: the claim of the reference text. reference_text here; Settings.SilentReference leaves it out.",
		"Uncertain: names of the Erhverv claims for RID, organisation name, professional id and SE number. nemlogin.* as at NEB here; Settings.OrganisationNameClaim and OrganisationNumberClaim name others for the organisation's name and number.",
		"Uncertain: identity_type of a private MitID that acts for a company. professional here; Settings.PrivateForCompany makes it private.",
		"Uncertain: what transaction_text_sha256 is over. The text here; Settings.DigestOverParameter takes the parameter as it was sent.",
		"Uncertain: what comes of a person whom the register does not know. The claim lookup_error of this fake's own here.",
		"Uncertain: sub, mitid.uuid, pid and amr of an Erhverv login. The identity of the person in the organisation here (Settings.OneSubject: that of the private person), and amr mitid:mitid_erhverv.",
		"Uncertain: authorized_to_represent. With scope organisation here, beside nemlogin.auth_to_repr, which always comes.",
		"Uncertain: levels of an Erhverv login. At most Substantial here, as at the broker behind.",
		"Uncertain: the form of birthdate. 1927-01-21 here; Settings.DottedBirthDate changes it.",
		"Uncertain: the form of auth_time. A number here; Settings.AuthTime has a text, an unreadable text and none. The text's layout is a guess.",
		"Uncertain: amr as a text. A list here; Settings.TextAMR changes it.",
		"Uncertain: what follows cancel, a wrong or missing CPR number, a business login of somebody without an organisation, and a late step-up. access_denied, match_ssn_error, blankcvr and access_denied on the redirect here; the documented codes belong to the status address and to SAML, so putting them here is our invention (Settings.AbortError, CPRError, CompanyError, LateError).",
		"Uncertain: whether people may leave the CPR page without a number. They may here; Settings.CPROptional changes it.",
		"Uncertain: the nonce beside the state in the answer. Absent here; Settings.NonceInAnswer adds it. Likewise iss (IssParameter).",
		"Uncertain: error answers of the token endpoint. RFC 6749 here.",
		"Uncertain: prompt and max_age. Every login authenticates here, so they change nothing; prompt=none is answered with login_required.",
		"Uncertain: a level that the person cannot reach. The login succeeds here with the lower level in loa, so that clients prove that they look.",
		"Uncertain: userinfo's claims. The ID token's without nonce here.",
		"Uncertain: language. Danish for da_DK, English for all others here; the real default is Norwegian.",
		"Uncertain: what becomes of invalid requests. An unknown client, a foreign redirect_uri and repeated parameters get an error page here, all others an error on the redirect.",
		"Of forbidden markup in a transaction text only the coarsest is refused here.",
		"A step-up that is scripted with somebody else answers about them, which no real one can, so that clients prove that they compare sub.",
		"The page's offer to remember a CPR number belongs to another broker and does nothing here.",
		"A scripted or automatic login shows no CPR page and no company page; a clicked one does.",
		"The signing keys are published with this package.",
	}
}
