package audit

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The vector was worked out by a program of its own (Python), written from docs/design/log.md alone. It
// never changes: leaves and receipts out there are checked by it.
func TestFormatIsForEver(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 12, 34, 56, 789_012_000, time.UTC)
	d := detail{
		Salts: bytes.Join([][]byte{bytes.Repeat([]byte{1}, 16), bytes.Repeat([]byte{2}, 16), bytes.Repeat([]byte{3}, 16)}, nil),
		Name:  "赵卫国", Roles: []string{"officer", ""}, Level: 3, Session: "ses_1", Subject: "990100198803081125",
		Purpose: "审查消防安全检查申请", Basis: "消防法 第十五条", Fields: []string{"name", "address"},
		Note: map[string]string{"policy": "own 3:x\n", "a b": ""},
	}
	r := record{
		id: "ae_01kb4b9v0sf5eb2j8x5pgd3q7t", at: at.UnixMicro(), actorKind: "officer", actorID: "o_zhao", actorBody: "fire",
		action: "matter.view", outcome: "done", kind: "matter", object: "m_1", subject: "AAAAAAAAAAAAAAAAAAAAAA", caseID: "c_1",
		keyID: "ak_1", detail: []byte{0, 1, 255},
	}
	c, row := r.commit(&d), r.hash()
	if got, want := hex.EncodeToString(c[:]), "0df63fa7da7dd7f9536c5a24eacdd0b8692a15ba158bba397442ca99b92ac991"; got != want {
		t.Errorf("commitment = %s, want %s", got, want)
	}
	if got, want := hex.EncodeToString(row[:]), "88ddb7575c9bccba4c6a0181a7ecac7458d0d88b5b61c4027582b4a70f60595d"; got != want {
		t.Errorf("row hash = %s, want %s", got, want)
	}
	r.commitment = c[:]
	want := "tongban.audit/1 2026-11-24T12Z matter.view done tjRd7sJtCGaOnFp2jh4i1TROzd+LNupKf8dLrMuOS5E"
	if got := r.leafText(r.binding()); got != want {
		t.Errorf("leaf = %s, want %s", got, want)
	}
}

func TestParseLeaf(t *testing.T) {
	t.Parallel()
	good := "tongban.audit/1 2026-11-24T12Z matter.view done tjRd7sJtCGaOnFp2jh4i1TROzd+LNupKf8dLrMuOS5E"
	if l, err := ParseLeaf(good); err != nil || l.Text() != good || l.Action != "matter.view" {
		t.Fatalf("ParseLeaf() = %+v, %v", l, err)
	}
	for name, bad := range map[string]string{
		"of another version":  strings.Replace(good, "/1", "/2", 1),
		"with two spaces":     strings.Replace(good, " done", "  done", 1),
		"without an outcome":  strings.Replace(good, " done", "", 1),
		"of another outcome":  strings.Replace(good, "done", "lost", 1),
		"with a minute":       strings.Replace(good, "T12Z", "T12:00Z", 1),
		"of no hour":          strings.Replace(good, "T12Z", "T24Z", 1),
		"with a capital":      strings.Replace(good, "matter", "Matter", 1),
		"with padding":        good + "=",
		"with stray bits":     good[:len(good)-1] + "F",
		"with a short hash":   good[:len(good)-1],
		"with a line end":     good + "\n",
		"with something more": good + " x",
		"of nothing":          "",
	} {
		if l, err := ParseLeaf(bad); err == nil {
			t.Errorf("a leaf %s was read as %+v", name, l)
		}
	}
}

func FuzzParseLeaf(f *testing.F) {
	f.Add("tongban.audit/1 2026-11-24T12Z matter.view done tjRd7sJtCGaOnFp2jh4i1TROzd+LNupKf8dLrMuOS5E")
	f.Add("tongban.audit/1    ")
	f.Fuzz(func(t *testing.T, s string) {
		if l, err := ParseLeaf(s); err == nil && l.Text() != s {
			t.Errorf("%q is read as %q", s, l.Text())
		}
	})
}

func TestDetail(t *testing.T) {
	t.Parallel()
	for _, want := range []detail{
		{},
		{
			Salts: []byte("\n 3:\x00"), Name: "赵 卫国", Roles: []string{"", "a b"}, Level: -4, Self: "1", For: "2", Session: "ses 3:", Subject: "4",
			Purpose: "\n", Basis: "note 1:a 1:b\n", Fields: []string{"x", "", "x"}, Note: map[string]string{"": "", "a": "b 1:c", "b\n": "\n"},
		},
	} {
		got, err := parseDetail(want.canon())
		if err != nil {
			t.Fatalf("parseDetail(%q) = %v", want.canon(), err)
		}
		if d := cmp.Diff(&want, got); d != "" {
			t.Errorf("parseDetail() (-want +got):\n%s", d)
		}
	}
	t.Run("passes over what a later version adds", func(t *testing.T) {
		t.Parallel()
		if d, err := parseDetail([]byte("name 1:a\nmood 4:good\nlink 1:a 1:b\nself 1:c\n")); err != nil || d.Name != "a" || d.Self != "c" {
			t.Errorf("parseDetail() = %+v, %v", d, err)
		}
	})
	for _, bad := range []string{"name", "name 1", "name 1:", "name 1:a", "name -1:a\n", "name 2:a\n", "level 1:x\n", "note 1:a 1:b", "note 1:a 9:b\n", "name 4294967295:a\n"} {
		if d, err := parseDetail([]byte(bad)); err == nil {
			t.Errorf("parseDetail(%q) = %+v, want an error", bad, d)
		}
	}
}

func FuzzParseDetail(f *testing.F) {
	f.Add([]byte("salts 2:ab\nname 1:a\nnote 1:a 1:b\nlevel 1:3\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := parseDetail(text)
		if err != nil {
			return
		}
		again, err := parseDetail(d.canon())
		if err != nil || !bytes.Equal(again.canon(), d.canon()) {
			t.Errorf("%q is read as %q, and that as %q, %v", text, d.canon(), again.canon(), err)
		}
	})
}
