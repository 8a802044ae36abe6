package mandate_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongban/internal/platform/fault"
	"tongban/internal/security/mandate"
)

const (
	wang  = "990100198803081125"
	li    = "990100199006152730"
	liu   = "990100200005050244"
	yang  = "990100198901230358"
	child = "990100200803020016" // eighteen on 2 March 2026
	baby  = "990100202601150012"
	shop  = "91990100MA0000001X"
	tea   = "91990100MA0000002X"
	gone  = "91990100MA0000003X"
)

// The registers of a small city, by register and subject.
func registers() map[string]map[string]map[string]string {
	return map[string]map[string]map[string]string{
		"business": {
			shop: {"name": "鑫源餐饮", "legal_representative_id": wang, "agents": liu + "、" + yang, "status": "normal"},
			tea:  {"name": "八方茶楼", "legal_representative_id": li, "agents": wang, "status": "abnormal"},
			gone: {"name": "旧店", "legal_representative_id": wang, "agents": liu, "status": "ended"},
		},
		"household": {
			wang:  {"name": "王㴋䶮", "birth_date": "1988-03-08"},
			child: {"name": "王大", "birth_date": "2008-03-02", "guardian_id": wang},
			baby:  {"name": "王小", "birth_date": "2026-01-15", "guardian_id": wang},
		},
	}
}

func service(all map[string]map[string]map[string]string, today string, down ...string) *mandate.Service {
	unavailable := func(register string) error {
		if slices.Contains(down, register) {
			return fault.New(fault.Unavailable, "register.down", "register", register)
		}
		return nil
	}
	return mandate.New(mandate.Config{
		Now: func() time.Time {
			t, _ := time.Parse(time.DateTime, today)
			return t
		},
		Zone: time.FixedZone("Asia/Shanghai", 8*3600),
		Look: func(_ context.Context, register, subject string) (mandate.Record, error) {
			if err := unavailable(register); err != nil {
				return mandate.Record{}, err
			}
			values, ok := all[register][subject]
			if !ok {
				return mandate.Record{}, fault.New(fault.NotFound, "register.not-found")
			}
			return mandate.Record{Subject: subject, Values: values}, nil
		},
		Find: func(_ context.Context, register, field, value string) ([]mandate.Record, error) {
			if err := unavailable(register); err != nil {
				return nil, err
			}
			var found []mandate.Record
			for subject, values := range all[register] {
				if strings.Contains(values[field], value) {
					found = append(found, mandate.Record{Subject: subject, Values: values})
				}
			}
			return found, nil
		},
	})
}

func TestMay(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	const day = "2026-03-01 01:00:00" // UTC; in the city it is 1 March, nine o'clock
	for _, tt := range []struct {
		name, person, subject string
		today                 string
		want                  bool
	}{
		{"the legal representative for her business", wang, shop, day, true},
		{"a registered agent", liu, shop, day, true},
		{"the second of two agents", yang, shop, day, true},
		{"the representative's husband", li, shop, day, false},
		{"an agent of a business with a mark against it", wang, tea, day, true},
		{"the representative of a business that is struck off", wang, gone, day, false},
		{"an agent of a business that is struck off", liu, gone, day, false},
		{"a mother for her baby", wang, baby, day, true},
		{"a stranger for a baby", li, baby, day, false},
		{"a mother on the eve of the eighteenth birthday", wang, child, "2026-03-01 15:59:59", true},
		{"from the birthday's first minute in the city", wang, child, "2026-03-01 16:00:00", false},
		{"a child for her mother", baby, wang, day, false},
		{"herself", wang, wang, day, false},
		{"nobody", "", shop, day, false},
		{"for nobody", wang, "", day, false},
		{"for somebody whom no register knows", wang, "91990100MA0000009X", day, false},
	} {
		got, err := service(registers(), tt.today).May(ctx, tt.person, tt.subject)
		if err != nil || got != tt.want {
			t.Errorf("%s: May() = %v, %v, want %v", tt.name, got, err, tt.want)
		}
	}
}

// A part of an id number, or an empty one, is nobody's.
func TestMayIsExact(t *testing.T) {
	t.Parallel()
	all := registers()
	all["business"][shop]["legal_representative_id"] = ""
	s := service(all, "2026-03-01 01:00:00")
	for _, agents := range []string{liu + "," + yang, liu + "， " + yang, yang + "；" + liu, " " + liu + "\n"} {
		all["business"][shop]["agents"] = agents
		if got, err := s.May(context.Background(), liu, shop); err != nil || !got {
			t.Errorf("agents %q: %v, %v, want true", agents, got, err)
		}
	}
	for _, person := range []string{"", liu[:17], liu + "0", wang} {
		if got, err := s.May(context.Background(), person, shop); err != nil || got {
			t.Errorf("May(%q) = %v, %v, want false", person, got, err)
		}
	}
	all["household"][baby]["birth_date"] = "unknown"
	if got, err := s.May(context.Background(), wang, baby); err != nil || got {
		t.Errorf("a child whose day of birth cannot be read: %v, %v, want false", got, err)
	}
}

func TestFor(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	got, err := service(registers(), "2026-03-01 01:00:00").For(ctx, wang)
	if err != nil {
		t.Fatal(err)
	}
	want := []mandate.Mandate{
		{Subject: tea, Name: "八方茶楼", As: mandate.Agent},
		{Subject: shop, Name: "鑫源餐饮", As: mandate.Representative},
		{Subject: child, Name: "王大", As: mandate.Guardian},
		{Subject: baby, Name: "王小", As: mandate.Guardian},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// Whoever is both representative and agent has one mandate.
	all := registers()
	all["business"][shop]["agents"] = wang
	if got, err := service(all, "2026-03-01 01:00:00").For(ctx, wang); err != nil || len(got) != 4 {
		t.Errorf("For() = %v, %v, want four", got, err)
	}
	for _, nobody := range []string{"", "990100000000000000"} {
		if got, err := service(registers(), "2026-03-01 01:00:00").For(ctx, nobody); err != nil || len(got) != 0 {
			t.Errorf("For(%q) = %v, %v, want none", nobody, got, err)
		}
	}
	// For and May agree, for everybody about everybody.
	s := service(registers(), "2026-03-02 01:00:00")
	for _, person := range []string{wang, li, liu, yang, child, baby} {
		list, err := s.For(ctx, person)
		if err != nil {
			t.Fatal(err)
		}
		for _, subject := range []string{shop, tea, gone, wang, li, child, baby} {
			listed := slices.ContainsFunc(list, func(m mandate.Mandate) bool { return m.Subject == subject })
			if may, err := s.May(ctx, person, subject); err != nil || may != listed {
				t.Errorf("%s for %s: May() = %v, %v, listed %v", person, subject, may, err, listed)
			}
		}
	}
}

func TestRegisterDown(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := service(registers(), "2026-03-01 01:00:00", "household")
	got, err := s.For(ctx, wang)
	if !fault.Is(err, fault.Unavailable) || len(got) != 2 {
		t.Errorf("For() = %v, %v, want the two businesses and that a register is down", got, err)
	}
	if may, err := s.May(ctx, wang, shop); err != nil || !may {
		t.Errorf("May() = %v, %v, want what the other register proves", may, err)
	}
	if may, err := s.May(ctx, wang, baby); !fault.Is(err, fault.Unavailable) || may {
		t.Errorf("May() = %v, %v, want that the register is down", may, err)
	}
	broken := errors.New("broken")
	s = mandate.New(mandate.Config{
		Now:  time.Now,
		Look: func(context.Context, string, string) (mandate.Record, error) { return mandate.Record{}, broken },
		Find: func(context.Context, string, string, string) ([]mandate.Record, error) { return nil, broken },
	})
	if may, err := s.May(ctx, wang, shop); !errors.Is(err, broken) || may {
		t.Errorf("May() = %v, %v", may, err)
	}
	if _, err := s.For(ctx, wang); !errors.Is(err, broken) {
		t.Errorf("For() = %v", err)
	}
}

func FuzzMay(f *testing.F) {
	f.Add(liu + "、" + yang)
	f.Add(",;,")
	f.Fuzz(func(t *testing.T, agents string) {
		all := registers()
		all["business"][shop]["agents"] = agents
		may, err := service(all, "2026-03-01 01:00:00").May(context.Background(), liu, shop)
		if err != nil || may && !strings.Contains(agents, liu) {
			t.Errorf("agents %q: %v, %v", agents, may, err)
		}
	})
}
