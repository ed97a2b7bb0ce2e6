package claims_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/dkeid/dkeid/claims"
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
				got, err := claims.MachineReadable(form, claims.MachineReadableOptions{})
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
		got, err := claims.MachineReadable(name, claims.MachineReadableOptions{})
		require.NoError(t, err, name)
		assert.Equal(t, want, got)
		again, err := claims.MachineReadable(got, claims.MachineReadableOptions{})
		require.NoError(t, err)
		assert.Equal(t, got, again)
	}
}

func TestMachineReadableChoices(t *testing.T) {
	for _, test := range []struct {
		opts claims.MachineReadableOptions
		want string
	}{
		{claims.MachineReadableOptions{}, "AERA OEST UEBEL AASE PENA OEL"},
		{claims.MachineReadableOptions{Umlauts: claims.UmlautsPlain}, "ARA OST UBEL AASE PENA OEL"},
		{claims.MachineReadableOptions{Umlauts: claims.UmlautsUXX}, "AERA OEST UXXBEL AASE PENA OEL"},
		{claims.MachineReadableOptions{SingleA: true}, "AERA OEST UEBEL ASE PENA OEL"},
		{claims.MachineReadableOptions{LongN: true}, "AERA OEST UEBEL AASE PENXXA OEL"},
	} {
		got, err := claims.MachineReadable("Ära Öst Übel Åse Peña Øl", test.opts)
		require.NoError(t, err)
		assert.Equal(t, test.want, got)
	}
}

func TestMachineReadableCyrillic(t *testing.T) {
	for _, test := range []struct {
		language   claims.Language
		name, want string
	}{
		{claims.Russian, "Щербакова Юлия", "SHCHERBAKOVA IULIIA"},
		{claims.Russian, "Фёдор Игорь", "FEDOR IGOR"},
		{claims.Russian, "Объедков Жуков Цой Хрущёв", "OBIEEDKOV ZHUKOV TSOI KHRUSHCHEV"},
		{claims.Russian, "Й", "I"},
		{claims.Belarusian, "Фёдар Гомель Ўладзімір", "FIODAR HOMEL ULADZIMIR"},
		{claims.Bulgarian, "Щерев", "SHTEREV"},
		{claims.Macedonian, "Ѓорѓи Ќосев Џафер Христо Цане Ѕвездан", "GJORGJI KJOSEV DJAFER HRISTO CANE DZVEZDAN"},
		{claims.Serbian, "Жарко Ђорђе Шћепан Чедомир Хаџи Љубица Његош", "ZARKO DORDE SCEPAN CEDOMIR HADZI LJUBICA NJEHOS"},
		{claims.Ukrainian, "Євген Їжак Йосип Юрій Яна Григорій Ґудзь", "YEVHEN YIZHAK YOSYP YURII YANA HRYHORII GUDZ"},
		{claims.Ukrainian, "Зоя Марія", "ZOIA MARIIA"},
	} {
		got, err := claims.MachineReadable(test.name, claims.MachineReadableOptions{Language: test.language})
		require.NoError(t, err)
		assert.Equal(t, test.want, got, string(test.language))
		lower, err := claims.MachineReadable(strings.ToLower(test.name), claims.MachineReadableOptions{Language: test.language})
		require.NoError(t, err)
		assert.Equal(t, test.want, lower)
	}
	// Every letter of the published table.
	const published = "АБВГДЕЁЖЗИІЙКЛМНОПРСТУФХЦЧШЩЫЪЬЭЮЯѴҐЎѪЃЂЅЈЌЉЊЋЏЄЇ"
	for _, r := range published {
		_, err := claims.MachineReadable("Я"+string(r), claims.MachineReadableOptions{Language: claims.Russian})
		assert.NoError(t, err, string(r))
	}
}

// A letter that cannot be written is an error, never left out.
func TestMachineReadableRefuses(t *testing.T) {
	for _, test := range []struct {
		name     string
		language claims.Language
		reason   claims.NameReason
		pos      int
	}{
		{"", "", claims.NameEmpty, 0},
		{" -' .", "", claims.NameEmpty, 0},
		{"ь ь", claims.Russian, claims.NameEmpty, 0},
		{strings.Repeat("å", 129), "", claims.NameTooLong, 0},
		{strings.Repeat("a", 1<<20), "", claims.NameTooLong, 0},
		{"Əli", "", claims.NameLetter, 1},
		{"Søren Əli", "", claims.NameLetter, 7},
		{"Γιώργος", "", claims.NameLetter, 1},
		{"محمد", "", claims.NameLetter, 1},
		{"王", "", claims.NameLetter, 1},
		{"ﬁn", "", claims.NameLetter, 1},
		{"Ａnna", "", claims.NameLetter, 1},
		{"Петър", "", claims.NameLanguageMissing, 1},
		{"Pеter", "", claims.NameLanguageMissing, 2}, // a Cyrillic е
		{"Ӕх", claims.Russian, claims.NameLetter, 1},
		{"Anna", "xx", claims.NameLanguageUnknown, 0},
		{"Anna2", "", claims.NameSign, 5},
		{"An\u200bna", "", claims.NameSign, 3},
		{"An\nna", "", claims.NameSign, 3},
		{"Åse 😀", "", claims.NameSign, 5},
		{"\u0301Anna", "", claims.NameSign, 1},
		{"An\xffna", "", claims.NameSign, 3},
		{"Åse+", "", claims.NameSign, 4},
	} {
		_, err := claims.MachineReadable(test.name, claims.MachineReadableOptions{Language: test.language})
		var refused *claims.NameError
		require.ErrorAs(t, err, &refused, test.name)
		assert.Equal(t, claims.NameError{Reason: test.reason, Pos: test.pos}, *refused, test.name)
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
			got, err := claims.SameMachineReadable(pair[0], pair[1])
			require.NoError(t, err)
			assert.True(t, got, pair)
		}
	}
	for _, other := range [][2]string{
		{"Søren", "SOREN"}, {"Noel", "Nol"}, {"Mage", "Maage"}, {"Müller", "MILLER"}, {"Anna", "Ann"}, {"Ann", "Anna"},
		{"Anne Marie", "Annemarie"}, {"Åå", "A"}, {"Åå", "AAAAA"}, {"Юлия", "JULIA"},
	} {
		got, err := claims.SameMachineReadable(other[0], other[1])
		require.NoError(t, err)
		assert.False(t, got, other)
	}
	for _, pair := range [][2]string{{"Γιώργος", "GIORGOS"}, {"GIORGOS", "Γιώργος"}, {"", "A"}, {"Пётр", "王"}} {
		_, err := claims.SameMachineReadable(pair[0], pair[1])
		assert.Error(t, err)
	}
	// Many choices on both sides stay cheap.
	got, err := claims.SameMachineReadable(strings.Repeat("Å", 128), strings.Repeat("Å", 127)+"B")
	require.NoError(t, err)
	assert.False(t, got)
}

func FuzzMachineReadable(f *testing.F) {
	for _, s := range []string{"Søren Gråbøl", "Müller", "Юлія", "Γιώργος", "A\u030a", "D'Artagnan", "\xff"} {
		f.Add(s, "uk", uint8(1), true)
		f.Add(s, "", uint8(0), false)
	}
	f.Fuzz(func(t *testing.T, name, language string, umlauts uint8, flags bool) {
		opts := claims.MachineReadableOptions{
			Language: claims.Language(language), Umlauts: claims.Umlauts(umlauts % 3), SingleA: flags, LongN: flags,
		}
		got, err := claims.MachineReadable(name, opts)
		if err != nil {
			return
		}
		if strings.Trim(got, "ABCDEFGHIJKLMNOPQRSTUVWXYZ ") != "" || strings.Contains(got, "  ") || strings.Trim(got, " ") != got || got == "" {
			t.Fatal("outside the alphabet")
		}
		again, err := claims.MachineReadable(got, claims.MachineReadableOptions{})
		if err != nil || again != got {
			t.Fatal("not stable")
		}
		same, err := claims.SameMachineReadable(name, got)
		if err != nil || !same {
			t.Fatal("a name is not the same as its own form")
		}
	})
}
