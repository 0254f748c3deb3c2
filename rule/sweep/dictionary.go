package sweep

import (
	"hash/maphash"
	"strings"

	"shenbao/rule"
)

// pageBytes is the size of the blocks that a dictionary keeps its texts in.
const pageBytes = 64 << 10

// dictionary numbers the distinct texts of a column. A unit or person is its
// code followed by its name.
type dictionary struct {
	entries []entry
	page    *strings.Builder
	size    int64
	seed    maphash.Seed
	slots   []uint32 // entry + 1, by hash; 0 is free
}

type entry struct {
	text  string
	cut   int32 // where the code ends and the name begins
	chars int32 // 字 of a text
}

func newDictionary() *dictionary {
	d := &dictionary{seed: maphash.MakeSeed(), slots: make([]uint32, 16), page: &strings.Builder{}}
	d.code("", "")
	return d
}

// code returns the number of a text, and gives it one when it is new.
func (d *dictionary) code(s, label string) uint32 {
	var h maphash.Hash
	h.SetSeed(d.seed)
	h.WriteString(s)
	h.WriteString(label)
	mask := uint64(len(d.slots) - 1)
	at := h.Sum64() & mask
	for ; d.slots[at] != 0; at = (at + 1) & mask {
		e := &d.entries[d.slots[at]-1]
		if int(e.cut) == len(s) && len(e.text) == len(s)+len(label) && e.text[:e.cut] == s && e.text[e.cut:] == label {
			return d.slots[at] - 1
		}
	}
	d.entries = append(d.entries, entry{d.keep(s, label), int32(len(s)), int32(rule.CountChars(s))})
	d.slots[at] = uint32(len(d.entries))
	if 2*len(d.entries) > len(d.slots) {
		d.rehash()
	}
	return uint32(len(d.entries) - 1)
}

// keep stores a text behind the others of its page. A page never grows, so that
// the texts in it stay where they are.
func (d *dictionary) keep(s, label string) string {
	n := len(s) + len(label)
	if d.page.Cap()-d.page.Len() < n || d.page.Cap() == 0 {
		d.page = &strings.Builder{}
		d.page.Grow(max(n, min(pageBytes, 64+4*int(d.size))))
		d.size += int64(d.page.Cap())
	}
	from := d.page.Len()
	d.page.WriteString(s)
	d.page.WriteString(label)
	return d.page.String()[from:]
}

func (d *dictionary) rehash() {
	d.slots = make([]uint32, 2*len(d.slots))
	mask := uint64(len(d.slots) - 1)
	var h maphash.Hash
	h.SetSeed(d.seed)
	for i := range d.entries {
		h.Reset()
		h.WriteString(d.entries[i].text)
		at := h.Sum64() & mask
		for d.slots[at] != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = uint32(i + 1)
	}
}

func (d *dictionary) bytes() int64 {
	return d.size + int64(cap(d.entries))*24 + int64(len(d.slots))*4
}
