package timestamp

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"mime"
	"net/http"
	"net/url"

	tsp "github.com/notaryproject/tspclient-go"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/httpx"
)

// The media types of RFC 3161 section 3.4.
const (
	QueryType = "application/timestamp-query"
	ReplyType = "application/timestamp-reply"
)

// A Request asks for a timestamp of one digest.
type Request struct {
	digest [sha256.Size]byte
	nonce  *big.Int
	policy asn1.ObjectIdentifier
}

// NewRequest returns a Request for digest, with a random nonce and a demand for the
// authority's certificate. If policy is nil, the authority chooses its own.
func NewRequest(digest [sha256.Size]byte, policy asn1.ObjectIdentifier) *Request {
	var n [16]byte
	_, _ = rand.Read(n[:]) // never fails (crypto/rand)
	n[0] &= 0x7f           // positive
	n[0] |= 0x40           // and always of the same length
	return &Request{digest: digest, nonce: new(big.Int).SetBytes(n[:]), policy: policy}
}

// DER returns the query.
func (r *Request) DER() ([]byte, error) {
	return (&tsp.Request{
		Version:        1,
		MessageImprint: tsp.MessageImprint{HashAlgorithm: sha256Identifier(), HashedMessage: r.digest[:]},
		ReqPolicy:      r.policy, Nonce: r.nonce, CertReq: true,
	}).MarshalBinary()
}

// sha256Identifier names SHA-256 with the parameters NULL, which every authority takes.
func sha256Identifier() pkix.AlgorithmIdentifier {
	return pkix.AlgorithmIdentifier{Algorithm: oidSHA256, Parameters: asn1.RawValue{Tag: asn1.TagNull, FullBytes: []byte{asn1.TagNull, 0}}}
}

// Fetch posts the query to address and returns the token of the answer. The token is
// not checked: call [Check].
func (r *Request) Fetch(ctx context.Context, c *httpx.Client, address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fault.New(fault.ConfigInvalid, "the authority's URL is malformed")
	}
	query, err := r.DER()
	if err != nil {
		return nil, fault.New(fault.InputInvalid, "the timestamp query cannot be written")
	}
	req := &http.Request{
		Method: http.MethodPost, URL: u, Body: http.NoBody, ContentLength: int64(len(query)),
		Header: http.Header{"Content-Type": {QueryType}, "Accept": {ReplyType}},
	}
	req.Body = body{bytes.NewReader(query)}
	resp, err := c.Do(ctx, req)
	if err != nil {
		return nil, fault.New(fault.BrokerUnavailable, "the timestamp authority gave no answer").With(err)
	}
	if resp.Status != http.StatusOK {
		return nil, &fault.Error{Class: fault.BrokerUnavailable, Why: "the timestamp authority refused the call", Status: resp.Status}
	}
	if kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || kind != ReplyType {
		return nil, fault.New(fault.BrokerUnavailable, "the answer is not a timestamp reply")
	}
	return r.Read(resp.Body)
}

type body struct{ *bytes.Reader }

func (body) Close() error { return nil }

// Read returns the token of a reply (RFC 3161 section 2.4.2). The token is not checked
// but for the nonce, the digest and the policy that were asked for.
func (r *Request) Read(reply []byte) ([]byte, error) {
	var resp tsp.Response
	if rest, err := asn1.Unmarshal(reply, &resp); len(reply) > MaxToken || err != nil || len(rest) > 0 || parts(reply) > 2 {
		return nil, fault.New(fault.ResponseInvalid, "timestamp reply: malformed")
	}
	if resp.Status.Err() != nil {
		return nil, fault.New(fault.BrokerUnavailable, "the timestamp authority granted no timestamp")
	}
	info, err := infoOf(resp.TimestampToken.FullBytes)
	if err != nil {
		return nil, err
	}
	switch {
	case info.Nonce == nil || info.Nonce.Cmp(r.nonce) != 0:
		return nil, fault.New(fault.SignatureInvalid, "timestamp: of another request")
	case r.policy != nil && !info.Policy.Equal(r.policy):
		return nil, fault.New(fault.SignatureInvalid, "timestamp: under another policy than the one asked for")
	}
	return bytes.Clone(resp.TimestampToken.FullBytes), matches(info, r.digest)
}
