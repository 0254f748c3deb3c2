package apply

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"shenbao/actor"
	"shenbao/programme"
)

// packageOf reads a package of programmes/.
func packageOf(t *testing.T, id string) *programme.Package {
	t.Helper()
	l, err := programme.Open(os.DirFS("../programmes"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := l.Load(id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// keyedForm is a form of a package with facts; the rows of a list are numbered.
func keyedForm(t *testing.T, id string, facts map[string]any) *Form {
	t.Helper()
	fm := &Form{Of: &Application{ID: "self"}, Package: packageOf(t, id), Fields: map[string]*Field{}}
	put := func(name string, value any) {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		fm.Fields[name] = &Field{Name: name, Value: text}
	}
	for code, value := range facts {
		rows, ok := value.([]map[string]any)
		if !ok {
			put(code, value)
		}
		for i, row := range rows {
			put(fmt.Sprintf("%s/%032x", code, i), row)
		}
	}
	return fm
}

func someone(hash, shown string) map[string]any { return map[string]any{"code": hash, "name": shown} }

// What the forms of the packages hold is known by these keys.
func TestKeysOfForms(t *testing.T) {
	host := &actor.Unit{Code: "91HOST", Place: "370114"}
	for _, c := range []struct {
		name, of string
		facts    map[string]any
		want     []string
	}{
		{"people of a list and by themselves", "shandong-tic-2024", map[string]any{
			"centre.name": "甲技术创新中心", "direction": "humanoid_robot",
			"staff": []map[string]any{{"name": "王知远", "person": someone("h1", "370***"), "birth": "1980-03-09"}, {"name": "李 念慈", "birth": "1981-01-01"},
				{"name": "张", "birth": "1981-01-01"}, {"name": "没有日期"}},
			"director.name": "赵望舒", "director.person": someone("h2", "赵望舒"), "director.birth": "1972-12-18", "manager.name": "钱某"},
			[]string{"person h1 staff/0 firm 王知远", "person ~王知远/1980-03 staff/0 firm 王知远", "person ~李念慈/1981-01 staff/1 李 念慈",
				"person h2 director.person firm 赵望舒", "person ~赵望舒/1972-12 director.person firm 赵望舒", "direction 3701/人形机器人 direction 人形机器人", "host 91HOST/2024"}},
		{"no direction of those listed", "shandong-tic-2024", map[string]any{"direction": "other"}, []string{"host 91HOST/2024"}},
		{"results, instruments and premises of three units", "shanxi-tic-2024", map[string]any{
			"units":     []map[string]any{{"unit": someone("91HOST", "甲"), "role": "first"}, {"unit": someone("12UNI", "乙大学"), "role": "other"}},
			"results":   []map[string]any{{"name": "一种碳纤维的制备方法", "code": "ZL 2020 1 0123456.7"}, {"name": "温控系统", "code": "CL-7"}},
			"equipment": []map[string]any{{"name": "电镜", "code": "sb-０１"}},
			"sites":     []map[string]any{{"address": "山西省太原市小店区龙城大街 1 号 3 楼", "code": "晋（2020）不动产权第0001号"}}},
			[]string{"result ZL202010123456 results/0 firm 一种碳纤维的制备方法", "result ~一种碳纤维的制备方法/ results/0 firm 一种碳纤维的制备方法",
				"result 91HOST/CL-7 results/1 温控系统", "result 12UNI/CL-7 results/1 温控系统",
				"instrument 91HOST/SB-01 equipment/0 电镜", "instrument 12UNI/SB-01 equipment/0 电镜",
				"premises 91HOST/晋(2020)不动产权第0001号 sites/0 山西省太原市小店区龙城大街 1 号 3 楼", "premises 12UNI/晋(2020)不动产权第0001号 sites/0 山西省太原市小店区龙城大街 1 号 3 楼",
				"premises ~晋(2020)不动产权第0001号 sites/0 山西省太原市小店区龙城大街 1 号 3 楼", "premises ~小店区龙城大街1号3楼 sites/0 山西省太原市小店区龙城大街 1 号 3 楼", "host 91HOST/2024"}},
		{"a project and people without numbers", "jinan-2019/social", map[string]any{
			"project.title": "社区养老服务机器人的研制", "team": []map[string]any{{"name": "孙某某", "birth": "1990-05-05"}}},
			[]string{"title ~社区养老服务机器人的研制 project.title 社区养老服务机器人的研制", "person ~孙某某/1990-05 team/0 孙某某", "host 91HOST/2024"}},
		{"a field of industry", "qingdao-tic-2019", map[string]any{"centre.name": "乙技术创新中心", "domain": "marine"},
			[]string{"direction 3701/现代海洋 domain 现代海洋", "host 91HOST/2024"}},
	} {
		var got []string
		for _, k := range keyedForm(t, c.of, c.facts).keys(host, 2024) {
			field := k.field
			if code, row := split(field); IsRow(row) {
				field = code + "/" + strings.TrimLeft(row, "0")
				if strings.HasSuffix(field, "/") {
					field += "0"
				}
			}
			if k.weak && k.kind != DirectionKind {
				k.key = "~" + k.key
			}
			line := strings.Join(strings.Fields(k.kind+" "+k.key+" "+field), " ")
			if k.firm {
				line += " firm"
			}
			got = append(got, strings.TrimSpace(line+" "+k.shown))
		}
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %s\nwant %s", c.name, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
	}
}

// Numbers that the whole country knows have one form; others are their unit's.
func TestPublicNumbers(t *testing.T) {
	for _, c := range []struct {
		typed, want string
		public      bool
	}{
		{"ZL202010123456.7", "ZL202010123456", true}, {"zl 2020 1 0123456.7", "ZL202010123456", true}, {"CN202010123456.X", "ZL202010123456", true},
		{"２０２０１０１２３４５６．７", "ZL202010123456", true}, {"ZL98101234.5", "ZL98101234", true}, {"CN101234567B", "CN101234567B", true},
		{"GB/T 1234.5—2020", "GB/T1234.5-2020", true}, {"DB37/T 4321-2021", "DB37/T4321-2021", true}, {"2021SR0123456", "2021SR0123456", true},
		{"软著登字第1234567号", "软著登字第1234567号", true}, {"https://doi.org/10.1038/s41586-020-1", "10.1038/S41586-020-1", true}, {"doi:10.1038/S41586-020-1", "10.1038/S41586-020-1", true},
		{"CL-001", "CL-001", false}, {"20240001", "20240001", false}, {"202401010001", "202401010001", false}, {"", "", false}, {"山东-1", "山东-1", false},
	} {
		if got, public := publicNumber(code(c.typed)); got != c.want || public != c.public {
			t.Errorf("%s: %s %v, want %s %v", c.typed, got, public, c.want, c.public)
		}
	}
}

// One address is written in several ways; two floors are two addresses.
func TestAddresses(t *testing.T) {
	same := []string{"山东省济南市章丘区明水街道创业路1号3楼", "济南市章丘区明水街道创业路1号3楼", "章丘区明水街道创业路１号 3楼", "中国山东省济南市章丘区明水街道，创业路1号（3楼）"}
	for _, a := range same {
		if address(a) != address(same[0]) {
			t.Errorf("%s: %s, want %s", a, address(a), address(same[0]))
		}
	}
	for _, b := range []string{"章丘区明水街道创业路1号4楼", "历下区明水街道创业路1号3楼", "章丘区明水街道创业路11号3楼"} {
		if address(b) == address(same[0]) {
			t.Errorf("%s is taken for %s", b, same[0])
		}
	}
}

func TestPlatformKinds(t *testing.T) {
	for id, want := range map[string]string{"shandong-tic-2024": "prov_tic", "shanxi-tic-2024": "prov_tic", "qingdao-tic-2019": "city_tic", "jinan-2019/clinical-centre": "", "shandong-plan-2024": ""} {
		if got := platformKind(packageOf(t, id)); got != want {
			t.Errorf("%s is for %q, want %q", id, got, want)
		}
	}
}

func TestCities(t *testing.T) {
	for place, want := range map[string]string{"370114": "3701", "370100": "3701", "370000": "", "110108": "11", "110000": "11", "": "", "3701": ""} {
		if got := cityOf(place); got != want {
			t.Errorf("%s lies in %q, want %q", place, got, want)
		}
	}
}
