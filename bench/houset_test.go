package bench
import ("testing";"shenbao/internal/db";"shenbao/apply/applytest")
func houseOfT(t testing.TB,d *db.DB)*applytest.House{ return applytest.Build(t,d,nil)}
