package call

import (
	"fmt"
	"testing"
)

func TestZZ(t *testing.T) {
	for _, id := range []string{"shandong-tic-2024", "shanxi-tic-2024", "qingdao-tic-2019"} {
		for i, q := range Questions(pack(t, id), "zh") {
			fmt.Println(id, i, q.Code, q.Label, q.Kind, q.Weight, q.always, q.From, q.rank())
		}
	}
}
