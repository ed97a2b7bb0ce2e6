package pdfscan

import (
	"maps"
	"slices"
)

// Information is what a file says of itself besides its pages.
type Information struct {
	Author string
	Texts  []string // of the other entries of the information dictionary, and metadata (XMP); no dates
}

// Information reads the newest state of the file. What cannot be read is left out.
func (f *File) Information() Information {
	r := f.newest()
	var out Information
	info, _ := r.dict(r.trailer()["Info"]) // nil if it cannot be read
	for _, key := range slices.Sorted(maps.Keys(info)) {
		v, err := r.resolve(info[key])
		t, isText := v.(text)
		if err != nil || !isText || key == "CreationDate" || key == "ModDate" {
			continue
		}
		s, _ := t.decoded()
		if key == "Author" {
			out.Author = s
		} else {
			out.Texts = append(out.Texts, s)
		}
	}
	if root, err := r.root(); err == nil && root["Metadata"] != nil {
		if xmp, err := r.contents(root["Metadata"]); err == nil {
			out.Texts = append(out.Texts, string(xmp))
		}
	}
	return out
}
