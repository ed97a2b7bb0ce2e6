package eidenttest

import (
	"slices"
	"strings"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Profile tells what is constant in this dialect. The client id is a merchant's.
func (e *dialect) Profile() mitidtest.Profile {
	return mitidtest.Profile{Name: "eident", ClientID: "MER2", Differences: differences(), Endpoints: endpoints()}
}

func endpoints() mitidtest.Endpoints {
	return mitidtest.Endpoints{
		Base: "/oidc", Discovery: pathDiscovery, Keys: pathJWKS, Authorize: pathStart,
		Token: pathToken, Userinfo: pathUserinfo,
	}
}

// Save returns what turns the switches back.
func (e *dialect) Save() (restore func()) { return e.switches.Save() }

// ScriptAccess opens what scripts call where the switch is on.
func (e *dialect) ScriptAccess(path string) mitidtest.ScriptAccess {
	if !e.snapshot().CrossOrigin {
		return mitidtest.ClosedToScripts
	}
	return endpoints().ScriptAccess(path)
}

// Manners is what the conformance suite must know.
func (e *dialect) Manners() mitidtest.Manners {
	return mitidtest.Manners{
		Carried:         readCarried,
		Subject:         func(c *mitidtest.Citizen, co *mitidtest.Company) string { return "mitid:" + c.MitIDUUID(co) },
		ProfessionalCap: true,
		SpoilReference: func(text string) {
			e.b.Apply(mitidtest.OnToken("", "", 0, func(_ *mitidtest.Broker, d *mitidtest.Draft) {
				d.Payload.Drop("reference_text")
				if text != "" {
					d.Payload.Add("reference_text", text)
				}
			}))
		},
		SendCPRUninvited: func() { e.switches.Change(func(s *Settings) { s.CPRUninvited = true }) },
		NoCompany:        mitid.BrokerDeclined,
		WrongCPR:         mitid.CPRMismatch,
		Outcomes: []mitidtest.Ending{
			{"the broker says cancel", mitidtest.Fail("cancel", ""), mitid.UserCancelled},
			{"the broker says cancel beside access_denied", mitidtest.Fail("access_denied", "cancel"), mitid.UserCancelled},
			{"the person cannot be authenticated", mitidtest.Fail("authfailed", ""), mitid.BrokerDeclined},
			{"anything goes wrong", mitidtest.Fail("generalerror", "noget gik galt på Ærø"), mitid.BrokerDeclined},
			{"the person has no CPR number", mitidtest.Fail("get_ssn_error", ""), mitid.BrokerDeclined},
			{"the broker misses a parameter", mitidtest.Fail("input_params_notpresent", ""), mitid.ConfigInvalid},
		},
	}
}

// eidentCarried reads the flat parameters.
func readCarried(q mitidtest.Request) mitidtest.Carried {
	c := mitidtest.Carried{Prompt: q.Param("prompt"), Action: "log_on"}
	c.Locale = map[string]string{"da_DK": "da", "en_GB": "en"}[q.Param("language")]
	c.Level, c.AsksCPR = q.Param("loa_value"), slices.Contains(strings.Fields(q.Param("scope")), "ssn")
	c.UUID, _ = ReadEither.read(q.Param("login_hint"))
	return c
}

// Tamperings are the catalogue of this dialect, which pushes no requests.
func (e *dialect) Tamperings() []mitidtest.Tampering {
	announce := func() { e.switches.Change(func(s *Settings) { s.IssParameter = true }) }
	shared := slices.DeleteFunc(mitidtest.SharedTamperings(announce), func(t mitidtest.Tampering) bool { return t.Stage == mitidtest.StagePAR })
	return slices.Concat(shared, personTamperings(), textTamperings(), userinfoTamperings())
}

// eidentDifferences lists where this fake knowingly differs from E-Ident, and where it
// had to choose.
func differences() []string {
	return []string{
		"Every person is fictitious and nobody authenticates: the page lets you pick who you are.",
		"Uncertain: cross-origin headers, and clients without a secret. Neither here; EIdentSettings.CrossOrigin opens metadata, token and userinfo to pages as Criipto's fake does.",
		"Only the code flow is spoken. No CIBA, SAML, other eIDs than MitID, embedded or pop-up pages, templates, style, start, status, wi, deflect, additional_info or action_context.",
		"The discovery document is a reconstruction: no real one could be had. The path of the keys, the algorithms and the list of client authentications are ours; there is no logout.",
		"The keys are those of the other fakes, with their shape; a rotation withdraws the old key at once.",
		"Uncertain: the order of the ID token's members, whether it has auth_time and nonce where they stand here, and expires_in, scope and lifetime of the access token.",
		"Uncertain: encoding of reference_text, transactiontext and login_hint. Plain and Base64 are read here (EIdentSettings.Texts, Hint), and texts come back as they were sent (Echo).",
		"Uncertain: the separator of amr_values. A comma and a blank are read here; EIdentSettings.AMRSeparator insists on one.",
		"Uncertain: scope and claim of the NemID PID. nemid.pid here; EIdentSettings.PIDScope and PIDClaim change them.",
		"Uncertain: the claim of the reference text. reference_text here; EIdentSettings.SilentReference leaves it out.",
		"Uncertain: names of the Erhverv claims for RID, organisation name, professional id and SE number. nemlogin.* as at NEB here; EIdentSettings.OrganisationNameClaim and OrganisationNumberClaim name others for the organisation's name and number.",
		"Uncertain: identity_type of a private MitID that acts for a company. professional here; EIdentSettings.PrivateForCompany makes it private.",
		"Uncertain: what transaction_text_sha256 is over. The text here; EIdentSettings.DigestOverParameter takes the parameter as it was sent.",
		"Uncertain: what comes of a person whom the register does not know. The claim lookup_error of this fake's own here.",
		"Uncertain: sub, mitid.uuid, pid and amr of an Erhverv login. The identity of the person in the organisation here (EIdentSettings.OneSubject: that of the private person), and amr mitid:mitid_erhverv.",
		"Uncertain: authorized_to_represent. With scope organisation here, beside nemlogin.auth_to_repr, which always comes.",
		"Uncertain: levels of an Erhverv login. At most Substantial here, as at the broker behind.",
		"Uncertain: the form of birthdate. 1927-01-21 here; EIdentSettings.DottedBirthDate changes it.",
		"Uncertain: the form of auth_time. A number here; EIdentSettings.AuthTime has a text, an unreadable text and none. The text's layout is a guess.",
		"Uncertain: amr as a text. A list here; EIdentSettings.TextAMR changes it.",
		"Uncertain: what follows cancel, a wrong or missing CPR number, a business login of somebody without an organisation, and a late step-up. access_denied, match_ssn_error, blankcvr and access_denied on the redirect here; the documented codes belong to the status address and to SAML, so putting them here is our invention (EIdentSettings.AbortError, CPRError, CompanyError, LateError).",
		"Uncertain: whether people may leave the CPR page without a number. They may here; EIdentSettings.CPROptional changes it.",
		"Uncertain: the nonce beside the state in the answer. Absent here; EIdentSettings.NonceInAnswer adds it. Likewise iss (IssParameter).",
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
