package postnordtest

func differences() []string {
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
