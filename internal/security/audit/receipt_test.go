package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/keys"
	"tongban/internal/testkit/dbtest"
)

func receipt(t testing.TB, l *Log, id string) (Receipt, []byte) {
	t.Helper()
	r, err := l.Receipt(context.Background(), id)
	if err != nil {
		t.Fatalf("Receipt() = %v", err)
	}
	text, err := r.Text()
	if err != nil {
		t.Fatal(err)
	}
	return r, text
}

func code(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Err == nil {
		return fmt.Sprintf("not a fault: %v", err)
	}
	return f.Code
}

func TestReceipt(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) {
		l := newLog(s, newRing(t))
		vkey := l.keys.LogVerifier()

		t.Run("of an entry that waits has it sealed", func(t *testing.T) {
			id := appendMany(t, l, 3, wang)[1]
			r, text := receipt(t, l, id)
			if err := VerifyReceipt(text, vkey); err != nil {
				t.Errorf("VerifyReceipt() = %v", err)
			}
			if r.Index != 1 || r.Size != 3 || r.Act.Value.ID != id || r.Who.Value.Name != "赵卫国" || r.Whom.Value.Subject != wang ||
				r.Act.Value.At != "2026-11-24T12:34:57.789012Z" || !strings.Contains(r.Act.Value.Purpose, "消防") {
				t.Errorf("receipt %s", text)
			}
		})
		t.Run("of every entry in logs of many sizes", func(t *testing.T) {
			for _, n := range []int{252, 1, 1, 300} { // 255, 256, 257, 557
				ids := appendMany(t, l, n, wang)
				seal(t, l, n)
				for i := 0; i < n; i += max(1, n/7) {
					_, text := receipt(t, l, ids[i])
					if err := VerifyReceipt(text, vkey); err != nil {
						t.Errorf("VerifyReceipt() = %v", err)
					}
				}
			}
		})
		t.Run("shows nothing that was not asked for", func(t *testing.T) {
			id := appendMany(t, l, 1, li)[0]
			r, _ := receipt(t, l, id)
			for _, hide := range [][]Section{{SectionWhom}, {SectionWho, SectionWhom}, {SectionAct}, {SectionAct, SectionWho, SectionWhom}} {
				less, err := r.Without(hide...)
				if err != nil {
					t.Fatal(err)
				}
				text, err := less.Text()
				if err != nil {
					t.Fatal(err)
				}
				if err := VerifyReceipt(text, vkey); err != nil {
					t.Errorf("VerifyReceipt() without %v = %v", hide, err)
				}
				for s, secret := range map[Section]string{SectionAct: "消防", SectionWho: "赵卫国", SectionWhom: li} {
					hidden := strings.Contains(fmt.Sprint(hide), string(s)+" ") || strings.Contains(fmt.Sprint(hide), string(s)+"]")
					if strings.Contains(string(text), secret) == hidden {
						t.Errorf("without %v: %s is shown: %v", hide, s, !hidden)
					}
				}
			}
			if _, err := r.Without("weather"); err == nil {
				t.Error("Without(weather) = nil, want an error")
			}
		})
		t.Run("outlives a change of the log's key", func(t *testing.T) {
			dir := t.TempDir()
			old, err := keys.Open(ctx, keys.Config{Dir: dir, Origin: origin})
			if err != nil {
				t.Fatal(err)
			}
			s := dbtest.SQLite(t, migrations...)
			_, first := receipt(t, newLog(s, old), appendMany(t, newLog(s, old), 2, wang)[0])
			ring, err := keys.Rotate(ctx, keys.Config{Dir: dir}, keys.LogUse)
			if err != nil {
				t.Fatal(err)
			}
			l := newLog(s, ring)
			_, second := receipt(t, l, appendMany(t, l, 2, wang)[0])
			all := strings.Join(ring.LogVerifierKeys(), "\n")
			for i, text := range [][]byte{first, second} {
				if err := VerifyReceipt(text, all); err != nil {
					t.Errorf("VerifyReceipt(%d) with all keys = %v", i, err)
				}
			}
			if err := VerifyReceipt(first, ring.LogVerifier()); code(err) != "receipt.checkpoint" {
				t.Errorf("VerifyReceipt() of the old one with the new key = %v", err)
			}
			verified(t, l, 4, 4, 0)
		})
		t.Run("is not given for what is not there", func(t *testing.T) {
			if _, err := l.Receipt(ctx, "ae_none"); !fault.Is(err, fault.NotFound) {
				t.Errorf("Receipt() = %v, want not found", err)
			}
		})
	})
}

// No byte of a receipt can be another, white space between tokens aside.
func TestReceiptRefusesEveryFlippedByte(t *testing.T) {
	t.Parallel()
	l := newLog(dbtest.SQLite(t, migrations...), newRing(t))
	ids := appendMany(t, l, 3, wang)
	vkey := l.keys.LogVerifier()
	_, good := receipt(t, l, ids[1])
	if err := VerifyReceipt(good, vkey); err != nil {
		t.Fatal(err)
	}
	codes := map[string]int{}
	inString, skipped := false, 0
	for i, b := range good {
		if b == '"' && good[i-1] != '\\' {
			inString = !inString
		}
		for _, x := range []byte{1, 2, 4, 8, 16, 32, 64, 128, 0x15, 0xff} {
			bad := bytes.Clone(good)
			bad[i] = b ^ x
			if !inString && bytes.ContainsAny([]byte{b}, " \n") && bytes.ContainsAny(bad[i:i+1], " \n\t\r") {
				skipped++
				continue // white space between tokens
			}
			err := VerifyReceipt(bad, vkey)
			if err == nil {
				t.Fatalf("byte %d changed from %q to %q was accepted", i, b, bad[i])
			}
			codes[code(err)]++
		}
	}
	for _, want := range []string{"form", "checkpoint", "size", "leaf", "hour", "act", "entry", "proof"} {
		if codes["receipt."+want] == 0 {
			t.Errorf("no change led to receipt.%s: %v", want, codes)
		}
	}
	if skipped > len(good) {
		t.Errorf("%d changes of white space were passed over in %d bytes", skipped, len(good))
	}
	t.Logf("%d bytes, %v", len(good), codes)
}

func TestVerifyReceiptSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	l := newLog(dbtest.SQLite(t, migrations...), newRing(t))
	ids := appendAll(t, l, viewed(0, wang), viewed(1, wang), viewed(3600, wang))
	vkey := l.keys.LogVerifier()
	good, text := receipt(t, l, ids[1])
	other, _ := receipt(t, l, ids[2])
	elsewhere := newLog(dbtest.SQLite(t, migrations...), newRing(t))
	stranger, _ := receipt(t, elsewhere, appendMany(t, elsewhere, 1, li)[0])
	for name, tt := range map[string]struct {
		spoil func(*Receipt)
		want  string
	}{
		"another purpose":        {func(r *Receipt) { a := *r.Act.Value; a.Purpose = "好奇"; r.Act.Value = &a }, "receipt.entry"},
		"another name":           {func(r *Receipt) { r.Who.Value = &Who{ID: "o_zhao", Name: "钱"} }, "receipt.entry"},
		"another person":         {func(r *Receipt) { r.Whom.Value = &Whom{Subject: li} }, "receipt.entry"},
		"another salt":           {func(r *Receipt) { r.Whom.Salt = r.Who.Salt }, "receipt.entry"},
		"a short salt":           {func(r *Receipt) { r.Whom.Salt = r.Who.Salt[:8] }, "receipt.entry"},
		"neither value nor hash": {func(r *Receipt) { r.Who = Shown[Who]{} }, "receipt.entry"},
		"both value and hash":    {func(r *Receipt) { r.Who.Hash = r.Row }, "receipt.entry"},
		"a hash of another":      {func(r *Receipt) { r.Who = Shown[Who]{Hash: r.Row} }, "receipt.entry"},
		"a short row hash":       {func(r *Receipt) { r.Row = r.Row[1:] }, "receipt.entry"},
		"another action":         {func(r *Receipt) { a := *r.Act.Value; a.Action = "matter.decide"; r.Act.Value = &a }, "receipt.act"},
		"no time":                {func(r *Receipt) { a := *r.Act.Value; a.At = "noon"; r.Act.Value = &a }, "receipt.act"},
		"another hour":           {func(r *Receipt) { r.Act = other.Act }, "receipt.hour"},
		"another's leaf":         {func(r *Receipt) { r.Leaf = stranger.Leaf }, "receipt.entry"},
		"a leaf of a later form": {func(r *Receipt) { r.Leaf = strings.Replace(r.Leaf, "/1", "/2", 1) }, "receipt.leaf"},
		"another place":          {func(r *Receipt) { r.Index++ }, "receipt.proof"},
		"no place":               {func(r *Receipt) { r.Index = -1 }, "receipt.proof"},
		"a place behind the end": {func(r *Receipt) { r.Index = 3 }, "receipt.proof"},
		"no proof":               {func(r *Receipt) { r.Proof = [][]byte{} }, "receipt.proof"},
		"a longer proof":         {func(r *Receipt) { r.Proof = append(r.Proof[:len(r.Proof):len(r.Proof)], r.Row) }, "receipt.proof"},
		"a proof of short words": {func(r *Receipt) { r.Proof = [][]byte{{1}} }, "receipt.proof"},
		"another size":           {func(r *Receipt) { r.Size++ }, "receipt.size"},
		"another city's note":    {func(r *Receipt) { r.Checkpoint = stranger.Checkpoint }, "receipt.checkpoint"},
		"no note":                {func(r *Receipt) { r.Checkpoint = "" }, "receipt.checkpoint"},
		"a later format":         {func(r *Receipt) { r.Format = "tongban.receipt/2" }, "receipt.form"},
	} {
		r := good
		tt.spoil(&r)
		b, err := r.Text()
		if err != nil {
			t.Fatal(err)
		}
		if err := VerifyReceipt(b, vkey); code(err) != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
	for name, b := range map[string][]byte{
		"nothing":        nil,
		"null":           []byte("null"),
		"another text":   []byte(`{"format":"tongban.receipt/1"}`),
		"more behind it": append(bytes.Clone(text), "{}"...),
		"a field more":   bytes.Replace(text, []byte(`"index"`), []byte(`"x": 1, "index"`), 1),
		"a field twice":  bytes.Replace(text, []byte(`"index"`), []byte(`"index": 7, "index"`), 1),
		"another case":   bytes.Replace(text, []byte(`"index"`), []byte(`"INDEX"`), 1),
		"another escape": bytes.Replace(text, []byte("o_zhao"), []byte(`o\u005fzhao`), 1),
		"too much":       bytes.Repeat([]byte(" "), maxReceipt+1),
	} {
		if err := VerifyReceipt(b, vkey); code(err) != "receipt.form" {
			t.Errorf("%s: %v, want receipt.form", name, err)
		}
	}
	for name, key := range map[string]string{"none": " ", "nonsense": "key", "a broken one": vkey[:len(vkey)-1] + "?"} {
		if err := VerifyReceipt(text, key); code(err) != "receipt.key" {
			t.Errorf("with %s for a key: %v, want receipt.key", name, err)
		}
	}
	t.Run("white space means nothing", func(t *testing.T) {
		var tight bytes.Buffer
		if err := json.Compact(&tight, text); err != nil {
			t.Fatal(err)
		}
		for _, b := range [][]byte{tight.Bytes(), bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n\t"))} {
			if err := VerifyReceipt(b, vkey); err != nil {
				t.Errorf("VerifyReceipt() = %v", err)
			}
		}
	})
}

func FuzzVerifyReceipt(f *testing.F) {
	l := newLog(dbtest.SQLite(f, migrations...), newRing(f))
	_, text := receipt(f, l, appendMany(f, l, 2, wang)[0])
	vkey := l.keys.LogVerifier()
	f.Add(text)
	f.Add([]byte(`{"format":"tongban.receipt/1","act":{},"proof":[null]}`))
	var good bytes.Buffer
	if err := json.Compact(&good, text); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var have bytes.Buffer
		if VerifyReceipt(b, vkey) == nil && (json.Compact(&have, b) != nil || !bytes.Equal(have.Bytes(), good.Bytes())) {
			t.Errorf("%s was accepted", b)
		}
	})
}
