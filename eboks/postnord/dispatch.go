package postnord

import (
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/xmlbody"
)

// namespace of every element of a dispatch.
const namespace = "urn:eboks:en:3.0.0"

// dispatch writes the letter in the order of the schema.
func (s *Sender) dispatch(l *eboks.Letter) (*xmlbody.Body, error) {
	if err := carries(l); err != nil {
		return nil, err
	}
	kind, number, err := recipient(l.To)
	if err != nil {
		return nil, err
	}
	contentType, err := s.contentType(l.Material)
	if err != nil {
		return nil, err
	}

	b := xmlbody.New()
	b.Open("Dispatch", "xmlns", namespace)
	b.Open("DispatchRecipient")
	b.Text("Id", number)
	b.Text("Type", kind)
	b.Text("Nationality", "DK")
	b.Close()
	b.Text("ContentTypeId", contentType)
	b.Text("Title", l.Title)
	b.Open("Content")
	b.Base64("Data", l.Document.Size(), l.Document.Content)
	b.Text("FileExtension", "pdf")
	b.Close()
	b.Close()
	return b.Body(), nil
}

// carries refuses what this wire has no place for. A Client asks Capabilities
// and never comes here with it.
func carries(l *eboks.Letter) error {
	switch {
	case l.ID.IsZero() || l.Document.Size() == 0:
		return notSent(eboks.InputInvalid, "letters reach a Sender through a Client")
	case len(l.Attachments) > 0:
		return notSent(eboks.Unsupported, "Dispatch has no attachments")
	case l.Channel != eboks.DigitalOnly:
		return notSent(eboks.Unsupported, "Dispatch has no print")
	case !l.NotBefore.IsZero():
		return notSent(eboks.Unsupported, "Dispatch has no day to wait for")
	case l.Reply != eboks.Reply{}:
		return notSent(eboks.Unsupported, "Dispatch has no replies")
	}
	return nil
}

// recipient returns the wire's word for the sort of recipient, and the number.
func recipient(to eboks.Recipient) (kind, number string, err error) {
	switch {
	case !to.CPR().IsZero():
		return "P", to.CPR().Reveal(), nil
	case !to.CVR().IsZero():
		return "V", to.CVR().String(), nil
	}
	return "", "", notSent(eboks.InputInvalid, "there is no recipient")
}

// contentType is the agreement's id of a material.
func (s *Sender) contentType(m eboks.Material) (string, error) {
	id := string(m)
	if s.cfg.Materials != nil {
		id = s.cfg.Materials[m]
	}
	switch {
	case id == "":
		return "", notSent(eboks.InputInvalid, "the material is not in Config.Materials")
	case !isContentType(id):
		return "", notSent(eboks.InputInvalid, "the material is no content type id")
	}
	return id, nil
}

// notSent refuses before anything leaves.
func notSent(kind eboks.Kind, why string) error {
	return &eboks.Error{Kind: kind, Then: eboks.Stop, Why: why}
}
