// Package fakewire reads the XML requests of fake distributors by a schema: strict
// order, namespaces, and nothing that the schema does not know. It shares no code with
// what writes the requests.
//
//   - schema.go: the elements of a schema
//   - forms.go: what texts may be
//   - times.go: dates and times
//   - reader.go, names.go, source.go: how a request is read, in small memory
//   - node.go: what was read
package fakewire
