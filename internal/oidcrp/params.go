package oidcrp

import (
	"net/url"
	"strings"
)

// Params are the parameters of one request, in the order in which they are
// written. A map would be sorted for every login.
type Params [][2]string

// Add puts a parameter at the end.
func (p *Params) Add(name, value string) { *p = append(*p, [2]string{name, value}) }

// Values is for a form.
func (p Params) Values() url.Values {
	v := make(url.Values, len(p))
	for _, nv := range p {
		v[nv[0]] = []string{nv[1]}
	}
	return v
}

// On returns address with p as its query.
func (p Params) On(address string) string {
	var b strings.Builder
	b.Grow(len(address) + 768)
	b.WriteString(address)
	sep := byte('?')
	if strings.IndexByte(address, '?') >= 0 {
		sep = '&'
	}
	for _, nv := range p {
		b.WriteByte(sep)
		b.WriteString(nv[0])
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(nv[1]))
		sep = '&'
	}
	return b.String()
}
