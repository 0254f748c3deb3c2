package fits

import (
	"shenbao/rule"
)

// An Index (适配索引) answers which of many calls a unit fits. It does not
// change, and may be used by many matchers at once.
type Index struct {
	calls    []*rule.Program
	frame    []int32 // of every call
	frames   []frame
	shared   [][]place // attributes that several frames have
	operands []*operand
	rest     []*rule.Program // by call: the rules that are left to the reference engine; nil for none
	left     []int32         // the calls that have such

	segments []segment
	order    []int32  // the call of every place; -1 for none
	item     []uint32 // the item of every call
	words    int      // of a bitmap of all items
	start    []uint64 // items that fail before anything is looked at
	bitmaps  int      // words that the bitmaps take
}

// Schemas are the schemas that a unit's facts are wanted for: one for all calls
// whose schemas declare the same, in the order of the calls.
func (ix *Index) Schemas() []*rule.Schema {
	out := make([]*rule.Schema, len(ix.frames))
	for i := range ix.frames {
		out[i] = ix.frames[i].schema
	}
	return out
}

// Calls is how many calls there are.
func (ix *Index) Calls() int { return len(ix.calls) }

// Bytes is what the index takes beside the programs.
func (ix *Index) Bytes() int64 {
	n := int64(8*(len(ix.start)+ix.bitmaps) + 4*(len(ix.order)+len(ix.item)+len(ix.frame)+len(ix.left)) + 8*len(ix.rest))
	for _, o := range ix.operands {
		n += o.column.bytes()
	}
	return n
}

// Schema is the place in Schemas of the schema that a call is read for.
func (ix *Index) Schema(call int) int { return int(ix.frame[call]) }
