package fakewire

import "slices"

// Node is an element that was read. Documents are told apart and not part of it.
type Node struct {
	name string
	text string
	kids []*Node
}

// Child returns the first child of a name along a path, or nil if there is none. A nil
// Node has no children.
func (n *Node) Child(path ...string) *Node {
	for _, name := range path {
		if n == nil {
			return nil
		}
		i := slices.IndexFunc(n.kids, func(k *Node) bool { return k.name == name })
		if i < 0 {
			return nil
		}
		n = n.kids[i]
	}
	return n
}

// Last returns the last child, or nil if there is none.
func (n *Node) Last() *Node {
	if n == nil || len(n.kids) == 0 {
		return nil
	}
	return n.kids[len(n.kids)-1]
}

// At returns the text of the Element along a path, or "".
func (n *Node) At(path ...string) string {
	if c := n.Child(path...); c != nil {
		return c.text
	}
	return ""
}
