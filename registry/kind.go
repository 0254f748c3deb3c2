package registry

import (
	"math/big"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"shenbao/internal/chinacode"
	"shenbao/internal/clock"
	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/rule"
)

// Kind is the type of a column. What is stored of a value is its canonical
// text; an empty text is no value.
type Kind string

// The kinds of columns, each with its canonical text.
const (
	Text     Kind = "text"     // one line, as typed but for white space around it
	LongText Kind = "longtext" // lines
	Bool     Kind = "bool"     // true, false
	Integer  Kind = "integer"  // 1200
	Money    Kind = "money"    // 分
	Area     Kind = "area"     // 0.01 平方米
	Date     Kind = "date"     // 2024-01-31
	Year     Kind = "year"     // 2024
	Choice   Kind = "choice"   // the option's code
	Place    Kind = "place"    // GB/T 2260
	Credit   Kind = "credit"   // unified social credit code (统一社会信用代码)
	Person   Kind = "person"   // an identity number (证件号): stored masked, beside its keyed hash
)

// Units in which numbers are typed when none is written.
const (
	Yuan    = "元"
	WanYuan = "万元"
	Metre   = "平方米"
	People  = "人"
)

// maxYear bounds years and dates: a slip of the pen is refused.
const (
	minYear = 1850
	maxYear = 2199
)

// Read makes the canonical text of what was typed into a column, or says what
// is wrong with it. An empty text stays empty.
func (c *Column) Read(typed string) (string, *fault.Fault) {
	if !utf8.ValidString(typed) {
		return "", fault.New(fault.Invalid, "registry.characters").In(c.Code)
	}
	if c.Kind == Text || c.Kind == LongText {
		return c.readText(typed)
	}
	typed = strings.TrimSpace(norm.NFKC.String(typed))
	if typed == "" {
		return "", nil
	}
	text, f := c.readValue(typed)
	if f != nil {
		return "", f.In(c.Code)
	}
	return text, nil
}

func (c *Column) readValue(typed string) (string, *fault.Fault) {
	switch c.Kind {
	case Bool:
		return readBool(typed)
	case Integer, Money, Area:
		return c.readNumber(typed)
	case Date:
		return readDate(typed)
	case Year:
		return readYear(typed)
	case Choice:
		return c.readChoice(typed)
	case Place:
		return readPlace(typed)
	case Credit:
		code, err := chinacode.CreditCode(typed)
		return code, fault.Of(err)
	}
	return typed, nil // a Person is read with its document: see List.person
}

// readText takes a text as it is, but for white space around it and characters
// that nobody sees. Characters that turn the direction of writing or command a
// terminal are refused: they show something else than what is stored.
func (c *Column) readText(typed string) (string, *fault.Fault) {
	typed = strings.ReplaceAll(strings.ReplaceAll(typed, "\r\n", "\n"), "\r", "\n")
	if c.Kind == Text {
		typed = strings.ReplaceAll(strings.ReplaceAll(typed, "\n", " "), "\t", " ")
	}
	typed = strings.TrimSpace(strings.Map(dropUnseen, typed))
	for _, r := range typed {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return "", fault.New(fault.Invalid, "registry.characters").In(c.Code)
		}
	}
	if n := rule.CountChars(typed); c.Max > 0 && n > c.Max {
		return "", fault.New(fault.Invalid, "registry.long", n, c.Max).In(c.Code)
	}
	return typed, nil
}

// dropUnseen leaves out the characters of no width that come along when text is
// copied. Joiners and variation selectors stay: they change what is seen.
func dropUnseen(r rune) rune {
	if r == 0x200b || r == 0x2060 || r == 0xfeff {
		return -1
	}
	return r
}

func readBool(typed string) (string, *fault.Fault) {
	switch strings.ToLower(typed) {
	case "是", "有", "对", "yes", "y", "true", "1", "√", "✓":
		return "true", nil
	case "否", "无", "没有", "不是", "no", "n", "false", "0", "×":
		return "false", nil
	}
	return "", fault.New(fault.Invalid, "registry.bool", clip(typed))
}

// readNumber reads a number with its unit or in that of the column, as whole
// base units.
func (c *Column) readNumber(typed string) (string, *fault.Fault) {
	unit := rule.FindUnit(c.Unit)
	q, ok := rule.ParseQuantity(typed, unit)
	switch {
	case !ok && c.Kind == Integer:
		return "", fault.New(fault.Invalid, "registry.integer", clip(typed))
	case !ok && decimals(typed):
		return "", fault.New(fault.Invalid, "registry.fraction", clip(typed), c.unitWord())
	case !ok, q.Unit.Dim != unit.Dim:
		return "", fault.New(fault.Invalid, "registry.number", clip(typed), c.unitWord())
	case q.N < 0 && !c.Negative:
		return "", fault.New(fault.Invalid, "registry.negative", clip(typed))
	}
	return strconv.FormatInt(q.N, 10), nil
}

// decimals reports whether a text is a number with decimal places: one that is
// wrong has too many of them.
func decimals(typed string) bool {
	number := strings.TrimRightFunc(strings.ReplaceAll(typed, ",", ""), func(r rune) bool { return r > unicode.MaxASCII })
	_, ok := new(big.Rat).SetString(number)
	return ok && strings.Contains(number, ".") && len(number) < 40
}

// readDate reads the forms in which people write days: 2024-01-31, 2024/1/31,
// 2024.1.31, 2024年1月31日, 20240131, each with a time of day behind it or not.
func readDate(typed string) (string, *fault.Fault) {
	day, _, _ := strings.Cut(dateMarks.Replace(typed), " ")
	for _, layout := range []string{"2006-1-2", "20060102"} {
		if t, err := time.Parse(layout, day); err == nil && t.Year() >= minYear && t.Year() <= maxYear {
			return t.Format(time.DateOnly), nil
		}
	}
	return "", fault.New(fault.Invalid, "registry.date", clip(typed))
}

var dateMarks = strings.NewReplacer("年 ", "-", "年", "-", "月 ", "-", "月", "-", "日", " ", "T", " ", "/", "-", ".", "-")

func readYear(typed string) (string, *fault.Fault) {
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSuffix(typed, "度"), "年"))
	if err != nil || n < minYear || n > maxYear {
		return "", fault.New(fault.Invalid, "registry.year", clip(typed))
	}
	return strconv.Itoa(n), nil
}

// readChoice takes an option by its code or its name in either language.
func (c *Column) readChoice(typed string) (string, *fault.Fault) {
	for _, code := range Options[c.Options] {
		if typed == code || fold(typed) == fold(c.OptionName(locale.ZH, code)) || fold(typed) == fold(c.OptionName(locale.EN, code)) {
			return code, nil
		}
	}
	return "", fault.New(fault.Invalid, "registry.option", clip(typed), c.optionNames())
}

// readPlace takes a code, with or without the name behind it, or a name: the
// full one, or that of the place itself when no other has it.
func readPlace(typed string) (string, *fault.Fault) {
	code, _, _ := strings.Cut(typed, " ")
	if chinacode.IsPlaceCode(code) {
		return code, nil
	}
	if code := placeNames()[fold(typed)]; code != "" {
		return code, nil
	}
	return "", fault.New(fault.Invalid, "registry.place", clip(typed))
}

// placeNames are the codes of places by their full names, and by their own
// where only one place has it; "" where several do.
var placeNames = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	var walk func(above string)
	walk = func(above string) {
		for _, p := range chinacode.PlacesIn(above) {
			if _, twice := names[fold(p.Name)]; twice {
				names[fold(p.Name)] = ""
			} else {
				names[fold(p.Name)] = p.Code
			}
			names[fold(chinacode.PlaceName(p.Code))] = p.Code
			walk(p.Code)
		}
	}
	walk("")
	return names
})

// Show writes a canonical text as people read it, without the column's unit.
func (c *Column) Show(lang, text string) string {
	switch c.Kind {
	case Bool:
		return locale.Text(lang, "registry.bool."+text)
	case Money, Area:
		return inUnit(text, rule.FindUnit(c.Unit))
	case Choice:
		return c.OptionName(lang, text)
	case Place:
		return text + " " + chinacode.PlaceName(text)
	}
	return text
}

// inUnit writes base units as a decimal in a unit.
func inUnit(text string, unit *rule.Unit) string {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || unit == nil || unit.Base == 1 {
		return text
	}
	s := big.NewRat(n, unit.Base).FloatString(10)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// fold makes texts equal that a reader takes for the same: width of letters,
// capitals and spaces do not count. Rows are told apart by it.
func fold(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(s))), "")
}

// clip shortens what was typed to fit into a message.
func clip(s string) string { return clipTo(s, 20) }

func clipTo(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// dayOf is the day of an instant in the time zone of deadlines, as a canonical
// date.
func dayOf(t time.Time) string { return t.In(clock.Zone).Format(time.DateOnly) }

// dayBefore is the day before a canonical date.
func dayBefore(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return t.AddDate(0, 0, -1).Format(time.DateOnly)
}

// shown is an instant as a message shows it.
func shown(t time.Time) string { return t.In(clock.Zone).Format("2006-01-02 15:04") }
