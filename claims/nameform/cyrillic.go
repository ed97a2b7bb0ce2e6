package nameform

// cyrillicForms is the Cyrillic table of Doc 9303-3, section 6, for the language of the
// document. first says that the letter begins a part of the name.
func cyrillicForms(upper rune, language Language, first bool) []string {
	if forms := cyrillicException(upper, language, first); forms != nil {
		return forms
	}
	if s, ok := cyrillic[upper]; ok {
		return []string{s}
	}
	return nil
}

// cyrillic never changes.
var cyrillic = map[rune]string{
	'А': "A", 'Б': "B", 'В': "V", 'Г': "G", 'Д': "D", 'Е': "E", 'Ё': "E", 'Ж': "ZH",
	'З': "Z", 'И': "I", 'І': "I", 'Й': "I", 'К': "K", 'Л': "L", 'М': "M", 'Н': "N",
	'О': "O", 'П': "P", 'Р': "R", 'С': "S", 'Т': "T", 'У': "U", 'Ф': "F", 'Х': "KH",
	'Ц': "TS", 'Ч': "CH", 'Ш': "SH", 'Щ': "SHCH", 'Ы': "Y", 'Ъ': "IE", 'Ь': "", 'Э': "E",
	'Ю': "IU", 'Я': "IA", 'Ѵ': "Y", 'Ґ': "G", 'Ў': "U", 'Ѫ': "U", 'Ѓ': "G", 'Ђ': "D",
	'Ѕ': "DZ", 'Ј': "J", 'Ќ': "K", 'Љ': "LJ", 'Њ': "NJ", 'Ћ': "C", 'Џ': "DZ", 'Є': "IE", 'Ї': "I",
}

// cyrillicException returns the forms that the table has for one language. If an older
// edition has another form, it is allowed too.
func cyrillicException(upper rune, language Language, first bool) []string {
	switch language {
	case Belarusian:
		switch upper {
		case 'Г':
			return []string{"H"}
		case 'Ё':
			return []string{"IO"}
		}
	case Bulgarian:
		if upper == 'Щ' {
			return []string{"SHT"}
		}
	case Macedonian:
		switch upper {
		case 'Х':
			return []string{"H"}
		case 'Ц':
			return []string{"C"}
		case 'Ѓ':
			return []string{"GJ"}
		case 'Ќ':
			return []string{"KJ"}
		case 'Џ':
			return []string{"DJ"}
		}
	case Serbian:
		switch upper {
		case 'Г': // there are Serbian passports with G too
			return []string{"H", "G"}
		case 'Х':
			return []string{"H"}
		case 'Ж':
			return []string{"Z"}
		case 'Ц', 'Ч':
			return []string{"C"}
		case 'Ш':
			return []string{"S"}
		}
	case Ukrainian:
		return ukrainianException(upper, first)
	}
	return nil
}

func ukrainianException(upper rune, first bool) []string {
	switch upper {
	case 'Г':
		return []string{"H", "G"}
	case 'И':
		return []string{"Y"}
	}
	if !first {
		return nil
	}
	switch upper {
	case 'Є':
		return []string{"YE", "IE"}
	case 'Ї':
		return []string{"YI", "I"}
	case 'Й':
		return []string{"Y", "I"}
	case 'Ю':
		return []string{"YU", "IU"}
	case 'Я':
		return []string{"YA", "IA"}
	}
	return nil
}
