package programme

import (
	"cmp"
	"slices"
)

// FigureKind is what a figure counts or names.
type FigureKind string

// The kinds of figures, with what Value, High, Unit and Key hold.
const (
	FigureMoney    FigureKind = "money"    // Value in 分
	FigureShare    FigureKind = "share"    // Value in basis points (0.01 %)
	FigureFraction FigureKind = "fraction" // 三分之二: Value 2, High 3
	FigureDate     FigureKind = "date"     // Value 20241122; 1122 without a year
	FigureMonth    FigureKind = "month"    // Value 202411; 11 without a year
	FigureClock    FigureKind = "clock"    // Value in minutes after midnight
	FigureYear     FigureKind = "year"     // Value 2024
	FigureWindow   FigureKind = "window"   // years Value to High
	FigureQuantity FigureKind = "quantity" // Value in 1/10000 of Unit; durations and ages too
	FigureNumber   FigureKind = "number"   // Value in 1/10000; a number without a known unit
	FigurePhone    FigureKind = "phone"    // Key: the digits, extension after #
	FigureEmail    FigureKind = "email"    // Key: the address in lower case
	FigureURL      FigureKind = "url"      // Key: the address
	FigureDocument FigureKind = "document" // Key: 甲科规〔2023〕3号
	FigureDigits   FigureKind = "digits"   // Key: a run of digits too long for a number
)

// FigureOp is the comparison that stands with a figure.
type FigureOp string

// The comparisons; 以上, 以下 and 以内 include the limit.
const (
	OpNone    FigureOp = ""
	OpAtLeast FigureOp = ">="
	OpAtMost  FigureOp = "<="
	OpOver    FigureOp = ">"
	OpUnder   FigureOp = "<"
	OpAbout   FigureOp = "~"
)

// sign is the comparison as people write it.
func (op FigureOp) sign() string {
	switch op {
	case OpAtLeast:
		return "≥"
	case OpAtMost:
		return "≤"
	case OpAbout:
		return "≈"
	}
	return string(op)
}

// Figure is one number, date, amount, share, contact or document number of a
// text, in exact integers of a base unit.
//
// Not figures are: the numbers of sections and items (一、 （一） 1. （1）), of
// attachments, tables and ordinals (附件2, 表1, 第3), digits that are part of a
// Latin word (A4, 5G, PM2.5), Chinese numerals without a counter (一级, 一体化,
// 双一流), and the idioms of figure_han.go.
type Figure struct {
	Kind  FigureKind `json:"kind"`
	Value int64      `json:"value,omitempty"`
	High  int64      `json:"high,omitempty"`
	Unit  string     `json:"unit,omitempty"`
	Key   string     `json:"key,omitempty"`
	Op    FigureOp   `json:"op,omitempty"`
	// Weak marks what may be a figure or a turn of speech: 一次, 一项, and
	// Chinese numerals in quotes. A clause may cite it and need not.
	Weak bool `json:"weak,omitempty"`
	// Spelled marks a Chinese numeral before a counter (三家). In a clause in our
	// own words it may count what the clause lists (两条途径), so that it need not
	// stand in the source; where the source says it, a clause must carry it.
	Spelled bool `json:"spelled,omitempty"`

	Text  string `json:"text"`
	Start int    `json:"-"` // byte offsets in the text
	End   int    `json:"-"`
}

// unitScale is what quantities and bare numbers are counted in: 1/10000.
const unitScale = 10_000

// Figures finds the figures of a text in the order in which they stand. It
// reads prose, expressions of the rule language and values of YAML alike, so
// that both sides of a comparison are read the same way. A range (3-5个) is two
// figures: at least 3, at most 5; only years stay one window.
func Figures(text string) []Figure {
	s := newScanner(text)
	s.run()
	slices.SortStableFunc(s.out, func(a, b Figure) int { return cmp.Compare(a.Start, b.Start) })
	return s.out
}

// same reports that a cited figure and a figure of the source mean the same
// thing, comparisons aside. What the citing side leaves out (a unit, a year, an
// area code) may be anything.
func (f Figure) same(src Figure) bool {
	if f.Kind == src.Kind {
		return f.sameKind(src)
	}
	switch {
	case f.Kind == FigureNumber:
		return src.bare(f.Value)
	case src.Kind == FigureNumber:
		return f.bare(src.Value)
	case f.Kind == FigureDigits:
		return src.Kind == FigurePhone && samePhone(f.Key, src.Key)
	case f.Kind == FigureYear && src.Kind == FigureDate:
		return src.Value/10000 == f.Value
	case f.Kind == FigureYear && src.Kind == FigureMonth:
		return src.Value/100 == f.Value
	}
	return false
}

func (f Figure) sameKind(src Figure) bool {
	switch f.Kind {
	case FigureDate:
		return sameDay(f.Value, src.Value, 10000)
	case FigureMonth:
		return sameDay(f.Value, src.Value, 100)
	case FigureQuantity:
		return f.Value == src.Value && unitClass(f.Unit) == unitClass(src.Unit)
	case FigureFraction:
		return f.Value*src.High == src.Value*f.High
	case FigurePhone:
		return samePhone(f.Key, src.Key)
	case FigureDocument:
		return sameDocument(f.Key, src.Key)
	case FigureEmail, FigureURL, FigureDigits:
		return f.Key == src.Key
	default:
		return f.Value == src.Value && f.High == src.High
	}
}

// bare reports that a number without a unit can stand for the figure.
func (f Figure) bare(n int64) bool {
	switch f.Kind {
	case FigureQuantity:
		return f.Value == n
	case FigureMoney, FigureShare:
		return f.Value*(unitScale/100) == n && f.Value < 1<<50
	case FigureYear:
		return f.Value*unitScale == n
	case FigurePhone:
		return n%unitScale == 0 && samePhone(itoa(n/unitScale), f.Key)
	}
	return false
}

// sameDay compares days or months; without a year they match in any year.
func sameDay(a, b, year int64) bool {
	return a%year == b%year && (a == b || a < year || b < year)
}

// minLocalDigits is the length of the shortest telephone number without its
// area code.
const minLocalDigits = 7

// samePhone compares telephone numbers; one of them may lack the area code.
func samePhone(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return a == b || len(a) >= minLocalDigits && b[len(b)-len(a):] == a
}

// sameDocument compares document numbers; the word before the year may have
// caught something of the sentence on one side (根据甲科规).
func sameDocument(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return a == b || len(a) > 0 && a[0] >= 0x80 && b[len(b)-len(a):] == a
}
