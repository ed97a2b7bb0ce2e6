package neb

import (
	"context"
	"encoding/base64"
	"net/http"

	"github.com/dkeid/dkeid/signing"
)

// Receipt returns a sealed PDF of a Signtext that is a PDF, for the person and for the
// archive: the document with a page that says who signed, and the transaction token as an
// attachment. The broker seals it with its own certificate. The seal must cover the whole
// file, verify and have a timestamp (ErrSignatureInvalid, ErrEvidenceIncomplete); see
// Config.SealRoots. What proves the signature is Signature.Evidence together with the
// document.
func (s *Service) Receipt(ctx context.Context, of *Signed) ([]byte, error) {
	c := &call{op: "receipt", method: http.MethodPost, path: s.cfg.receipt}
	token := ""
	for _, t := range of.Signature.Evidence {
		if t.Use == "transaction_token" {
			token = t.Raw.Reveal()
		}
	}
	switch {
	case of.Type != PDF || of.Order != "":
		return nil, c.fail(signing.Unsupported, "there are receipts for a Signtext that is a PDF alone")
	case token == "":
		return nil, c.fail(signing.InputInvalid, "the signature holds no transaction token")
	}
	c.body = struct {
		Token string `json:"JwtTransactionTokensSerialized"`
	}{token}
	var said struct {
		PDF string `json:"padesB64"`
	}
	if err := s.do(ctx, c, &said); err != nil {
		return nil, err
	}
	pdf, err := c.readPDF(said.PDF)
	if err != nil {
		return nil, err
	}
	if why := s.checkSeal(ctx, pdf); why != nil {
		return nil, why.as(c)
	}
	return pdf, nil
}

// readPDF reads a PDF in base64.
func (c *call) readPDF(encoded string) ([]byte, error) {
	pdf, err := base64.StdEncoding.DecodeString(encoded)
	switch {
	case err != nil:
		return nil, c.fail(signing.ResponseInvalid, "the sealed PDF is no base64")
	case !isPDF(pdf):
		return nil, c.fail(signing.ResponseInvalid, "the sealed PDF is empty, cut or no PDF")
	}
	return pdf, nil
}
