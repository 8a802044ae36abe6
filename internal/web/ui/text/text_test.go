package text

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"tongban/internal/platform/lang"
)

func catalogue(t *testing.T) map[string]lang.Text {
	t.Helper()
	all, err := Load(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var placeholder = regexp.MustCompile(`\{[a-z][a-z0-9-]*\}`)

func TestTexts(t *testing.T) {
	t.Parallel()
	all := catalogue(t)
	if len(all) < 50 {
		t.Fatalf("%d texts, want the catalogue", len(all))
	}
	key := regexp.MustCompile(`^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$`)
	for _, k := range slices.Sorted(maps.Keys(all)) {
		text := all[k]
		if !key.MatchString(k) {
			t.Errorf("%s: a key is lower case words with dots and hyphens", k)
		}
		if missing := text.Missing(); len(missing) > 0 {
			t.Errorf("%s: no text in %v", k, missing)
		}
		zh, en := placeholder.FindAllString(text.ZH, -1), placeholder.FindAllString(text.EN, -1)
		slices.Sort(zh)
		slices.Sort(en)
		if zh, en := slices.Compact(zh), slices.Compact(en); !slices.Equal(zh, en) {
			t.Errorf("%s: values %v in Chinese and %v in English", k, zh, en)
		}
		if bad := foreign(text.ZH); bad != "" {
			t.Errorf("%s: half-width %q in Chinese text %q; write it full-width", k, bad, text.ZH)
		}
		if strings.ContainsFunc(text.EN, func(r rune) bool {
			return unicode.Is(unicode.Han, r) || strings.ContainsRune("，。：；？！（）、", r)
		}) && !chineseInEnglish[k] {
			t.Errorf("%s: Chinese characters in English text %q", k, text.EN)
		}
		// English pieces that are put together carry their blank; Chinese needs none.
		if text.ZH != strings.TrimSpace(text.ZH) || strings.Contains(text.ZH, "  ") || strings.Contains(text.EN, "  ") {
			t.Errorf("%s: white space that does nothing in %q or %q", k, text.ZH, text.EN)
		}
		for _, word := range officeWords {
			if strings.Contains(text.ZH, word) {
				t.Errorf("%s: %q in %q; say what to do", k, word, text.ZH)
			}
		}
	}
}

// chineseInEnglish lists the texts whose English names something by its Chinese word.
var chineseInEnglish = map[string]bool{"common.language.other": true}

// officeWords are refused everywhere (specification of pages, 7.1).
var officeWords = []string{"请务必", "系统检测到", "点击这里", "温馨提示"}

var (
	halfWidth = regexp.MustCompile(`[\p{Han}”’）》」〕}][,:;?!()]|[,:;?!()][\p{Han}“‘（《「{]|\p{Han}\.($|\s|\p{Han})`)
	threeDots = regexp.MustCompile(`\.\.\.|。。`)
)

// foreign returns the half-width punctuation that stands beside Chinese in a Chinese text, "" if none.
func foreign(zh string) string {
	plain := placeholder.ReplaceAllString(zh, "某")
	if m := halfWidth.FindString(plain); m != "" {
		return m
	}
	return threeDots.FindString(plain)
}

func TestForeign(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ zh, want string }{
		{"材料(原件)", "料("},
		{"你好,世界", "好,"},
		{"时间:9:00", "间:"},
		{"共 1,334 件，9:00 开始", ""},
		{"下载（PDF，82 KB）", ""},
		{"结束.", "束."},
		{"等等...", "..."},
		{"大小 {n}, 共 2 个", "某,"},
	} {
		if got := foreign(tt.zh); got != tt.want {
			t.Errorf("foreign(%q) = %q, want %q", tt.zh, got, tt.want)
		}
	}
}

// TestKeys walks the whole source: every key that is asked for exists, and every key is asked for.
func TestKeys(t *testing.T) {
	t.Parallel()
	all := catalogue(t)
	used, prefixes := map[string]bool{}, map[string]bool{}
	asked := map[string]string{}
	root := "../../../.."
	for _, dir := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return nil // somebody is writing it
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					if n.Kind != token.STRING {
						return true
					}
					s, err := strconv.Unquote(n.Value)
					if err != nil {
						return true
					}
					if _, is := all[s]; is {
						used[s] = true
					}
					if family.MatchString(s) {
						asked[s] = strings.TrimPrefix(path, root+"/")
					}
					if strings.Contains(s, ".") && strings.HasSuffix(s, ".") {
						prefixes[s] = true
					}
				case *ast.CallExpr:
					if key := keyOf(n); key != "" {
						asked[key] = strings.TrimPrefix(path, root+"/")
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(asked)) {
		if _, is := all[key]; !is {
			t.Errorf("%s asks for the text %q, which does not exist", asked[key], key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if used[key] || usedByPrefix(key, prefixes) {
			continue
		}
		t.Errorf("nothing asks for the text %q", key)
	}
	t.Logf("%d texts, %d asked for by name", len(all), len(asked))
}

// family matches the codes of faults wherever they stand: they are often put together from parts.
var family = regexp.MustCompile(`^(field|upload|error|rate|clock|paper)(\.[a-z0-9-]+)+$`)

func usedByPrefix(key string, prefixes map[string]bool) bool {
	for p := range prefixes {
		if strings.HasPrefix(key, p) {
			return true
		}
	}
	return false
}

// keyOf returns the key in calls such as u.T("key") and fault.New(kind, "key").
func keyOf(call *ast.CallExpr) string {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	at := -1
	switch f.Sel.Name {
	case "T":
		at = 0
	case "New", "Wrap":
		if x, ok := f.X.(*ast.Ident); ok && x.Name == "fault" {
			at = 1
		}
	}
	if at < 0 || len(call.Args) <= at {
		return ""
	}
	lit, ok := call.Args[at].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}

func TestPrinter(t *testing.T) {
	t.Parallel()
	zh, en := In(lang.ZH), In(lang.EN)
	for _, tt := range []struct{ name, got, want string }{
		{"puts values in by name", fill("{b} 和 {a}，{c}", []string{"a", "1", "b", "2"}), "2 和 1，{c}"},
		{"counts one", fill("{n} {n|matter|matters} by {m}", []string{"n", "1", "m", "2"}), "1 matter by 2"},
		{"counts several", fill("{n} {n|matter|matters}", []string{"n", "10"}), "10 matters"},
		{"shows a missing key", zh.T("no.such.key"), "⟦no.such.key⟧"},
		{"writes a day in Chinese", zh.Day("2026-04-21"), "2026 年 4 月 21 日（星期二）"},
		{"writes a day in English", en.Day("2026-04-21"), "Tuesday 21 April 2026"},
		{"leaves out the year of today", zh.ShortDay("2026-04-21", "2026-01-01"), "4 月 21 日"},
		{"keeps another year", en.ShortDay("2026-04-21", "2025-12-31"), "21 April 2026"},
		{"separates thousands", zh.Number(1234567), "1,234,567"},
		{"writes yuan", zh.Yuan(120005), "1,200.05 元"},
		{"writes yuan in English", en.Yuan(-5), "CNY -0.05"},
		{"writes sizes", zh.Bytes(82_400), "82 KB"},
		{"falls back to Chinese", en.Of(lang.Text{ZH: "只有中文"}), "只有中文"},
		{"and says so", en.Tongue(lang.Text{ZH: "只有中文"}), "zh-CN"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}
