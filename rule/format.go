package rule

import (
	"fmt"
	"strconv"
	"strings"
)

// Format prints a tree in the given language, "zh" or "en", so that Parse
// reads it back as the same tree.
func Format(n Node, lang string) string {
	p := &printer{lang: lang}
	p.rule(n)
	return p.b.String()
}

type printer struct {
	b    strings.Builder
	lang string
}

// say writes the Chinese or the English word.
func (p *printer) say(zh, en string) {
	if p.lang == "en" {
		zh = en
	}
	p.b.WriteString(zh)
}

func (p *printer) rule(n Node) {
	if n, ok := n.(*If); ok {
		p.say("若 ", "if ")
		p.junction(n.Cond)
		p.say(" 则 ", " then ")
		p.junction(n.Then)
		return
	}
	p.junction(n)
}

func (p *printer) junction(n Node) {
	switch n := n.(type) {
	case *All:
		p.list(n.Of, " 且 ", " and ")
	case *Any:
		p.list(n.Of, " 或 ", " or ")
	default:
		p.term(n)
	}
}

func (p *printer) list(of []Node, zh, en string) {
	for i, c := range of {
		if i > 0 {
			p.say(zh, en)
		}
		p.term(c)
	}
}

func (p *printer) term(n Node) {
	switch n := n.(type) {
	case *All, *Any, *If:
		p.brackets(n)
	case *Not:
		p.say("非 ", "not ")
		p.term(n.X)
	case *Least:
		p.say(fmt.Sprintf("至少 %d 项 (", n.K), fmt.Sprintf("at least %d of (", n.K))
		for i, c := range n.Of {
			if i > 0 {
				p.b.WriteString("; ")
			}
			p.rule(c)
		}
		p.b.WriteByte(')')
	case *Ref:
		p.say("规则 ", "rule ")
		p.b.WriteString(n.Rule)
	case *Exists:
		p.quantified("存在 ", "exists ", n.List, n.Where)
	case *Every:
		p.quantified("所有 ", "every ", n.List, n.Where)
	case *Call:
		p.call(n)
	default:
		p.leaf(n)
	}
}

func (p *printer) brackets(n Node) {
	p.b.WriteByte('(')
	p.rule(n)
	p.b.WriteByte(')')
}

func (p *printer) quantified(zh, en string, list *Fact, where Node) {
	p.say(zh, en)
	p.fact(list)
	p.say(" 满足 ", " where ")
	p.brackets(where)
}

func (p *printer) call(n *Call) {
	p.say("核验 "+n.Check.Name, "check "+n.Check.Code)
	p.b.WriteByte('(')
	for i, a := range n.Args {
		if i > 0 {
			p.b.WriteString(", ")
		}
		switch {
		case a.Fact != nil:
			p.fact(a.Fact)
		case a.Param != nil:
			p.say(a.Param.Name, a.Param.Code)
		default:
			p.b.WriteString(quote(a.Str))
		}
	}
	p.b.WriteByte(')')
}

func (p *printer) fact(f *Fact) { p.say(f.Name, f.Code) }

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func (p *printer) leaf(n Node) {
	switch n := n.(type) {
	case *Is:
		p.fact(n.Fact)
	case *Given:
		p.say("已提交 ", "given ")
		p.fact(n.Fact)
	case *Compare:
		p.operand(n.L)
		p.say(" "+opWord(n.Op, dimOf(n.L))+" ", " "+n.Op.String()+" ")
		p.operand(n.R)
	case *About:
		p.operand(n.L)
		p.say(" 约为 ", " about ")
		p.operand(n.V)
		p.say(" 容差 ", " within ")
		p.operand(n.Within)
	case *Between:
		p.operand(n.X)
		p.say(" 在 ", " between ")
		p.operand(n.Lo)
		p.say(" 至 ", " and ")
		p.operand(n.Hi)
		p.say(" 之间", "")
	case *Ratio:
		p.ratio(n)
	case *In, *Has, *Within, *During:
		p.membership(n)
	case *TextClass, *Matches, *Same:
		p.textLeaf(n)
	}
}

func (p *printer) ratio(n *Ratio) {
	p.operand(n.L)
	if p.lang == "en" {
		p.b.WriteString(" " + n.Op.String() + " ")
		p.operand(n.Share)
		p.b.WriteString(" of ")
		p.operand(n.Of)
		return
	}
	word := opWord(n.Op, NoDimension)
	if n.Op == AtLeast {
		word = "不低于"
	}
	p.b.WriteString(" " + word + " ")
	p.operand(n.Of)
	p.b.WriteString(" 的 ")
	p.operand(n.Share)
}

func (p *printer) membership(n Node) {
	switch n := n.(type) {
	case *In:
		p.fact(n.Fact)
		if n.Set.Param == nil && len(n.Set.Codes) == 1 {
			p.say(" 为 ", " = ")
			p.option(n.Fact, n.Set.Codes[0])
			return
		}
		p.say(" 属于 ", " in ")
		p.set(n.Fact, n.Set)
	case *Has:
		p.fact(n.Fact)
		if n.All {
			p.say(" 包含全部 ", " has all ")
		} else {
			p.say(" 包含任一 ", " has any ")
		}
		p.set(n.Fact, n.Set)
	case *Within:
		p.fact(n.Fact)
		p.say(" 位于 ", " within ")
		p.set(n.Fact, n.Set)
	case *During:
		p.fact(n.Fact)
		p.say(" 处于 ", " during ")
		if n.Window.Param != nil {
			p.say(n.Window.Param.Name, n.Window.Param.Code)
		} else {
			p.b.WriteString(n.Window.String())
		}
	}
}

// String writes the window as 2020..2024 or as two dates.
func (w Window) String() string {
	if w.Days {
		return FormatDay(w.From) + ".." + FormatDay(w.To)
	}
	return strconv.FormatInt(w.From, 10) + ".." + strconv.FormatInt(w.To, 10)
}

func (p *printer) option(f *Fact, code string) {
	name := code
	if i, ok := f.option[code]; ok && p.lang != "en" {
		name = f.Options[i].Name
	}
	if !isName(name) || isDigit(rune(name[0])) {
		name = quote(name)
	}
	p.b.WriteString(name)
}

func (p *printer) set(f *Fact, s Set) {
	if s.Param != nil {
		p.say(s.Param.Name, s.Param.Code)
		return
	}
	p.b.WriteByte('{')
	for i, c := range s.Codes {
		if i > 0 {
			p.say("、", ", ")
		}
		p.option(f, c)
	}
	for i, c := range s.Places {
		if i > 0 {
			p.say("、", ", ")
		}
		fmt.Fprintf(&p.b, "%06d", c)
	}
	p.b.WriteByte('}')
}

func (p *printer) textLeaf(n Node) {
	switch n := n.(type) {
	case *TextClass:
		p.fact(n.Fact)
		if n.Without {
			p.say(" 不含 ", " without ")
		} else {
			p.say(" 只含 ", " only ")
		}
		p.say(classes[n.Class], n.Class)
	case *Matches:
		p.fact(n.Fact)
		p.say(" 匹配 ", " matches ")
		p.b.WriteString(quote(n.Re))
	case *Same:
		p.fact(n.Fact)
		p.say(" 为 ", " = ")
		if n.Other != nil {
			p.fact(n.Other)
		} else {
			p.b.WriteString(quote(n.Str))
		}
	}
}

// opWord is the Chinese word printed for an operator.
func opWord(o Op, d Dimension) string {
	if d == DateDim || d == YearDim {
		return [...]string{"", "不早于", "不晚于", "晚于", "早于", "等于", "不等于"}[o]
	}
	return [...]string{"", "不少于", "不超过", "超过", "低于", "等于", "不等于"}[o]
}

func formatOperand(o Operand, lang string) string {
	p := &printer{lang: lang}
	p.operand(o)
	return p.b.String()
}

func (p *printer) operand(o Operand) {
	switch o := o.(type) {
	case *FactOf:
		p.fact(o.Fact)
	case *ParamOf:
		p.say(o.Param.Name, o.Param.Code)
	case *Number:
		p.b.WriteString(o.Dec)
		if u := o.Unit; u != nil && (u.Code == "%" || u.Code == "‰") {
			p.b.WriteString(u.Code)
		} else if u != nil {
			p.say(" "+u.Name, " "+u.Code)
		}
	case *Day:
		p.b.WriteString(FormatDay(o.N))
	case *Agg:
		p.agg(o)
	case *Age:
		p.say("周岁(", "age(")
		p.fact(o.Of)
		p.b.WriteString(", ")
		p.operand(o.At)
		p.b.WriteByte(')')
	case *Length:
		p.say("字数(", "length(")
		p.fact(o.Of)
		p.b.WriteByte(')')
	}
}

var aggWords = map[string]string{"sum": "合计", "max": "最大", "min": "最小", "count": "数量"}

func (p *printer) agg(a *Agg) {
	if a.Over != nil {
		p.say(a.Of.Name+"."+a.Over.Name+aggWords[a.Fn], a.Of.Code+"."+a.Over.Code+"."+a.Fn)
		return
	}
	p.say(aggWords[a.Fn], a.Fn)
	p.b.WriteByte('(')
	if a.Of.list != nil {
		p.say(a.Of.list.Name+"."+a.Of.Name, a.Of.list.Code+"."+a.Of.Code)
	} else {
		p.fact(a.Of)
	}
	if a.Where != nil {
		p.say(" 满足 ", " where ")
		p.brackets(a.Where)
	}
	p.b.WriteByte(')')
}
