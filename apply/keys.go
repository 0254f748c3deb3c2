package apply

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"shenbao/actor"
	"shenbao/internal/locale"
	"shenbao/programme"
	"shenbao/registry"
	"shenbao/rule"
	"shenbao/similar"
)

// The kinds of what an application has that another may not have too, as
// [Conflict] names them. The first four are those of the register of
// applications (programmes/terms/registers.yaml).
const (
	PersonKind     = "person"     // 人员
	ResultKind     = "result"     // 成果
	InstrumentKind = "instrument" // 仪器设备
	PremisesKind   = "premises"   // 场所
	TitleKind      = "title"      // 项目名称: of a project that is applied for
	DirectionKind  = "direction"  // 同市同方向: the city and the direction applied for

	hostKind = "host" // the host with the year in which it applies
)

// A resourceKey (资源标识) is a text by which something of an application is found
// in another one. A thing may have several: one that is weak does not prove that
// it is the same thing, and says nothing between things that are firm, which
// have a key that everybody would give them.
type resourceKey struct {
	kind, key string
	weak      bool
	firm      bool
	shown     string // the thing, as people know it; of a person, without the number
	field     string // the input or the row that names it

	cell string // what the named checks look the thing up by; "" for what they cannot
}

// A thing is a person, a result … with its keys.
type thing struct {
	kind, field, shown, cell string
	sure, weak               []string
	firm                     bool
}

// weakly adds a key that does not prove that a thing is the same; "" is none.
func (t *thing) weakly(key string) {
	if key != "" {
		t.weak = append(t.weak, key)
	}
}

// surely adds a key that everybody gives this thing and no other; "" is none.
func (t *thing) surely(key string) {
	if key != "" {
		t.sure, t.firm = append(t.sure, key), true
	}
}

// inUnits adds a number that tells things of one unit apart: whose it is, the
// form does not say, so it may be any of the units'.
func (t *thing) inUnits(number string, units []string) {
	for _, u := range units {
		if number != "" {
			t.sure = append(t.sure, u+"/"+number)
		}
	}
}

// keys are those of a thing, the sure ones first.
func (t *thing) keys() (out []resourceKey) {
	for i, k := range slices.Concat(t.sure, t.weak) {
		out = append(out, resourceKey{kind: t.kind, key: k, weak: i >= len(t.sure), firm: t.firm, shown: t.shown, field: t.field, cell: t.cell})
	}
	return out
}

// keys are those of everything in the form that another application may not
// have too. What the form calls things decides: see "What conflicts rest on" in
// programmes/FORMAT.md. Year is that in which the host applies.
func (fm *Form) keys(host *actor.Unit, year int) (out []resourceKey) {
	units := fm.unitCodes(host)
	for _, s := range fm.Package.Form.Sections {
		for _, d := range s.Facts {
			if f := fm.Package.Schema.Fact(d.ID); f != nil {
				for _, t := range fm.things(f, d, units) {
					out = append(out, t.keys()...)
				}
			}
		}
	}
	out = append(out, fm.direction(host)...)
	return append(out, resourceKey{kind: hostKind, key: host.Code + "/" + strconv.Itoa(year)})
}

// unitCodes are the codes of the host and of those that build with it.
func (fm *Form) unitCodes(host *actor.Unit) []string {
	codes := []string{host.Code}
	for _, m := range fm.Members() {
		if m.Code != "" && !slices.Contains(codes, m.Code) {
			codes = append(codes, m.Code)
		}
	}
	return codes
}

// things are what one fact of the form names.
func (fm *Form) things(f *rule.Fact, d *programme.Fact, units []string) []thing {
	before := strings.TrimSuffix(f.Code, lastWord(f.Code))
	name, birth := fm.text(before+"name"), fm.text(before+"birth")
	switch {
	case f.Kind == rule.ListKind:
		return fm.listed(f, makerOf(f, d, units))
	case f.Kind == rule.PersonKind:
		return standing(f.Code, person(fm.json(f.Code), name, birth))
	case f.Kind == rule.TextKind && lastWord(f.Code) == "name" && fm.Package.Schema.Fact(before+"person") == nil:
		return standing(f.Code, person(nil, name, birth))
	case f == fm.titleFact():
		t := thing{kind: TitleKind, shown: fm.text(f.Code)}
		t.weakly(longEnough(folded(t.shown)))
		return standing(f.Code, t)
	}
	return nil
}

// standing gives a thing that has a key the field that it stands in.
func standing(field string, t thing) []thing {
	if len(t.sure)+len(t.weak) == 0 {
		return nil
	}
	t.field = field
	return []thing{t}
}

// A maker makes a thing of the cells of a row.
type maker func(cells map[string]any) thing

// listed are the things that the rows of a list name.
func (fm *Form) listed(f *rule.Fact, of maker) (out []thing) {
	if of == nil {
		return nil
	}
	for _, row := range fm.Rows(f.Code) {
		name := f.Code + "/" + row
		cells, _ := fm.Fields[name].decoded().(map[string]any)
		out = append(out, standing(name, of(cells))...)
	}
	return out
}

// makerOf is what makes things of the rows of a list, nil when they are none.
// Units are those that what stands there may belong to.
func makerOf(f *rule.Fact, d *programme.Fact, units []string) maker {
	word := lastWord(f.Code)
	i := slices.IndexFunc(f.Columns, func(c *rule.Fact) bool { return c.Kind == rule.PersonKind })
	birth := columnOf(f, "birth")
	switch {
	case i >= 0:
		return func(cells map[string]any) thing {
			return person(cells[f.Columns[i].Code], cellText(cells["name"]), cellText(cells["birth"]))
		}
	case birth != nil && birth.Kind == rule.DateKind && columnOf(f, "name") != nil:
		return func(cells map[string]any) thing {
			return person(nil, cellText(cells["name"]), cellText(cells["birth"]))
		}
	case slices.Contains([]string{"equipment", "instruments"}, word), d.From == "profile.instruments":
		return func(cells map[string]any) thing { return instrument(cells, units) }
	case slices.Contains([]string{"results", "patents", "papers", "achievements"}, word):
		return func(cells map[string]any) thing { return result(cells, units) }
	case slices.Contains([]string{"sites", "premises"}, word), d.From == "profile.premises":
		return func(cells map[string]any) thing { return premises(cells, units) }
	}
	return nil
}

// person is somebody by the keyed hash of the identity number, and weakly by the
// name and the month of birth.
func person(value any, name, birth string) thing {
	t := thing{kind: PersonKind, shown: name}
	if v, ok := value.(map[string]any); ok {
		t.cell = cellText(v["code"])
		t.surely(t.cell)
		if t.shown == "" {
			t.shown = cellText(v["name"])
		}
	}
	const month = len("2006-01")
	if plain := folded(name); len([]rune(plain)) > 1 && len(birth) >= month {
		t.weakly(plain + "/" + birth[:month])
	}
	return t
}

// instrument is a device by maker, model and serial number, or by its asset
// number, which tells it apart among those of a unit.
func instrument(cells map[string]any, units []string) thing {
	t := thing{kind: InstrumentKind, shown: cellText(cells["name"]), cell: cellText(cells["code"])}
	if model, serial := code(cells["model"]), code(cells["serial"]); model != "" && serial != "" {
		t.surely(code(cells["maker"]) + "/" + model + "/" + serial)
	}
	t.inUnits(code(t.cell), units)
	return t
}

// result is an achievement by a number that the whole country knows, else by its
// unit's own; weakly by title and year.
func result(cells map[string]any, units []string) thing {
	t := thing{kind: ResultKind, shown: cellText(cells["name"]) + cellText(cells["title"]), cell: cellText(cells["code"])}
	if number, public := publicNumber(code(t.cell)); public {
		t.surely(number)
	} else {
		t.inUnits(number, units)
	}
	if title := longEnough(folded(t.shown)); title != "" {
		t.weakly(title + "/" + cellText(cells["year"]))
	}
	return t
}

// premises are rooms by the number of their deed or lease, within a unit: of
// several tenants each may name the same deed. That, and the address, are weak.
func premises(cells map[string]any, units []string) thing {
	t := thing{kind: PremisesKind, shown: cellText(cells["address"]), cell: cellText(cells["code"])}
	number := code(t.cell + cellText(cells["certificate"]))
	t.inUnits(number, units)
	if strings.Contains(number, "产权") || strings.Contains(number, "房权") {
		t.weakly(number)
	}
	t.weakly(longEnough(address(t.shown)))
	return t
}

// direction is the city of the host with the direction that it applies in.
func (fm *Form) direction(host *actor.Unit) []resourceKey {
	f, option := fm.directionFact()
	city := cityOf(host.Place)
	if option == nil || city == "" {
		return nil
	}
	return []resourceKey{{kind: DirectionKind, key: city + "/" + folded(option.Name), weak: true, shown: option.Name, field: f.Code}}
}

// directionFact is the choice of a direction or field, with the option that was
// chosen; option is nil when none was, or none of those listed.
func (fm *Form) directionFact() (*rule.Fact, *rule.Option) {
	for _, s := range fm.Package.Form.Sections {
		for _, d := range s.Facts {
			f := fm.Package.Schema.Fact(d.ID)
			if f == nil || f.Kind != rule.ChoiceKind || !slices.Contains([]string{"direction", "domain", "field"}, lastWord(f.Code)) {
				continue
			}
			chosen := fm.text(f.Code)
			i := slices.IndexFunc(f.Options, func(o rule.Option) bool { return o.Code == chosen })
			if i < 0 || chosen == "other" {
				return f, nil
			}
			return f, &f.Options[i]
		}
	}
	return nil, nil
}

// platformFact is the name of the platform (平台) that is applied for, nil when
// it is something else.
func (fm *Form) platformFact() *rule.Fact {
	for _, code := range []string{"centre.name", "platform.name", "name"} {
		if f := fm.Package.Schema.Fact(code); f != nil && f.Kind == rule.TextKind {
			return f
		}
	}
	return nil
}

// titleFact is the title of the project that is applied for, or nil.
func (fm *Form) titleFact() *rule.Fact {
	for _, s := range fm.Package.Form.Sections {
		for _, d := range s.Facts {
			if f := fm.Package.Schema.Fact(d.ID); f != nil && f.Kind == rule.TextKind && lastWord(f.Code) == "title" {
				return f
			}
		}
	}
	return nil
}

// platformKind is the code of what is applied for among the kinds of platforms:
// the one whose name stands in the title of the package; "" when none does.
func platformKind(p *programme.Package) string {
	column := registry.Column{Kind: registry.Choice, Options: "platform_kind"}
	found, longest := "", 0
	for _, kind := range registry.Options[column.Options] {
		if name := column.OptionName(locale.ZH, kind); len(name) > longest && strings.Contains(p.Title, name) {
			found, longest = kind, len(name)
		}
	}
	return found
}

// lastWord is the end of a fact's code: person of director.person.
func lastWord(code string) string { return code[strings.LastIndexByte(code, '.')+1:] }

// json is the value of a scalar fact as facts state it.
func (fm *Form) json(code string) any {
	if !fm.Has(code) {
		return nil
	}
	return fm.Fields[code].decoded()
}

func (fm *Form) text(code string) string { return cellText(fm.json(code)) }

// cellText is a value that is a text, "" for any other.
func cellText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// folded is a text by its characters alone.
func folded(s string) string { return string(similar.Fold(nil, s)) }

// shortKey is how many characters of a title or an address tell it from others.
const shortKey = 6

func longEnough(s string) string {
	if len([]rune(s)) < shortKey {
		return ""
	}
	return s
}

// code is a number of something without what people write differently: spaces,
// width, capitals, kinds of dashes.
func code(value any) string {
	text := strings.ToUpper(strings.Join(strings.Fields(norm.NFKC.String(cellText(value))), ""))
	return dashes.Replace(text)
}

var dashes = strings.NewReplacer("—", "-", "–", "-", "‐", "-", "−", "-", "﹣", "-", "〔", "[", "〕", "]")

// The numbers that the whole country knows, as code writes them.
var (
	patentNumber   = regexp.MustCompile(`^(?:(?:ZL|CN)((?:19|20)\d{10}|\d{8})(?:\.?[\dX])?|((?:19|20)\d{10})\.[\dX])$`) // 专利申请号: the digit at the end checks the others
	patentDocument = regexp.MustCompile(`^CN\d{7,9}[A-Z]\d?$`)                                                          // 公开（公告）号
	standardNumber = regexp.MustCompile(`^[A-Z]{1,5}\d{0,4}(?:/[A-Z]{1,9})?\d+(?:\.\d+)*-(?:19|20)\d{2}$`)
	softwareNumber = regexp.MustCompile(`^(?:软著登字第\d+号|(?:19|20)\d{2}SR\d{6,8})$`)
	doiNumber      = regexp.MustCompile(`^(?:HTTPS?://(?:DX\.)?DOI\.ORG/|DOI:)?(10\.\d{4,9}/\S+)$`)
)

// publicNumber writes a number in one form and says whether the whole country
// knows it: a patent, a standard, a registered program, a DOI.
func publicNumber(text string) (number string, public bool) {
	if m := doiNumber.FindStringSubmatch(text); m != nil {
		return m[1], true
	}
	if m := patentNumber.FindStringSubmatch(text); m != nil {
		return "ZL" + m[1] + m[2], true
	}
	return text, patentDocument.MatchString(text) || standardNumber.MatchString(text) || softwareNumber.MatchString(text)
}

// The places that an address may begin with or leave out.
var addressHead = regexp.MustCompile(`^(?:中国)?(?:\p{Han}{2,7}?(?:省|自治区))?(?:\p{Han}{2,6}?市)?`)

// address is an address as it is compared: without country, province and city,
// punctuation and width.
func address(s string) string {
	s = folded(s)
	if rest := addressHead.ReplaceAllString(s, ""); len([]rune(rest)) >= shortKey {
		s = rest
	}
	return s
}

// cityOf is the code of the city of a place; that of a municipality for the
// districts of one; "" for a whole province.
func cityOf(place string) string {
	switch {
	case len(place) != 6:
		return ""
	case slices.Contains([]string{"11", "12", "31", "50"}, place[:2]):
		return place[:2]
	case place[2:4] == "00":
		return ""
	}
	return place[:4]
}
