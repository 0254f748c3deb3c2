package registry

// RegisterLists are the registers (名录) that an authority may keep, with the
// columns of programmes/terms/registers.yaml. One register of that file is not
// here: applications, the applications under way, which this platform counts
// itself.
//
// An open one is a public list: whoever is signed in may query it. The others
// hold people, or what is held against a unit: officers read the parts in their
// scope, and every look leaves a trace ([Reading]).
//
// What makes two rows the same stands in Keys: a later edition that has the
// same row with other cells changes it.
var RegisterLists = declare(true, []*List{
	{ID: "platforms", Open: true, Until: "valid_to", Keys: [][]string{{"kind", "name"}}, Columns: []*Column{
		{Code: "kind", Kind: Choice, Options: "platform_kind", Must: true},
		{Code: "name", Kind: Text, Must: true, Max: 100},
		{Code: "unit", Kind: Text, Max: 100},
		{Code: "unit_code", Kind: Credit},
		{Code: "place", Kind: Place},
		{Code: "field", Kind: Text, Max: 100},
		{Code: "valid_from", Kind: Date},
		{Code: "valid_to", Kind: Date},
	}},
	{ID: "platform_staff", Until: "valid_to", Keys: [][]string{{"platform", "person"}, {"platform", "name"}}, Columns: []*Column{
		{Code: "platform", Kind: Text, Must: true, Max: 100},
		{Code: "kind", Kind: Choice, Options: "platform_kind", Must: true},
		{Code: "place", Kind: Place},
		{Code: "name", Kind: Text, Must: true, Max: 60},
		{Code: "person", Kind: Person, Also: []string{"身份证号", "身份证号码", "证件号码"}},
		{Code: "valid_from", Kind: Date},
		{Code: "valid_to", Kind: Date},
	}},
	{ID: "names", Open: true, Until: "valid_to", Keys: [][]string{{"kind", "name"}}, Columns: []*Column{
		{Code: "kind", Kind: Choice, Options: "platform_kind", Must: true},
		{Code: "name", Kind: Text, Must: true, Max: 100},
		{Code: "place", Kind: Place},
		{Code: "valid_from", Kind: Date},
		{Code: "valid_to", Kind: Date},
	}},
	{ID: "chain_leaders", Open: true, Until: "valid_to", Keys: [][]string{{"unit_code", "chain"}, {"unit", "chain"}}, Columns: []*Column{
		{Code: "unit", Kind: Text, Must: true, Max: 100},
		{Code: "unit_code", Kind: Credit},
		{Code: "chain", Kind: Text, Max: 100},
		{Code: "role", Kind: Text, Max: 20},
		{Code: "valid_from", Kind: Date},
		{Code: "valid_to", Kind: Date},
	}},
	{ID: "sharing_network", Open: true, Until: "valid_to", Keys: unitKeys, Columns: unitColumns()},
	{ID: "safety_selfcheck", Keys: [][]string{{"unit_code", "year"}, {"unit", "year"}}, Columns: []*Column{
		{Code: "unit", Kind: Text, Must: true, Max: 100},
		{Code: "unit_code", Kind: Credit},
		{Code: "year", Kind: Year, Must: true},
		{Code: "done", Kind: Bool, Must: true},
	}},
	{ID: "double_first_class", Open: true, Until: "valid_to", Keys: unitKeys, Columns: unitColumns(&Column{Code: "place", Kind: Place})},
	{ID: "high_tech", Open: true, Until: "valid_to", Keys: [][]string{{"certificate"}, {"unit_code", "valid_from"}}, Columns: unitColumns(&Column{Code: "certificate", Kind: Text, Max: 60})},
	{ID: "integrity", Until: "valid_to", Keys: [][]string{{"unit_code", "matter", "valid_from"}, {"person", "matter", "valid_from"}, {"unit", "matter", "valid_from"}}, Columns: unitColumns(
		&Column{Code: "person", Kind: Person, Also: []string{"身份证号", "身份证号码", "证件号码"}}, &Column{Code: "matter", Kind: Text, Max: 200})},
	{ID: "rd_statistics", Until: "valid_to", Keys: unitKeys, Columns: unitColumns()},
	{ID: "projects", Keys: [][]string{{"number"}}, Columns: []*Column{
		{Code: "title", Kind: Text, Must: true, Max: 100},
		{Code: "number", Kind: Text, Must: true, Max: 60},
		{Code: "unit", Kind: Text, Max: 100},
		{Code: "unit_code", Kind: Credit},
		{Code: "due", Kind: Date},
		{Code: "acceptance_applied", Kind: Bool},
		{Code: "report_submitted", Kind: Bool},
	}},
	{ID: "guidance_funds", Until: "valid_to", Keys: [][]string{{"unit_code", "fund", "valid_from"}, {"unit", "fund", "valid_from"}}, Columns: unitColumns(
		&Column{Code: "fund", Kind: Text, Must: true, Max: 100}, &Column{Code: "matching", Kind: Bool})},
	{ID: "district_specialities", Open: true, Until: "valid_to", Keys: [][]string{{"place", "name"}}, Columns: []*Column{
		{Code: "place", Kind: Place, Must: true},
		{Code: "name", Kind: Text, Must: true, Max: 100},
		{Code: "valid_from", Kind: Date},
		{Code: "valid_to", Kind: Date},
	}},
})

// unitKeys tell a unit's rows apart by when they begin: it may leave and come
// back.
var unitKeys = [][]string{{"unit_code", "valid_from"}, {"unit", "valid_from"}, {"unit_code"}, {"unit"}}

// unitColumns are the columns of a register of units: name and code, what more
// it says, and from when to when a row counts.
func unitColumns(more ...*Column) []*Column {
	columns := append([]*Column{{Code: "unit", Kind: Text, Must: true, Max: 100}, {Code: "unit_code", Kind: Credit}}, more...)
	return append(columns, &Column{Code: "valid_from", Kind: Date}, &Column{Code: "valid_to", Kind: Date})
}

// FindRegister returns the register with that id, or nil.
func FindRegister(id string) *List { return find(RegisterLists, id) }
