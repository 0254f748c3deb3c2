package web

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A dump of the pages as standalone files.
func TestZZShots(t *testing.T) {
	dir := os.Getenv("SHOTS")
	if dir == "" {
		t.Skip()
	}
	f := newSubmitted(t)
	f.seal()
	f.mend(map[string]any{"lab_area": "5300 平方米", "direction": "deep_earth", "centre.fit": strings.Repeat("对应本方向的布局。", 20), "awards": map[string]any{"complete": true,
		"rows": []any{map[string]any{"title": "新奖", "award": "prov_first", "first": true, "year": 2020}}}})
	f.house.Confirm(f.id)
	f.submit()
	css := ""
	for _, n := range []string{"tabler.min.css", "shenbao.css"} {
		b, _ := os.ReadFile("static/" + n)
		css += string(b)
	}
	for name, path := range map[string]string{"receipt": "/versions/2", "versions": "/versions", "compare": "/compare"} {
		a := f.open("host admin", path).Body.String()
		a = strings.Replace(a, "</head>", "<style>"+css+"</style></head>", 1)
		file := filepath.Join(dir, name+".html")
		os.WriteFile(file, []byte(a), 0o600)
		for _, size := range []string{"1280,1900", "500,2600"} {
			w, _, _ := strings.Cut(size, ",")
			out, err := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size="+size, "--screenshot="+filepath.Join(dir, name+"-"+w+".png"), "file://"+file).CombinedOutput()
			if err != nil {
				t.Log(string(out))
			}
		}
	}
}
