package web

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"testing"

	"shenbao/internal/db"
)

func TestZZNine(t *testing.T) {
	if os.Getenv("SHOTS") == "" {
		t.Skip()
	}
	k := newCounter(t, newSite(t))
	srv := httptest.NewServer(k.server.Handler())
	defer srv.Close()
	k.house.Hire("abroad admin", "abroad", "unit_admin")
	at := "/papers/" + string(k.id)
	k.post("abroad officer", at, 303, "version", "1", "received", "2024-11-27T11:30", "copies", "1", "item", "application_print:there", "remark", "缺资格审查表和印证材料，已电话通知补交")
	k.post("abroad admin", "/hooks", 200, "name", "值班群", "address", "https://oapi.example.org/robot", "format", "dingtalk", "kinds", "recommend.notice.arrived")
	c := k.files("stranger", "/complaints/new", map[string]string{"call": k.callID(), "about": "某某咨询公司", "story": "自称能包过，要价八万元", "contact": "13800001111"}, [3]string{"file", "截图.png", tinyPNG})
	own := ownLink.FindStringSubmatch(c.Body.String())[1]
	l := k.get("abroad officer", "/complaints")
	cmd := exec.Command("node", "zz_nine.mjs")
	cmd.Dir = "../e2e"
	cmd.Env = append(os.Environ(), "E2E_BASE="+srv.URL, "E2E_PICTURES="+os.Getenv("SHOTS"), "OFFICER="+k.who("abroad officer").token, "ADMIN="+k.who("abroad admin").token,
		"HOST="+k.who("shanxi admin").token, "PAPER="+at, "CASE=/queue/"+k.open(), "APP=/applications/"+string(k.id), "CALL="+k.callID(), "OWN="+own, "COMPLAINT="+complaintLink.FindString(l))
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}

var complaintLink = regexp.MustCompile(`/complaints/[0-9a-f]{32}`)

func (k *counter) callID() (id string) {
	_, err := db.View(k.t.Context(), k.db, func(r db.Reader) (int, error) {
		return 0, r.QueryRow(k.t.Context(), `SELECT call FROM applications WHERE id = $1`, k.id).Scan(&id)
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return id
}
