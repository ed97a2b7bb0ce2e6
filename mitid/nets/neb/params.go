package neb

import (
	"net/url"
	"strings"
)

// params are the parameters of one request, in the order in which they are
// written. A map would be sorted for every login.
type params [][2]string

func (p *params) add(name, value string) { *p = append(*p, [2]string{name, value}) }

// values is for a form.
func (p params) values() url.Values {
	v := make(url.Values, len(p))
	for _, nv := range p {
		v[nv[0]] = []string{nv[1]}
	}
	return v
}

// on returns address with p as its query.
func (p params) on(address string) string {
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
