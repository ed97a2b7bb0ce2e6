package xmlsig

import (
	"bytes"
	"unicode/utf8"

	"github.com/dkeid/dkeid/internal/fault"
)

// scanner reads a document byte by byte. It accepts the part of XML 1.0 that every
// parser reads in the same way, and it spends no memory.
type scanner struct {
	data []byte
	pos  int
	tree *cursor // if nil, nobody compares

	open       [MaxDepth][]byte // the names of the elements that are open
	depth      int
	elements   int
	attributes int
}

const byteOrderMark = "\xef\xbb\xbf"

func refuse(why string) error { return fault.New(fault.ResponseInvalid, why) }

// scan reads the whole document: white space, one element, white space. If tree is not
// nil, scan compares all that it reads with the tree.
func (s *scanner) scan() error {
	rooted := false
	for s.pos < len(s.data) {
		var err error
		switch {
		case s.data[s.pos] != '<':
			err = s.text()
		case s.has("</"):
			err = s.endTag()
		case s.has("<!"), s.has("<?"):
			err = s.refuseMarkup()
		case s.depth == 0 && rooted:
			err = refuse("a second element stands beside the root element")
		default:
			rooted = true
			err = s.startTag()
		}
		if err != nil {
			return err
		}
	}
	switch {
	case !rooted:
		return refuse("the XML has no element")
	case s.depth != 0:
		return refuse("the XML ends inside an element")
	}
	return s.tree.end()
}

func (s *scanner) has(prefix string) bool {
	return len(s.data)-s.pos >= len(prefix) && string(s.data[s.pos:s.pos+len(prefix)]) == prefix
}

// refuseMarkup says what the markup is that is never accepted.
func (s *scanner) refuseMarkup() error {
	switch {
	case s.has("<!--") && s.insideSignature():
		return fault.New(fault.SignatureInvalid, "a comment stands inside a signature")
	case s.has("<!--"):
		return refuse("the XML holds a comment, which is not accepted")
	case s.has("<![CDATA["):
		return refuse("the XML holds a CDATA section, which is not accepted")
	case s.has("<!"):
		return refuse("the XML holds a document type or another declaration, which is not accepted")
	}
	return refuse("the XML holds a processing instruction, which is not accepted")
}

func (s *scanner) insideSignature() bool {
	for _, name := range s.open[:s.depth] {
		if _, local := splitName(name); string(local) == "Signature" {
			return true
		}
	}
	return false
}

// text reads character data up to the next markup.
func (s *scanner) text() error {
	length := bytes.IndexByte(s.data[s.pos:], '<')
	if length < 0 {
		length = len(s.data) - s.pos
	}
	raw := s.data[s.pos : s.pos+length]
	s.pos += length
	if s.depth == 0 {
		if len(bytes.Trim(raw, " \t\r\n")) > 0 {
			return refuse("text stands outside the root element")
		}
		return s.tree.text(raw)
	}
	if bytes.Contains(raw, []byte("]]>")) {
		return refuse("the XML is not well-formed: ]]> stands in a text")
	}
	if err := checkCharacters(raw); err != nil {
		return err
	}
	return s.tree.text(raw)
}

func (s *scanner) startTag() error {
	if s.depth == MaxDepth {
		return fault.Newf(fault.ResponseInvalid, "the XML has more than %d levels", MaxDepth)
	}
	if s.elements++; s.elements > MaxElements {
		return fault.Newf(fault.ResponseInvalid, "the XML has more than %d elements", MaxElements)
	}
	s.pos++
	name, err := s.name()
	if err != nil {
		return err
	}
	if err := s.tree.start(name); err != nil {
		return err
	}
	for n := 0; ; n++ {
		blank := s.skipBlank()
		switch {
		case s.has(">"):
			s.pos++
			s.open[s.depth] = name
			s.depth++
			return s.tree.attributes(n)
		case s.has("/>"):
			s.pos += 2
			if err := s.tree.attributes(n); err != nil {
				return err
			}
			return s.tree.end()
		case !blank:
			return refuse("the XML is not well-formed: a tag is wrong")
		case n == MaxAttributes:
			return fault.Newf(fault.ResponseInvalid, "an element has more than %d attributes", MaxAttributes)
		}
		if err := s.attribute(n); err != nil {
			return err
		}
	}
}

// attribute reads attribute number n of an element.
func (s *scanner) attribute(n int) error {
	if s.attributes++; s.attributes > MaxAllAttributes {
		return fault.Newf(fault.ResponseInvalid, "the XML has more than %d attributes", MaxAllAttributes)
	}
	name, err := s.name()
	if err != nil {
		return err
	}
	s.skipBlank()
	if !s.has("=") {
		return refuse("the XML is not well-formed: an attribute has no value")
	}
	s.pos++
	s.skipBlank()
	if !s.has(`"`) && !s.has(`'`) {
		return refuse("the XML is not well-formed: the value of an attribute has no quotes")
	}
	quote := s.data[s.pos]
	s.pos++
	length := bytes.IndexByte(s.data[s.pos:], quote)
	if length < 0 {
		return refuse("the XML ends inside an attribute")
	}
	raw := s.data[s.pos : s.pos+length]
	s.pos += length + 1
	// A parser reads a line break or a tab in a value as a blank (XML 1.0 section 3.3.3),
	// and encoding/xml reads it as it is.
	if bytes.ContainsAny(raw, "<\t\r\n") {
		return refuse("the value of an attribute holds a line break, a tab or <")
	}
	if err := checkCharacters(raw); err != nil {
		return err
	}
	return s.tree.attribute(n, name, raw)
}

func (s *scanner) endTag() error {
	s.pos += 2
	name, err := s.name()
	if err != nil {
		return err
	}
	s.skipBlank()
	if s.depth == 0 || !s.has(">") || !bytes.Equal(s.open[s.depth-1], name) {
		return refuse("the XML is not well-formed: an end tag is wrong")
	}
	s.pos++
	s.depth--
	return s.tree.end()
}

func (s *scanner) skipBlank() bool {
	start := s.pos
	for s.pos < len(s.data) && isBlank(s.data[s.pos]) {
		s.pos++
	}
	return s.pos > start
}

// name reads a name with one colon or none.
func (s *scanner) name() ([]byte, error) {
	start := s.pos
	for s.pos < len(s.data) && (isNameByte(s.data[s.pos]) || s.data[s.pos] == ':') {
		s.pos++
	}
	name := s.data[start:s.pos]
	prefix, local := splitName(name)
	if !isName(local) || len(local) < len(name) && !isName(prefix) {
		return nil, refuse("the XML has a name that is not letters, digits, - _ . and at most one colon")
	}
	return name, nil
}

// splitName returns what stands before and after the first colon.
func splitName(name []byte) (prefix, local []byte) {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return nil, name
}

// isName reports whether name is a name without a colon. Names are ASCII: no schema that
// is read here has others, and parsers differ in those they accept.
func isName[T string | []byte](name T) bool {
	if len(name) == 0 || name[0] == '-' || name[0] == '.' || '0' <= name[0] && name[0] <= '9' {
		return false
	}
	for i := range len(name) {
		if !isNameByte(name[i]) {
			return false
		}
	}
	return true
}

func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '.'
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// checkCharacters accepts the characters of XML 1.0 section 2.2, the five entities and
// character references.
func checkCharacters(raw []byte) error {
	for i := 0; i < len(raw); {
		switch c := raw[i]; {
		case c == '&':
			_, length := reference(raw[i:])
			if length == 0 {
				return refuse("the XML holds an entity or a character reference that is not accepted")
			}
			i += length
		case c < utf8.RuneSelf:
			if !isCharacter(rune(c)) {
				return refuse("the XML holds a character that XML does not allow")
			}
			i++
		default:
			r, length := utf8.DecodeRune(raw[i:])
			if !isCharacter(r) {
				return refuse("the XML holds a character that XML does not allow")
			}
			i += length
		}
	}
	return nil
}

func isCharacter(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || 0x20 <= r && r <= 0xd7ff || 0xe000 <= r && r <= 0xfffd || 0x10000 <= r && r <= 0x10ffff
}
