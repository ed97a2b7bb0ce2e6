package main

import (
	"errors"
	"net"
	"net/url"
	"strings"
	"unicode"
)

// legible returns what may be printed of a text that came from outside: at most 200
// characters, on one line, without what steers terminals or turns the reading direction.
func legible(text string) string {
	runes := []rune(strings.ToValidUTF8(text, "?"))
	for i, r := range runes {
		if !unicode.IsPrint(r) {
			runes[i] = ' '
		}
	}
	if len(runes) > 200 {
		runes = append(runes[:199], '…')
	}
	return strings.Join(strings.Fields(string(runes)), " ")
}

// printable returns the link if it is an address that a person may be sent to.
func printable(link string) (string, error) {
	u, err := url.Parse(link)
	odd := func(r rune) bool { return r <= ' ' || r > '~' }
	if err != nil || u.Host == "" || u.User != nil || len(link) > 4096 || strings.ContainsFunc(link, odd) {
		return "", errors.New("the service's link is no address")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !onLoopback(u)) {
		return "", errors.New("the service's link is not https")
	}
	return link, nil
}

// onLoopback reports whether u is an address of this machine.
func onLoopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
