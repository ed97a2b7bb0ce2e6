package nameform_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/dkeid/dkeid/claims/nameform"
)

// The Latin table of Doc 9303-3, section 6.
func TestMachineReadableLatin(t *testing.T) {
	for to, from := range map[string]string{
		"A": "ÁÀÂǍĂĀÃĄ", "AA": "Å", "AE": "ÆÄ", "C": "ĆĈČĊÇ", "D": "ĐĎÐ", "E": "ÉÈÊËĚĖĒĘĔ", "G": "ĞĢĜĠ", "H": "ĤĦ",
		"I": "ÍÌÎÏĨİıĪĮĬ", "IJ": "Ĳ", "J": "Ĵ", "K": "Ķ", "L": "ĹĽĻŁĿ", "N": "ŃŇŅŊÑ", "O": "ÓÒÔÕŐŌŎ", "OE": "ØŒÖ",
		"R": "ŔŘŖ", "S": "ŚŜŠŞ", "SS": "ßẞ", "T": "ŤŢŦ", "TH": "Þ", "U": "ÚÙÛŬŨŮŰŪŲ", "UE": "Ü", "W": "Ŵ", "Y": "ÝŶŸ",
		"Z": "ŹŽŻ",
		// not in the table: without their marks
		"AXA": "ẠxẤ", "SXT": "ȘxȚ", "AAX": "Ǻx", "OEX": "Ǿx", "AEX": "Ǽx", "UEX": "Ǘx", "EXI": "Ẽxì",
	} {
		letters := []string{from}
		if !strings.ContainsRune(to, 'X') {
			letters = strings.Split(from, "")
		}
		for _, l := range letters {
			for _, form := range []string{l, strings.ToLower(l), norm.NFD.String(l)} {
				if form == "i\u0307" || form == "i̇" {
					form = "i"
				}
				got, err := nameform.MachineReadable(form, nameform.MachineReadableOptions{})
				require.NoError(t, err, form)
				assert.Equal(t, to, got, form)
			}
		}
	}
}

func TestMachineReadable(t *testing.T) {
	for name, want := range map[string]string{
		"Søren Gråbøl":             "SOEREN GRAABOEL",
		"Gra\u030abøl":             "GRAABOEL",
		"Ditlev Von Testesen":      "DITLEV VON TESTESEN",
		"  Anne-Marie  Sørensen ":  "ANNE MARIE SOERENSEN",
		"Jean–Luc":                 "JEAN LUC",
		"D'Artagnan":               "DARTAGNAN",
		"O’Brien, Pádraig":         "OBRIEN PADRAIG",
		"Chr. Øst":                 "CHR OEST",
		"SOERENSEN<<ANNE<MARIE<<<": "SOERENSEN ANNE MARIE",
		"Weiß":                     "WEISS",
		"Müller Peña":              "MUELLER PENA",
		"Müller\u00a0Åse":          "MUELLER AASE",
		"X\u0302avier":             "XAVIER",
	} {
		got, err := nameform.MachineReadable(name, nameform.MachineReadableOptions{})
		require.NoError(t, err, name)
		assert.Equal(t, want, got)
		again, err := nameform.MachineReadable(got, nameform.MachineReadableOptions{})
		require.NoError(t, err)
		assert.Equal(t, got, again)
	}
}

func TestMachineReadableChoices(t *testing.T) {
	for _, test := range []struct {
		opts nameform.MachineReadableOptions
		want string
	}{
		{nameform.MachineReadableOptions{}, "AERA OEST UEBEL AASE PENA OEL"},
		{nameform.MachineReadableOptions{Umlauts: nameform.UmlautsPlain}, "ARA OST UBEL AASE PENA OEL"},
		{nameform.MachineReadableOptions{Umlauts: nameform.UmlautsUXX}, "AERA OEST UXXBEL AASE PENA OEL"},
		{nameform.MachineReadableOptions{SingleA: true}, "AERA OEST UEBEL ASE PENA OEL"},
		{nameform.MachineReadableOptions{LongN: true}, "AERA OEST UEBEL AASE PENXXA OEL"},
	} {
		got, err := nameform.MachineReadable("Ära Öst Übel Åse Peña Øl", test.opts)
		require.NoError(t, err)
		assert.Equal(t, test.want, got)
	}
}

func TestMachineReadableCyrillic(t *testing.T) {
	for _, test := range []struct {
		language   nameform.Language
		name, want string
	}{
		{nameform.Russian, "Щербакова Юлия", "SHCHERBAKOVA IULIIA"},
		{nameform.Russian, "Фёдор Игорь", "FEDOR IGOR"},
		{nameform.Russian, "Объедков Жуков Цой Хрущёв", "OBIEEDKOV ZHUKOV TSOI KHRUSHCHEV"},
		{nameform.Russian, "Й", "I"},
		{nameform.Belarusian, "Фёдар Гомель Ўладзімір", "FIODAR HOMEL ULADZIMIR"},
		{nameform.Bulgarian, "Щерев", "SHTEREV"},
		{nameform.Macedonian, "Ѓорѓи Ќосев Џафер Христо Цане Ѕвездан", "GJORGJI KJOSEV DJAFER HRISTO CANE DZVEZDAN"},
		{nameform.Serbian, "Жарко Ђорђе Шћепан Чедомир Хаџи Љубица Његош", "ZARKO DORDE SCEPAN CEDOMIR HADZI LJUBICA NJEHOS"},
		{nameform.Ukrainian, "Євген Їжак Йосип Юрій Яна Григорій Ґудзь", "YEVHEN YIZHAK YOSYP YURII YANA HRYHORII GUDZ"},
		{nameform.Ukrainian, "Зоя Марія", "ZOIA MARIIA"},
	} {
		got, err := nameform.MachineReadable(test.name, nameform.MachineReadableOptions{Language: test.language})
		require.NoError(t, err)
		assert.Equal(t, test.want, got, string(test.language))
		lower, err := nameform.MachineReadable(strings.ToLower(test.name), nameform.MachineReadableOptions{Language: test.language})
		require.NoError(t, err)
		assert.Equal(t, test.want, lower)
	}
	// Every letter of the published table.
	const published = "АБВГДЕЁЖЗИІЙКЛМНОПРСТУФХЦЧШЩЫЪЬЭЮЯѴҐЎѪЃЂЅЈЌЉЊЋЏЄЇ"
	for _, r := range published {
		_, err := nameform.MachineReadable("Я"+string(r), nameform.MachineReadableOptions{Language: nameform.Russian})
		assert.NoError(t, err, string(r))
	}
}

// A letter that cannot be written is an error, never left out.
func TestMachineReadableRefuses(t *testing.T) {
	for _, test := range []struct {
		name     string
		language nameform.Language
		reason   nameform.NameReason
		pos      int
	}{
		{"", "", nameform.NameEmpty, 0},
		{" -' .", "", nameform.NameEmpty, 0},
		{"ь ь", nameform.Russian, nameform.NameEmpty, 0},
		{strings.Repeat("å", 129), "", nameform.NameTooLong, 0},
		{strings.Repeat("a", 1<<20), "", nameform.NameTooLong, 0},
		{"Əli", "", nameform.NameLetter, 1},
		{"Søren Əli", "", nameform.NameLetter, 7},
		{"Γιώργος", "", nameform.NameLetter, 1},
		{"محمد", "", nameform.NameLetter, 1},
		{"王", "", nameform.NameLetter, 1},
		{"ﬁn", "", nameform.NameLetter, 1},
		{"Ａnna", "", nameform.NameLetter, 1},
		{"Петър", "", nameform.NameLanguageMissing, 1},
		{"Pеter", "", nameform.NameLanguageMissing, 2}, // a Cyrillic е
		{"Ӕх", nameform.Russian, nameform.NameLetter, 1},
		{"Anna", "xx", nameform.NameLanguageUnknown, 0},
		{"Anna2", "", nameform.NameSign, 5},
		{"An\u200bna", "", nameform.NameSign, 3},
		{"An\nna", "", nameform.NameSign, 3},
		{"Åse 😀", "", nameform.NameSign, 5},
		{"\u0301Anna", "", nameform.NameSign, 1},
		{"An\xffna", "", nameform.NameSign, 3},
		{"Åse+", "", nameform.NameSign, 4},
	} {
		_, err := nameform.MachineReadable(test.name, nameform.MachineReadableOptions{Language: test.language})
		var refused *nameform.NameError
		require.ErrorAs(t, err, &refused, test.name)
		assert.Equal(t, nameform.NameError{Reason: test.reason, Pos: test.pos}, *refused, test.name)
		if len(test.name) > 3 {
			assert.NotContains(t, err.Error(), test.name)
		}
	}
}

func TestSameMachineReadable(t *testing.T) {
	for _, same := range [][2]string{
		{"Søren Gråbøl", "SOEREN GRAABOEL"}, {"Søren Gråbøl", "SOEREN<GRABOEL<<<"},
		{"Müller", "MUELLER"}, {"Müller", "Muller"}, {"Müller", "MUXXLLER"}, {"Müller", "müller"},
		{"Peña", "PENXXA"}, {"Anne-Marie", "Anne Marie"}, {"O'Brien", "OBRIEN"}, {"Åå", "AAA"}, {"Åå", "AAAA"},
		{"Юлия", "IULIIA"}, {"Юлія", "YULIIA"}, {"Григорій", "GRYGORII"}, {"Хаџи", "HADZI"}, {"Игорь", "IGOR"}, {"Његош", "NJEGOS"},
		{"Ärö", "ÅRÖ"},
	} {
		for _, pair := range [][2]string{same, {same[1], same[0]}} {
			got, err := nameform.SameMachineReadable(pair[0], pair[1])
			require.NoError(t, err)
			assert.True(t, got, pair)
		}
	}
	for _, other := range [][2]string{
		{"Søren", "SOREN"}, {"Noel", "Nol"}, {"Mage", "Maage"}, {"Müller", "MILLER"}, {"Anna", "Ann"}, {"Ann", "Anna"},
		{"Anne Marie", "Annemarie"}, {"Åå", "A"}, {"Åå", "AAAAA"}, {"Юлия", "JULIA"},
	} {
		got, err := nameform.SameMachineReadable(other[0], other[1])
		require.NoError(t, err)
		assert.False(t, got, other)
	}
	for _, pair := range [][2]string{{"Γιώργος", "GIORGOS"}, {"GIORGOS", "Γιώργος"}, {"", "A"}, {"Пётр", "王"}} {
		_, err := nameform.SameMachineReadable(pair[0], pair[1])
		assert.Error(t, err)
	}
	// Many choices on both sides do not take long.
	got, err := nameform.SameMachineReadable(strings.Repeat("Å", 128), strings.Repeat("Å", 127)+"B")
	require.NoError(t, err)
	assert.False(t, got)
}

func FuzzMachineReadable(f *testing.F) {
	for _, s := range []string{"Søren Gråbøl", "Müller", "Юлія", "Γιώργος", "A\u030a", "D'Artagnan", "\xff"} {
		f.Add(s, "uk", uint8(1), true)
		f.Add(s, "", uint8(0), false)
	}
	f.Fuzz(func(t *testing.T, name, language string, umlauts uint8, flags bool) {
		opts := nameform.MachineReadableOptions{
			Language: nameform.Language(language), Umlauts: nameform.Umlauts(umlauts % 3), SingleA: flags, LongN: flags,
		}
		got, err := nameform.MachineReadable(name, opts)
		if err != nil {
			return
		}
		if strings.Trim(got, "ABCDEFGHIJKLMNOPQRSTUVWXYZ ") != "" || strings.Contains(got, "  ") || strings.Trim(got, " ") != got || got == "" {
			t.Fatal("outside the alphabet")
		}
		again, err := nameform.MachineReadable(got, nameform.MachineReadableOptions{})
		if err != nil || again != got {
			t.Fatal("not stable")
		}
		same, err := nameform.SameMachineReadable(name, got)
		if err != nil || !same {
			t.Fatal("a name is not the same as its own form")
		}
	})
}
