package say

import (
	"fmt"
	"strconv"
	"strings"

	"rsc.io/qr"
)

// quiet is the white border, in modules, that scanners need around a code (ISO/IEC 18004).
const quiet = 4

// QR is an address as a code that telephones read: the path of an SVG and the side of its square.
type QR struct{ Path, Side string }

// Code draws an address.
func Code(address string) (QR, error) {
	c, err := qr.Encode(address, qr.M)
	if err != nil {
		return QR{}, fmt.Errorf("draw code: %w", err)
	}
	var b strings.Builder
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			from := x
			for x < c.Size && c.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	return QR{b.String(), strconv.Itoa(c.Size + 2*quiet)}, nil
}
