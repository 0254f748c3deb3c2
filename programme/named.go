package programme

import (
	"fmt"
	"slices"
	"strings"

	"shenbao/rule"
)

// NamedChecks are the checks (具名核验) that a package may name in its rules:
// what names, rosters and other applications say, asked of the registers of
// terms/registers.yaml. A register that is handed in must leave out the
// application that is judged.
func NamedChecks() []*rule.Check {
	var all []*rule.Check
	all = append(all, nameChecks()...)
	all = append(all, rosterChecks()...)
	return append(all, registerChecks()...)
}

// newCheck makes a check of a question that writes what it found to the notes,
// unless these are nil: then it must not allocate.
func newCheck(c rule.Check, ask func(f *rule.Facts, args []rule.Arg, n *notes) (rule.Truth, rule.Reasons)) *rule.Check {
	c.Run = func(f *rule.Facts, args []rule.Arg) (rule.Truth, rule.Reasons) { return ask(f, args, nil) }
	c.Explain = func(f *rule.Facts, args []rule.Arg) rule.Detail {
		n := &notes{}
		ask(f, args, n)
		return n.Detail
	}
	return &c
}

// verdict gathers the answers of parts that must all be met.
type verdict struct {
	unmet, unknown bool
	why            rule.Reasons
}

func (v *verdict) add(t rule.Truth, why rule.Reasons) {
	switch t {
	case rule.Unmet:
		v.unmet = true
	case rule.Unknown:
		v.unknown = true
		v.why |= why
	}
}

// addState counts a value that is not known.
func (v *verdict) addState(s rule.State) {
	if why := reasonsOf(s); why != 0 {
		v.add(rule.Unknown, why)
	}
}

func (v verdict) answer() (rule.Truth, rule.Reasons) {
	switch {
	case v.unmet:
		return rule.Unmet, 0
	case v.unknown:
		return rule.Unknown, v.why
	}
	return rule.Met, 0
}

// reasonsOf is why a value in the given state is not known; 0 when it is.
func reasonsOf(s rule.State) rule.Reasons {
	switch s {
	case rule.Known:
		return 0
	case rule.IsUnverified:
		return rule.Unverified
	case rule.IsExpired:
		return rule.Expired
	case rule.InConflict:
		return rule.Conflict
	}
	return rule.Missing
}

// stated is the text or code of a value, or why there is none.
func stated(v rule.Value) (string, rule.Reasons) {
	switch {
	case v.State != rule.Known:
		return "", reasonsOf(v.State)
	case v.S == "":
		return "", rule.Missing
	}
	return v.S, 0
}

// rowsOf is how many rows of a list are known, and why there may be more.
func rowsOf(f *rule.Facts, list *rule.Fact) (int, rule.Reasons) {
	switch rows := f.Rows(list); {
	case rows.State != rule.Known:
		return 0, reasonsOf(rows.State)
	case !rows.Complete && !list.Closed:
		return rows.N, rule.Open
	default:
		return rows.N, 0
	}
}

// everyRow answers whether each row of a list is met.
func everyRow(f *rule.Facts, list *rule.Fact, row func(i int) (rule.Truth, rule.Reasons)) (rule.Truth, rule.Reasons) {
	n, why := rowsOf(f, list)
	v := verdict{unknown: why != 0, why: why}
	for i := range n {
		v.add(row(i))
	}
	return v.answer()
}

// column is the column of a list with the given code, or nil.
func column(list *rule.Fact, code string) *rule.Fact {
	for _, c := range list.Columns {
		if c.Code == code {
			return c
		}
	}
	return nil
}

// registerNames are the names of the registers that the checks ask, Chinese
// and English; another one is called by its id. The Chinese ones are those of
// terms/registers.yaml.
var registerNames = map[string]both{
	"platforms":          {"创新平台名录", "register of platforms"},
	"platform_staff":     {"平台固定人员名录", "register of the platforms' fixed staff"},
	"names":              {"平台名称库", "register of names"},
	"applications":       {"在办申报书", "register of applications under way"},
	"chain_leaders":      {"产业链链主企业名单", "list of industrial chain leaders"},
	"sharing_network":    {"大型科研仪器开放共享服务网成员", "list of members of the instrument-sharing network"},
	"safety_selfcheck":   {"安全自查自纠完成情况", "register of safety self-checks"},
	"double_first_class": {"双一流建设高校名单", "list of double-first-class universities"},
	"high_tech":          {"高新技术企业名录", "register of high-tech enterprises"},
	"integrity":          {"科研失信和违法失信记录", "register of breaches of integrity"},

	"rd_statistics":         {"科技活动统计名录", "register of R&D statistics"},
	"projects":              {"科技计划项目名录", "register of S&T projects"},
	"guidance_funds":        {"产业引导资金名录", "register of guidance funds"},
	"district_specialities": {"区县农业特色产业清单", "list of district specialities"},
}

// notes collects what a check found, in both languages.
type notes struct{ rule.Detail }

// both is an argument of a sentence that differs between the languages.
type both struct{ zh, en string }

// inQuotes makes quotation marks fit to stand inside others.
var inQuotes = strings.NewReplacer("“", "‘", "”", "’")

// say adds a sentence: zh and en take the same arguments in the same order.
func (n *notes) say(zh, en string, args ...any) {
	first, second := slices.Clone(args), slices.Clone(args)
	for i, a := range args {
		switch a := a.(type) {
		case both:
			first[i], second[i] = a.zh, a.en
		case string:
			first[i] = inQuotes.Replace(a)
		}
	}
	n.Texts = append(n.Texts, fmt.Sprintf(zh, first...))
	n.TextsEN = append(n.TextsEN, fmt.Sprintf(en, second...))
}

// register says what a register could not answer.
func (n *notes) register(id string, reg *rule.Register) {
	switch {
	case reg == nil:
		n.say("名录“%s”未接入", "the %s is not connected", registerName(id))
	case !reg.Complete:
		n.say("名录“%s”未声明完整", "the %s is not declared complete", registerName(id))
	}
}

// answered is the verdict; when the register is why it is not known, the notes
// say so.
func (n *notes) answered(id string, reg *rule.Register, v verdict) (rule.Truth, rule.Reasons) {
	t, why := v.answer()
	if n != nil && why&(rule.NoRegister|rule.Open) != 0 {
		n.register(id, reg)
	}
	return t, why
}

func registerName(register string) both {
	if name, ok := registerNames[register]; ok {
		return name
	}
	return both{register, "register " + register}
}

// called is what a register's row calls a thing, or that it does not.
func called(cell string) both {
	if cell == "" {
		return both{"（未写明）", "(not stated)"}
	}
	return both{inQuotes.Replace(cell), cell}
}

// keyed are the columns of a register that say whom a row is about: by a code,
// and by a name where the code is missing.
type keyed struct{ code, name string }

var (
	byPerson = &keyed{"person", "name"}
	byUnit   = &keyed{"unit_code", "unit"}
)

// codeless are the rows of a register without a code.
type codeless struct {
	all, nameless []int
	named         map[string][]int
}

// perhaps returns the rows without a code that may be about somebody of the
// given name; about whom a row without name or code is, nobody knows. It
// returns two runs, because joining them would allocate.
func (k *keyed) perhaps(reg *rule.Register, name string) [2][]int {
	rows, _ := reg.Keep(k, func(r *rule.Register) any {
		c := &codeless{named: map[string][]int{}}
		for i, row := range r.Rows {
			switch name := row[k.name]; {
			case row[k.code] != "":
				continue
			case name == "":
				c.nameless = append(c.nameless, i)
			default:
				c.named[name] = append(c.named[name], i)
			}
			c.all = append(c.all, i)
		}
		return c
	}).(*codeless)
	if name == "" {
		return [2][]int{rows.all}
	}
	return [2][]int{rows.named[name], rows.nameless}
}

// unitKnownAs is the name of a unit by which a register may call it, "" when
// only its code is known.
func unitKnownAs(v rule.Value) string {
	if v.Label == v.S {
		return ""
	}
	return v.Label
}

// kindIn says whether the kind of a register's row is one of the codes. A kind
// that is missing, or written as a name, is not known.
func kindIn(kind string, codes []string) rule.Truth {
	if slices.Contains(codes, kind) {
		return rule.Met
	}
	for i := range len(kind) {
		if c := kind[i]; c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return rule.Unknown
		}
	}
	if kind == "" {
		return rule.Unknown
	}
	return rule.Unmet
}

// placesOf are the places of a register's rows; 0 where none can be read.
func placesOf(reg *rule.Register) []int64 {
	type key struct{}
	places, _ := reg.Keep(key{}, func(r *rule.Register) any {
		codes := make([]int64, len(r.Rows))
		for i, row := range r.Rows {
			if code, ok := rule.ParsePlace(row["place"]); ok {
				codes[i] = code
			}
		}
		return codes
	}).([]int64)
	return places
}

// inProvince says whether a place lies in the province of another; 0 is no
// place.
func inProvince(place, of int64) rule.Truth {
	if place == 0 {
		return rule.Unknown
	}
	return rule.Of(place/10000 == of/10000)
}

// cityOf is the first four digits of a place. The districts of a municipality
// (北京、天津、上海、重庆) are one city. ok is false for a whole province.
func cityOf(place int64) (city int64, ok bool) {
	switch p := place / 10000; p {
	case 11, 12, 31, 50:
		return p * 100, true
	}
	return place / 100, place%10000 >= 100
}
