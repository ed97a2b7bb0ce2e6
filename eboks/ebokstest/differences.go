package ebokstest

// differences hold for both dialects.
func differences() []string {
	return []string{
		"Every person and company is fictitious. Nothing leaves this machine, and no paper is printed.",
		"The certificate authority is made at start and signs the wire's certificate and the sender's. Whether the real one demands an OCES certificate is not checked.",
		"Letters move on the fake's clock: ready after 1, taken in after 2, in the mailbox after 5 minutes; Settings changes it. No cut-off times, no weekends.",
		"Opening a letter on the mailbox page makes no event: no wire of a private sender is known to report it.",
		"Error codes, and the words of error texts, are made up.",
		"A recipient's number must be an ordinary CPR number or a CVR number of eight digits; modulus 11 is not asked for.",
		"Requests of more than 100 MB are refused with 413, and XML of more than 1 MiB around the documents of one letter.",
		"Only PDF is taken as file format, by its name; the content is not looked at.",
	}
}

func (c *connect) differences() []string {
	return []string{
		"Strålfors publishes neither paths nor verbs nor status codes. The nine operations stand below /afsendersystem/{system}, as a proposal of this module.",
		"Made up: 204 for a letter that was accepted (Settings.AnswerBody: 200 and ForsendelseO), ForsendelseISamling, ForsendelseOSamling, MasseforsendelseI, KanalvalgI, KanalvalgO, TransaktionslogO, Transaktion, ForsendelsesTyperO.",
		"Made up: a repeated AfsendelseIdentifikator answers 409 and Fejl 1409, whatever the letter holds.",
		"Made up: the error codes of Codes. The real list is not public.",
		"Made up: the log's marker TransaktionsIdentifikator, its paging by efter and antal (100, at most 1000), and its namespace. Times carry a zone (Settings.LocalTimes: Danish time without one).",
		"The body of version 3.0.0 is that of the public schema 1.0.0 in another namespace; the recipient's number may be in the letter's namespace or in adir.",
		"ForsendelseTypeIdentifikator is required; AfsendelseIdentifikator must be a UUID in lower case.",
		"A letter without KanalKode is digital where the recipient can receive it, and paper otherwise; a deceased recipient's letter is never printed and fails.",
		"A digital letter that cannot reach its recipient is accepted and fails in the log (Settings.RefuseAtOnce: 400).",
		"KanalvalgHent answers with a channel alone, so that it cannot tell why somebody is not reached.",
		"A recall works until the letter is taken in by the mailbox system, waits from then on, and is too late when it is in the mailbox or with the carrier.",
		"Shared attachments (BilagIdentifikator) and attachments by reference are accepted and not fetched.",
	}
}

func (w *dispatch) differences() []string {
	return []string{
		"PostNord publishes no wire of its own for e-Boks: this is e-Boks Dispatch version 3 as public senders use it.",
		"The JSON answer is the one of a proxy in front of e-Boks; that a plain agreement gets it is uncertain. recipient_type is cpr or cvr here, nationality DK.",
		"Made up: somebody who has not subscribed to a material is answered as invalid, because the wire has no word for it.",
		"Letters to people without e-Boks go to post-processing and become paper (Settings.NoPostProcessing: they stay invalid).",
		"Made up: the bodies of errors, the names proxy_response_code, proxy_error and modified_at, and the form of the look-up's answer (Settings.LookupJSON: JSON).",
		"A repeated message id answers 409 (Settings.Repeated419: 419), whatever the letter holds.",
		"The title may have 255 characters; the real limit is unknown.",
		"The status list is at /rest/messages/{client}/?message_id=…, as the proxy has it.",
	}
}
