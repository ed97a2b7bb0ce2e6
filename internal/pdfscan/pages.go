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
		return modified("the pages")
	}
	for _, p := range pages {
		n, isRef := p.(ref)
		if _, _, known := before.entry(n.num); !isRef || known {
			return modified("the pages")
		}
	}
	c.grown, c.recount = true, true
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
		return modified("the order of the pages")
	}
	return nil
}

const maxPages = 100_000

// pages returns the pages in their order (ISO 32000-1, 7.7.3).
func (r *reading) pages() ([]ref, error) {
	root, err := r.root()
	if err != nil {
		return nil, err
	}
	var all []ref
	err = r.pagesOf(root["Pages"], &all, map[ref]bool{}, 0)
	return all, err
}

func (r *reading) pagesOf(v any, all *[]ref, seen map[ref]bool, depth int) error {
	at, ok := v.(ref)
	if !ok || seen[at] || depth > maxDepth || len(seen) > maxPages {
		return malformed("pages that cannot be read, or too many")
	}
	seen[at] = true
	v, err := r.resolve(at)
	if err != nil {
		return err
	}
	node := dictOf(v)
	if node["Type"] == name("Page") {
		*all = append(*all, at)
		return nil
	}
	kids, ok, err := r.list(node["Kids"])
	if err != nil {
		return err
	}
	if !ok || node["Type"] != name("Pages") {
		return malformed("pages that cannot be read, or too many")
	}
	first := len(*all)
	for _, kid := range kids {
		if err := r.pagesOf(kid, all, seen, depth+1); err != nil {
			return err
		}
	}
	if count, err := r.resolve(node["Count"]); err != nil || count != any(int64(len(*all)-first)) {
		return modified("the number of pages")
	}
	return nil
}
