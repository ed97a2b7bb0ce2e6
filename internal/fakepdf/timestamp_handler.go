package fakepdf

import (
	"encoding/asn1"
	"io"
	"math/big"
	"mime"
	"net/http"
)

// Reasons why a request is rejected (RFC 3161, 2.4.2).
const (
	badAlgorithm       = 0
	badRequest         = 2
	badDataFormat      = 5
	unacceptedPolicy   = 15
	unacceptedAddition = 16
	systemFailure      = 25
)

const maxQuery = 16 << 10 // bytes

// TimestampHandler answers requests for time stamps over HTTP (RFC 3161, 3.4): POST
// of application/timestamp-query. The time is that of Config.Now. A request that is
// no request gets the status 405, 415 or 413, or an answer with the status
// "rejection".
func (a *Authority) TimestampHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "POST a query", http.StatusMethodNotAllowed)
			return
		}
		if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/timestamp-query" {
			http.Error(w, "the type is application/timestamp-query", http.StatusUnsupportedMediaType)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxQuery))
		if err != nil {
			http.Error(w, "the query is too long or cut", http.StatusRequestEntityTooLarge)
			return
		}
		w.Header().Set("Content-Type", "application/timestamp-reply")
		_, _ = w.Write(a.answerQuery(body))
	})
}

func (a *Authority) answerQuery(body []byte) []byte {
	request, failure := readQuery(body)
	if failure >= 0 {
		return rejection(failure)
	}
	token, err := a.token(request, a.now())
	if err != nil {
		return rejection(systemFailure)
	}
	return sequence(sequence(smallInteger(0)), token)
}

// rejection is an answer with the status 2 and one bit of failInfo.
func rejection(bit int) []byte {
	bits := make([]byte, bit/8+1)
	bits[bit/8] = 0x80 >> (bit % 8)
	info := der(0x03, []byte{byte(7 - bit%8)}, bits)
	return sequence(sequence(smallInteger(2), info))
}

// readQuery reads a TimeStampReq. failure is negative if it is good.
func readQuery(body []byte) (r stampRequest, failure int) {
	var q struct {
		Version int
		Imprint struct {
			Algorithm struct {
				ID         asn1.ObjectIdentifier
				Parameters asn1.RawValue `asn1:"optional"`
			}
			Hash []byte
		}
		Policy     asn1.ObjectIdentifier `asn1:"optional"`
		Nonce      *big.Int              `asn1:"optional"`
		Certs      bool                  `asn1:"optional"`
		Extensions asn1.RawValue         `asn1:"optional,tag:0"`
	}
	rest, err := asn1.Unmarshal(body, &q)
	if err != nil || len(rest) > 0 {
		return r, badDataFormat
	}
	id, ok := imprintAlgorithm(len(q.Imprint.Hash))
	switch {
	case q.Version != 1 || q.Nonce != nil && q.Nonce.Sign() < 0:
		return r, badRequest
	case !ok || !id.Equal(q.Imprint.Algorithm.ID):
		return r, badAlgorithm
	case q.Policy != nil && !q.Policy.Equal(oidPolicy):
		return r, unacceptedPolicy
	case len(q.Extensions.FullBytes) > 0:
		return r, unacceptedAddition
	}
	return stampRequest{algorithm: id, imprint: q.Imprint.Hash, nonce: q.Nonce, certs: q.Certs}, -1
}
