package sample

import "time"

// person is one of a unit's people.
type person struct {
	name, number string
	birth        time.Time
}

// Family names and given names; among the latter are characters that old
// systems do not have, of more than two bytes in UTF-16 too.
var (
	families = []string{"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗", "亓", "逄", "褚", "仝", "欧阳", "上官"}
	givens   = []string{"明远", "文静", "天佑", "雨桐", "国栋", "思齐", "清扬", "晓岚", "嘉禾", "知行", "承志", "若水", "海波", "亦凡", "立新", "少峰",
		"喆", "堃", "淼", "翀", "昕玥", "梓涵", "建国", "秀英", "䶮", "珺", "𬭎", "𫍯", "㛃", "𠅤", "垚", "赟"}
)

// name is the name of the unit's nth person.
func (u Unit) name(n int) string {
	at := int(u.seed)*53 + n
	return families[at%len(families)] + givens[(at/len(families)+n*7)%len(givens)]
}

// person is the unit's nth person, between 26 and 59 years old in 2024.
func (u Unit) person(n int) person {
	born := day(1965+(n*5+int(u.seed))%33, time.Month(1+(n*11+int(u.seed))%12), 1+(n*13+int(u.seed)*3)%28)
	return person{u.name(n), identity(u.Place, born, 100+(int(u.seed)*71+n)%900), born}
}

// director is who leads the centre that the unit applies for: 52 in 2024, and
// no one of its staff.
func (u Unit) director() person {
	born := day(1972, time.Month(1+u.seed%12), 18)
	return person{u.name(500), identity(u.Place, born, 999-int(u.seed)), born}
}
