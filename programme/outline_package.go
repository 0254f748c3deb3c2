package programme

import (
	"io"
	"regexp"
)

// ReadSource reads the official text into the outline that the package's parts
// and noise make of it: what its locators pick. A member of a guide reads as the
// guide does.
func (p *Package) ReadSource(src io.Reader) (*Outline, error) {
	var parts []Part
	for _, q := range p.Call.Source.Parts {
		parts = append(parts, Part{ID: q.ID, Title: q.Title})
	}
	var noise []*regexp.Regexp
	for _, n := range p.Call.Source.Noise {
		re, err := regexp.Compile(n)
		if err != nil {
			var ps Problems
			ps.add(Error, p.Call.Source.In("noise"), "source.noise", n)
			return nil, ps.Err()
		}
		noise = append(noise, re)
	}
	return ReadOutline(src, parts, noise)
}
