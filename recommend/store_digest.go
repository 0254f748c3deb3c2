package recommend

import (
	"context"
	"strings"

	"shenbao/internal/db"
)

// queueSize counts what queue would list without a limit.
func queueSize(ctx context.Context, r db.Reader, k asking) (n int64, err error) {
	args := &arguments{}
	where := append([]string{"s.authority = " + args.place(k.by.Unit)}, k.narrow(args)...)
	err = r.QueryRow(ctx, `SELECT COUNT(*)`+fromSteps+`JOIN applications a ON a.id = s.application WHERE `+strings.Join(where, " AND "), args.all...).Scan(&n)
	return n, err
}
