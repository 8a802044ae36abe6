package ref_test

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"tongban/internal/platform/ref"
)

func TestNewID(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^case_[0-7][0-9a-hjkmnp-tv-z]{25}$`)
	t.Run("sorts by the time of making", func(t *testing.T) {
		ids := make([]string, 10_000)
		for i := range ids {
			ids[i] = ref.NewID("case")
			if !form.MatchString(ids[i]) {
				t.Fatalf("NewID() = %q, want the form %v", ids[i], form)
			}
		}
		if !slices.IsSorted(ids) {
			t.Error("not sorted")
		}
		if len(slices.Compact(ids)) != 10_000 {
			t.Error("not unique")
		}
	})
	t.Run("is unique when many make them", func(t *testing.T) {
		var mu sync.Mutex
		seen := map[string]bool{}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 1000 {
					id := ref.NewID("p")
					mu.Lock()
					seen[id] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if len(seen) != 8000 {
			t.Errorf("%d different ids, want 8000", len(seen))
		}
	})
}

func TestNewToken(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[0-7][0-9a-hjkmnp-tv-z]{25}$`)
	seen := map[string]bool{}
	firsts := map[byte]bool{}
	for range 2000 {
		tok := ref.NewToken()
		if !form.MatchString(tok) {
			t.Fatalf("NewToken() = %q, want the form %v", tok, form)
		}
		seen[tok], firsts[tok[0]] = true, true
	}
	if len(seen) != 2000 || len(firsts) != 8 {
		t.Errorf("%d different tokens with %d different beginnings, want 2000 and 8", len(seen), len(firsts))
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	t.Run("is made with its check character and without letters that are misread", func(t *testing.T) {
		form := regexp.MustCompile(`^261124-[0-9A-HJKMNP-TV-Z]{6}-[0-9A-HJKMNP-TV-Z]$`)
		for range 5000 {
			n := ref.NewNumber("2026-11-24")
			if !form.MatchString(n) || !ref.CheckNumber(n) {
				t.Fatalf("NewNumber() = %q, CheckNumber() = %t", n, ref.CheckNumber(n))
			}
		}
	})
	t.Run("notices every single slip", func(t *testing.T) {
		for range 50 {
			n := ref.NewNumber("2026-11-24")
			slips(t, n, ref.CheckNumber)
			gaps(t, n, ref.CheckNumber)
		}
	})
	t.Run("is found as people write it", func(t *testing.T) {
		n := ref.NewNumber("2026-11-24")
		for _, s := range []string{n, strings.ToLower(n), strings.ReplaceAll(n, "-", ""), " " + strings.ReplaceAll(n, "-", " - ") + " ", strings.ReplaceAll(n, "0", "o"), strings.ReplaceAll(n, "1", "l"), strings.ReplaceAll(n, "1", "I")} {
			got, ok := ref.FindNumber(s)
			if got != n || !ok {
				t.Errorf("FindNumber(%q) = %q, %t; want %q", s, got, ok, n)
			}
		}
	})
	for _, bad := range []string{"", "-", "261124-7K3M9P", "261124-7K3M9P-", "261124 7K3M9P 4", "2611247K3M9P4", "26112X-7K3M9P-4", strings.Repeat("9", 10_000)} {
		if ref.CheckNumber(bad) {
			t.Errorf("CheckNumber(%.20q) = true", bad)
		}
	}
	t.Run("refuses a day that is none", func(t *testing.T) {
		for _, bad := range []string{"", "2026-11", "20261124", "2026-11-24T", "2026/11/24"} {
			mustPanic(t, bad, func() { ref.NewNumber(bad) })
		}
	})
}

// slips changes every character of a good name, in turn, into every other one that may stand there; the
// check is to notice each.
func slips(t *testing.T, good string, check func(string) bool) {
	t.Helper()
	if !check(good) {
		t.Fatalf("%s is refused", good)
	}
	for i := range len(good) {
		for _, c := range "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-x 文" {
			bad := good[:i] + string(c) + good[i+1:]
			if bad != good && check(bad) {
				t.Errorf("%s passes for %s", bad, good)
			}
		}
	}
}

// gaps leaves out every character of a name of fixed length, in turn.
func gaps(t *testing.T, good string, check func(string) bool) {
	t.Helper()
	for i := range len(good) {
		if check(good[:i]) || check(good[:i]+good[i+1:]) {
			t.Errorf("%s without its character %d passes", good, i)
		}
	}
}

func mustPanic(t *testing.T, what string, fn func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%q: no panic", what)
		}
	}()
	fn()
}
