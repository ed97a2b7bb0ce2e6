package signingtest

// differences lists where this fake knowingly differs from Criipto Signatures, and where it
// had to choose.
func differences() []string {
	return []string{
		"Every person and organisation is fictitious. The eID tenant is a fake Criipto Verify: nobody authenticates, and its list of differences holds too.",
		"The administration of tenants, applications and API keys is left out: createApplication and the like, the queries application and tenant, SignatureOrder.tenant, UserViewer. There is one application with one pair of credentials, which may read and write.",
		"The schema is written from published facts of June 2026. signingCertificate may be null here, as before June.",
		"No introspection: a GET request answers the schema in the schema definition language. Subscriptions do not exist.",
		"Uncertain: HTTP status of a request that the schema refuses. 200 here, errors and an empty object for data; Settings.InvalidStatus changes it. Wrong credentials are 401 and a body that is no JSON is 400, in plain text.",
		"Made up: every error text. No list of codes is public, and there is no extensions.code.",
		"Made up: limits. A request has 64 MiB at most (Settings.MaxBody), a query 10,000 tokens, an answer 100,000 fields, an order 100 documents and 500 signatories. No rate limit, unless a misbehaviour plays one.",
		"Uncertain: ids look like SignatureOrder:…|GUID, and evidence in files holds that GUID, or another with Settings.OtherIDs. The real form of ids is not promised.",
		"Providers come in the reverse order of the input, so that nobody relies on it.",
		"Uncertain: whether the built-in login comes beside evidence providers that hold none. It does here, unless disableVerifyEvidenceProvider.",
		"Uncertain: message and loginHint. message is sent as text and goes to MitID in Base64; action:sign is added if loginHint names no action.",
		"Uncertain: several entries of evidenceValidation. All must fit here. A mismatch is an error and SIGNATORY_SIGN_ERROR, and the signatory may try again.",
		"Uncertain: what makes an approver APPROVED. Approving every document does here. A viewer stays OPEN, and nobody waits for one.",
		"Uncertain: what others see after a rejection. The order stays open for them here, and only for those who come later in the sequence does their turn come.",
		"Uncertain: deleted signatories. They stay in the list as DELETED here, and their links are gone.",
		"Uncertain: cleanup of an open order. Refused here. Closing, cancelling or extending an order that is not OPEN is refused too.",
		"Uncertain: closing while somebody has not signed. Allowed here; their link says that the case is closed. A Signatory-Token that nobody knows is answered with 401.",
		"Uncertain: signatures of a document whose content is deleted. null here.",
		"Uncertain: the order of orders in a list, and of pages. Newest first here, 100 in a page at most; totalCount is null.",
		"Uncertain: SIGNATORY_APPROVED and ALL_CURRENT_SIGNATORIES_SIGNED, which only the schema knows. Both are sent here, the second one once, when no signer is OPEN.",
		"Uncertain: whether WEBHOOK_VALIDATION is signed. It is here; Settings.UnsignedValidation sends it without.",
		"Webhooks go to addresses of this machine alone, one after the other. retryPayload is the correlation id of the log.",
		"A custom front end may have the browser sent back to a loopback address too, not only to /signatures at the eID tenant. Addresses are http unless TLS is on.",
		"A PDF keeps its bytes, and signatures are appended; Settings.Rewrites changes the file at upload. The real service builds most files anew: watermark, seal page, fixes. displayDocumentID, sealsPageTemplate, seal positions, removeBookmarks, fixDocumentFormattingErrors and the templates of signatureAppearance are read and have no effect.",
		"Uncertain: closing an order that nobody has signed. The file comes back as it was uploaded here, without a document timestamp.",
		"removePreviousSignatures returns the file to its first revision. Form values are kept in the answer and not written into the file.",
		"Seals and timestamps come from an authority that is made at start (Service.SealRoots), with ECDSA keys. The real ones are RSA, from public authorities.",
		"XML documents, the provider oidc and Norwegian BankID are not there. noop is refused with Settings.Production.",
		"The page of a signatory has no logo, style sheet or annotations of the application's. A drawing is made from the name that the person types.",
		"Time zones are ten: UTC, the Nordic ones, and a few more. expiresAt must lie ahead.",
		"signatoryBeacon changes nothing. downloadHref is the same link as href, and asks for a login.",
	}
}
