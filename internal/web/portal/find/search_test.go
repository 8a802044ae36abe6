package find

import (
	"os"
	"slices"
	"testing"

	"tongban/internal/service/catalogue"
	"tongban/internal/service/jurisdiction"
)

func city(t *testing.T) *jurisdiction.City {
	t.Helper()
	c, complaints := jurisdiction.Load(os.DirFS("../../../../jurisdictions/shifan"), "shifan")
	if c == nil {
		t.Fatal(complaints)
	}
	return c
}

// asked are searches as people say them, with the service or the matter (service/matter) that they want.
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
	"newborn/medical-insurance":      {"孩子医保", "城乡居民医保登记", "medical insurance"},
	"newborn/social-security-card":   {"社保卡", "给孩子办社会保障卡", "social security card"},
	"newborn/maternity-benefit":      {"生育津贴", "maternity allowance"},
	"newborn/childcare-subsidy":      {"育儿补贴", "childcare subsidy"},
	"start-a-business": {
		"开公司", "注册公司", "我要办营业执照", "怎么开公司", "企业开办", "开办企业", "办个体户", "start a company", "business licence", "start a business", "刻公章", "公司银行开户",
	},
}

// TestSearch asks the questions of asked: what is wanted, or the service that it is a part of, is to be
// among the first three for nine of ten (page specification, U-023).
func TestSearch(t *testing.T) {
	t.Parallel()
	x := newIndex(city(t))
	n, right := 0, 0
	for want, queries := range asked {
		for _, q := range queries {
			n++
			var got []string
			for _, h := range x.find(q, 3) {
				got = append(got, h.key(), h.service.ID)
			}
			if slices.Contains(got, want) {
				right++
			} else {
				t.Logf("%q finds %v, want %s", q, got, want)
			}
		}
	}
	t.Logf("%d of %d", right, n)
	if right*10 < n*9 {
		t.Errorf("%d of %d searches find what is wanted among the first three, want nine of ten", right, n)
	}
	for _, q := range []string{"火星移民", "zzz", "", "的", "？！", "interstellar"} {
		if got := x.find(q, 3); len(got) > 0 {
			t.Errorf("%q finds %s, want nothing", q, got[0].key())
		}
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	after := func(id string, of ...string) catalogue.Matter {
		m := catalogue.Matter{ID: id}
		for _, o := range of {
			m.After = append(m.After, catalogue.After{Matter: o})
		}
		return m
	}
	s := &catalogue.Service{Matters: []catalogue.Matter{after("d", "b", "c"), after("a"), after("b", "a"), after("c"), after("e", "d")}}
	want := [][]string{{"a", "c"}, {"b"}, {"d"}, {"e"}}
	got := levels(s)
	if len(got) != len(want) {
		t.Fatalf("%d steps, want %d", len(got), len(want))
	}
	for i, step := range got {
		for j, m := range step {
			if m.ID != want[i][j] {
				t.Errorf("step %d holds %s at %d, want %s", i, m.ID, j, want[i][j])
			}
		}
	}
	if !same(s.Matters[4].After, got[2]) || same(s.Matters[0].After, got[1]) {
		t.Error("same does not tell a whole step from a part of it")
	}
}
