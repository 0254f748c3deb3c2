package pdf_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"shenbao/internal/fault"
	"shenbao/internal/pdf"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// tool skips the test when a program of poppler-utils is missing.
func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("needs %s (Debian package poppler-utils)", name)
	}
	return path
}

// file writes the document into a folder of the test.
func file(t testing.TB, d *pdf.Document) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(name, written(t, d), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func written(t testing.TB, d *pdf.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	n, err := d.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Fatalf("WriteTo = %d of %d bytes, %v", n, b.Len(), err)
	}
	return b.Bytes()
}

// run returns what a program says about the document.
func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	var complaints bytes.Buffer
	cmd := exec.Command(tool(t, name), args...)
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("%s: %v\n%s", name, err, complaints.String())
	}
	return string(out)
}

// words reads the text of a document back, in the order in which it was
// printed, compatible forms unified.
func words(t testing.TB, d *pdf.Document) string {
	t.Helper()
	return nfkc(run(t, "pdftotext", "-raw", "-enc", "UTF-8", file(t, d), "-"))
}

func nfkc(s string) string { return norm.NFKC.String(s) }

// solid drops all white space.
func solid(s string) string { return strings.Join(strings.Fields(s), "") }

// sample is a document with one of everything.
func sample() *pdf.Document {
	d := pdf.New(pdf.Meta{
		Title: "山东省重点研发计划项目申报书 𠅤", Header: "重大科技创新工程 · 申报书", Footer: "版本 3f9a51c07be2",
		Watermark: "草稿", Created: time.Date(2027, 3, 1, 9, 30, 0, 0, time.FixedZone("CST", 8*3600)),
	})
	d.Title("重大科技创新工程项目申报书")
	d.QR("https://example.org/v/3f9a51c07be2d1889f05a6c4e3b27d10", "版本摘要 3f9a51c07be2d1889f05a6c4e3b27d10",
		"扫码核对：打印件与系统中的版本一致时，摘要相同。")
	d.Heading(1, "一、基本信息")
	d.Facts(pdf.Fact{"项目名称", "面向海洋牧场的低功耗水下物联网关键技术与装备"}, pdf.Fact{"申报单位", "泉城示例科技有限公司"},
		pdf.Fact{"负责人", "钟𣗋（高级工程师）"}, pdf.Fact{"执行期", "2027年4月至2030年3月"}, pdf.Fact{"联系方式", "电话 0531-00000000\n邮箱 lianxi@example.org"})
	d.Heading(1, "二、研究内容")
	d.Heading(2, "（一）主要任务")
	d.Text("本项目面向近海养殖的实际需要，研制续航超过 36 个月的水下节点；在浪高 2.5 m、盐度 35‰ 的海况下，数据到达率不低于 99.5%。拟投入研发经费 1,280.50 万元，其中申请财政资助 400 万元（占 31.2%），其余由申报单位自筹。\n" +
		"“十四五”以来，团队承担省级以上课题12项，发表论文 56 篇，授权发明专利23件——其中国际专利 4 件……相关成果见 https://example.org/achievements/underwater-internet-of-things/2026 与附件。CO₂ 排放强度下降至 10⁻⁶ 量级。")
	d.Heading(2, "（二）进度安排")
	d.Note("说明：每一阶段结束前 15 个工作日内提交阶段报告。")
	d.Heading(1, "三、经费预算")
	d.Table(pdf.Table{
		Caption: "表 1 项目经费预算（万元）",
		Columns: []pdf.Column{{Head: "序号", Width: 14, Align: pdf.Center}, {Head: "科目"}, {Head: "合计", Width: 28, Align: pdf.Right}, {Head: "财政资助", Width: 28, Align: pdf.Right}, {Head: "说明", Width: 40}},
		Rows: [][]string{{"1", "设备费", "520.00", "160.00", "水声测试设备 2 台"}, {"2", "业务费", "610.50", "200.00", "材料、测试、出版"},
			{"3", "劳务费", "150.00", "40.00"}},
		Totals: []string{"", "合计", "1,280.50", "400.00"},
	})
	d.Rule()
	d.SealLine("申报单位（盖章）：", "法定代表人（签字）：", "日期：")
	return d
}

func TestGoldenPages(t *testing.T) {
	got := run(t, "pdftotext", "-layout", "-enc", "UTF-8", file(t, sample()), "-")
	const golden = "testdata/sample.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the pages read differently now; see %s, and -update:\n%s", golden, got)
	}
}

func TestMetadata(t *testing.T) {
	info := run(t, "pdfinfo", "-isodates", file(t, sample()))
	for _, want := range []string{"Title:           山东省重点研发计划项目申报书 𠅤\n", "CreationDate:    2027-03-01T09:30:00+08\n", "Page size:       595.28 x 841.89 pts (A4)\n", "Pages:           2\n"} {
		if !strings.Contains(info, want) {
			t.Errorf("pdfinfo does not say %q:\n%s", want, info)
		}
	}
	bare := run(t, "pdfinfo", file(t, pdf.New(pdf.Meta{})))
	for _, leak := range []string{"Author", "Creator", "Producer", "CreationDate", "ModDate", "Title"} {
		if strings.Contains(bare, leak) || leak != "CreationDate" && leak != "Title" && strings.Contains(info, leak) {
			t.Errorf("the file names its %s:\n%s", leak, bare)
		}
	}
}

func TestSameBytes(t *testing.T) {
	d := sample()
	first := written(t, d)
	if !bytes.Equal(first, written(t, d)) {
		t.Error("written twice, a document differs")
	}
	if !bytes.Equal(first, written(t, sample())) {
		t.Error("the same calls gave other bytes")
	}
}

// TestSeveralAtOnce writes documents side by side: they share the parsed fonts.
func TestSeveralAtOnce(t *testing.T) {
	want := written(t, sample())
	var done sync.WaitGroup
	for range 8 {
		done.Go(func() {
			var b bytes.Buffer
			if _, err := sample().WriteTo(&b); err != nil || !bytes.Equal(b.Bytes(), want) {
				t.Errorf("another document, %v", err)
			}
		})
	}
	done.Wait()
}

func TestMissingGlyph(t *testing.T) {
	d := pdf.New(pdf.Meta{})
	d.Heading(1, "二、团队")
	d.Text("联系人：小明😀先生")
	d.Text("后面还有\U0001F680")
	_, err := d.WriteTo(&bytes.Buffer{})
	var f *fault.Fault
	if !errors.As(err, &f) || f.Key != "pdf.glyph_in" {
		t.Fatalf("WriteTo = %v, want a fault", err)
	}
	for i, want := range []string{"😀", "U+1F600", "联系人：小明😀先生", "二、团队"} {
		if f.Args[i] != want {
			t.Errorf("argument %d is %q, want %q", i+1, f.Args[i], want)
		}
	}
	spelled := pdf.New(pdf.Meta{Spell: true})
	spelled.Text("联系人：小明😀先生")
	if got := words(t, spelled); !strings.Contains(got, "小明[U+1F600]先生") {
		t.Errorf("spelled: %q", got)
	}
	lacking, err := pdf.Lacking("陳先生😀\n①☑ CO₂ Łódź 😀\u202e\U0001F680")
	if err != nil || string(lacking) != "😀\U0001F680" {
		t.Errorf("Lacking = %q, %v", string(lacking), err)
	}
}
