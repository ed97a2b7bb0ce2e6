package claims

// OIOSAMLNames returns the names of all attributes that ParseOIOSAML knows.
func OIOSAMLNames() []string {
	var names []string
	for _, a := range oiosamlAttributes {
		names = append(names, a.names...)
	}
	return names
}
