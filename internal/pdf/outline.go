package pdf

import (
	"fmt"
	"strings"
)

// bookmarks writes the outline (书签): its root, which is object root, and its
// items, which are the objects from first on. A heading hangs under the last one
// before it of a lower level.
func (d *Document) bookmarks(pages []int, root, first int) (rootBody []byte, items [][]byte) {
	n := len(d.outline)
	parent, prev, next := make([]int, n), make([]int, n), make([]int, n)
	children := make(map[int][]int, n) // by object, in order
	var path []int                     // the open headings, outermost first
	for i, b := range d.outline {
		for len(path) > 0 && d.outline[path[len(path)-1]].level >= b.level {
			path = path[:len(path)-1]
		}
		parent[i] = root
		if len(path) > 0 {
			parent[i] = first + path[len(path)-1]
		}
		if s := children[parent[i]]; len(s) > 0 {
			last := s[len(s)-1]
			prev[i], next[last-first] = last, first+i
		}
		children[parent[i]] = append(children[parent[i]], first+i)
		path = append(path, i)
	}
	for i, b := range d.outline {
		var s strings.Builder
		fmt.Fprintf(&s, "<<\n/Title <FEFF%s>\n/Parent %d 0 R\n", utf16Hex(b.title), parent[i])
		for _, link := range []struct {
			name string
			to   int
		}{{"Prev", prev[i]}, {"Next", next[i]}} {
			if link.to > 0 {
				fmt.Fprintf(&s, "/%s %d 0 R\n", link.name, link.to)
			}
		}
		s.WriteString(family(children[first+i], -1)) // closed
		fmt.Fprintf(&s, "/Dest [%d 0 R /XYZ 0 %.2f null]\n>>\n", pages[b.page], (d.sheet.height-b.y+3)*72/25.4)
		items = append(items, []byte(s.String()))
	}
	return []byte("<<\n/Type /Outlines\n" + family(children[root], 1) + ">>\n"), items
}

// family names the first and last child of an item and their number, negative
// for an item that is shown closed.
func family(children []int, sign int) string {
	if len(children) == 0 {
		return ""
	}
	return fmt.Sprintf("/First %d 0 R\n/Last %d 0 R\n/Count %d\n", children[0], children[len(children)-1], sign*len(children))
}
