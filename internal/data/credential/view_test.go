package credential_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tongban/internal/data/credential"
	"tongban/internal/data/credential/paper"
	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
)

func words() credential.Words {
	both := func(zh, en string) lang.Text { return lang.Text{ZH: zh, EN: en} }
	return credential.Words{
		Number: both("证照编号", "Number"), Holder: both("持证主体", "Holder"), HolderCode: both("统一社会信用代码", "Unified social credit code"),
		PersonCode: both("公民身份号码", "Citizen identification number"), Valid: both("有效期限", "Valid"), Period: both("{from}至{to}", "from {from} to {to}"),
		LongTerm: both("{from}起长期有效", "from {from}, without end"), Identifier: both("电子证照标识", "Identifier"), How: both("扫码核验。", "Scan to verify."),
		Day: func(l lang.Lang, day string) string {
			if l == lang.EN {
				return "on " + day
			}
			return day[:4] + "年" + day[5:7] + "月" + day[8:] + "日"
		},
	}
}

func TestPaper(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		c := r.issue(t, draft("m_1"))
		doc, err := c.Paper(words(), lang.ZH, "2026-11-24", "http://127.0.0.1:8080/verify/"+c.VerifyCode, paper.Row{Label: "日志", Value: "#7"})
		must(t, err)
		var got []string
		for _, row := range doc.Rows {
			got = append(got, row.Label+"|"+row.Sub+"|"+row.Value)
		}
		want := []string{
			"统一社会信用代码|Unified social credit code|" + shop, // number and name are fields of the type
			"许可证编号|Licence number|" + c.Number,
			"经营者名称|Operator|鑫源餐饮",
			"负责人|Person in charge|王㴋䶮",
			"主体业态|Kind|餐饮服务经营者",
			"首次发证日期|First issued|2026年11月24日",
			"有效期限|Valid|2026年11月24日至2031年11月23日",
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("rows:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if doc.Real || doc.Proof[0].Value != c.Identifier || len(doc.Proof) != 2 || !doc.Made.Equal(c.PublishedAt) {
			t.Errorf("%+v", doc)
		}
		english, err := c.Paper(words(), lang.EN, "2026-11-24", "")
		must(t, err)
		if english.Title != "Food business licence" || english.Subtitle != "食品经营许可证" || english.Rows[4].Value != "Catering" || english.Rows[6].Value != "from on 2026-11-24 to on 2031-11-23" {
			t.Errorf("%+v", english)
		}

		if _, err := c.Paper(words(), lang.ZH, "2031-11-24", ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("a document after its end: %v, want conflict", err)
		}
		must(t, r.write(t, func(tx *db.Tx) error {
			return r.Suspend(t.Context(), tx, c.ID, credential.Change{Reason: "x"})
		}))
		suspended, err := r.Find(t.Context(), r.store.Read(), c.ID)
		must(t, err)
		if _, err := suspended.Paper(words(), lang.ZH, "2026-11-24", ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("a document while suspended: %v, want conflict", err)
		}
	})
}

// From the draft to what a reader finds in the file.
func TestPrinted(t *testing.T) {
	const font = "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf"
	if _, err := os.Stat("../../../node_modules/" + font); err != nil {
		t.Skip("the document font is not there; npm ci --ignore-scripts in the root of the project brings it: ", err)
	}
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed (Debian: poppler-utils)")
	}
	printer := paper.New(paper.Config{Fonts: os.DirFS("../../../node_modules"), Files: []string{font}})
	each(t, func(t *testing.T, r *rig) {
		c := r.issue(t, draft("m_1"))
		for _, l := range lang.All {
			doc, err := c.Paper(words(), l, "2026-11-24", "http://127.0.0.1:8080/verify/"+c.VerifyCode)
			must(t, err)
			b, err := printer.Certificate(doc)
			must(t, err)
			path := filepath.Join(t.TempDir(), "certificate.pdf")
			must(t, os.WriteFile(path, b, 0o600))
			out, err := exec.Command("pdftotext", "-raw", path, "-").Output()
			must(t, err)
			text := strings.Join(strings.Fields(string(out)), "")
			for _, want := range []string{c.TypeName.In(l), c.Number, c.Holder, "鑫源餐饮", "王㴋䶮", c.IssuerName.In(l), c.Identifier, c.VerifyCode, paper.DemonstrationMark} {
				if !strings.Contains(text, strings.Join(strings.Fields(want), "")) {
					t.Errorf("%s: the document does not say %q", l, want)
				}
			}
		}
	})
}
