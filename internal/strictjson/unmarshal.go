package strictjson

import (
	"errors"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is how many objects and arrays may lie inside each other.
const MaxDepth = 32

// Unmarshal reads data, exactly one JSON value, into the value that into points
// to, by the rules of the package. Struct tags are those of
// github.com/go-json-experiment/json. The error is an [*Error]; with one, what
// into points to may be half filled and must not be used.
func Unmarshal(data []byte, into any) error {
	w := walker{data: data}
	if r := w.document(shapeOf(reflect.TypeOf(into))); r != 0 {
		return &Error{Reason: r}
	}
	if err := json.Unmarshal(data, into); err != nil {
		return &Error{Reason: reasonOf(err)}
	}
	return nil
}

// reasonOf reads an error of the parser, whose own text repeats names and
// values of the input.
func reasonOf(err error) Reason {
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		if errors.Is(syntactic.Err, jsontext.ErrDuplicateName) {
			return Duplicate
		}
		return Syntax
	}
	if _, ok := errors.AsType[*json.SemanticError](err); ok {
		return WrongType
	}
	return Syntax
}
