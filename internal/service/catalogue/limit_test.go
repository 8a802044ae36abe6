package catalogue

import (
	"testing"

	"tongban/internal/platform/lang"
)

func TestLimitInWords(t *testing.T) {
	for _, tt := range []struct {
		n    int
		unit string
		want lang.Text
	}{
		{20, "working", lang.Text{ZH: "20 个工作日", EN: "20 working days"}},
		{1, "working", lang.Text{ZH: "1 个工作日", EN: "1 working day"}},
		{0, "working", lang.Text{ZH: "0 个工作日", EN: "0 working days"}},
		{30, "natural", lang.Text{ZH: "30 个自然日", EN: "30 natural days"}},
		{1, "month", lang.Text{ZH: "1 个月", EN: "1 month"}},
	} {
		if got := (Limit{N: tt.n, Unit: tt.unit}).Words(); got != tt.want {
			t.Errorf("%d %s in words = %v, want %v", tt.n, tt.unit, got, tt.want)
		}
	}
}
