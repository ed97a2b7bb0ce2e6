package signingtest

import (
	"context"
	"slices"
	"time"
)

// Defaults and limits of an order, as the vendor documents them.
const (
	defaultDays        = 90
	defaultMost        = 14
	defaultSequence    = 2147483647
	maxExtension       = 30
	maxRetention       = 7
	defaultLanguage    = "EN_US"
	connectivityWithin = 5 * time.Second
)

type createInput struct {
	Title                         *string          `json:"title"`
	Documents                     []documentInput  `json:"documents"`
	Signatories                   []signatoryInput `json:"signatories"`
	DisableVerifyEvidenceProvider bool             `json:"disableVerifyEvidenceProvider"`
	EvidenceProviders             []providerInput  `json:"evidenceProviders"`
	EvidenceValidationStages      []string         `json:"evidenceValidationStages"`
	ExpiresInDays                 *int             `json:"expiresInDays"`
	ExpiresAt                     *string          `json:"expiresAt"`
	Timezone                      *string          `json:"timezone"`
	MaxSignatories                *int             `json:"maxSignatories"`
	UI                            *lookInput       `json:"ui"`
	Webhook                       *hookInput       `json:"webhook"`
	SignatureAppearance           *appearanceInput `json:"signatureAppearance"`
}

// appearanceInput says what a signature in the document looks like. This fake obeys
// identifierFromEvidence.
type appearanceInput struct {
	IdentifierFromEvidence []string `json:"identifierFromEvidence"`
}

func (in *appearanceInput) identifier() []string {
	if in == nil {
		return nil
	}
	return in.IdentifierFromEvidence
}

func createSignatureOrder(ctx context.Context, c *call, args map[string]any) (any, error) {
	in, err := read[createInput](args)
	if err != nil {
		return nil, err
	}
	set, now := c.s.settings(), c.s.Now()
	o := &order{
		id: newID("SignatureOrder"), trace: newToken()[:32],
		title: in.Title, status: statusOpen, created: now, timezone: "UTC", most: defaultMost,
		validatesView: slices.Contains(in.EvidenceValidationStages, stageView),
		look:          look{language: defaultLanguage},
		identifier:    in.SignatureAppearance.identifier(),
	}
	o.guid = set.evidenceID(o.id)
	if err := in.check(o); err != nil {
		return nil, err
	}
	if err := c.fill(o, in, set); err != nil {
		return nil, err
	}
	if in.Webhook != nil {
		if o.hook, err = newHook(in.Webhook); err != nil {
			return nil, err
		}
		if in.Webhook.ValidateConnectivity && !c.s.validates(ctx, o.hook, set) {
			return nil, refuse("the webhook did not answer WEBHOOK_VALIDATION with 200 within 5 seconds")
		}
	}
	c.lock()
	if len(c.s.orders.all) >= maxOrders {
		return nil, refusef("this fake keeps %d orders at most", maxOrders)
	}
	added := int64(0)
	for _, d := range o.documents {
		added += int64(2 * len(d.original))
	}
	if c.s.orders.bytes+added > maxStored {
		return nil, refuse("this fake's storage is full")
	}
	c.s.orders.add(o)
	c.s.happened(o, nil, "added to the order")
	return &node{"CreateSignatureOrderOutput", map[string]any{
		"application": c.s.applicationNode(), "signatureOrder": c.s.orderNode(o),
	}}, nil
}

// check takes what stands alone.
func (in *createInput) check(o *order) error {
	switch {
	case len(in.Documents) == 0:
		return refuse("documents must not be empty")
	case len(in.Documents) > maxDocuments:
		return refusef("documents must hold %d at most", maxDocuments)
	case in.ExpiresAt != nil && in.ExpiresInDays != nil:
		return refuse("expiresInDays and expiresAt must not be given together")
	}
	o.expires = o.created.AddDate(0, 0, defaultDays)
	if in.ExpiresInDays != nil {
		if *in.ExpiresInDays < 1 || *in.ExpiresInDays > 36500 {
			return refuse("expiresInDays must be 1 or more")
		}
		o.expires = o.created.AddDate(0, 0, *in.ExpiresInDays)
	}
	if in.ExpiresAt != nil {
		at, ok := readTime(*in.ExpiresAt)
		if !ok || !at.After(o.created) {
			return refuse("expiresAt must be a time to come in ISO 8601, with seconds and a zone")
		}
		o.expires = at
	}
	if in.Timezone != nil {
		if o.timezone = *in.Timezone; !slices.Contains(timezones(), o.timezone) {
			return refuse("timezone is not known")
		}
	}
	if in.MaxSignatories != nil {
		if o.most = *in.MaxSignatories; o.most < 1 || o.most > maxSignatories {
			return refusef("maxSignatories must be from 1 to %d", maxSignatories)
		}
	}
	return in.UI.apply(&o.look)
}

// fill takes documents, providers and signatories.
func (c *call) fill(o *order, in *createInput, set Settings) error {
	for i := range in.Documents {
		d, err := newDocument(&in.Documents[i], set)
		if err != nil {
			return err
		}
		o.documents = append(o.documents, d)
	}
	verify := false
	for i := range in.EvidenceProviders {
		p, err := newProvider(&in.EvidenceProviders[i], set, false)
		if err != nil {
			return err
		}
		verify = verify || p.holdsVerify()
		o.providers = append(o.providers, p)
	}
	if !verify && !in.DisableVerifyEvidenceProvider {
		o.providers = append(o.providers, &provider{id: newID(kindVerify), kind: kindVerify, byDefault: true})
	}
	if len(o.providers) == 0 {
		return refuse("the order has no evidence provider")
	}
	if len(in.Signatories) > o.most {
		return refuse("there are more signatories than maxSignatories")
	}
	for i := range in.Signatories {
		g, err := newSignatory(o, &in.Signatories[i], set)
		if err != nil {
			return err
		}
		o.signatories = append(o.signatories, g)
	}
	return nil
}

// readTime reads the forms of a time that the vendor documents: seconds, perhaps two or
// three decimals, and Z or an offset.
func readTime(s string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05.00Z07:00", "2006-01-02T15:04:05.000Z07:00"} {
		// Parse takes decimals that the layout does not have, so the length decides.
		if t, err := time.Parse(layout, s); err == nil && len(t.Format(layout)) == len(s) {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
