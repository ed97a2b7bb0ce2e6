package stralfors_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/dkeid/dkeid/internal/toolstest"
)

// xmllint returns the way to libxml2's validator. A test that finds none is
// skipped; with DKEID_NO_SKIP=1 it fails.
func xmllint(t *testing.T) string {
	t.Helper()
	path := toolstest.Program(t, "xmllint", "no xmllint is installed; apt-get install libxml2-utils, to hold the requests against the schema")
	return path
}

// validate holds a request against the schema of its namespace, without any
// network.
func validate(t *testing.T, body []byte) (string, bool) {
	t.Helper()
	version := "3.0.0"
	if bytes.Contains(body, []byte(`xmlns="`+stralfors.Namespace1+`"`)) {
		version = "1.0.0"
	}
	cmd := exec.Command(xmllint(t), "--nonet", "--noout", "--schema", filepath.Join("testdata", "schema", version, "fjernprint.xsd"), "-")
	cmd.Stdin = bytes.NewReader(body)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// bodies returns the bodies of the golden requests by name.
func bodies(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "requests", "*.txt"))
	require.NoError(t, err)
	found := map[string][]byte{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		if _, body, _ := bytes.Cut(text, []byte("\n\n")); len(body) > 0 {
			found[strings.TrimSuffix(filepath.Base(f), ".txt")] = body
		}
	}
	require.GreaterOrEqual(t, len(found), 25)
	return found
}

// outside are requests with a setting for a 3.0.0 that is not the public one.
var outside = []string{"letter-number-in-adir", "letter-number-in-dkal", "letter-own-words"}

func TestEveryRequestFollowsTheSchema(t *testing.T) {
	for name, body := range bodies(t) {
		said, ok := validate(t, body)
		wanted := true
		for _, o := range outside {
			wanted = wanted && o != name
		}
		assert.Equal(t, wanted, ok, "%s: %s", name, said)
	}
}

// A schema that admits everything would prove nothing.
func TestTheSchemaRefuses(t *testing.T) {
	whole := bodies(t)["letter-every-block"]
	_, ok := validate(t, whole)
	require.True(t, ok)
	for name, edit := range map[string][2]string{
		"two elements swapped":       {"<BrugerNavn>Ærø Kommune, Borgerservice</BrugerNavn><KonteringsGruppeTekst>Konto &lt;42&gt;</KonteringsGruppeTekst>", "<KonteringsGruppeTekst>Konto</KonteringsGruppeTekst><BrugerNavn>Ærø</BrugerNavn>"},
		"an element missing":         {"<MedsendDokumentRegistreringIndikator>true</MedsendDokumentRegistreringIndikator>", ""},
		"an element unknown":         {"<DokumentParametre ", "<Andet/><DokumentParametre "},
		"an element twice":           {"<EnhedTekst>", "<EnhedTekst>x</EnhedTekst><EnhedTekst>"},
		"another namespace":          {"<dkal:FilformatNavn>PDF</dkal:FilformatNavn><dkal:Medd", "<FilformatNavn>PDF</FilformatNavn><dkal:Medd"},
		"a value of no list":         {">C5<", ">C6<"},
		"a number with a dash":       {"<CPRnummerIdentifikator>" + leapling().Reveal(), "<CPRnummerIdentifikator>" + leapling().Reveal()[:6] + "-" + leapling().Reveal()[6:]},
		"a date that no month has":   {"<CPRnummerIdentifikator>29", "<CPRnummerIdentifikator>30"},
		"a mail with a comma":        {">kvittering@aeroe.example<", ">kvittering,@aeroe.example<"},
		"a floor with a dot":         {":FloorIdentifier>ST<", ":FloorIdentifier>1.<"},
		"a country in words":         {">DK<", ">Danmark<"},
		"no base64":                  {"<dkal:MeddelelseIndholdData>J", "<dkal:MeddelelseIndholdData>"},
		"an address without country": {`<dkcc03:CountryIdentificationCode scheme="iso3166-alpha2">DK</dkcc03:CountryIdentificationCode></ModtagerAdresse>`, "</ModtagerAdresse>"},
	} {
		bad := bytes.Replace(whole, []byte(edit[0]), []byte(edit[1]), 1)
		require.NotEqual(t, string(whole), string(bad), name)
		_, ok := validate(t, bad)
		assert.False(t, ok, name)
	}
}
