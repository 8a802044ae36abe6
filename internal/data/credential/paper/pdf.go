package paper

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"strconv"
	"time"
	"unicode/utf16"
)

// file collects the objects of a PDF (ISO 32000-1) and writes them in order.
type file struct {
	objects [][]byte
	zip     *zlib.Writer
}

// reserve takes the next object number, so that objects may point at each other.
func (f *file) reserve() int {
	f.objects = append(f.objects, nil)
	return len(f.objects)
}

func (f *file) set(n int, format string, args ...any) {
	f.objects[n-1] = fmt.Appendf(nil, format, args...)
}

func (f *file) add(format string, args ...any) int {
	n := f.reserve()
	f.set(n, format, args...)
	return n
}

// stream adds a compressed stream; more goes into its dictionary.
func (f *file) stream(more string, data []byte) (int, error) {
	var b bytes.Buffer
	if f.zip == nil {
		f.zip = zlib.NewWriter(&b)
	} else {
		f.zip.Reset(&b)
	}
	if _, err := f.zip.Write(data); err != nil {
		return 0, err
	}
	if err := f.zip.Close(); err != nil {
		return 0, err
	}
	n := f.reserve()
	f.objects[n-1] = fmt.Appendf(nil, "<</Length %d/Filter/FlateDecode%s>>\nstream\n%s\nendstream", b.Len(), more, b.Bytes())
	return n, nil
}

// write returns the file. Its identifier is made of its content and not of the time.
func (f *file) write(root, info int) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	at := make([]int, len(f.objects))
	for i, o := range f.objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	id := sha256.Sum256(b.Bytes())
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%x><%x>]>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, root, info, id[:16], id[:16], xref)
	return b.Bytes()
}

// text writes a text string in UTF-16, as hexadecimal digits.
func text(s string) string {
	b := append([]byte{'<'}, "FEFF"...)
	for _, u := range utf16.Encode([]rune(s)) {
		b = fmt.Appendf(b, "%04X", u)
	}
	return string(append(b, '>'))
}

func date(t time.Time) string {
	return t.UTC().Format("(D:20060102150405Z)")
}

// num writes a length with two decimals at most.
func num(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	for s[len(s)-1] == '0' {
		s = s[:len(s)-1]
	}
	if s[len(s)-1] == '.' {
		s = s[:len(s)-1]
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// font adds a face as a composite font: two bytes a character, widths, outlines, and the way back from
// numbers to characters, by which text is searched and copied.
func (f *file) font(face *face) (int, error) {
	program, err := face.subset()
	if err != nil {
		return 0, fmt.Errorf("embed font %s: %w", face.name, err)
	}
	outlines, err := f.stream(fmt.Sprintf("/Length1 %d", len(program)), program)
	if err != nil {
		return 0, err
	}
	back, err := f.stream("", face.toUnicode())
	if err != nil {
		return 0, err
	}
	tagged := face.tag() + "+" + face.name
	b := face.bounds
	descriptor := f.add("<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d/StemV 80/FontFile2 %d 0 R>>",
		tagged, face.signed(b[0]), face.signed(b[1]), face.signed(b[2]), face.signed(b[3]), face.signed(face.ascent), face.signed(face.descent), face.signed(face.ascent)*3/4, outlines)
	widths := make([]byte, 0, 5*len(face.widths))
	for i, w := range face.widths {
		if i > 0 {
			widths = append(widths, ' ')
		}
		widths = strconv.AppendInt(widths, int64(w), 10)
	}
	cid := f.add("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/DW 1000/W[1[%s]]/CIDToGIDMap/Identity>>",
		tagged, descriptor, widths)
	return f.add("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", tagged, cid, back), nil
}

func (f *face) signed(n int) int {
	if n < 0 {
		return -f.thousandths(-n)
	}
	return f.thousandths(n)
}

// tag names the subset by its characters (ISO 32000-1, 9.6.4).
func (f *face) tag() string {
	sum := sha256.Sum256([]byte(string(f.runes)))
	var tag [6]byte
	for i := range tag {
		tag[i] = 'A' + sum[i]%26
	}
	return string(tag[:])
}

func (f *face) toUnicode() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit/ProcSet findresource begin 12 dict begin begincmap\n" +
		"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n" +
		"1 begincodespacerange<0000><FFFF>endcodespacerange\n")
	for from := 0; from < len(f.runes); from += 100 {
		part := f.runes[from:min(from+100, len(f.runes))]
		fmt.Fprintf(&b, "%d beginbfchar\n", len(part))
		for i, r := range part {
			fmt.Fprintf(&b, "<%04X><", from+i+1)
			for _, u := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, "%04X", u)
			}
			b.WriteString(">\n")
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap CMapName currentdict/CMap defineresource pop end end")
	return b.Bytes()
}
