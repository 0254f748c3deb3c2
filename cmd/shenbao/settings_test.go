package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"shenbao/internal/locale"
)

// settingsOf parses a command line of serve with an environment.
func settingsOf(env map[string]string, args ...string) (*serveCmd, error) {
	p, err := parse(append([]string{"serve"}, args...), locale.ZH, func(name string) string { return env[name] })
	if err != nil {
		return nil, err
	}
	return &p.cli.Serve, nil
}

func TestWhereSettingsComeFrom(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shenbao.yaml")
	text := "addr: 127.0.0.1:1\ndata: /file\nworkers: 7\ntrusted-proxy: [10.0.0.1, 10.0.0.2]\nadmin-addr:\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"SHENBAO_ADDR": "127.0.0.1:2", "SHENBAO_DATA": "/env", "SHENBAO_CONFIG": file, "SHENBAO_URL": ""}
	c, err := settingsOf(env, "--addr", "127.0.0.1:3")
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(c.Addr, " ", c.Data, " ", c.Workers, " ", c.TrustedProxy, " ", c.AdminAddr, " ", c.Passwords)
	if want := "127.0.0.1:3 /env 7 [10.0.0.1 10.0.0.2]  asvs"; got != want {
		t.Errorf("settings %q, want %q", got, want)
	}
	if c, err = settingsOf(nil, "--config", file); err != nil || c.Data != "/file" || c.Addr != "127.0.0.1:1" {
		t.Errorf("by --config: %+v, %v", c, err)
	}
	if c, err = settingsOf(map[string]string{"SHENBAO_TRUSTED_PROXY": "::1,10.0.0.9"}); err != nil || fmt.Sprint(c.TrustedProxy) != "[::1 10.0.0.9]" {
		t.Errorf("by the environment: %+v, %v", c, err)
	}
	// Only settings are looked up: a flag of another command is none.
	p, err := parse([]string{"job", "list"}, locale.ZH, func(name string) string {
		return map[string]string{"SHENBAO_STATE": "done", "SHENBAO_JSON": "true", "SHENBAO_DATA": "/env"}[name]
	})
	if err != nil || p.cli.Job.List.State != "dead" || p.cli.JSON || p.cli.Job.Data != "/env" {
		t.Errorf("job list: %v", err)
	}
}

func TestFilesOfSettings(t *testing.T) {
	for text, want := range map[string]string{
		"adr: x\n":                     ":1:6: 没有名为“adr”的选项；您是否想用 addr？",
		"data: /a\nquite-another: 1\n": ":2:16: 没有名为“quite-another”的选项，全部选项见 docs/operate/config.md",
		"config: other.yaml\n":         "没有名为“config”的选项",
		"data: {a: 1}\n":               "data: 这里要写一个值，或一列值",
		"data: [[1]]\n":                "data: 这里要写一个值，或一列值",
		"- a\n":                        "选项文件不是正确的 YAML",
		"data: /a\ndata: /b\n":         "选项文件不是正确的 YAML",
		"workers: many\n":              "--workers",
		"log-level: loud\n":            "--log-level",
	} {
		file := filepath.Join(t.TempDir(), "shenbao.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, stdout, stderr := shenbao(t, "zh", "", "serve", "--config", file)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%q: exit %d, %q, want %q", text, code, stderr, want)
		}
	}
	if code, _, stderr := shenbao(t, "zh", "", "serve", "--config", "no-such-file"); code != exitUsage || !strings.Contains(stderr, "no-such-file: 找不到") {
		t.Errorf("a missing file: exit %d, %q", code, stderr)
	}
	empty := filepath.Join(t.TempDir(), "empty.yaml")
	if err := os.WriteFile(empty, []byte("# nothing\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := settingsOf(nil, "--config", empty); err != nil {
		t.Errorf("an empty file: %v", err)
	}
}

// docs/operate/config.md lists every setting; go test -update rewrites it.
func TestSettingsAreDocumented(t *testing.T) {
	k, err := kong.New(&cli{}, kong.Name("shenbao"), kong.Vars{"lang": "zh"}, kong.NoDefaultHelp())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(configHead)
	for _, c := range k.Model.Children {
		if c.Name != "serve" {
			continue
		}
		for _, f := range c.Flags {
			if !f.Tag.Has("setting") {
				continue
			}
			def, key := "", "`"+f.Name+"`"
			if f.Default != "" {
				def = "`" + f.Default + "`"
			}
			if f.Name == "config" {
				key = "" // a file names no other file
			}
			fmt.Fprintf(&b, "| `--%s` | `%s` | %s | %s | %s<br>%s |\n", f.Name, variable(f.Name), key, def,
				locale.Text(locale.ZH, f.Help), locale.Text(locale.EN, f.Help))
		}
	}
	b.WriteString(configTail)
	file := "../../docs/operate/config.md"
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != b.String() {
		t.Errorf("docs/operate/config.md differs (%v); go test ./cmd/shenbao -update rewrites it", err)
	}
	// A setting that serve does not have would be in no list.
	names := settingNames(k.Model.Node)
	for _, c := range k.Model.Children {
		if c.Name == "serve" {
			for _, f := range c.Flags {
				delete(names, f.Name)
			}
		}
	}
	if len(names) != 0 {
		t.Errorf("settings that serve does not have: %v", names)
	}
}

const configHead = `# 配置 · Configuration

选项可以写在命令行、环境变量或一个 YAML 文件里：命令行优先于环境变量，环境变量优先于文件。文件由 ` + "`--config`" + ` 或 ` + "`SHENBAO_CONFIG`" + ` 指定；写错的选项会指出行号，程序不启动。所有运维命令用同一份文件。

An option may stand on the command line, in the environment, or in one YAML file: the command line goes before the environment, the environment before the file. ` + "`--config`" + ` or ` + "`SHENBAO_CONFIG`" + ` names the file; an option that there is not is told with its line, and nothing starts. All operating commands share the file.

This table is made from the program and compared with it by a test.

| option | environment | in the file | default | meaning |
|---|---|---|---|---|
`

const configTail = `
Secrets stand in the environment or in files that only the program reads, never in this file:

| environment | what |
|---|---|
| ` + "`SHENBAO_SECRET_KEY`" + ` | the text of ` + "`secret.key`" + `, where several servers share a database |
| ` + "`SHENBAO_JOURNAL_KEY`" + ` | the text of ` + "`journal.key`" + `, likewise |
| ` + "`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`" + ` | the keys to an S3 store |
| ` + "`SHENBAO_DATABASE`, `SHENBAO_MAIL`" + ` | addresses that hold a password |

An example:

` + "```yaml" + `
addr: 127.0.0.1:8080
url: https://sb.example.gov.cn
data: /var/lib/shenbao
trusted-proxy: [127.0.0.1]
admin-addr: 127.0.0.1:9090
mail-from: 申报平台 <noreply@sb.example.gov.cn>
` + "```" + `

- ` + "`trusted-proxy`" + `: only from these addresses is ` + "`X-Forwarded-For`" + ` believed. Without it every visitor behind a proxy looks like the proxy, and shares its limits.
- ` + "`admin-addr`" + `: serves ` + "`/metrics`" + ` (Prometheus), ` + "`/healthz`" + ` and ` + "`/readyz`" + `. It asks nobody who they are: bind it to an address that visitors cannot reach. It is off unless given.
- ` + "`mail`" + `: ` + "`smtp://user:password@host:587`" + ` (STARTTLS) or ` + "`smtps://…:465`" + `. Encryption is required unless the server is this machine. Without it letters are written as .eml files into ` + "`mail/`" + ` of the data folder.
- ` + "`clamd`" + `: ` + "`tcp://127.0.0.1:3310`" + ` or ` + "`unix:/run/clamav/clamd.ctl`" + `, a ClamAV daemon that looks through every uploaded file before it is accepted; while it does not answer, nothing is. Its ` + "`StreamMaxLength`" + ` has to allow films of 1 GB (` + "`StreamMaxLength 1100M`" + `). A file is sent to it unencrypted.
- ` + "`hook-network`" + `: webhooks leave for the open Internet by HTTPS alone; a name that stands for an address of this machine or of a private network is not dialled. What is named here may be reached all the same, by HTTP too: ` + "`10.20.0.0/16`" + `, or ` + "`10.20.3.4/32`" + ` for one program. Whoever administers a unit may then send its messages there, so name as little as possible.
- ` + "`blobs`" + `: ` + "`s3://bucket/prefix?endpoint=https://host:9000&region=…`" + `, or a folder. An attachment is acknowledged after it was read back and hashed.
`
