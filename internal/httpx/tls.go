package httpx

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"reflect"
)

// tlsFault is a reason why two sides do not agree on TLS. Another try does not help.
type tlsFault string

func (f tlsFault) Error() string { return string(f) }

// What is wrong with the other side.
const (
	errServerExpired     tlsFault = "the server's certificate has ended or is not valid yet"
	errServerAuthority   tlsFault = "the server's certificate is signed by an authority that is not trusted here"
	errServerName        tlsFault = "the server's certificate is for another host name"
	errServerCertificate tlsFault = "the server's certificate is not accepted"
	errNoTLS             tlsFault = "the server does not speak TLS there"
	errVersion           tlsFault = "no common version of TLS"
	errHandshake         tlsFault = "the server refuses the TLS handshake"
	errAlert             tlsFault = "the server ended TLS with an alert"
)

// What is wrong with our certificate. The server does not always say so in an alert: in
// TLS 1.2 one that misses a certificate says "handshake failure".
const (
	errOwnExpired     tlsFault = "the server says that it has expired"
	errOwnRevoked     tlsFault = "the server says that it is revoked"
	errOwnAuthority   tlsFault = "the server does not know the authority that signed it, or misses a certificate between the two"
	errOwnMissing     tlsFault = "the server demands one and got none"
	errOwnKey         tlsFault = "its key does not belong to it, says the server"
	errOwnUnsupported tlsFault = "the server says that it is of a wrong kind"
	errOwnRefused     tlsFault = "the server does not accept it"
	errAskedLate      tlsFault = "the server asks for it after the handshake; allow one renegotiation (tls.RenegotiateOnceAsClient)"
)

// The alerts that say something about a certificate (RFC 8446 section 6), and about
// the handshake.
var (
	certificateAlerts = map[uint8]tlsFault{
		42: errOwnRefused, 43: errOwnUnsupported, 44: errOwnRevoked, 45: errOwnExpired, 46: errOwnRefused,
		48: errOwnAuthority, 49: errOwnRefused, 51: errOwnKey, 116: errOwnMissing,
	}
	handshakeAlerts = map[uint8]tlsFault{40: errHandshake, 70: errVersion, 71: errVersion, 86: errVersion}
)

const alertNoRenegotiation = 100

// alertOf returns the TLS alert in err. op is "remote error" if the other side sent it,
// and "local error" if we did.
func alertOf(err error) (op string, alert uint8, ok bool) {
	e, ok := errors.AsType[*net.OpError](err)
	if !ok || e.Op != "remote error" && e.Op != "local error" {
		return "", 0, false
	}
	// The type of an alert in crypto/tls is unexported. It is a number of one byte.
	v := reflect.ValueOf(e.Err)
	if v.Kind() != reflect.Uint8 {
		return "", 0, false
	}
	return e.Op, uint8(v.Uint()), true
}

// certificateFault says what is wrong with the certificate that we showed, or did not
// show. It returns nil if err is not about that.
func certificateFault(err error) error {
	op, alert, ok := alertOf(err)
	switch {
	case !ok:
		return nil
	case op == "local error" && alert == alertNoRenegotiation:
		return errAskedLate
	case op == "remote error" && certificateAlerts[alert] != "":
		return certificateAlerts[alert]
	}
	return nil
}

// handshakeFault says why there is no TLS, or no longer. It returns nil if err is about something else.
func handshakeFault(err error) error {
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return serverFault(e.Err)
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return errNoTLS
	}
	if op, alert, ok := alertOf(err); ok {
		if f := handshakeAlerts[alert]; f != "" {
			return f
		}
		if op == "remote error" {
			return errAlert
		}
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return errAlert
	}
	return nil
}

func serverFault(err error) tlsFault {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return errServerAuthority
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return errServerName
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		return errServerExpired
	}
	return errServerCertificate
}
