package timestamptest

import (
	"encoding/asn1"
	"io"
	"math/big"
	"net/http"

	"crypto/x509/pkix"
)

// The media types of RFC 3161 section 3.4.
const (
	queryType = "application/timestamp-query"
	replyType = "application/timestamp-reply"
)

type (
	query struct {
		Version int
		Imprint imprint
		Policy  asn1.ObjectIdentifier `asn1:"optional"`
		Nonce   *big.Int              `asn1:"optional"`
		CertReq bool                  `asn1:"optional,default:false"`
		Ext     []pkix.Extension      `asn1:"optional,tag:0"`
	}
	reply struct {
		Status status
		Token  asn1.RawValue `asn1:"optional"`
	}
	status struct{ Status int }
)

const rejection = 2

// ServeHTTP answers a query (RFC 3161 section 3.4).
func (a *Authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 16<<10))
	if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != queryType {
		http.Error(w, "a timestamp query, by POST", http.StatusBadRequest)
		return
	}
	der, err := a.Reply(body)
	if err != nil {
		http.Error(w, "no timestamp", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", replyType)
	_, _ = w.Write(der)
}

// Reply answers a query in DER.
func (a *Authority) Reply(der []byte) ([]byte, error) {
	var q query
	if rest, err := asn1.Unmarshal(der, &q); err != nil || len(rest) > 0 || q.Version != 1 || !q.Imprint.Hash.Algorithm.Equal(oidSHA256) || len(q.Imprint.Digest) != 32 {
		return asn1.Marshal(reply{Status: status{rejection}})
	}
	token, err := a.Token(q.Imprint.Digest, q.Nonce)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(reply{Token: asn1.RawValue{FullBytes: token}})
}
