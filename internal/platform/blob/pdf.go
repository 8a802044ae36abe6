package blob

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
)

// What a PDF must not name (ISO 32000-2), and why it is refused.
var forbidden = map[string]string{
	"Encrypt":      "upload.encrypted", // nobody here could read it
	"JavaScript":   "upload.active",    // 12.6.4.17: a program
	"Launch":       "upload.active",    // 12.6.4.6: starts another program
	"EmbeddedFile": "upload.active",    // 7.11.4: files within the file
	"RichMedia":    "upload.active",    // 13.7
	"XFA":          "upload.active",    // a form with a program of its own
	"SubmitForm":   "upload.active",    // 12.7.6.2: sends what was typed elsewhere
	"ImportData":   "upload.active",    // 12.7.6.4
}

// unusual filters, for a stream of objects, serve to hide them.
var unusual = map[string]bool{
	"LZWDecode": true, "ASCII85Decode": true, "ASCIIHexDecode": true, "RunLengthDecode": true, "Crypt": true, "Predictor": true,
}

// maxStreams is far more than a document of some hundred pages has.
const maxStreams = 100_000

// maxUnpacked bounds what one file's streams of objects may unpack to, and the text of its pages with
// them, which cannot always be told from objects; a large plan has some 100 MB of it.
const maxUnpacked = 256 << 20

// checkPDF looks for the beginning and the end of a PDF, and for names of what is dangerous or cannot be
// read. It goes through every byte and does not follow the file's own table of contents, which a
// malicious file may turn against what it shows. Objects in compressed streams (7.5.7) are unpacked.
func checkPDF(f io.ReadSeeker, size int64) error { return inspectPDF(f, size, maxUnpacked) }

func inspectPDF(f io.ReadSeeker, size int64, left int) error {
	head, tail := make([]byte, 8), make([]byte, min(size, 1024))
	if err := readAt(f, 0, head[:min(size, 8)]); err != nil {
		return err
	}
	if err := readAt(f, size-int64(len(tail)), tail); err != nil {
		return err
	}
	major := head[5] == '1' || head[5] == '2'
	if !bytes.HasPrefix(head, []byte("%PDF-")) || !major || head[6] != '.' || !bytes.Contains(tail, []byte("%%EOF")) {
		return refuse("upload.unreadable")
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("check upload: %w", err)
	}
	s := &scanner{}
	var streams []int64 // where each begins
	buf := make([]byte, 64<<10)
	for at := int64(0); ; {
		n, err := f.Read(buf)
		for i, c := range buf[:n] {
			if !s.take(c) {
				continue
			}
			if s.hides() || len(streams) == maxStreams {
				return refuse("upload.unreadable")
			}
			if c&15 == 8 { // as everything in zlib's format begins
				streams = append(streams, at+int64(i))
			}
		}
		at += int64(n)
		if errors.Is(err, io.EOF) {
			s.finish()
		} else if err != nil {
			return fmt.Errorf("check upload: %w", err)
		}
		if s.found != "" {
			return refuse(s.found)
		}
		if err != nil {
			break
		}
	}
	u := unpacker{f: f, packed: bufio.NewReader(f), buf: buf, left: left}
	for _, at := range streams {
		if err := u.check(at); err != nil {
			return err
		}
	}
	return nil
}

func readAt(f io.ReadSeeker, at int64, p []byte) error {
	if _, err := f.Seek(at, io.SeekStart); err != nil {
		return fmt.Errorf("check upload: %w", err)
	}
	if _, err := io.ReadFull(f, p); err != nil {
		return fmt.Errorf("check upload: %w", err)
	}
	return nil
}

// unpacker looks into the compressed streams of a file.
type unpacker struct {
	f      io.ReadSeeker
	packed *bufio.Reader
	z      io.ReadCloser
	buf    []byte
	left   int
}

// check unpacks the stream that begins at the given place, if it holds objects. Such a stream begins with
// numbers (7.5.7); images and fonts do not, and are left alone after the first bytes.
func (u *unpacker) check(at int64) error {
	if _, err := u.f.Seek(at, io.SeekStart); err != nil {
		return fmt.Errorf("check upload: %w", err)
	}
	u.packed.Reset(u.f)
	if err := u.reset(); err != nil {
		return nil // not compressed, or not in this way: its bytes have been looked at as they are
	}
	s, begun := &scanner{}, false
	for {
		n, err := u.z.Read(u.buf)
		if u.left -= n; u.left < 0 {
			return refuse("upload.unreadable")
		}
		for _, c := range u.buf[:n] {
			if !begun && classes[c] != blank {
				if c != '%' && (c < '0' || c > '9') {
					return nil
				}
				begun = true
			}
			s.take(c)
		}
		if err != nil { // its end, or damage beyond which no reader gets either
			s.finish()
		}
		if s.found != "" {
			return refuse(s.found)
		}
		if err != nil {
			return nil
		}
	}
}

func (u *unpacker) reset() (err error) {
	if u.z == nil {
		u.z, err = zlib.NewReader(u.packed)
		return err
	}
	return u.z.(zlib.Resetter).Reset(u.packed, nil)
}

// noFiles is how some libraries say that there are no files within the file, after /EmbeddedFiles.
const noFiles = "<</Names[]"

// scanner looks at the words of a PDF, one byte at a time. It takes no notice of strings and comments,
// because readers that start elsewhere would not either.
type scanner struct {
	word  []byte // up to maxWord bytes of the present word, if it may be one that matters
	other bool   // it is not
	found string // the code with which to refuse the file

	expect string // what is to come next, blanks left out, or the file is refused
	stream bool   // the latest word was "stream", and only blanks have followed it

	// What the object before the next stream has named.
	first, n, objects, odd bool
}

const maxWord = 127

// take looks at the next byte. It reports whether a stream begins with it.
func (s *scanner) take(c byte) (begins bool) {
	k := classes[c]
	if k == regular && s.other && !s.stream && s.expect == "" {
		return false // most bytes
	}
	if s.stream && k != blank {
		s.stream, begins = false, true
	}
	if k != regular {
		s.stream = s.stream || k == blank && string(s.word) == "stream"
		s.end()
	}
	if s.expect != "" && k != blank {
		if c != s.expect[0] {
			s.refuse("upload.active")
		}
		s.expect = s.expect[1:]
	}
	switch {
	case c == '/' || k == regular && len(s.word) > 0 && len(s.word) < maxWord:
		s.word = append(s.word, c)
	case k == regular && len(s.word) == 0:
		if s.other = c != 's'; !s.other {
			s.word = append(s.word, c)
		}
	}
	return begins
}

// refuse keeps the first reason.
func (s *scanner) refuse(code string) {
	if s.found == "" {
		s.found = code
	}
}

// finish looks at what the last byte has left unfinished.
func (s *scanner) finish() {
	s.end()
	if s.expect != "" {
		s.refuse("upload.active")
	}
}

// hides reports whether the stream that begins holds objects in a way that we cannot look through, and
// forgets what was named before it.
func (s *scanner) hides() bool {
	h := (s.objects || s.first && s.n) && s.odd
	s.first, s.n, s.objects, s.odd = false, false, false, false
	return h
}

// end looks at the word that has ended.
func (s *scanner) end() {
	s.other = false
	if len(s.word) == 0 {
		return
	}
	if len(s.word) > 1 && s.word[0] == '/' {
		name := plain(s.word[1:])
		switch {
		case forbidden[name] != "":
			s.refuse(forbidden[name])
		case name == "EmbeddedFiles":
			s.expect = noFiles
		case name == "First":
			s.first = true
		case name == "N":
			s.n = true
		case name == "ObjStm":
			s.objects = true
		case unusual[name]:
			s.odd = true
		}
	}
	s.word = s.word[:0]
}

// plain resolves #xx, with which any character of a name may be written (7.3.5).
func plain(name []byte) string {
	if bytes.IndexByte(name, '#') < 0 {
		return string(name)
	}
	out := make([]byte, 0, len(name))
	for i := 0; i < len(name); i++ {
		if name[i] == '#' && i+2 < len(name) {
			hi, lo := hexDigit(name[i+1]), hexDigit(name[i+2])
			if hi >= 0 && lo >= 0 {
				out = append(out, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		out = append(out, name[i])
	}
	return string(out)
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

type byteClass byte

const (
	regular byteClass = iota
	blank
	delimiter
)

// classes is how PDF divides characters (7.2.3).
var classes = func() (t [256]byteClass) {
	for _, c := range "\x00\t\n\f\r " {
		t[c] = blank
	}
	for _, c := range "()<>[]{}/%" {
		t[c] = delimiter
	}
	return t
}()
