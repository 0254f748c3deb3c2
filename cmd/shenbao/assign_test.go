package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	assignFiles = "testdata/assign/"
	zeroSeed    = "0000000000000000000000000000000000000000000000000000000000000000"
)

// Plans, prices and shortages, in both languages and as JSON.
func TestAssign(t *testing.T) {
	plain := []string{"assign", "--scores", assignFiles + "scores.csv", "--per", "3", "--conflicts", assignFiles + "recusals.csv"}
	capped := []string{"assign", "--scores", assignFiles + "scores.csv", "--conflicts", assignFiles + "recusals.csv", "--caps", assignFiles + "caps.csv",
		"--experts", assignFiles + "experts.csv", "--applications", assignFiles + "applications.csv"}
	runs := [][]string{
		append(plain[:len(plain):len(plain)], "--load", "3", "--out", "-"),
		append(plain[:len(plain):len(plain)], "--load", "3", "--floor", "--q", "5/8", "--draw", zeroSeed),
		append(plain[:len(plain):len(plain)], "--load", "2"),
		capped,
		append(capped[:len(capped):len(capped)], "--floor", "--skip-prices", "--q", "2/3"),
	}
	for _, lang := range []string{"zh", "en"} {
		var b strings.Builder
		for _, args := range runs {
			transcript(t, &b, lang, args...)
		}
		golden(t, "assign."+lang+".golden", b.String())
	}
	var b strings.Builder
	for _, args := range runs[1:4] {
		transcript(t, &b, "zh", append(args[:len(args):len(args)], "--json")...)
	}
	golden(t, "assign.json.golden", b.String())
}

// A draw from the first step to the alternates, and what each step refuses.
func TestAssignProtocol(t *testing.T) {
	dir := t.TempDir()
	bundle := filepath.Join(dir, "b.zip")
	write := func(name string, v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	run := func(want int, args ...string) string {
		t.Helper()
		code, stdout, stderr := shenbao(t, "zh", "", append([]string{"assign"}, args...)...)
		if code != want {
			t.Fatalf("%v: exit %d, want %d\n%s%s", args, code, want, stdout, stderr)
		}
		return stdout + stderr
	}
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, []byte("a key of more than sixteen bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(0, "--scores", assignFiles+"scores.csv", "--per", "3", "--load", "3", "--conflicts", assignFiles+"recusals.csv", "--q", "1/2", "--skip-prices", "--bundle", bundle, "--key", key)
	if out := run(0, "verify", bundle); !strings.Contains(out, "还没有抽取") {
		t.Errorf("before the draw: %s", out)
	}
	type pair map[string]string
	var commitments, secrets []pair
	for _, party := range []string{"主管处室", "纪检监督", "公证处"} {
		var x map[string]string
		if err := json.Unmarshal([]byte(run(0, "commit", bundle, "--party", party, "--json")), &x); err != nil {
			t.Fatal(err)
		}
		commitments = append(commitments, pair{"party": party, "commitment": x["commitment"]})
		secrets = append(secrets, pair{"party": party, "secret": x["secret"]})
	}
	values := []pair{{"name": "上证综指收盘", "where": "上海证券交易所", "otherwise": "下一交易日"}}
	few := write("few.json", map[string]any{"commitments": commitments[:2], "values": values})
	if out := run(1, "announce", bundle, few); !strings.Contains(out, "至少要 3 方") {
		t.Errorf("two parties: %s", out)
	}
	plan := write("announce.json", map[string]any{"commitments": commitments, "values": values})
	run(0, "announce", bundle, plan)
	run(1, "announce", bundle, plan)
	run(1, "announce", bundle, write("typo.json", map[string]any{"comitments": commitments}))
	published := []pair{{"name": "上证综指收盘", "value": "3,210.45"}}
	swapped := []pair{secrets[1], secrets[0], secrets[2]}
	run(1, "reveal", bundle, write("swapped.json", map[string]any{"secrets": swapped, "values": published}))
	reveal := write("reveal.json", map[string]any{"secrets": secrets, "values": published})
	run(0, "reveal", bundle, reveal)
	if out := run(1, "reveal", bundle, reveal); !strings.Contains(out, "--redraw-of") {
		t.Errorf("a second draw: %s", out)
	}
	out := run(0, "verify", bundle)
	if !strings.Contains(out, "种子由秘密和公开数据导出") || strings.Contains(out, "E1") {
		t.Errorf("after the draw: %s", out)
	}
	var report struct {
		OK     bool        `json:"ok"`
		Panels []panelJSON `json:"panels"`
	}
	if err := json.Unmarshal([]byte(run(0, "verify", bundle, "--json")), &report); err != nil || !report.OK {
		t.Fatal(err, report)
	}
	panel := report.Panels[0]
	run(0, "replace", bundle, panel.Application, panel.Experts[0], "--reason", "病假")
	run(1, "replace", bundle, panel.Application, panel.Experts[0], "--reason", "病假")
	run(1, "replace", bundle, "none", panel.Experts[1], "--reason", "病假")
	if out := run(0, "verify", bundle); !strings.Contains(out, "病假") {
		t.Errorf("after the change: %s", out)
	}
	again := filepath.Join(dir, "again.zip")
	run(0, "--scores", assignFiles+"scores.csv", "--per", "3", "--load", "3", "--skip-prices", "--bundle", again, "--redraw-of", bundle, "--reason", "原批次漏报回避")
	if out := run(0, "verify", again); !strings.Contains(out, "重新抽取") || !strings.Contains(out, "漏报回避") {
		t.Errorf("a second draw is not visible: %s", out)
	}
	text, err := os.ReadFile(bundle)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/3] ^= 1
	if err := os.WriteFile(bundle, text, 0o600); err != nil {
		t.Fatal(err)
	}
	run(1, "verify", bundle)
}

func TestAssignFaults(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	fine := file("fine.csv", ",E1,E2\nA1,5,6\n")
	for _, tt := range []struct {
		want   int
		stderr string
		args   []string
	}{
		{0, "", []string{"--scores", fine, "--per", "1", "--load", "1"}},
		{1, "wrong.csv:2: A1 × E2: 第 3 列的“NaN”不是得分", []string{"--scores", file("wrong.csv", ",E1,E2\nA1,5,NaN\n"), "--per", "1", "--load", "1"}},
		{1, "ragged.csv:2: 有 2 格，第一行有 3 格", []string{"--scores", file("ragged.csv", ",E1,E2\nA1,5\n"), "--per", "1", "--load", "1"}},
		{1, "每份申报书几位专家", []string{"--scores", fine, "--load", "1"}},
		{1, "每位专家最多几份", []string{"--scores", fine, "--per", "1"}},
		{1, "不能是负数", []string{"--scores", fine, "--per=-1", "--load", "1"}},
		{1, "“5/4”不能作为概率", []string{"--scores", fine, "--per", "1", "--load", "1", "--q", "5/4"}},
		{1, "“0”不能作为概率", []string{"--scores", fine, "--per", "1", "--load", "1", "--q", "0"}},
		{1, "不是 64 位十六进制数", []string{"--scores", fine, "--per", "1", "--load", "1", "--draw", "7"}},
		{1, "要同时写", []string{"--scores", fine, "--per", "1", "--load", "1", "--reason", "x"}},
		{1, "密钥太短", []string{"--scores", fine, "--per", "1", "--load", "1", "--bundle", filepath.Join(dir, "b.zip"), "--key", file("key", "short")}},
		{1, "找不到", []string{"--scores", "none.csv", "--per", "1", "--load", "1"}},
		{1, "不要再写 --per", []string{"--scores", fine, "--per", "1", "--load", "1", "--caps", file("caps.csv", "cap,seat,value\nseat,a,1\n")}},
		{1, "", []string{"--scores", fine, "--per", "3", "--load", "1"}},
		{1, "不是合格的存证包", []string{"verify", fine}},
		{2, "--scores", []string{"solve", "--per", "1"}},
		{2, "", []string{"--scores", fine, "--per", "many"}},
	} {
		code, _, stderr := shenbao(t, "zh", "", append([]string{"assign"}, tt.args...)...)
		if code != tt.want || !strings.Contains(stderr, tt.stderr) || tt.want == 0 && stderr != "" {
			t.Errorf("%v: exit %d, want %d; stderr %q", tt.args, code, tt.want, stderr)
		}
	}
}

// After a drop-out the plan changes as little as it can.
func TestAssignBefore(t *testing.T) {
	dir := t.TempDir()
	before, after := filepath.Join(dir, "before.csv"), filepath.Join(dir, "after.csv")
	base := []string{"assign", "--scores", assignFiles + "scores.csv", "--per", "3", "--load", "3", "--skip-prices"}
	if code, _, stderr := shenbao(t, "zh", "", append(base[:len(base):len(base)], "--out", before)...); code != 0 {
		t.Fatal(stderr)
	}
	recusals := filepath.Join(dir, "out.csv")
	if err := os.WriteFile(recusals, []byte("application,expert,rule\nA1,E1,sick\nA2,E1,sick\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := shenbao(t, "zh", "", append(base[:len(base):len(base)], "--conflicts", recusals, "--before", before, "--out", after)...)
	if code != 0 || !strings.Contains(stdout, "沿用原方案 16 对，共 18 对") {
		t.Errorf("exit %d\n%s%s", code, stdout, stderr)
	}
}
