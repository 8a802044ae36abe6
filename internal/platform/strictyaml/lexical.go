package strictyaml

import (
	"bytes"
	"unicode/utf8"

	"tongban/internal/platform/lang"
)

// MaxBytes is the size above which a file is refused: no hand-written file is as long, and a longer one
// would make the loading slow.
const MaxBytes = 1 << 20

// maxDepth is how deep lists and mappings may lie within each other; the deepest file of the
// catalogue needs ten.
const maxDepth = 64

// lexical finds what is wrong with a text before YAML is read at all.
func (s *Source) lexical() []Complaint {
	if len(s.text) > MaxBytes {
		return []Complaint{s.at(1, 1,
			Say("文件太大:%d 字节", "the file is too large: %d bytes", len(s.text)),
			Say("拆成几个不超过 %d 字节的文件", "split it into files of at most %d bytes", MaxBytes))}
	}
	if bytes.HasPrefix(s.text, []byte("\xef\xbb\xbf")) {
		return []Complaint{s.at(1, 1,
			Say("文件以字节顺序标记(BOM)开头", "the file begins with a byte order mark"),
			Say("保存为不带 BOM 的 UTF-8", "save it as UTF-8 without a byte order mark"))}
	}
	var cs []Complaint
	line, col := 1, 1
	for i := 0; i < len(s.text); {
		if b := s.text[i]; b < utf8.RuneSelf && b >= ' ' && b != 0x7f { // the common case
			i, col = i+1, col+1
			continue
		}
		r, n := utf8.DecodeRune(s.text[i:])
		if r == utf8.RuneError && n == 1 {
			// Whatever follows cannot be trusted to mean what it seems to.
			return append(cs, s.at(line, col,
				Say("不是有效的 UTF-8(字节 0x%02X)", "not valid UTF-8 (byte 0x%02X)", s.text[i]),
				Say("用 UTF-8 编码保存文件", "save the file in UTF-8")))
		}
		i += n
		switch {
		case r == '\n':
			line, col = line+1, 1
			continue
		case r == '\r' && i < len(s.text) && s.text[i] == '\n': // a line end of Windows
		default:
			if what, remedy, bad := forbidden(r); bad {
				cs = append(cs, s.at(line, col, what, remedy))
			}
		}
		col++
	}
	return cs
}

// forbidden tells characters that a reader cannot see or that make a text read otherwise than it is
// written (Unicode Technical Standard 55).
func forbidden(r rune) (what, remedy lang.Text, bad bool) {
	switch {
	case r == '\t':
		return Say("有制表符", "a tab"), Say("改用空格", "write spaces"), true
	case r < ' ' || r >= 0x7f && r < 0xa0:
		return Say("有控制字符 U+%04X", "a control character, U+%04X", r), Say("删去它", "delete it"), true
	case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
		return Say("有改变文字方向的不可见字符 U+%04X", "an invisible character that turns the direction of text, U+%04X", r),
			Say("删去它", "delete it"), true
	case r == 0x200b || r == 0x2060 || r == 0xfeff:
		return Say("有不可见字符 U+%04X", "an invisible character, U+%04X", r), Say("删去它", "delete it"), true
	case r == 0x2028 || r == 0x2029:
		return Say("有特殊换行符 U+%04X", "a special line separator, U+%04X", r), Say("改用普通换行", "write an ordinary line end"), true
	}
	return what, remedy, false
}
