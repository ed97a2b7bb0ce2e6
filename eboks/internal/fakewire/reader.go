package fakewire

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
)

// SchemaError is why a request does not follow the schema. Its text is made of
// the schema's names alone.
type SchemaError struct{ why string }

func (e *SchemaError) Error() string { return e.why }

// Config says how a request is read.
type Config struct {
	// Spaces returns, for the namespace of the root, the namespaces that each prefix of
	// the schema may stand for.
	Spaces func(root string) map[string][]string
	// Keep reads a document to its end while it arrives. root is what was read until then.
	Keep func(root *Node, document io.Reader) error
}

// reader reads one request.
type reader struct {
	src    *source
	dec    *xml.Decoder
	cfg    Config
	spaces map[string][]string
	next   *xml.StartElement // seen and not yet read
	ended  bool              // likewise, the end of the Element
	root   *Node
}

// Read reads the whole request as one Element. An error is a *SchemaError, or wraps
// ErrTooLarge or ErrCut.
func Read(from io.Reader, e Element, cfg Config) (*Node, error) {
	src := newSource(from)
	r := &reader{src: src, dec: xml.NewDecoder(src), cfg: cfg}
	return r.readRoot(e)
}

func (r *reader) readRoot(e Element) (*Node, error) {
	start, err := r.peek()
	if err != nil {
		return nil, err
	}
	if start != nil {
		r.spaces = r.cfg.Spaces(start.Name.Space)
	}
	if start == nil || r.known(start.Name) != e.name {
		return nil, &SchemaError{"the root is not " + e.name}
	}
	root := &Node{name: e.name}
	r.root = root
	if err := r.element(e, root); err != nil {
		return nil, err
	}
	for {
		t, err := r.dec.Token()
		switch t := t.(type) {
		case nil:
			if err == io.EOF {
				return root, nil
			}
			return nil, r.syntax()
		case xml.CharData:
			if blank(t) {
				continue
			}
		case xml.Comment:
			continue
		}
		return nil, &SchemaError{"something follows the root"}
	}
}

// element reads what is inside the Element whose start tag is next.
func (r *reader) element(e Element, into *Node) error {
	start := r.next
	r.next = nil
	if err := attributes(start, e); err != nil {
		return err
	}
	switch {
	case e.document:
		return r.document(e)
	case e.any:
		if err := r.dec.Skip(); err != nil {
			return r.syntax()
		}
		return nil
	case e.text != nil:
		return r.text(e, into)
	}
	if err := r.sequence(e.seq, into); err != nil {
		return err
	}
	start, err := r.peek()
	if err != nil {
		return err
	}
	if start != nil {
		return &SchemaError{"an element that is unknown, repeated or out of order in " + e.name}
	}
	r.ended = false
	return nil
}

func (r *reader) sequence(seq []Element, into *Node) error {
	for _, e := range seq {
		count := 0
		for count < e.max {
			start, err := r.peek()
			if err != nil {
				return err
			}
			if start == nil || !e.begins(r.known(start.Name)) {
				break
			}
			if err := r.particle(e, into, r.known(start.Name)); err != nil {
				return err
			}
			count++
		}
		if count < e.min {
			return &SchemaError{"expected " + e.expected() + " in " + into.name}
		}
	}
	return nil
}

// particle reads an element, or one branch of a choice.
func (r *reader) particle(e Element, into *Node, name string) error {
	if e.oneOf == nil {
		kid := &Node{name: e.name}
		into.kids = append(into.kids, kid)
		return r.element(e, kid)
	}
	for _, seq := range e.oneOf {
		if starts(seq, name) {
			return r.sequence(seq, into)
		}
	}
	return &SchemaError{"expected " + e.expected() + " in " + into.name}
}

func (e *Element) expected() string {
	if e.oneOf == nil {
		return e.name
	}
	var names []string
	for _, seq := range e.oneOf {
		names = append(names, seq[0].name)
	}
	return strings.Join(names, " or ")
}

// peek returns the start tag that comes next, or nil before an end tag.
func (r *reader) peek() (*xml.StartElement, error) {
	for r.next == nil && !r.ended {
		t, err := r.dec.Token()
		if err != nil {
			return nil, r.syntax()
		}
		switch t := t.(type) {
		case xml.StartElement:
			r.next = &t
		case xml.EndElement:
			r.ended = true
		case xml.CharData:
			if !blank(t) {
				return nil, &SchemaError{"text where Elements belong"}
			}
		case xml.Directive:
			return nil, &SchemaError{"a document type is not accepted"}
		}
	}
	return r.next, nil
}

func (r *reader) text(e Element, into *Node) error {
	var b strings.Builder
	for {
		t, err := r.dec.Token()
		if err != nil {
			return r.syntax()
		}
		switch t := t.(type) {
		case xml.CharData:
			b.Write(t)
		case xml.Comment:
		case xml.EndElement:
			into.text = b.String()
			if !e.text(into.text) {
				return &SchemaError{"the value of " + e.name + " is not allowed"}
			}
			return nil
		default:
			return &SchemaError{"elements where text belongs in " + e.name}
		}
	}
}

func (r *reader) document(e Element) error {
	count := &counter{from: r.src.document()}
	if err := r.cfg.Keep(r.root, count); err != nil {
		if r.src.cause != nil {
			return r.syntax()
		}
		return &SchemaError{e.name + " is not base64"}
	}
	if !count.any {
		return &SchemaError{e.name + " is empty"}
	}
	t, err := r.dec.Token()
	if err != nil {
		return r.syntax()
	}
	if _, ok := t.(xml.EndElement); !ok {
		return &SchemaError{e.name + " holds something else than base64"}
	}
	return nil
}

// A request that is over a limit, and one that ended in the middle.
var (
	ErrTooLarge = errors.New("fakewire: the request is too large")
	ErrCut      = errors.New("fakewire: the request ended in the middle")
)

// syntax returns why the decoder gave up.
func (r *reader) syntax() error {
	switch cause := r.src.cause; {
	case cause == nil:
		return &SchemaError{"not well-formed XML"}
	case errors.As(cause, new(*http.MaxBytesError)) || cause == errTooMuchText:
		return ErrTooLarge
	default:
		return ErrCut
	}
}

// counter notes whether anything was read.
type counter struct {
	from io.Reader
	any  bool
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.any = c.any || n > 0
	return n, err
}

const xsi = "http://www.w3.org/2001/XMLSchema-instance"

func blank(t []byte) bool { return strings.Trim(string(t), " \t\r\n") == "" }
