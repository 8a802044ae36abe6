package search_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/search"
)

func city(t testing.TB) *jurisdiction.City {
	t.Helper()
	c, complaints := jurisdiction.Load(os.DirFS("../../../jurisdictions/shifan"), "shifan")
	if c == nil {
		t.Fatal(complaints)
	}
	return c
}

func keys(res search.Result) []string {
	var all []string
	for _, h := range res.Hits {
		all = append(all, h.Key())
	}
	return all
}

// asked are more searches as people say them, with the service or the matter that they want.
var asked = map[string][]string{
	"open-a-restaurant": {
		"开个小饭馆", "我想开个小饭馆", "开饭店", "开餐馆需要什么手续", "开奶茶店", "想开一家小吃店", "开店卖面条怎么办理", "餐饮", "开餐饮店", "饭店开业", "kaifandian", "canyin",
		"restaurant", "open a restaurant", "I want to open a noodle shop", "cafe",
	},
	"open-a-restaurant/food-licence":    {"食品经营许可", "食品经营许可证怎么办", "办食品许可", "food licence", "food business licence"},
	"open-a-restaurant/prepack-filing":  {"预包装食品备案", "只卖包装食品", "pre-packed food"},
	"open-a-restaurant/sign-filing":     {"挂招牌", "户外招牌", "门头招牌", "shop sign"},
	"open-a-restaurant/fire-check":      {"消防检查", "消防安全检查", "营业前消防", "fire safety check"},
	"open-a-restaurant/tobacco-licence": {"卖烟要什么证", "烟草证", "烟草专卖零售许可证", "tobacco licence"},
	"newborn": {
		"孩子出生要办什么", "生孩子", "宝宝出生", "新生儿", "刚生了孩子怎么办", "孩子落户和医保一起办", "baby", "my baby is born", "newborn",
	},
	"newborn/birth-certificate":      {"出生证", "出生医学证明", "birth certificate"},
	"newborn/household-registration": {"上户口", "给孩子上户口", "household registration"},
	"newborn/vaccination":            {"预防接种证", "vaccination record"},
	"newborn/medical-insurance":      {"孩子医保", "城乡居民医保登记"},
	"newborn/social-security-card":   {"社保卡", "给孩子办社会保障卡", "social security card"},
	"newborn/maternity-benefit":      {"生育津贴", "maternity allowance"},
	"after-death":                    {"我爷爷去世了要办什么", "爸爸死了", "my grandfather passed away", "my dad died, what about his pension"},
	"unemployment-benefit":           {"我被公司开除了"},
	"close-a-company":                {"把公司关了"},
	"vehicle-registration-change":    {"paint the car red"},
	"temporary-relief":               {"our house burnt down"},
	"retire":                         {"retiring early", "pensoin"},
	"childcare-subsidy":              {"育儿补贴", "childcare subsidy"},
	"start-a-business": {
		"开公司", "注册公司", "我要办营业执照", "怎么开公司", "企业开办", "开办企业", "办个体户", "start a company", "business licence", "start a business", "刻公章", "公司银行开户",
	},
}

// TestAsked: what is wanted, or the service that it is a part of, is to be among the first three for
// nineteen of twenty.
func TestAsked(t *testing.T) {
	t.Parallel()
	x := search.New(city(t))
	n, right := 0, 0
	for want, queries := range asked {
		for _, q := range queries {
			n++
			var got []string
			for _, h := range x.Find(search.Query{Text: q, Most: 3}).Hits {
				got = append(got, h.Key())
			}
			service, _, _ := strings.Cut(want, "/")
			if slices.Contains(got, want) || slices.Contains(got, service) {
				right++
			} else {
				t.Logf("%q finds %v, want %s", q, got, want)
			}
		}
	}
	t.Logf("%d of %d", right, n)
	if right*20 < n*19 {
		t.Errorf("%d of %d searches find what is wanted among the first three, want nineteen of twenty", right, n)
	}
}

// TestNothing: what the city does not do is not found.
func TestNothing(t *testing.T) {
	t.Parallel()
	x := search.New(city(t))
	for _, q := range []string{"火星移民", "qqq", "", "的", "？！", "interstellar", "我想", "怎么办", "xyzw", "how do I"} {
		if res := x.Find(search.Query{Text: q, Most: 3}); len(res.Hits) > 0 || res.Total > 0 {
			t.Errorf("%q finds %v, want nothing", q, keys(res))
		}
	}
}

// TestBy: what was found by other words than those that were typed says so.
func TestBy(t *testing.T) {
	t.Parallel()
	x := search.New(city(t))
	for q, want := range map[string]string{
		"营业执照": "", "营业直照": "营业执照", "yyzz": "营业执照", "yingyezhizao": "营业执照", "暂住证": "居住证", "resturant": "restaurant", "开公司": "",
	} {
		if res := x.Find(search.Query{Text: q, Most: 3}); res.By != want {
			t.Errorf("%q finds by %q, want by %q", q, res.By, want)
		}
	}
}

// TestFacets: counts say what there would be, and a filter keeps what is under it.
func TestFacets(t *testing.T) {
	t.Parallel()
	x := search.New(city(t))
	q := search.Query{Text: "公积金", Most: 1000}
	all := x.Find(q)
	count := func(in []search.Count, id string) int {
		for _, c := range in {
			if c.ID == id {
				return c.N
			}
		}
		return 0
	}
	if all.Total != len(all.Hits) || all.Total < 10 {
		t.Fatalf("%d of %d hits", len(all.Hits), all.Total)
	}
	n := 0
	for _, h := range all.Hits {
		if h.Service != nil && h.Service.Audience == "business" {
			n++
		}
	}
	q.Audience = "business"
	some := x.Find(q)
	if got := count(all.Facets.Audiences, "business"); got != n || some.Total != n || len(some.Hits) != n {
		t.Errorf("%d for businesses are counted and %d found, want %d", got, some.Total, n)
	}
	if d := count(some.Facets.Audiences, "person"); d != count(all.Facets.Audiences, "person") || d == 0 {
		t.Errorf("a filter changes the counts of its own values: %d", d)
	}
	if count(some.Facets.Topics, "household") != 0 {
		t.Error("topics of people are counted among businesses")
	}
	q.Online = true
	online := x.Find(q)
	if online.Total != some.Facets.Online || online.Total >= some.Total && some.Total != some.Facets.Online {
		t.Errorf("%d online, counted %d of %d", online.Total, some.Facets.Online, some.Total)
	}
	for _, h := range online.Hits {
		if h.Matter != nil && h.Matter.Visits > 0 {
			t.Errorf("%s is not online", h.Key())
		}
	}
	q.Body = "nowhere"
	if res := x.Find(q); res.Total != 0 || len(res.Hits) != 0 {
		t.Errorf("a body that does not exist has %v", keys(res))
	}
}

// TestOrder: the same query finds the same in the same order, however many ask at once.
func TestOrder(t *testing.T) {
	t.Parallel()
	x := search.New(city(t))
	want := keys(x.Find(search.Query{Text: "公司社保登记", Most: 20}))
	for range 8 {
		t.Run("at once", func(t *testing.T) {
			t.Parallel()
			for range 50 {
				if got := keys(x.Find(search.Query{Text: "公司社保登记", Most: 20})); !slices.Equal(got, want) {
					t.Fatalf("got %v, want %v", got, want)
				}
			}
		})
	}
}

// FuzzFind: whatever is typed, search answers.
func FuzzFind(f *testing.F) {
	x := search.New(city(f))
	for _, q := range []string{"营业执照", "yyzz", "lv", "xi'an", "食 品", "ａｂｃ", "\x00\xff", "zhzhzhzhzhzhzhzhzhzhzhzhzhzhzhzhzhzhzhzhzhzhzhzhzhzhzhzhzhzh"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		if res := x.Find(search.Query{Text: q, Most: 5}); len(res.Hits) > res.Total {
			t.Errorf("%d hits of %d", len(res.Hits), res.Total)
		}
	})
}
