package criipto

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/signing"
)

// Fetch writes the signed document to w while it arrives. It holds no more than a few
// kilobytes of it. What was written is of use only if the error is nil. An error of w
// that is an [*signing.Error] comes back as it is; any other is StoreFailed.
//
// The service does not say to which order a document belongs. The signatures in it do:
// see [signing.Verifier].
func (s *Service) Fetch(ctx context.Context, id, document signing.ID, w io.Writer) error {
	op := &operation{op: "fetch", query: documentQuery}
	if err := op.checkID(id, document); err != nil {
		return err
	}
	call, err := json.Marshal(request{documentQuery, idInput{document}})
	if err != nil {
		return about(id, op.fail(signing.InputInvalid, "the call cannot be written as JSON"))
	}
	req, failed := s.request(op, bytes.NewReader(call))
	if failed != nil {
		return about(id, failed)
	}
	err = s.transfer.Stream(ctx, req, func(resp *httpx.Response, from io.Reader) error {
		return orNil(s.receive(op, resp, from, document, w))
	})
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*signing.Error](err); ok {
		if e.Service == name && e.Order == "" {
			e.Order = id
		}
		return e
	}
	return about(id, op.callError(err))
}

// receive reads the answer to a fetch.
func (s *Service) receive(op *operation, resp *httpx.Response, from io.Reader, want signing.ID, w io.Writer) *signing.Error {
	if resp.Status != http.StatusOK {
		resp.Body, _ = io.ReadAll(io.LimitReader(from, maxSaid)) // for Error.Said alone
		return op.statusError(resp, s.now())
	}
	frame, taken, err := splitBlob(from, limitTo(w, s.cfg.MaxDocument))
	if err != nil {
		return op.broken(err)
	}
	resp.Body = frame
	a, err := readAnswer(frame)
	switch {
	case err != nil && taken:
		return op.fail(signing.DocumentPending, "the answer did not come whole")
	case err != nil:
		return op.unreadable(err, resp)
	}
	var data map[string]*struct {
		Type string  `json:"__typename"`
		ID   string  `json:"id"`
		Blob *string `json:"blob"`
	}
	if err := s.data(op, a, resp, &data); err != nil {
		return err
	}
	d, given := data["document"]
	switch {
	case !given:
		return op.nonsense("the answer has no document").e
	case d == nil:
		return op.fail(signing.DocumentPending, "the service has no such document")
	case d.ID != string(want):
		return op.nonsense("the answer is about another document").e
	case d.Blob == nil:
		return op.fail(signing.DocumentPending, "the service does not have the content of this document: it was deleted, or is not ready")
	case !taken || *d.Blob != blobMark:
		return op.fail(signing.DocumentPending, "the content of the document is empty")
	case d.Type != "PdfDocument" && d.Type != "": // the Verifier reads it as a PDF anyway
		return op.fail(signing.ResponseInvalid, "the document is no PDF")
	}
	return nil
}

// broken classifies what ended a document before its time.
func (o *operation) broken(err error) *signing.Error {
	if e, ok := errors.AsType[*writeError](err); ok {
		if own, ok := errors.AsType[*signing.Error](e.err); ok {
			return own
		}
		return o.fail(signing.StoreFailed, "the document could not be written where it should go")
	}
	if e, ok := errors.AsType[*httpx.Error](err); ok {
		f := o.fail(signing.DocumentPending, "the document did not come whole")
		if e.Reason == httpx.TooLarge {
			f.Kind, f.Why = signing.ResponseInvalid, "the document is larger than Config.MaxDocument allows"
		}
		f.Err, f.Status = e, e.Status
		return f
	}
	if errors.Is(err, errLarge) {
		return o.fail(signing.ResponseInvalid, "the document is larger than Config.MaxDocument allows")
	}
	if errors.Is(err, errFrame) {
		return o.fail(signing.ResponseInvalid, "the answer has another form than the interface says")
	}
	return o.fail(signing.DocumentPending, "the document did not come whole")
}

var errLarge = errors.New("criipto: a document is too large")

// writeError is an error of the caller's writer.
type writeError struct{ err error }

func (e *writeError) Error() string { return "criipto: a document cannot be written" }

// limited writes n bytes at most.
type limited struct {
	w io.Writer
	n int64
}

func limitTo(w io.Writer, n int64) *limited { return &limited{w, n} }

func (l *limited) Write(p []byte) (int, error) {
	if int64(len(p)) > l.n {
		return 0, errLarge
	}
	n, err := l.w.Write(p)
	l.n -= int64(n)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return n, &writeError{err}
	}
	return n, nil
}
