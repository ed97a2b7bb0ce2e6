package signingtest

import (
	"crypto/sha256"
	"net/url"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

type signatoryInput struct {
	Reference     *string `json:"reference"`
	Role          *string `json:"role"`
	SignatoryRole *string `json:"signatoryRole"`
	SigningAs     *string `json:"signingAs"`
	Documents     []struct {
		ID          string `json:"id"`
		Preapproved bool   `json:"preapproved"`
	} `json:"documents"`
	EvidenceProviders   []providerInput  `json:"evidenceProviders"`
	EvidenceValidation  []ruleInput      `json:"evidenceValidation"`
	SignatureAppearance *appearanceInput `json:"signatureAppearance"`
	UI                  *lookInput       `json:"ui"`
	SigningSequence     *int             `json:"signingSequence"`
	CooldownExpiresAt   *string          `json:"cooldownExpiresAt"`
}

type ruleInput struct {
	Key     string  `json:"key"`
	Value   *string `json:"value"`
	Boolean *bool   `json:"boolean"`
}

// rule is one claim that a signatory's token must have. The service keeps a salted hash of
// the value and not the value.
type rule struct {
	key  string
	salt string
	hash [sha256.Size]byte
}

func newRule(in ruleInput) (rule, error) {
	r := rule{key: in.Key, salt: newToken()}
	switch {
	case in.Key == "" || (in.Value == nil) == (in.Boolean == nil):
		return r, refuse("evidenceValidation must have key, and value or boolean")
	case in.Value != nil:
		r.hash = r.hashOf(*in.Value)
	case *in.Boolean:
		r.hash = r.hashOf("true")
	default:
		r.hash = r.hashOf("false")
	}
	return r, nil
}

func (r rule) hashOf(value string) [sha256.Size]byte {
	return sha256.Sum256([]byte(r.salt + "\x00" + value))
}

// lookInput is the ui of an order or a signatory.
type lookInput struct {
	SignatoryRedirectURI *string `json:"signatoryRedirectUri"`
	Language             *string `json:"language"`
	Logo                 *struct {
		Src  string  `json:"src"`
		Href *string `json:"href"`
	} `json:"logo"`
	Stylesheet               *string `json:"stylesheet"`
	DisableRejection         *bool   `json:"disableRejection"`
	EnableCancel             *bool   `json:"enableCancel"`
	RenderPdfAnnotationLayer *bool   `json:"renderPdfAnnotationLayer"`
}

// apply changes what in names.
func (in *lookInput) apply(l *look) error {
	if in == nil {
		return nil
	}
	if in.SignatoryRedirectURI != nil {
		u, err := url.Parse(*in.SignatoryRedirectURI)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return refuse("signatoryRedirectUri must be an absolute address")
		}
		l.redirect = in.SignatoryRedirectURI
	}
	if in.Stylesheet != nil {
		if !strings.HasPrefix(*in.Stylesheet, "https://") {
			return refuse("stylesheet must be an absolute https address")
		}
		l.stylesheet = in.Stylesheet
	}
	if in.Logo != nil {
		if !strings.HasPrefix(in.Logo.Src, "https://") && !strings.HasPrefix(in.Logo.Src, "data:") {
			return refuse("logo.src must be an absolute https address or a data address")
		}
		l.logoSrc, l.logoHref = text(in.Logo.Src), in.Logo.Href
	}
	if in.Language != nil {
		l.language = *in.Language
	}
	for _, b := range []struct {
		to   *bool
		from *bool
	}{{&l.noRejection, in.DisableRejection}, {&l.cancel, in.EnableCancel}, {&l.annotations, in.RenderPdfAnnotationLayer}} {
		if b.from != nil {
			*b.to = *b.from
		}
	}
	return nil
}

// newSignatory makes a signatory of an order, without adding it.
func newSignatory(o *order, in *signatoryInput, set Settings) (*signatory, error) {
	g := &signatory{
		order: o, id: newID("Signatory"), span: fakehttp.RandomHex(8), status: statusOpen,
		kind: roleSigner, sequence: defaultSequence,
	}
	g.guid = set.evidenceID(g.id)
	g.party = &party{token: newToken(), members: []*signatory{g}}
	if in.SignatoryRole != nil {
		g.kind = *in.SignatoryRole
	}
	for _, d := range o.documents {
		g.parts = append(g.parts, &part{document: d})
	}
	for _, p := range o.providers {
		if p.byDefault {
			g.providers = append(g.providers, p)
		}
	}
	return g, g.change(in, set)
}

// change takes what in names and leaves the rest as it is.
func (g *signatory) change(in *signatoryInput, set Settings) error {
	for _, t := range []struct{ to, from **string }{{&g.reference, &in.Reference}, {&g.role, &in.Role}, {&g.signingAs, &in.SigningAs}} {
		if *t.from != nil {
			*t.to = *t.from
		}
	}
	if in.SigningSequence != nil {
		if g.sequence = *in.SigningSequence; g.sequence < 1 {
			return refuse("signingSequence must be 1 or more")
		}
	}
	if in.CooldownExpiresAt != nil {
		at, ok := readTime(*in.CooldownExpiresAt)
		if !ok {
			return refuse("cooldownExpiresAt must be a time in ISO 8601, with seconds and a zone")
		}
		g.cooldown = &at
	}
	if in.SignatureAppearance != nil {
		g.identifier = in.SignatureAppearance.identifier()
	}
	if in.UI != nil {
		l := g.looks()
		if err := in.UI.apply(&l); err != nil {
			return err
		}
		g.look = &l
	}
	if in.EvidenceValidation != nil {
		g.rules = nil
		for _, r := range in.EvidenceValidation {
			rule, err := newRule(r)
			if err != nil {
				return err
			}
			g.rules = append(g.rules, rule)
		}
	}
	if err := g.takeDocuments(in); err != nil {
		return err
	}
	return g.takeProviders(in, set)
}

func (g *signatory) takeDocuments(in *signatoryInput) error {
	if in.Documents == nil {
		return nil
	}
	if len(in.Documents) == 0 {
		return refuse("a signatory's documents must not be empty")
	}
	var parts []*part
	for _, d := range in.Documents {
		i := slices.IndexFunc(g.order.documents, func(known *document) bool { return known.id == d.ID })
		if i < 0 {
			return refuse("a signatory's document is not one of the order")
		}
		p := &part{document: g.order.documents[i]}
		if d.Preapproved {
			p.status = statusPreapproved
		}
		parts = append(parts, p)
	}
	g.parts = parts
	return nil
}

func (g *signatory) takeProviders(in *signatoryInput, set Settings) error {
	if in.EvidenceProviders == nil {
		return nil
	}
	var own []*provider
	for i := range in.EvidenceProviders {
		wish := &in.EvidenceProviders[i]
		p := providerByID(g.order.providers, wish.ID)
		if p == nil {
			return refuse("a signatory's evidence provider is not one of the order")
		}
		if wish.chosen() > 0 {
			override, err := newProvider(wish, set, false)
			if err != nil {
				return err
			}
			if override.kind != p.kind {
				return refuse("a signatory's evidence provider is of another kind than the order's")
			}
			override.id, p = p.id, override
		}
		own = append(own, p)
	}
	if len(own) == 0 {
		return refuse("a signatory must have an evidence provider")
	}
	g.providers = own
	return nil
}
