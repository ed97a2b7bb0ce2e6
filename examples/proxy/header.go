package main

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// forwardingHeaders tell a server who asked for what. Only the proxy may say that, and
// with some of them a server would answer another path than the one that was judged.
var forwardingHeaders = []string{
	"Forwarded", "Forwarded-For", "X-Forwarded", "Proxy", "X-Host", "X-Http-Host-Override",
	"Client-Ip", "X-Client-Ip", "X-Cluster-Client-Ip", "X-Real-Ip", "X-Remote-Ip", "X-Remote-Addr", "X-Originating-Ip", "True-Client-Ip", "Cf-Connecting-Ip", "Fastly-Client-Ip",
	"X-Original-Uri", "X-Original-Url", "X-Original-Path", "X-Original-Host", "X-Envoy-Original-Path", "X-Waws-Unencoded-Url", "X-Rewrite-Url", "X-Url-Scheme", "X-Script-Name",
}

// cleanHeader removes from a request what it must not say by itself.
func cleanHeader(h http.Header, identity string, more []string) {
	for name := range h {
		// The interfaces of WSGI, CGI and PHP take "_" for "-".
		if strings.ContainsFunc(name, notPlain) || name == identity || strings.HasPrefix(name, "X-Forwarded-") {
			delete(h, name)
		}
	}
	for _, name := range slices.Concat(forwardingHeaders, more) {
		h.Del(name)
	}
}

func notPlain(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-')
}

// withoutCookies returns the value of the header Cookie without the cookies of the gate.
func withoutCookies(lines []string, name string) string {
	var kept []string
	for _, line := range lines {
		for pair := range strings.SplitSeq(line, ";") {
			if pair = strings.TrimSpace(pair); pair != "" && !isOwnCookie(pair, name) {
				kept = append(kept, pair)
			}
		}
	}
	return strings.Join(kept, "; ")
}

// dropSetCookies removes the cookies of the gate from an answer of the upstream.
func dropSetCookies(h http.Header, name string) {
	h["Set-Cookie"] = slices.DeleteFunc(h["Set-Cookie"], func(line string) bool { return isOwnCookie(line, name) })
	if len(h["Set-Cookie"]) == 0 {
		h.Del("Set-Cookie")
	}
}

// isOwnCookie reports whether a browser may send the cookie back under a name of the gate.
// Browsers send "=name=value", a cookie without a name, as "name=value".
func isOwnCookie(pair, name string) bool {
	pair, _, _ = strings.Cut(pair, ";")
	got, _, _ := strings.Cut(strings.TrimLeft(pair, "= \t"), "=")
	got = strings.ToLower(strings.TrimSpace(got))
	name = strings.ToLower(name)
	return got == name || strings.HasPrefix(got, name+".")
}

// keepPrivate keeps an answer that was given to one person out of shared caches.
func keepPrivate(h http.Header) {
	h.Del("Surrogate-Control")
	h.Del("Cdn-Cache-Control")
	all := h.Values("Cache-Control")
	if len(all) == 0 {
		h.Set("Cache-Control", "no-store")
		return
	}
	var kept []string
	for part := range strings.SplitSeq(strings.Join(all, ","), ",") {
		part = strings.TrimSpace(part)
		name, _, _ := strings.Cut(strings.ToLower(part), "=")
		switch strings.TrimSpace(name) {
		case "", "public", "private", "s-maxage", "proxy-revalidate":
		default:
			kept = append(kept, part)
		}
	}
	h.Set("Cache-Control", strings.Join(append([]string{"private"}, kept...), ", "))
}

// peerOf returns the address of whoever opened the connection.
func peerOf(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	a, _ := netip.ParseAddr(host)
	return a.Unmap().WithZone("")
}

// isUpgrade reports whether a request asks for another protocol, such as WebSocket.
func isUpgrade(r *http.Request) bool {
	return r.Header.Get("Upgrade") != "" || r.Header.Get("Sec-Websocket-Key") != ""
}
