package pdfscan

import "slices"

// extensions wants developer extensions to name versions and nothing else (ISO 32000-2, 7.12), and the
// old ones to stay.
func (c *change) extensions(before, now *reading, old, v any) error {
	was, err := before.dict(old)
	if err != nil {
		return err
	}
	is, err := now.dict(v)
	if err != nil {
		return err
	}
	for k := range was {
		if is[k] == nil {
			return modified(CatalogChanged)
		}
	}
	for _, v := range is {
		if _, isName := v.(name); isName { // the Type
			continue
		}
		list, many := v.(array)
		if !many {
			list = array{v}
		}
		for _, v := range list {
			one, err := now.dict(v)
			if err != nil {
				return err
			}
			for k, v := range one {
				if !slices.Contains([]name{"Type", "BaseVersion", "ExtensionLevel", "ExtensionRevision", "URL"}, k) || !plain(v) {
					return modified(CatalogChanged)
				}
			}
		}
	}
	return nil
}

// plain reports whether v is a value without parts.
func plain(v any) bool {
	switch v.(type) {
	case name, int64, text:
		return true
	}
	return false
}
