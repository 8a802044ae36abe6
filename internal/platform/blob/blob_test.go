package blob_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"tongban/internal/platform/blob"
	"tongban/internal/platform/fault"
)

func open(t testing.TB) (*blob.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "uploads")
	s, err := blob.Open(blob.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, dir
}

// files lists every file below dir, with its content's hash.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if e.IsDir() {
			if info.Mode().Perm() != 0o700 {
				t.Errorf("folder %s has mode %v", p, info.Mode())
			}
			return nil
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("file %s has mode %v", p, info.Mode())
		}
		b, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		all[rel] = sum(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func sum(b []byte) string { h := sha256.Sum256(b); return hex.EncodeToString(h[:]) }

// sample gives one of the PDFs in testdata, which real programs have made: Ghostscript's pdfwrite the plain
// one and the script, fpdf the one without attachments, and qpdf from these the encrypted one, the
// attachment, and those with object streams.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func picture(t testing.TB, encode func(io.Writer, image.Image) error, wide, high int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, wide, high))
	m.SetGray(wide/2, high/2, color.Gray{200})
	var b bytes.Buffer
	if err := encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpg(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }

var all = []string{"application/pdf", "image/jpeg", "image/png"}

func TestPut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"营业执照.pdf", sample(t, "plain.pdf"), "application/pdf"},
		{"Objects.PDF", sample(t, "objects.pdf"), "application/pdf"},
		{"证明 (1).v2.pdf", sample(t, "no-attachments.pdf"), "application/pdf"},
		{"门头.jpg", picture(t, jpg, 40, 30), "image/jpeg"},
		{"门头.JPEG", picture(t, jpg, 1, 1), "image/jpeg"},
		{"平面图.png", picture(t, png.Encode, 40, 30), "image/png"},
	} {
		t.Run("keeps "+tt.name, func(t *testing.T) {
			t.Parallel()
			s, dir := open(t)
			got, err := s.Put(t.Context(), iotest.HalfReader(bytes.NewReader(tt.content)), blob.Rule{Accept: all, MaxBytes: int64(len(tt.content)), Name: tt.name})
			if err != nil {
				t.Fatal(err)
			}
			want := blob.File{Hash: sum(tt.content), Name: tt.name, Type: tt.want, Size: int64(len(tt.content))}
			if got != want {
				t.Errorf("Put() = %+v, want %+v", got, want)
			}
			if diff := cmp.Diff(map[string]string{filepath.Join(want.Hash[:2], want.Hash[2:]): want.Hash}, files(t, dir)); diff != "" {
				t.Errorf("on the disk (-want +got):\n%s", diff)
			}
			r, err := s.Open(got.Hash)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if back, err := io.ReadAll(r); err != nil || !bytes.Equal(back, tt.content) {
				t.Errorf("read back %d bytes, %v; want %d", len(back), err, len(tt.content))
			}
		})
	}
}

// pdf is a small PDF with something more in it.
func pdf(more string) []byte {
	return []byte("%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n" + more + "\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n")
}

func deflate(s string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	io.WriteString(z, s)
	z.Close()
	return b.String()
}

func objects(dict, keyword, data string) []byte {
	return pdf("5 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode " + dict + " >> " + keyword + data + "\nendstream endobj")
}

var errTorn = errors.New("the line is torn")

func TestPutRefuses(t *testing.T) {
	t.Parallel()
	good := sample(t, "plain.pdf")
	photo := picture(t, jpg, 40, 30)
	plan := picture(t, png.Encode, 40, 30)
	huge := bytes.Clone(plan) // IHDR tells 60000 × 60000
	copy(huge[16:], []byte{0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60})
	mendPNG(huge)
	s, dir := open(t)
	for _, tt := range []struct {
		name    string
		file    string
		content []byte
		code    string
	}{
		{"nothing", "a.pdf", nil, "upload.empty"},
		{"a byte too many", "a.pdf", append(bytes.Clone(good), make([]byte, 1<<20-len(good)+1)...), "upload.too-big"},
		{"much too much", "a.jpg", append(bytes.Clone(photo), make([]byte, 5<<20)...), "upload.too-big"},
		{"a program", "a.pdf", []byte("MZ\x90\x00\x03\x00\x00\x00"), "upload.wrong-type"},
		{"a script", "a.pdf", []byte("#!/bin/sh\nrm -rf /\n"), "upload.wrong-type"},
		{"a page", "a.png", []byte("<!doctype html><script>alert(1)</script>"), "upload.wrong-type"},
		{"a drawing with a script", "a.png", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`), "upload.wrong-type"},
		{"a photograph that says it is a PDF", "a.pdf", photo, "upload.wrong-type"},
		{"a PDF that says it is a photograph", "a.jpg", good, "upload.wrong-type"},
		{"a PDF that says it is a program", "a.pdf.exe", good, "upload.wrong-type"},
		{"a PDF without a type in its name", "pdf", good, "upload.wrong-type"},
		{"a type that is not wanted here", "a.png", plan, "upload.wrong-type"},
		{"a path", "../../etc/passwd.pdf", good, "upload.bad-name"},
		{"a Windows path", `C:\fakepath\a.pdf`, good, "upload.bad-name"},
		{"an absolute path", "/a.pdf", good, "upload.bad-name"},
		{"dots", "..", good, "upload.bad-name"},
		{"no name", "", good, "upload.bad-name"},
		{"a blank name", "  ", good, "upload.bad-name"},
		{"a name with a NUL", "a.pdf\x00.png", good, "upload.bad-name"},
		{"a name with a line end", "a\r\nb.pdf", good, "upload.bad-name"},
		{"a name with an escape", "a\x1b[31m.pdf", good, "upload.bad-name"},
		{"a name turned round", "a\u202efdp.exe.pdf", good, "upload.bad-name"},
		{"a name with something invisible", "a\u200b.pdf", good, "upload.bad-name"},
		{"a name that is not UTF-8", "a\xff.pdf", good, "upload.bad-name"},
		{"a name that is too long", strings.Repeat("文", 84) + ".pdf", good, "upload.bad-name"},
		{"half a PDF", "a.pdf", good[:len(good)/2], "upload.unreadable"},
		{"the beginning of a PDF", "a.pdf", []byte("%PDF-"), "upload.unreadable"},
		{"a PDF of no version", "a.pdf", []byte("%PDF-x.7 %%EOF"), "upload.unreadable"},
		{"a PDF that needs a password", "a.pdf", sample(t, "encrypted.pdf"), "upload.encrypted"},
		{"a PDF with a program", "a.pdf", sample(t, "script.pdf"), "upload.active"},
		{"a PDF with a hidden program", "a.pdf", sample(t, "script-in-objects.pdf"), "upload.active"},
		{"a PDF with a file in it", "a.pdf", sample(t, "attachment.pdf"), "upload.active"},
		{"a PDF that starts a program", "a.pdf", pdf("3 0 obj << /S /Launch /F (cmd.exe) >> endobj"), "upload.active"},
		{"a PDF that disguises a word", "a.pdf", pdf("3 0 obj << /S /J#61va#53cript >> endobj"), "upload.active"},
		{"a PDF that sends away what is typed", "a.pdf", pdf("3 0 obj << /S/SubmitForm>> endobj"), "upload.active"},
		{"a PDF with a word behind an open string", "a.pdf", pdf("(( 3 0 obj << /S /JavaScript >> endobj"), "upload.active"},
		{"a PDF with a word in a comment", "a.pdf", pdf("% \n% /XFA 7 0 R"), "upload.active"},
		{"a PDF with files named elsewhere", "a.pdf", pdf("<< /EmbeddedFiles 7 0 R >>"), "upload.active"},
		{"a PDF with files named here", "a.pdf", pdf("<< /EmbeddedFiles << /Names [ (a) 7 0 R ] >> >>"), "upload.active"},
		{"a PDF that ends in the middle of it", "a.pdf", append(pdf(""), "/EmbeddedFiles <<"...), "upload.active"},
		{"a PDF that ends with it", "a.pdf", append(pdf(""), "/JavaScript"...), "upload.active"},
		{"objects packed and a line end", "a.pdf", objects("", "stream\r\n", deflate("3 0 << /S /JavaScript >>")), "upload.active"},
		{"objects packed and a half line end", "a.pdf", objects("", "stream\r", deflate("3 0 << /S /JavaScript >>")), "upload.active"},
		{"objects packed without saying so", "a.pdf", pdf("5 0 obj << /Filter /FlateDecode >> stream\n" + deflate(" 3 0 << /S /JavaScript >>") + "\nendstream"), "upload.active"},
		{"objects packed, the last word", "a.pdf", objects("", "stream\n", deflate("3 0 /JavaScript")), "upload.active"},
		{"objects packed in an unusual way", "a.pdf", objects("/DecodeParms << /Predictor 12 >>", "stream\n", "x"), "upload.unreadable"},
		{"half a photograph's head", "a.jpg", photo[:20], "upload.unreadable"},
		{"a drawing without size", "a.png", plan[:16], "upload.unreadable"},
		{"a drawing that fills the memory", "a.png", huge, "upload.unreadable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			accept := all
			if tt.name == "a type that is not wanted here" {
				accept = all[:2]
			}
			got, err := s.Put(t.Context(), bytes.NewReader(tt.content), blob.Rule{Accept: accept, MaxBytes: 1 << 20, Name: tt.file})
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Code != tt.code || got != (blob.File{}) {
				t.Errorf("Put() = %+v, %v; want %s", got, err, tt.code)
			}
			if left := files(t, dir); len(left) != 0 {
				t.Errorf("left on the disk: %v", left)
			}
		})
	}
	t.Run("an upload that breaks off", func(t *testing.T) {
		t.Parallel()
		s, dir := open(t)
		_, err := s.Put(t.Context(), io.MultiReader(bytes.NewReader(append(good, make([]byte, 100_000)...)), iotest.ErrReader(errTorn)), blob.Rule{Accept: all, MaxBytes: 1 << 20, Name: "a.pdf"})
		if !errors.Is(err, errTorn) || len(files(t, dir)) != 0 {
			t.Errorf("Put() = %v, left %v", err, files(t, dir))
		}
	})
	t.Run("an upload that is given up", func(t *testing.T) {
		t.Parallel()
		s, dir := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		in := io.MultiReader(bytes.NewReader(append(good, make([]byte, 100_000)...)), readerFunc(func([]byte) (int, error) { cancel(); return 0, nil }), bytes.NewReader(good))
		_, err := s.Put(ctx, in, blob.Rule{Accept: all, MaxBytes: 1 << 20, Name: "a.pdf"})
		if !errors.Is(err, context.Canceled) || len(files(t, dir)) != 0 {
			t.Errorf("Put() = %v, left %v", err, files(t, dir))
		}
	})
	t.Run("a rule that nobody can keep to", func(t *testing.T) {
		t.Parallel()
		s, _ := open(t)
		for _, r := range []blob.Rule{{Accept: all}, {MaxBytes: 1}, {Accept: []string{"application/zip"}, MaxBytes: 1 << 20}} {
			r.Name = "a.pdf"
			if _, err := s.Put(t.Context(), bytes.NewReader(good), r); err == nil || fault.Of(err) != fault.Bug {
				t.Errorf("Put() with %+v = %v, want a bug", r, err)
			}
		}
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestSameTwice(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	good := sample(t, "plain.pdf")
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			f, err := s.Put(t.Context(), bytes.NewReader(good), blob.Rule{Accept: all, MaxBytes: 1 << 20, Name: fmt.Sprint(i, ".pdf")})
			if err != nil || f.Hash != sum(good) {
				t.Errorf("Put() = %+v, %v", f, err)
			}
		})
	}
	wg.Wait()
	if n := len(files(t, dir)); n != 1 {
		t.Errorf("%d files, want 1", n)
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	good := sample(t, "plain.pdf")
	rule := blob.Rule{Accept: all, MaxBytes: 1 << 20, Name: "a.pdf"}
	f, err := s.Put(t.Context(), bytes.NewReader(good), rule)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, f.Hash[:2], f.Hash[2:])
	for _, bad := range []string{"", "..", "../../etc/passwd", f.Hash[:63], strings.ToUpper(f.Hash), strings.Repeat("0", 64), strings.Repeat("z", 64), f.Hash + "00"} {
		if _, err := s.Open(bad); !fault.Is(err, fault.NotFound) {
			t.Errorf("Open(%q) = %v, want not found", bad, err)
		}
	}
	t.Run("notices a flipped bit, and another upload mends it", func(t *testing.T) {
		bad := bytes.Clone(good)
		bad[100] ^= 1
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Open(f.Hash); err == nil || fault.Of(err) != fault.Bug {
			t.Errorf("Open() = %v, want an error", err)
		}
		if _, err := s.Put(t.Context(), bytes.NewReader(good), rule); err != nil {
			t.Fatal(err)
		}
		r, err := s.Open(f.Hash)
		if err != nil {
			t.Fatalf("Open() = %v", err)
		}
		r.Close()
	})
	t.Run("follows no link out of the folder", func(t *testing.T) {
		outside := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
		hash := sum([]byte("secret"))
		if err := os.Symlink(outside, filepath.Join(dir, hash[:2], hash[2:])); err != nil {
			t.Fatal(err)
		}
		if r, err := s.Open(hash); err == nil {
			r.Close()
			t.Error("Open() followed it")
		}
	})
}

func TestSweep(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	good := sample(t, "plain.pdf")
	f, err := s.Put(t.Context(), bytes.NewReader(good), blob.Rule{Accept: all, MaxBytes: 1 << 20, Name: "a.pdf"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "incoming", "left"), good[:100], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{filepath.Join(f.Hash[:2], f.Hash[2:]): f.Hash}, files(t, dir)); diff != "" {
		t.Errorf("on the disk (-want +got):\n%s", diff)
	}
	again, err := blob.Open(blob.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if r, err := again.Open(f.Hash); err != nil {
		t.Error(err)
	} else {
		r.Close()
	}
}
