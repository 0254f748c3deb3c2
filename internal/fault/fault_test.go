package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"shenbao/internal/fault"
)

func TestErrorNamesPlaceFieldClauseAndCause(t *testing.T) {
	f := fault.New(fault.Refused, "rule.unmet", 3000, "万元").
		At("form.yaml", 12, 3).In("rd_expense").Under("000-023").Because(io.ErrUnexpectedEOF)
	want := "form.yaml:12:3: rd_expense: refused: rule.unmet [3000 万元] under 000-023: unexpected EOF"
	if got := f.Error(); got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if !errors.Is(f, io.ErrUnexpectedEOF) {
		t.Error("the cause is not reachable with errors.Is")
	}
}

func TestPlace(t *testing.T) {
	for _, c := range []struct {
		file      string
		line, col int
		want      string
	}{
		{"", 0, 0, ""},
		{"", 4, 2, "4:2"},
		{"a.yaml", 0, 0, "a.yaml"},
		{"a.yaml", 4, 0, "a.yaml:4"},
		{"a.yaml", 4, 2, "a.yaml:4:2"},
	} {
		if got := fault.New(fault.Invalid, "k").At(c.file, c.line, c.col).Place(); got != c.want {
			t.Errorf("Place of %v = %q, want %q", c, got, c.want)
		}
	}
}

// A fault kept in a variable must not change under its other readers.
func TestBuildersCopy(t *testing.T) {
	base := fault.New(fault.Missing, "k")
	_ = base.At("x", 1, 1).In("f").Under("c").Because(io.EOF)
	if base.File != "" || base.Field != "" || base.Clause != "" || base.Err != nil {
		t.Errorf("the base fault was changed: %+v", base)
	}
}

func TestOf(t *testing.T) {
	if fault.Of(nil) != nil {
		t.Error("Of(nil) is not nil")
	}
	f := fault.New(fault.Late, "call.closed")
	if got := fault.Of(fmt.Errorf("submit: %w", f)); got != f {
		t.Errorf("Of did not find the wrapped fault: %v", got)
	}
	got := fault.Of(io.EOF)
	if got.Kind != fault.Internal || !errors.Is(got, io.EOF) {
		t.Errorf("Of(io.EOF) = %v, want an internal fault caused by EOF", got)
	}
}

func TestAll(t *testing.T) {
	a, b := fault.New(fault.Invalid, "a"), fault.New(fault.Missing, "b")
	caused := fault.New(fault.Invalid, "c").Because(errors.Join(a, b))
	for _, c := range []struct {
		name string
		err  error
		want []string
	}{
		{"nil", nil, nil},
		{"one", a, []string{"a"}},
		{"joined", errors.Join(a, b), []string{"a", "b"}},
		{"wrapped join", fmt.Errorf("load: %w", errors.Join(a, io.EOF)), []string{"a", "fault.internal"}},
		{"a fault caused by several is one fault", caused, []string{"c"}},
		{"also when wrapped", fmt.Errorf("load: %w", caused), []string{"c"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var keys []string
			for _, f := range fault.All(c.err) {
				keys = append(keys, f.Key)
			}
			if fmt.Sprint(keys) != fmt.Sprint(c.want) {
				t.Errorf("All = %v, want %v", keys, c.want)
			}
		})
	}
}
