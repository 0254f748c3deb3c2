package intake

import (
	"encoding/binary"
	"errors"
)

// movie walks through the boxes of a film (ISO 14496-12) to the end of the
// file: the list of what is in it and the pictures themselves must be there
// whole. A film cut short in an upload lacks the end of its last box.
func (l *look) movie(c content) error {
	var index, media bool
	at := int64(0)
	for boxes := 0; at < c.size; boxes++ {
		var h [16]byte
		n, _ := c.ReadAt(h[:], at)
		if n < 8 || boxes > 100_000 {
			return damaged(errShort)
		}
		length := int64(binary.BigEndian.Uint32(h[:]))
		switch {
		case length == 1 && n == 16:
			length = int64(min(binary.BigEndian.Uint64(h[8:]), 1<<62))
		case length == 0:
			length = c.size - at // to the end
		}
		if length < 8 || length > c.size-at {
			return damaged(errShort)
		}
		switch string(h[4:8]) {
		case "moov":
			index = true
			err := l.search(c.section(at, at+length), clue{"\xa9xyz", "intake.warn.place", ""}, clue{"location.ISO6709", "intake.warn.place", ""})
			if err != nil {
				return err
			}
		case "mdat", "moof":
			media = true
		}
		at += length
	}
	if !index || !media {
		return damaged(errors.New("a film without pictures"))
	}
	return nil
}
