package programme

import (
	"regexp"
	"slices"
	"strings"

	"shenbao/internal/nearest"
)

var clauseNumber = regexp.MustCompile(`^[0-9]{3}$`)

// blockKinds are the fenced blocks that a clause may hold.
var blockKinds = []string{"rule", "judge", "note"}

// clauseReader reads rules.md line by line.
type clauseReader struct {
	file     string
	problems *Problems
	clauses  []*Clause
	clause   *Clause // nil before the first heading, or after a broken one
	started  bool    // a heading was seen

	fence     string // kind of the open block; "" outside
	fenceLine int
	body      []string
}

// readClauses reads rules.md. What is wrong is noted and passed over, so that
// one reading finds every fault.
func readClauses(file string, text []byte, problems *Problems) []*Clause {
	r := &clauseReader{file: file, problems: problems}
	s := strings.TrimPrefix(string(text), "\ufeff")
	for i, line := range strings.Split(s, "\n") {
		r.line(i+1, strings.TrimSuffix(line, "\r"))
	}
	if r.fence != "" {
		r.bad(r.fenceLine, "rules.unclosed", r.fence)
	}
	for _, c := range r.clauses {
		c.Prose = joinProse(c.prose)
		if c.Prose == "" {
			problems.add(Error, c.pos, "rules.no_prose", c.Number).under(c.Number)
		}
	}
	slices.SortStableFunc(r.clauses, func(a, b *Clause) int { return strings.Compare(a.Number, b.Number) })
	return r.clauses
}

func joinProse(lines []proseLine) string {
	var out []string
	for _, l := range lines {
		if t := strings.TrimSpace(l.text); t != "" {
			out = append(out, t)
		}
	}
	return strings.Join(out, "\n")
}

func (r *clauseReader) bad(line int, key string, args ...any) {
	r.problems.add(Error, Pos{File: r.file, Line: line}, key, args...)
}

func (r *clauseReader) line(n int, line string) {
	heading := strings.HasPrefix(line, "## ")
	switch {
	case r.fence != "" && strings.TrimSpace(line) == "```":
		r.block()
	case r.fence != "" && heading:
		// Nobody writes a clause heading inside a block: the fence was forgotten.
		r.bad(r.fenceLine, "rules.unclosed", r.fence)
		r.fence = ""
		r.heading(n, line)
	case r.fence != "":
		r.body = append(r.body, line)
	case heading:
		r.heading(n, line)
	case strings.HasPrefix(line, "```"):
		r.open(n, strings.TrimSpace(strings.TrimPrefix(line, "```")))
	case r.clause != nil && !strings.HasPrefix(line, "#"):
		r.clause.prose = append(r.clause.prose, proseLine{n, line})
	}
}

// open begins a fenced block.
func (r *clauseReader) open(n int, kind string) {
	r.fence, r.fenceLine, r.body = kind, n, nil
	switch {
	case kind == "":
		r.fence = "?"
		r.bad(n, "rules.block", "", strings.Join(blockKinds, ", "))
	case !slices.Contains(blockKinds, kind):
		r.bad(n, "rules.block", kind, strings.Join(blockKinds, ", "))
	case r.clause == nil && !r.started:
		r.bad(n, "rules.stray", kind)
	}
}

// heading begins a clause: number · locator · kind · modality.
func (r *clauseReader) heading(n int, line string) {
	r.started, r.clause = true, nil
	parts := strings.Split(strings.TrimPrefix(line, "## "), " · ")
	if len(parts) != 4 {
		r.bad(n, "rules.heading", strings.TrimPrefix(line, "## "))
		return
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	c := &Clause{Number: parts[0], Locator: parts[1], pos: Pos{File: r.file, Line: n, Col: 1}}
	if !clauseNumber.MatchString(c.Number) {
		r.bad(n, "rules.number", c.Number)
		return
	}
	for _, other := range r.clauses {
		if other.Number == c.Number {
			r.bad(n, "rules.twice", c.Number, other.pos.Line)
			return
		}
	}
	if c.Locator == "" {
		r.bad(n, "rules.locator", c.Number)
	}
	c.Kind = ClauseKind(r.word(n, "rules.kind", parts[2], kinds))
	c.Modality = Modality(r.word(n, "rules.modality", parts[3], modalities))
	r.clause = c
	r.clauses = append(r.clauses, c)
}

// word looks up a Chinese word of a closed list.
func (r *clauseReader) word(n int, key, name string, pairs [][2]string) string {
	if code := codeOf(pairs, name); code != "" {
		return code
	}
	names := make([]string, len(pairs))
	for i, p := range pairs {
		names[i] = p[0]
		if p[1] == name {
			r.bad(n, key+"_near", name, p[0])
			return ""
		}
	}
	if s := nearest.Word(name, names); s != "" {
		r.bad(n, key+"_near", name, s)
	} else {
		r.bad(n, key, name, strings.Join(names, "、"))
	}
	return ""
}

// block ends a fenced block and reads its YAML.
func (r *clauseReader) block() {
	kind, text := r.fence, []byte(strings.Join(r.body, "\n"))
	r.fence = ""
	c := r.clause
	if c == nil {
		return
	}
	switch kind {
	case "rule":
		b := &RuleBlock{clause: c}
		if decodeText(r.file, r.fenceLine, text, b, r.problems) {
			c.Rules = append(c.Rules, b)
		}
	case "judge":
		b := &JudgeBlock{clause: c}
		if decodeText(r.file, r.fenceLine, text, b, r.problems) {
			c.Judges = append(c.Judges, b)
		}
	case "note":
		b := &NoteBlock{clause: c}
		if decodeText(r.file, r.fenceLine, text, b, r.problems) {
			c.Notes = append(c.Notes, b)
		}
	}
}
