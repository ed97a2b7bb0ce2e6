package nebtest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// errorList answers with the list of error words. The texts are this fake's
// own; which languages and which IdP an entry has is as recorded.
func errorList() *mitidtest.Reply {
	var list mitidtest.Object
	for _, f := range failures() {
		word := f.Description
		text := "The login ended: " + strings.NewReplacer("_", " ", ".", " ").Replace(word) + "."
		var entry mitidtest.Object
		if word == "invalid_tin" || word == "missing_user_in_session" {
			entry.Add("Da", "Login blev afsluttet.")
		}
		entry.Add("En", text)
		switch {
		case strings.HasPrefix(word, "mitid_erhverv"), strings.HasSuffix(word, "_lokal_idp_correlation_error"):
			entry.Add("Idp", "mitid_erhverv")
		case strings.HasPrefix(word, "mitid_"):
			entry.Add("Idp", "mitid")
		}
		list.Add(word, entry)
	}
	var body bytes.Buffer
	_ = json.Indent(&body, mitidtest.Object{{"Version", "v1.0"}, {"ErrorCodes", list}}.Bytes(), "", "  ") // it is JSON
	p := apiAnswer(http.StatusOK, nil)
	p.Body = body.Bytes()
	return p
}
