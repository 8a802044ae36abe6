package paper

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
)

const fontFile = "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf"

// printer uses the document font as npm ci lays it down (see package.json).
func printer(tb testing.TB) *Printer {
	tb.Helper()
	dir := "../../../../node_modules"
	if _, err := os.Stat(filepath.Join(dir, fontFile)); err != nil {
		tb.Skip("the document font is not there; npm ci --ignore-scripts in the root of the project brings it: ", err)
	}
	return New(Config{Fonts: os.DirFS(dir), Files: []string{fontFile}})
}

var made = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

func licence() Certificate {
	return Certificate{
		Lang: lang.ZH, Title: "食品经营许可证", Subtitle: "Food Business Licence",
		Rows: []Row{
			{"许可证编号", "Licence number", "JY29901000000017"},
			{"经营者名称", "Holder", "示范市鑫源餐饮店(个体工商户)"},
			{"统一社会信用代码", "Unified social credit code", "92990100DEM000300A"},
			{"负责人", "Person in charge", "王㴋䶮"},
			{"经营场所", "Place of business", "示范市示范区人民路1号底商\"A\"座 & 2号、3号、4号、5号、6号、7号、8号、9号、10号、11号、12号"},
			{"主体业态", "Kind of business", "餐饮服务经营者（小型餐馆）"},
			{"有效期限", "Valid", "2026年11月24日至2031年11月23日"},
		},
		Issuer: "示范市市场监督管理局", Issued: "2026年11月24日",
		Verify: "http://127.0.0.1:8080/verify/7Q2K4M9P3X8D6W5T1R0ZABCDEF",
		How:    "扫描二维码，或在网站输入核验码，可以核验本证的真伪和当前状态。",
		Proof: []Row{
			{Label: "电子证照标识", Value: "1.2.156.3005.2.11990100DEM000014J001.11990100DEM000014J.2026000001.001.A"},
			{Label: "日志条目", Value: "localhost/tongban/log #1042 sha256 4c9f0f9b2a8e67d34c9f0f9b2a8e67d34c9f0f9b2a8e67d34c9f0f9b2a8e67d3"},
		},
		Made: made,
	}
}

func receipt(blocks ...Block) Doc {
	return Doc{
		Lang: lang.ZH, From: "示范市政务服务管理局", Title: "收件凭证", Number: "261124-7K3M9P-4", Date: "2026年11月24日",
		QR: "http://127.0.0.1:8080/verify/7Q2K4M9P3X8D6W5T1R0ZABCDEF", Blocks: blocks,
		Seal: Seal{Owner: "示范市政务服务管理局", Date: "2026年11月24日"}, Made: made,
	}
}

func pdf(t *testing.T, b []byte, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "paper.pdf")
	if keep := os.Getenv("PAPER_KEEP"); keep != "" {
		path = filepath.Join(keep, strings.ReplaceAll(t.Name(), "/", "-")+".pdf")
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// run runs a tool of poppler or qpdf, which read the file as others will.
func run(t *testing.T, tool string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Skip(tool, " is not installed (Debian: poppler-utils, qpdf)")
	}
	out, err := exec.Command(tool, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", tool, err, out)
	}
	return string(out)
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

func check(t *testing.T, path string) {
	t.Helper()
	if out := run(t, "qpdf", "--check", path); !strings.Contains(out, "No syntax or stream encoding errors") {
		t.Errorf("qpdf: %s", out)
	}
	for line := range strings.Lines(run(t, "pdffonts", path)) {
		if f := strings.Fields(line); strings.Contains(line, "CID") && (f[len(f)-5] != "yes" || f[len(f)-4] != "yes" || f[len(f)-3] != "yes") {
			t.Errorf("the font is not embedded, a subset and searchable: %s", line)
		}
	}
}

func TestCertificate(t *testing.T) {
	d := licence()
	b, err := printer(t).Certificate(d)
	path := pdf(t, b, err)
	check(t, path)
	got := squeeze(run(t, "pdftotext", "-raw", path, "-"))
	wants := []string{d.Title, d.Subtitle, d.Issuer, d.Issued, d.Verify, d.How, DemonstrationMark, "1 / 1"}
	for _, r := range append(d.Rows, d.Proof...) {
		wants = append(wants, r.Label, r.Sub, r.Value)
	}
	for _, want := range wants {
		if !strings.Contains(got, squeeze(want)) {
			t.Errorf("the document does not say %q", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
	if info := run(t, "pdfinfo", path); !strings.Contains(info, "食品经营许可证") || !strings.Contains(info, "Tagged:          yes") || !strings.Contains(info, "Pages:           1\n") {
		t.Errorf("pdfinfo:\n%s", info)
	}
	if len(b) > 60_000 {
		t.Errorf("the document has %d bytes", len(b))
	}
}

func TestDocument(t *testing.T) {
	var rows [][]string
	for i := range 60 {
		rows = append(rows, []string{fmt.Sprintf("第%d项", i+1), "市场监督管理局", "20 个工作日"})
	}
	long := strings.Repeat("依照《中华人民共和国行政许可法》第三十二条第一款第四项的规定，申请材料不齐全或者不符合法定形式的，应当当场或者在五日内一次告知申请人需要补正的全部内容。", 12)
	d := receipt(
		Text("已收到下列材料。We have received the following documents."),
		Heading("材料"),
		Numbered("身份证明：由公安机关的人口库提供，不需要您提交", "经营场所证明"),
		List("一般事项", "special characters: \\ ( ) < > & 'O\\'Neil'"),
		Rows(Row{"申请人", "Applicant", "王㴋䶮"}, Row{Label: "说明", Value: long}, Row{Label: "哈希", Value: strings.Repeat("9f", 64)}),
		Heading("各部门期限"),
		Table([]string{"事项", "部门", "期限"}, rows, 2, 1.5, 1),
		Note("演示数据。"),
	)
	b, err := printer(t).Document(d)
	path := pdf(t, b, err)
	check(t, path)
	raw := run(t, "pdftotext", "-raw", path, "-")
	got := squeeze(raw)
	for _, want := range []string{d.From, d.Title, "王㴋䶮", strings.Repeat("9f", 64), "第60项市场监督管理局20个工作日", `\()<>&'O\'Neil'`, "2.经营场所证明", "演示数据。"} {
		if !strings.Contains(got, squeeze(want)) {
			t.Errorf("the document does not say %q", want)
		}
	}
	// The text runs over a page's end, where the foot stands between.
	if !strings.Contains(got, squeeze(long)) && strings.Count(got, "一次告知申请人需要补正的全部内容。") < 11 {
		t.Errorf("the long text is not whole:\n%s", raw)
	}
	pages := strings.Split(strings.TrimSuffix(raw, "\f"), "\f")
	if len(pages) < 3 {
		t.Fatalf("%d pages, want several", len(pages))
	}
	heads := 0
	for i, p := range pages {
		for _, want := range []string{d.Number, d.Date, fmt.Sprintf("%d / %d", i+1, len(pages)), DemonstrationMark} {
			if !strings.Contains(squeeze(p), squeeze(want)) {
				t.Errorf("page %d does not say %q", i+1, want)
			}
		}
		if strings.Contains(squeeze(p), "事项部门期限") {
			heads++
		}
	}
	if heads < 2 {
		t.Errorf("the head of the table is on %d pages", heads)
	}
}

func TestReadingOrder(t *testing.T) {
	b, err := printer(t).Document(receipt(Heading("材料"), List("甲", "乙"), Table([]string{"事项", "部门"}, [][]string{{"丙", "丁"}})))
	got := run(t, "pdfinfo", "-struct-text", pdf(t, b, err))
	at := 0
	for _, want := range []string{"Document", "H1", "收件凭证", "H2", "材料", "LI", "甲", "LI", "乙", "Table", "TR", "TH", "事项", "TD", "丁", "Figure"} {
		i := strings.Index(got[at:], want)
		if i < 0 {
			t.Fatalf("%q is not read in its turn:\n%s", want, got)
		}
		at += i + len(want)
	}
}

func TestSameBytes(t *testing.T) {
	p := printer(t)
	first, err := p.Certificate(licence())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		if i%10 == 0 {
			p = printer(t) // nor does it matter what a printer has made before
		}
		b, err := p.Certificate(licence())
		if err != nil || !bytes.Equal(b, first) {
			t.Fatalf("run %d differs, %v", i, err)
		}
		if _, err := p.Document(receipt(Text("别的字"))); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMissingGlyph(t *testing.T) {
	p := printer(t)
	for _, tt := range []struct {
		char string
		code string // "" when the font has it
	}{
		{"㴋", ""}, {"䶮", ""},
		{"𠅤", ""}, // U+20164, beyond the first plane and in the font
		{"𬱖", ""}, {"𰻞", ""},
		{"\U00031350", "U+31350"},
		{"\U0002EBF0", "U+2EBF0"},
		{"ئ", "U+0626"},
		{"\x00", "U+0000"},
		{"\uE000", "U+E000"},
		{"👍", "U+1F44D"},
	} {
		for where, document := range map[string]func(string) ([]byte, error){
			"value": func(s string) ([]byte, error) {
				d := licence()
				d.Rows[3].Value = "王" + s
				return p.Certificate(d)
			},
			"title":      func(s string) ([]byte, error) { d := licence(); d.Title += s; return p.Certificate(d) },
			"proof":      func(s string) ([]byte, error) { d := licence(); d.Proof[0].Value += s; return p.Certificate(d) },
			"issuer":     func(s string) ([]byte, error) { d := licence(); d.Issuer += s; return p.Certificate(d) },
			"paragraph":  func(s string) ([]byte, error) { return p.Document(receipt(Text("王" + s))) },
			"list":       func(s string) ([]byte, error) { return p.Document(receipt(List("王" + s))) },
			"table":      func(s string) ([]byte, error) { return p.Document(receipt(Table([]string{"名"}, [][]string{{s}}))) },
			"table head": func(s string) ([]byte, error) { return p.Document(receipt(Table([]string{s}, nil))) },
			"number":     func(s string) ([]byte, error) { d := receipt(); d.Number += s; return p.Document(d) },
			"seal":       func(s string) ([]byte, error) { d := receipt(); d.Seal.Owner += s; return p.Document(d) },
			"covers":     func(s string) ([]byte, error) { return nil, p.Covers("王", "a"+s) },
		} {
			b, err := document(tt.char)
			if tt.code == "" {
				if err != nil {
					t.Errorf("%s in %s: %v", tt.char, where, err)
				}
				continue
			}
			var m MissingGlyph
			if !errors.As(err, &m) || fmt.Sprintf("U+%04X", m.Rune) != tt.code || !strings.Contains(err.Error(), tt.code) || !fault.Is(err, fault.Unavailable) {
				t.Errorf("%s in %s: %v, want an error that names %s", tt.char, where, err, tt.code)
			}
			if b != nil {
				t.Errorf("%s in %s: a document was made all the same", tt.char, where)
			}
		}
	}
}

// Characters beyond U+FFFF, from a second font when the first lacks them.
func TestRareCharacters(t *testing.T) {
	p := printer(t)
	d := receipt(Text("𠅤㴋䶮⼀一"))
	b, err := p.Document(d)
	if got := squeeze(run(t, "pdftotext", "-raw", pdf(t, b, err), "-")); !strings.Contains(got, "𠅤㴋䶮⼀一") {
		t.Errorf("look-alikes and rare characters are not told apart: %s", got)
	}

	fonts, err := p.open()
	if err != nil {
		t.Fatal(err)
	}
	second, err := makeFont(fonts[0], map[rune]rune{0x2EBF0: '页', 0xE000: 'é'})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "Rare.ttf"), second, 0o600); err != nil {
		t.Fatal(err)
	}
	first, err := filepath.Abs("../../../../node_modules/" + fontFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(first, filepath.Join(dir, "Noto.ttf")); err != nil {
		t.Fatal(err)
	}
	both := New(Config{Fonts: os.DirFS(dir), Files: []string{"Noto.ttf", "Rare.ttf"}})
	c := licence()
	c.Rows[3].Value = "王\U0002EBF0先生 \uE000"
	b, err = both.Certificate(c)
	path := pdf(t, b, err)
	check(t, path)
	if got := squeeze(run(t, "pdftotext", "-raw", path, "-")); !strings.Contains(got, "王\U0002EBF0先生\uE000") {
		t.Errorf("the name with a rare character is not there: %s", got)
	}
	if fonts := run(t, "pdffonts", path); strings.Count(fonts, "CID TrueType") != 2 {
		t.Errorf("two fonts are wanted:\n%s", fonts)
	}
}

func TestNoFont(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"empty.ttf": "", "otf.ttf": "OTTO" + strings.Repeat("\x00", 100), "short.ttf": "\x00\x01\x00\x00\x00\x09"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []Config{
		{},
		{Fonts: os.DirFS(dir)},
		{Fonts: os.DirFS(dir), Files: []string{"not-there.ttf"}},
		{Fonts: os.DirFS(dir), Files: []string{"empty.ttf"}},
		{Fonts: os.DirFS(dir), Files: []string{"otf.ttf"}},
		{Fonts: os.DirFS(dir), Files: []string{"short.ttf"}},
	} {
		if _, err := New(c).Document(receipt()); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%v: %v, want unavailable", c.Files, err)
		}
	}
}

func TestReadBack(t *testing.T) {
	// What is drawn is what the font draws: rendered, the page is not empty where the text is.
	b, err := printer(t).Document(receipt(Text("一")))
	path := pdf(t, b, err)
	out := filepath.Join(t.TempDir(), "page")
	run(t, "pdftoppm", "-r", "50", "-gray", path, out)
	pages, err := filepath.Glob(out + "*.pgm")
	if err != nil || len(pages) != 1 {
		t.Fatalf("pages: %v, %v", pages, err)
	}
	image, err := os.ReadFile(pages[0])
	if err != nil {
		t.Fatal(err)
	}
	dark := 0
	for _, p := range image[64:] {
		if p < 128 {
			dark++
		}
	}
	if dark < 300 {
		t.Errorf("%d dark dots on the page", dark)
	}
}

func BenchmarkCertificate(b *testing.B) {
	p := printer(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Certificate(licence()); err != nil {
			b.Fatal(err)
		}
	}
}
