package bench
import ("testing";"fmt";"shenbao/internal/db";"shenbao/internal/dbtest";"shenbao/apply")
func TestPlan(t *testing.T){
 d:=dbtest.SQLite(t)
 b:=&testing.B{}; _=b
 h:=houseOfT(t,d)
 h.Rows(h.Begin().ID,10000,false)
 var rep func(q string)
 rep=func(q string){ db.View(t.Context(),d,func(r db.Reader)(int,error){ rows,err:=r.Query(t.Context(),"EXPLAIN QUERY PLAN "+q,string(h.Units["district"].ID)); if err!=nil{fmt.Println(err);return 0,nil}; for rows.Next(){ var a,b,c int; var s string; rows.Scan(&a,&b,&c,&s); fmt.Println(a,b,s)}; rows.Close(); return 0,nil})}
 rep(`WITH RECURSIVE below (id) AS (
			SELECT id FROM units WHERE id = $1
			UNION SELECT u.id FROM units u JOIN below b ON u.parent = b.id WHERE u.authority)
		SELECT a.id FROM applications a JOIN calls c ON c.id = a.call JOIN units h ON h.id = a.unit WHERE (h.parent IN (SELECT id FROM below) OR h.id = $1) AND a.version > 0 ORDER BY a.submitted DESC, a.id DESC LIMIT 51`)
 _=apply.ID("")
}
