package eident

import (
	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// settings are the fields that Config and SAMLConfig share, without secrets.
type settings struct {
	uuidInURL, textOptional, digestSent, privateActs bool

	language           mitid.Locale
	aal                claims.Level
	hintAs, textAs     TextEncoding
	separator          string // between two eIDs
	pid                string // claim or attribute with the PID of NemID
	orgName, orgNumber string // claims or attributes about the organisation, beside nemlogin.*
}

// invalid returns what is wrong with a field, or "". separator is the field that has it.
func (s *settings) invalid(separator string) string {
	switch {
	case s.language > mitid.English:
		return "Language must be Danish or English"
	case s.aal > claims.High:
		return "AAL must be a level of package claims"
	case s.hintAs > Base64:
		return "HintEncoding must be Plain or Base64"
	case s.textAs > Base64:
		return "TextEncoding must be Plain or Base64"
	case s.separator != "," && s.separator != " ":
		return separator + " must be a comma or a blank"
	}
	return ""
}
