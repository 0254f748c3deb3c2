package sweep

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"shenbao/rule"
)

// enterpriseLine writes a unit as a line of about 1 KB: Chinese and English
// names, flat and nested, numbers with and without their unit, and facts that no
// rule reads.
func enterpriseLine(r *rand.Rand, f *rule.Facts) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"id": "9137010%09d", "comment": "%s"`, r.IntN(1e9), strings.Repeat("由统计年报导出，数值以万元计。", 8))
	money := func(v rule.Value) string { return fmt.Sprintf(`"%d.%04d 万元"`, v.N/1e6, v.N/100%1e4) }
	for _, fact := range f.Schema.Facts {
		v := f.Value(fact)
		switch {
		case fact.Kind == rule.SeriesKind:
			fmt.Fprintf(&b, `, "%s": {`, fact.Name)
			for y := fact.Years[0]; y <= fact.Years[1]; y++ {
				if y > fact.Years[0] {
					b.WriteString(", ")
				}
				text := money(f.YearValue(fact, y))
				if f.YearValue(fact, y).State != rule.Known {
					text = "null"
				}
				fmt.Fprintf(&b, `"%d": %s`, y, text)
			}
			b.WriteString("}")
		case v.State != rule.Known:
		case fact.Kind == rule.BoolKind:
			fmt.Fprintf(&b, `, "%s": %t`, fact.Code, v.N != 0)
		case fact.Kind == rule.DateKind:
			fmt.Fprintf(&b, `, "%s": "%s"`, fact.Name, rule.FormatDay(v.N))
		case fact.Kind == rule.ChoiceKind:
			fmt.Fprintf(&b, `, "%s": "%s"`, fact.Name, fact.Options[v.N].Code)
		case fact.Kind == rule.MoneyKind:
			fmt.Fprintf(&b, `, "%s": {"value": %s, "status": "unverified"}`, fact.Name, money(v))
		case fact.Kind == rule.DecimalKind, fact.Kind == rule.PercentKind:
			fmt.Fprintf(&b, `, "%s": %d.%02d`, fact.Name, v.N/100, v.N%100)
		default:
			fmt.Fprintf(&b, `, "%s": %d`, fact.Name, v.N)
		}
	}
	b.WriteString("}\n")
	return b.Bytes()
}

// BenchmarkNDJSON loads lines of about 1 KB, directly and by way of a facts
// file.
func BenchmarkNDJSON(b *testing.B) {
	p := enterprises(b)
	r, f := rand.New(rand.NewPCG(7, 7)), p.Schema.NewFacts()
	var text []byte
	const lines = 20_000
	for range lines {
		enterprise(r, f)
		text = append(text, enterpriseLine(r, f)...)
	}
	escaped := escapeAll(b, text)
	rate := func(b *testing.B, text []byte) {
		b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
		b.ReportMetric(float64(len(text))/lines, "B/line")
	}
	for name, text := range map[string][]byte{"direct": text, "escaped": escaped} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				l := &Loader{Table: NewTable(p.Schema, p.Rules), Faults: func(f RowFault) { b.Fatal(f.Fault) }}
				if err := l.NDJSON(b.Context(), bytes.NewReader(text)); err != nil || l.Table.Rows() != lines {
					b.Fatal(err, l.Table.Rows())
				}
			}
			rate(b, text)
		})
	}
	var keyless []string
	for line := range bytes.Lines(text) {
		_, rest, _ := bytes.Cut(line, []byte(", "))
		keyless = append(keyless, "{"+string(rest))
	}
	b.Run("ReadFacts", func(b *testing.B) {
		for b.Loop() {
			t := NewTable(p.Schema, p.Rules)
			for _, line := range keyless {
				facts, faults := p.Schema.ReadFacts(strings.NewReader(line))
				if len(faults) > 0 {
					b.Fatal(faults[0])
				}
				t.Append(facts)
			}
		}
		rate(b, text)
	})
}

// escapeAll writes every character beyond ASCII as \uXXXX.
func escapeAll(b *testing.B, text []byte) []byte {
	var out bytes.Buffer
	for _, c := range string(text) {
		if c < 128 {
			out.WriteRune(c)
		} else {
			fmt.Fprintf(&out, `\u%04x`, c)
		}
	}
	if !json.Valid(bytes.SplitN(out.Bytes(), []byte("\n"), 2)[0]) {
		b.Fatal("no JSON")
	}
	return out.Bytes()
}
