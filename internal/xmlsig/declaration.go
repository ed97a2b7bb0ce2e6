package xmlsig

import (
	"bytes"
	"strings"
)

// cutDeclaration cuts the XML declaration off the start of data, if there is one. It
// accepts version 1.0 and the encoding UTF-8.
func cutDeclaration(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte("<?xml")) || len(data) > 5 && isNameByte(data[5]) {
		return data, nil
	}
	const longest = 128
	end := bytes.Index(data[:min(len(data), longest)], []byte("?>"))
	if end < 0 {
		return nil, refuse("the XML declaration is wrong")
	}
	rest := string(data[5:end])
	version, rest, ok := pseudoAttribute(rest, "version")
	if !ok || version != "1.0" {
		return nil, refuse("the XML declaration does not say version 1.0")
	}
	if encoding, after, ok := pseudoAttribute(rest, "encoding"); ok {
		if !strings.EqualFold(encoding, "UTF-8") {
			return nil, refuse("the XML declaration says an encoding other than UTF-8")
		}
		rest = after
	}
	if standalone, after, ok := pseudoAttribute(rest, "standalone"); ok && (standalone == "yes" || standalone == "no") {
		rest = after
	}
	if strings.Trim(rest, " \t\r\n") != "" {
		return nil, refuse("the XML declaration is wrong")
	}
	return data[end+2:], nil
}

// pseudoAttribute reads name="value" and the blank before it from the start of text.
func pseudoAttribute(text, name string) (value, rest string, ok bool) {
	const blanks = " \t\r\n"
	rest, found := strings.CutPrefix(strings.TrimLeft(text, blanks), name)
	if !found || !isBlank(text[0]) {
		return "", text, false
	}
	rest, found = strings.CutPrefix(strings.TrimLeft(rest, blanks), "=")
	if !found {
		return "", text, false
	}
	rest = strings.TrimLeft(rest, blanks)
	if rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return "", text, false
	}
	value, rest, found = strings.Cut(rest[1:], rest[:1])
	if !found {
		return "", text, false
	}
	return value, rest, true
}
