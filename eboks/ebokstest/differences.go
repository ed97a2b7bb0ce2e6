package ebokstest

// differences hold for every dialect.
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
