package ref_test

import (
	"strings"
	"testing"

	"tongban/internal/platform/ref"
)

// Codes of real public bodies, as they publish them, and those of the invented city.
var usccs = []string{
	"11330105002500287C", "11370800MB28559184", "11430000006122244L", "91370406L24894136J", "113700000045046442", "11100000000013338W", "11370000MB284651XL",
	"11990100DEM000014J", "11990100DEM000022D", "11990100DEM0000308", "11990100DEM0000495", "11990100DEM0000570", "12990100DEM000065P",
	"11990100DEM000073M", "11990100DEM000081G", "11990100DEM00009X8", "11990100DEM0001021", "11990100DEM000110U", "11990100DEM000129Q",
	"11990100DEM000137K", "13990100DEM0001458", "11990100DEM0001539", "11990100DEM0001614", "11990100DEM00017XU", "11990100DEM000188U",
	"11990100DEM000209C", "11990100DEM0002177", "11990100DEM0002252", "91990100DEM000241F", "91990100DEM00025X7", "91990100DEM0002687",
}

func TestUSCC(t *testing.T) {
	t.Parallel()
	for _, s := range usccs {
		slips(t, s, ref.CheckUSCC)
		gaps(t, s, ref.CheckUSCC)
		if got := ref.MakeUSCC(s[:17]); got != s {
			t.Errorf("MakeUSCC() = %s, want %s", got, s)
		}
		for i := range 17 { // the check also notices swapped neighbours
			swapped := s[:i] + string(s[i+1]) + string(s[i]) + s[i+2:]
			if swapped != s && ref.CheckUSCC(swapped) {
				t.Errorf("%s passes for %s", swapped, s)
			}
		}
	}
	for _, bad := range []string{"", "1133010500250028", "11330105002500287c", "11330105002500287C1", "113301O5002500287C", "1133010A002500287C"} {
		if ref.CheckUSCC(bad) {
			t.Errorf("CheckUSCC(%q) = true", bad)
		}
	}
	for _, bad := range []string{"", "11990100DEM00001", "11990100DEM0000I4", "1199010ADEM000014"} {
		mustPanic(t, bad, func() { ref.MakeUSCC(bad) })
	}
}

func TestIDNumber(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"11010519491231002X", // the example of GB 11643
		"990100198803081125", "990100199006152730", "990100202611010014", "990100195804203311",
	} {
		slips(t, s, ref.CheckIDNumber)
		gaps(t, s, ref.CheckIDNumber)
	}
	for _, tt := range []struct {
		region, birthday string
		seq              int
		want             string
	}{
		{"110105", "1949-12-31", 2, "11010519491231002X"},
		{"990100", "1988-03-08", 112, "990100198803081125"},
		{"990100", "1990-06-15", 273, "990100199006152730"},
		{"990100", "2026-11-01", 1, "990100202611010014"},
		{"990100", "1958-04-20", 331, "990100195804203311"},
	} {
		if got := ref.MakeIDNumber(tt.region, tt.birthday, tt.seq); got != tt.want {
			t.Errorf("MakeIDNumber(%q, %q, %d) = %s, want %s", tt.region, tt.birthday, tt.seq, got, tt.want)
		}
	}
	for _, bad := range []string{
		"", "11010519491231002x", "110105491231002", "990100198813081125",
		ref.MakeIDNumber("990100", "2026-02-29", 1), // no such day
		ref.MakeIDNumber("990100", "1700-01-01", 1), // nobody living
	} {
		if ref.CheckIDNumber(bad) {
			t.Errorf("CheckIDNumber(%q) = true", bad)
		}
	}
	mustPanic(t, "region", func() { ref.MakeIDNumber("99010", "2026-01-01", 1) })
	mustPanic(t, "birthday", func() { ref.MakeIDNumber("990100", "20260101", 1) })
	mustPanic(t, "sequence", func() { ref.MakeIDNumber("990100", "2026-01-01", 1000) })
}

func TestCertificateIdentifier(t *testing.T) {
	t.Parallel()
	for _, s := range []string{ // of certificates in circulation
		"11100000000013338W009.11330105002500287C.2025052201.002.0",
		"11100000000013338W011.11430000006122244L.20230000403.001.U",
		"11100000MB03271699022.340100.000000016.001.9",
		"1.2.156.3005.2.11990100DEM000014J001.11990100DEM000014J.2026000001.001.A",
	} {
		slips(t, s, ref.CheckCertificateIdentifier)
	}
	got := ref.CertificateIdentifier("11990100DEM000014J001", "11990100DEM000014J", "2026000001", 1)
	if want := "1.2.156.3005.2.11990100DEM000014J001.11990100DEM000014J.2026000001.001.A"; got != want {
		t.Errorf("CertificateIdentifier() = %s, want %s", got, want)
	}
	for _, bad := range []string{"", ".", "1.2.156.3005.2", "1.2.156.3005.2.", "A", "a.b.c.d.e", strings.Repeat(".", 100),
		"11100000000013338W009.11330105002500287C.2025052201.002.00", "11100000000013338W009.11330105002500287C..002.0"} {
		if ref.CheckCertificateIdentifier(bad) {
			t.Errorf("CheckCertificateIdentifier(%q) = true", bad)
		}
	}
	mustPanic(t, "type", func() { ref.CertificateIdentifier("1199", "11990100DEM000014J", "1", 1) })
	mustPanic(t, "serial", func() { ref.CertificateIdentifier("11990100DEM000014J001", "11990100DEM000014J", "abc", 1) })
	mustPanic(t, "version", func() { ref.CertificateIdentifier("11990100DEM000014J001", "11990100DEM000014J", "1", 1000) })
}

// The GRid standard's own example for ISO/IEC 7064 MOD 37,36: A1-2425G-ABC1234002-M. A certificate
// identifier is checked by the same sum over the same kind of characters.
func TestMod37(t *testing.T) {
	t.Parallel()
	if got, ok := ref.Mod37("A12425GABC1234002"); got != 'M' || !ok {
		t.Errorf("Mod37() = %c, %t; want M", got, ok)
	}
	if _, ok := ref.Mod37("a"); ok {
		t.Error("Mod37(a) is accepted")
	}
}

func FuzzChecks(f *testing.F) {
	for _, s := range append([]string{"11010519491231002X", "261124-7K3M9P-4", "11100000MB03271699022.340100.000000016.001.9"}, usccs[:3]...) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if ref.CheckUSCC(s) && ref.MakeUSCC(s[:17]) != s {
			t.Errorf("CheckUSCC(%q) and MakeUSCC disagree", s)
		}
		if ref.CheckIDNumber(s) && len(s) != 18 {
			t.Errorf("CheckIDNumber(%q) = true", s)
		}
		if ref.CheckCertificateIdentifier(s) && strings.Count(s, ".") < 4 {
			t.Errorf("CheckCertificateIdentifier(%q) = true", s)
		}
		if n, ok := ref.FindNumber(s); ok && !ref.CheckNumber(n) {
			t.Errorf("FindNumber(%q) = %q, which CheckNumber refuses", s, n)
		}
		if ref.CheckNumber(s) {
			if n, ok := ref.FindNumber(s); n != s || !ok {
				t.Errorf("FindNumber(%q) = %q, %t", s, n, ok)
			}
		}
	})
}

func BenchmarkNewID(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ref.NewID("case")
	}
}

func BenchmarkCheckUSCC(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ref.CheckUSCC(usccs[0])
	}
}

func BenchmarkCheckCertificateIdentifier(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ref.CheckCertificateIdentifier("11100000000013338W009.11330105002500287C.2025052201.002.0")
	}
}
