package signingtest

import (
	_ "embed"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

//go:embed schema.graphql
var sdl string

// SDL returns the schema of the fake in the schema definition language. A client's
// tests check its queries against it, with any GraphQL validator.
func SDL() string { return sdl }

func loadSchema() (*ast.Schema, error) {
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: sdl})
	if err != nil {
		return nil, err
	}
	return s, nil
}
