// Package pdftext reads the words of PDFs as the examples write them, for their tests.
package pdftext

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode/utf16"
)

var (
	stream = regexp.MustCompile(`(?s)stream\r?\n(.*?)\nendstream`)
	shown  = regexp.MustCompile(`(?s)\(((?:[^\\()]|\\.)*)\) ?Tj`)
	escape = regexp.MustCompile(`(?s)\\(.)`)
)

// Read returns the words of a PDF whose pages are compressed and whose strings are
// UTF-16, line for line. What is not written so it leaves out.
func Read(pdf []byte) (string, error) {
	var b strings.Builder
	for _, s := range stream.FindAllSubmatch(pdf, -1) {
		r, err := zlib.NewReader(bytes.NewReader(s[1]))
		if err != nil {
			continue // not compressed: not a page
		}
		page, err := io.ReadAll(r)
		if err != nil {
			return "", err
		}
		for _, show := range shown.FindAllSubmatch(page, -1) {
			line, err := utf16Of(show[1])
			if err != nil {
				return "", err
			}
			b.WriteString(line + "\n")
		}
	}
	return b.String(), nil
}

// utf16Of reads one string of a page.
func utf16Of(raw []byte) (string, error) {
	raw = escape.ReplaceAllFunc(raw, func(e []byte) []byte {
		if i := strings.IndexByte("nrtbf", e[1]); i >= 0 {
			return []byte{"\n\r\t\b\f"[i]}
		}
		return e[1:]
	})
	if len(raw)%2 != 0 {
		return "", errors.New("pdftext: half a character")
	}
	units := make([]uint16, 0, len(raw)/2)
	for i := 0; i < len(raw); i += 2 {
		units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
	}
	return string(utf16.Decode(units)), nil
}
