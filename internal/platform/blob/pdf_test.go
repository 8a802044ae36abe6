package blob_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"strings"
	"testing"

	"tongban/internal/platform/blob"
	"tongban/internal/platform/fault"
)

// mendPNG gives the first chunk its check sum.
func mendPNG(b []byte) {
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
}

func TestUnpacking(t *testing.T) {
	t.Parallel()
	one := objects("", "stream\n", deflate("3 0 "+strings.Repeat(" ", 996)))
	two := append(bytes.Clone(one), one...)
	for _, tt := range []struct {
		name string
		pdf  []byte
		left int
		code string
	}{
		{"within the bound", one, 1000, ""},
		{"beyond the bound", one, 999, "upload.unreadable"},
		{"two streams within it", two, 2000, ""},
		{"two streams beyond it", two, 1999, "upload.unreadable"},
		{"what begins like a picture is left alone", objects("", "stream\n", deflate("\xff"+strings.Repeat(" ", 100_000))), 100_000, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code := ""
			var f *fault.Error
			if err := blob.InspectPDF(bytes.NewReader(tt.pdf), int64(len(tt.pdf)), tt.left); errors.As(err, &f) {
				code = f.Code
			} else if err != nil {
				t.Fatal(err)
			}
			if code != tt.code {
				t.Errorf("InspectPDF() = %q, want %q", code, tt.code)
			}
		})
	}
}

// Whatever comes in, the check answers; and what names a program is refused, wherever it stands.
func FuzzCheckPDF(f *testing.F) {
	for _, name := range []string{"plain.pdf", "objects.pdf", "script-in-objects.pdf", "encrypted.pdf"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, 40)
	}
	f.Add([]byte("%PDF-1.4 stream x\x9c /First /N (stream\r /EmbeddedFiles<</Names[]>> #4 /#4a#4A %%EOF"), 9)
	f.Fuzz(func(t *testing.T, b []byte, at int) {
		var refused *fault.Error
		if err := blob.CheckPDF(bytes.NewReader(b), int64(len(b))); err != nil && !errors.As(err, &refused) {
			t.Errorf("CheckPDF() = %v, want nil or a fault", err)
		}
		if at < 0 || at > len(b) {
			return
		}
		bad := append(append(append([]byte{}, b[:at]...), " /JavaScript "...), b[at:]...)
		if blob.CheckPDF(bytes.NewReader(bad), int64(len(bad))) == nil {
			t.Error("CheckPDF() = nil with a program")
		}
	})
}

func BenchmarkCheckPDF(b *testing.B) {
	scan := pdf("5 0 obj << /Length 1 >> stream\n" + string(bytes.Repeat([]byte("\xff\xd8\xff\x00 abc/def(xyz)\n"), 1<<20)) + "\nendstream")
	b.SetBytes(int64(len(scan)))
	for b.Loop() {
		if err := blob.CheckPDF(bytes.NewReader(scan), int64(len(scan))); err != nil {
			b.Fatal(err)
		}
	}
}
