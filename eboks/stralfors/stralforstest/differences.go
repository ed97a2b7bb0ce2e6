package stralforstest

func differences() []string {
	return []string{
		"Strålfors publishes neither paths nor verbs nor status codes. The operations stand below /afsendersystem/{system}, as a proposal of this module.",
		"Made up: 204 for a letter that was accepted (Settings.AnswerBody: 200 and ForsendelseO), KanalvalgI, KanalvalgO, TransaktionslogO, Transaktion, ForsendelsesTyperO.",
		"Left out: ForsendelserOpret and the operations of mass shipments, because their requests and answers are not public.",
		"Made up: the carrier's numbers of CarrierCodes.",
		"The log may write states as Connect's customers see them, as the events of SF1601 or as UUIDs (Settings.States); ids in braces, in upper case or as URNs (Settings.IDs); and leave AfsendelseIdentifikator out of digital entries (Settings.MessageUUIDs).",
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
