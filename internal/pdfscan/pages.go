package pdfscan

import "slices"

// more takes pages among the kids of a node, behind the old ones. Whether they are behind
// all old pages, leaves tells.
func (c *change) more(before, now *reading, was, is dict) error {
	old, ok1, err := before.list(was["Kids"])
	if err != nil {
		return err
	}
	kids, ok2, err := now.list(is["Kids"])
	if err != nil {
		return err
	}
	pages, ok := added(old, kids)
	if !ok1 || !ok2 || !ok {
		return modified(PagesChanged)
	}
	for _, p := range pages {
		n, isRef := p.(ref)
		if _, _, known := before.entry(n.num); !isRef || known {
			return modified(PagesChanged)
		}
	}
	c.recount = true
	for _, p := range pages {
		n, _ := p.(ref)
		c.note(PagesAdded, n.num)
	}
	return c.reach(now, is["Kids"])
}

// leaves wants the pages of the update to be those before it and more behind them, and as
// many in each node of the page tree as it says.
func (c *change) leaves(before, now *reading) error {
	old, err := before.pages()
	if err != nil {
		return err
	}
	pages, err := now.pages()
	if err != nil {
		return err
	}
	if len(pages) < len(old) || !slices.Equal(old, pages[:len(old)]) {
		return modified(PagesChanged)
	}
	return nil
}

const maxPages = 100_000

// A branch is a node of the page tree whose kids are being passed.
type branch struct {
	kids  array
	count any // of the pages below it, as it says
	next  int // the kid
	first int // how many pages stand before it
}

// pages returns the pages in their order (ISO 32000-1, 7.7.3).
func (r *reading) pages() ([]ref, error) {
	root, err := r.root()
	if err != nil {
		return nil, err
	}
	var all []ref
	open := []branch{{kids: array{root["Pages"]}}}
	for seen := map[ref]bool{}; ; {
		b := &open[len(open)-1]
		switch {
		case b.next < len(b.kids):
			b.next++
			at, node, err := r.pageNode(b.kids[b.next-1], seen)
			if err != nil {
				return nil, err
			}
			if node["Type"] == name("Page") {
				all = append(all, at)
				continue
			}
			kids, ok, err := r.list(node["Kids"])
			if err != nil {
				return nil, err
			}
			if !ok || node["Type"] != name("Pages") || len(open) > maxDepth {
				return nil, malformed("pages that cannot be read, or too many")
			}
			count, err := r.resolve(node["Count"])
			if err != nil {
				return nil, modified(PagesChanged)
			}
			open = append(open, branch{kids: kids, count: count, first: len(all)})
		case len(open) == 1:
			return all, nil
		case b.count != any(int64(len(all)-b.first)):
			return nil, modified(PagesChanged)
		default:
			open = open[:len(open)-1]
		}
	}
}

// pageNode returns a node of the page tree that was not seen before.
func (r *reading) pageNode(v any, seen map[ref]bool) (ref, dict, error) {
	at, ok := v.(ref)
	if !ok || seen[at] || len(seen) > maxPages {
		return ref{}, nil, malformed("pages that cannot be read, or too many")
	}
	seen[at] = true
	v, err := r.resolve(at)
	return at, dictOf(v), err
}
