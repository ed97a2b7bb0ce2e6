package outbox

import (
	"context"
	"database/sql"

	"github.com/dkeid/dkeid/eboks"
)

// Release lets a letter be sent again that needs a person, as eboks.Client.Release: a
// person has found out that the distributor does not have it. Errors: as there, and
// InputInvalid if its content was erased.
func (o *Outbox) Release(ctx context.Context, id eboks.ID) error {
	r, _, err := o.Letter(ctx, id)
	switch {
	case err != nil:
		return err
	case !r.Erased.IsZero():
		return fail("release", id, &eboks.Error{Kind: eboks.InputInvalid, Then: eboks.Stop, Why: "the content of the letter was erased; there is nothing to send"})
	}
	if err := o.client.Release(ctx, id); err != nil {
		return err
	}
	o.Wake()
	return o.note(ctx, "release", r, Released)
}

// GiveUp ends a letter that waits, or that needs a person, as eboks.Client.GiveUp. If it
// had arrived after all, a later receipt still says so.
func (o *Outbox) GiveUp(ctx context.Context, id eboks.ID) error {
	r, _, err := o.Letter(ctx, id)
	if err != nil {
		return err
	}
	if err := o.client.GiveUp(ctx, id); err != nil {
		return err
	}
	return o.note(ctx, "give up", r, GivenUp)
}

// note writes what a person did with a letter, unless it was so before.
func (o *Outbox) note(ctx context.Context, op string, before Record, what What) error {
	ctx, cancel := storing(ctx)
	defer cancel()
	id, same := before.ID, false
	err := o.write(ctx, func(tx *sql.Tx) error {
		now, err := o.load(ctx, tx, []eboks.ID{id}, "")
		if same = err == nil && now[0].Version == before.Version; err != nil || same {
			return err
		}
		return o.writeTrail(ctx, tx, id, Happening{At: o.now(), What: what})
	})
	switch {
	case err != nil:
		return storeFailed(op, id, err, "it is done, and that it was done by a person is not in the trail")
	case !same:
		o.changed(ctx, id)
	}
	return nil
}
