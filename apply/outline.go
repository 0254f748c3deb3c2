package apply

// planMaterial is the material that is the plan itself (建设方案): it is handed in
// as a file, or written section by section in its editor.
const planMaterial = "plan"

// written reports whether the plan was written in its editor: some section of
// the outline has a text.
func (fm *Form) written() bool {
	for _, s := range fm.Package.Form.Outline {
		if fm.Has(OutlinePrefix + s.ID) {
			return true
		}
	}
	return false
}

// outline: the plan, when it is written in its editor, has every section of the
// outline.
func (l *listing) outline() {
	if !l.fm.written() {
		return
	}
	for _, s := range l.fm.Package.Form.Outline {
		if !l.fm.Has(OutlinePrefix + s.ID) {
			l.add(Issue{Blocks: true, Place: InOutline, Field: OutlinePrefix + s.ID, Label: s.Name, Clause: clauseOf(l.fm.Package, s.Clauses)}, "apply.issue.section")
		}
	}
}
