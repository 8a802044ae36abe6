package api_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tongban/internal/api"
	"tongban/internal/platform/db"
)

// TestProblems: what is wrong is named by code, place and language, and never repeated.
func TestProblems(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	wang := h.token(t, "wang", xinyuan)
	d := h.draft(t, wang)
	const secret = "990100198803081125"
	for _, tt := range []struct {
		name         string
		method, path string
		token        string
		body         any
		status       int
		code         string
		errors       []api.Violation // codes and places
	}{
		{"not JSON", "POST", "/drafts", wang, `{"checklist": ` + secret, 400, "api.json", nil},
		{"nothing", "POST", "/drafts", wang, "", 400, "api.json", nil},
		{"a missing property", "POST", "/drafts", wang, `{}`, 422, "error.fields", []api.Violation{{Code: "api.required", Pointer: "#/checklist"}}},
		{"of the wrong type", "POST", "/drafts", wang, `{"checklist": 7}`, 422, "error.fields", []api.Violation{{Code: "api.type.string", Pointer: "#/checklist"}}},
		{"a property of the caller's own", "POST", "/drafts", wang, `{"checklist": "x", "` + secret + `": 1}`, 422, "error.fields", []api.Violation{{Code: "api.unknown-property", Pointer: "#"}}},
		{"a choice that is none", "PUT", "/drafts/" + d.ID + "/materials/floor-plan", wang, `{"choice": "` + secret + `"}`, 422, "error.fields", []api.Violation{{Code: "api.one-of", Pointer: "#/choice"}}},
		{"two wrong fields of the form", "PATCH", "/drafts/" + d.ID + "/sections/shop", wang, `{"values": {"phone": "` + secret + `0", "area": "big ` + secret + `"}}`, 422, "error.fields",
			[]api.Violation{{Code: "field.number", Pointer: "#/values/area"}, {Code: "field.phone", Pointer: "#/values/phone"}}},
		{"a field that the part does not have", "PATCH", "/drafts/" + d.ID + "/sections/shop", wang, `{"values": {"` + secret + `": "x"}}`, 422, "error.fields", []api.Violation{{Code: "error.draft.no-field", Pointer: "#/values"}}},
		{"a parameter that is none", "GET", "/cases?" + secret + "=1", wang, nil, 422, "error.fields", []api.Violation{{Code: "api.unknown-parameter", Parameter: "query"}}},
		{"a parameter that is too large", "GET", "/cases?limit=" + secret, wang, nil, 422, "error.fields", []api.Violation{{Code: "api.maximum", Parameter: "query.limit"}}},
		{"a cursor that is none", "GET", "/desk/queue?after=" + secret, h.token(t, "market-1", ""), nil, 422, "error.fields", []api.Violation{{Code: "api.cursor", Pointer: "", Parameter: "query.after"}}},
		{"points of a notice", "POST", "/desk/matters/m_x/request", h.token(t, "market-1", ""), `{"points": [{"material": "` + secret + `"}]}`, 422, "error.fields", []api.Violation{{Code: "api.required", Pointer: "#/points/0/text"}}},
		{"a draft that is not finished", "POST", "/drafts/" + d.ID + "/submission", wang, `{"declared": false}`, 422, "error.fields", nil},
		{"an answer that is none", "POST", "/checks", "", `{"service": "open-a-restaurant", "answers": {"area": "` + secret + `x"}}`, 422, "error.fields", []api.Violation{{Code: "field.number", Pointer: "#/answers/area"}}},
		{"somebody else's draft", "GET", "/drafts/" + d.ID, h.token(t, "li", ""), nil, 404, "error.draft.not-found", nil},
		{"a case that is none", "GET", "/cases/" + secret, wang, nil, 404, "error.case.not-found", nil},
		{"staff as an applicant", "GET", "/drafts", h.token(t, "market-1", ""), nil, 403, "denied", nil},
		{"a person as staff", "GET", "/desk/queue", wang, nil, 403, "denied", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, l := range []string{"zh-CN", "en"} {
				a := h.want(t, tt.status, tt.method, tt.path, tt.token, tt.body, "Accept-Language", l)
				p := a.problem(t)
				if a.Header.Get("Content-Type") != "application/problem+json" || a.Header.Get("Content-Language") != l {
					t.Errorf("headers %v", a.Header)
				}
				if p.Code != tt.code || p.Status != tt.status || p.Title == "" || p.Detail == "" || p.Type != api.Prefix+"/problems/"+p.Code {
					t.Errorf("problem %+v, want code %s and status %d", p, tt.code, tt.status)
				}
				if bytes.Contains(a.text, []byte(secret)) {
					t.Errorf("what was sent is repeated: %s", a.text)
				}
				if strings.Contains(string(a.text), "⟦") || strings.Contains(string(a.text), "{") && strings.Contains(p.Detail, "{") {
					t.Errorf("a text is missing or not filled in: %s", a.text)
				}
				if han(p.Detail) != (l == "zh-CN") {
					t.Errorf("detail in another language than %s: %q", l, p.Detail)
				}
				for i, want := range tt.errors {
					if i >= len(p.Errors) {
						t.Fatalf("complaints %+v, want %+v", p.Errors, tt.errors)
					}
					got := p.Errors[i]
					if got.Code != want.Code || got.Pointer != want.Pointer || got.Parameter != want.Parameter || got.Detail == "" || strings.Contains(got.Detail, "{") {
						t.Errorf("complaint %+v, want %+v", got, want)
					}
				}
			}
		})
	}
	t.Run("what is not finished is named by where it is", func(t *testing.T) {
		p := h.want(t, 422, "POST", "/drafts/"+d.ID+"/submission", wang, `{"declared": false}`, "Accept-Language", "en").problem(t)
		at := map[string]string{}
		for _, e := range p.Errors {
			at[e.Resource+e.Pointer] = e.Code
		}
		base := api.Prefix + "/drafts/" + d.ID
		for place, code := range map[string]string{base + "/sections/shop": "apply.check.section-open", base + "/materials/floor-plan": "apply.check.material-open", "#/declared": "apply.check.not-declared"} {
			if at[place] != code {
				t.Errorf("%s has the complaint %q, want %q; all: %v", place, at[place], code, at)
			}
		}
	})
	t.Run("who is refused reads the reason of the rule", func(t *testing.T) {
		for l, want := range map[string]string{"zh-CN": "待办列表只向承办机关的办理人员开放。", "en": "A body's queue is open only to its own handling staff."} {
			if p := h.want(t, 403, "GET", "/desk/queue", wang, nil, "Accept-Language", l).problem(t); p.Detail != want {
				t.Errorf("detail %q, want %q", p.Detail, want)
			}
		}
	})
	t.Run("what was wrong is kept", func(t *testing.T) {
		var kept api.Draft
		h.want(t, 200, "GET", "/drafts/"+d.ID, wang, nil).into(t, &kept)
		f := field(t, kept, "phone")
		if f.Value != secret+"0" || f.Wrong == nil || f.Wrong.Code != "field.phone" {
			t.Errorf("field phone is %+v", f)
		}
	})
	t.Run("a problem is explained", func(t *testing.T) {
		a := h.want(t, 200, "GET", "/problems/error.case.not-found", "", nil)
		if !bytes.Contains(a.text, []byte(`"zh"`)) {
			t.Errorf("explanation %s", a.text)
		}
		h.want(t, 404, "GET", "/problems/nothing.at-all", "", nil)
	})
	t.Run("a body that is too large", func(t *testing.T) {
		p := h.want(t, http.StatusRequestEntityTooLarge, "POST", "/checklists", "", `{"check": "`+strings.Repeat("a", 2<<20)+`"}`).problem(t)
		if p.Code != "api.too-large" {
			t.Errorf("code %q", p.Code)
		}
	})
}

func han(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}

func field(t *testing.T, d api.Draft, id string) api.DraftField {
	t.Helper()
	for _, s := range d.Sections {
		for _, f := range s.Fields {
			if f.ID == id {
				return f
			}
		}
	}
	t.Fatalf("the draft has no field %s", id)
	return api.DraftField{}
}

// TestOnce: under an idempotency key a request is carried out once.
func TestOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		wang := h.token(t, "wang", xinyuan)
		var check, list api.Check
		h.want(t, 201, "POST", "/checks", "", map[string]any{"service": "open-a-restaurant", "answers": restaurant}).into(t, &check)
		h.want(t, 201, "POST", "/checklists", "", map[string]any{"check": check.ID}).into(t, &list)
		open := func(key string) answer {
			return h.ask(t, "POST", api.Prefix+"/drafts", wang, map[string]any{"checklist": list.ID}, "Idempotency-Key", key)
		}
		first, again := open("one"), open("one")
		if first.StatusCode != 201 || again.StatusCode != 201 || !bytes.Equal(first.text, again.text) {
			t.Errorf("first %d, again %d, the same: %t\n%s", first.StatusCode, again.StatusCode, bytes.Equal(first.text, again.text), again.text)
		}
		if first.Header.Get("Idempotency-Replayed") != "" || again.Header.Get("Idempotency-Replayed") != "true" || again.Header.Get("Location") != first.Header.Get("Location") {
			t.Errorf("headers %v and %v", first.Header, again.Header)
		}
		if other := open("two"); other.StatusCode != 201 || bytes.Equal(first.text, other.text) {
			t.Errorf("another key = %d, the same: %t", other.StatusCode, bytes.Equal(first.text, other.text))
		}
		if a := h.ask(t, "POST", api.Prefix+"/drafts", wang, map[string]any{"checklist": "x"}, "Idempotency-Key", "one"); a.StatusCode != 422 || a.problem(t).Code != "api.idempotency.other" {
			t.Errorf("another request under the key = %d %s", a.StatusCode, a.text)
		}
		// Somebody else's key of the same name is another key.
		liu := h.token(t, "liu", xinyuan)
		if a := h.ask(t, "POST", api.Prefix+"/drafts", liu, map[string]any{"checklist": list.ID}, "Idempotency-Key", "one"); a.StatusCode != 201 || bytes.Equal(a.text, first.text) {
			t.Errorf("somebody else's key = %d", a.StatusCode)
		}
		// What was refused may be mended and sent again under its key.
		if a := h.ask(t, "POST", api.Prefix+"/drafts", wang, map[string]any{"checklist": "none"}, "Idempotency-Key", "three"); a.StatusCode != 404 {
			t.Errorf("a checklist that is none = %d %s", a.StatusCode, a.text)
		}
		if a := open("three"); a.StatusCode != 201 {
			t.Errorf("mended = %d %s", a.StatusCode, a.text)
		}
		if a := open(strings.Repeat("k", 300)); a.StatusCode != 422 || a.problem(t).Code != "api.idempotency.key" {
			t.Errorf("a long key = %d", a.StatusCode)
		}
		t.Run("at the same time", func(t *testing.T) {
			var all sync.WaitGroup
			got := make([]answer, 8)
			for i := range got {
				all.Go(func() { got[i] = open("together") })
			}
			all.Wait()
			made := map[string]bool{}
			for _, a := range got {
				switch a.StatusCode {
				case 201:
					made[a.Header.Get("Location")] = true
				case 409:
					if a.problem(t).Code != "api.idempotency.running" {
						t.Errorf("refused with %s", a.text)
					}
				default:
					t.Errorf("answered %d %s", a.StatusCode, a.text)
				}
			}
			if len(made) != 1 {
				t.Errorf("%d drafts were made under one key", len(made))
			}
		})
		t.Run("after the server was killed", func(t *testing.T) {
			// What a killed server leaves behind: a mark without an end.
			left := func(key string, at time.Time) {
				err := h.Store.Write(context.Background(), func(tx *db.Tx) error {
					_, err := tx.ExecContext(context.Background(), `INSERT INTO api_idempotency (account, idem_key, fingerprint, made, started_at, status, headers, body)
						SELECT account, $1, fingerprint, '_' || $1, $2, 0, '{}', body FROM api_idempotency WHERE account = 'p-wang' AND idem_key = 'one'`, key, at.UnixMicro())
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			left("just now", *h.now)
			if a := open("just now"); a.StatusCode != 409 || a.problem(t).Code != "api.idempotency.running" || a.Header.Get("Retry-After") == "" {
				t.Errorf("while it may still be carried out = %d %s", a.StatusCode, a.text)
			}
			left("long ago", h.now.Add(-2*time.Minute))
			if a := open("long ago"); a.StatusCode != 201 {
				t.Errorf("when it cannot be carried out any more = %d %s", a.StatusCode, a.text)
			}
		})
		t.Run("after the server was killed between the act and its answer", func(t *testing.T) {
			made := open("killed")
			err := h.Store.Write(context.Background(), func(tx *db.Tx) error {
				_, err := tx.ExecContext(context.Background(), `UPDATE api_idempotency SET done_at = NULL, started_at = $1 WHERE idem_key = 'killed'`, h.now.Add(-2*time.Minute).UnixMicro())
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if again := open("killed"); again.StatusCode != 201 || again.Header.Get("Location") != made.Header.Get("Location") {
				t.Errorf("sent again it is %d at %s, want the draft at %s", again.StatusCode, again.Header.Get("Location"), made.Header.Get("Location"))
			}
		})
		t.Run("for a day", func(t *testing.T) {
			*h.now = h.now.Add(25 * time.Hour)
			wang = h.token(t, "wang", xinyuan)
			if a := open("one"); a.StatusCode != 201 || bytes.Equal(a.text, first.text) {
				t.Errorf("after a day = %d, the same: %t", a.StatusCode, bytes.Equal(a.text, first.text))
			}
		})
	})
}

// TestLimit: one caller cannot take everybody's turn, and gets her own back.
func TestLimit(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	c := config(h.App)
	c.Rate, c.Burst = 2, 5
	var err error
	if h.api, err = api.New(c); err != nil {
		t.Fatal(err)
	}
	wang, li := h.token(t, "wang", ""), h.token(t, "li", "")
	for i := range 5 {
		if a := h.ask(t, "GET", api.Prefix+"/drafts", wang, nil); a.StatusCode != 200 {
			t.Fatalf("request %d = %d", i+1, a.StatusCode)
		}
	}
	a := h.ask(t, "GET", api.Prefix+"/drafts", wang, nil)
	if p := a.problem(t); a.StatusCode != 429 || p.Code != "api.rate" || a.Header.Get("Retry-After") == "" {
		t.Errorf("request 6 = %d %s", a.StatusCode, a.text)
	}
	if a := h.ask(t, "GET", api.Prefix+"/drafts", li, nil); a.StatusCode != 200 {
		t.Errorf("somebody else = %d", a.StatusCode)
	}
	*h.now = h.now.Add(time.Second)
	for i := range 3 {
		want := 200
		if i == 2 {
			want = 429
		}
		if a := h.ask(t, "GET", api.Prefix+"/drafts", wang, nil); a.StatusCode != want {
			t.Errorf("request %d after a second = %d, want %d", i+1, a.StatusCode, want)
		}
	}
}

// TestUpload: what is not a file of the right kind leaves nothing behind.
func TestUpload(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	wang := h.token(t, "wang", xinyuan)
	d := h.draft(t, wang)
	path := "/drafts/" + d.ID + "/materials/floor-plan/files"
	stored := func() int {
		n := 0
		err := filepath.WalkDir(filepath.Join(h.Data, "blobs"), func(_ string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				n++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, tt := range []struct {
		name    string
		file    string
		content []byte
		status  int
		code    string
	}{
		{"empty", "plan.pdf", nil, 422, "upload.empty"},
		{"of another type than its name says", "plan.pdf", []byte("MZ this is a program"), 422, "upload.wrong-type"},
		{"of a type that is not taken", "plan.svg", []byte("<svg/>"), 422, "upload.wrong-type"},
		{"named to climb", "../../plan.pdf", pdf("x"), 422, "upload.bad-name"},
		{"named to climb the other way", `..\plan.pdf`, pdf("x"), 422, "upload.bad-name"},
		{"too large", "plan.pdf", append(pdf("x"), make([]byte, 21<<20)...), 422, "upload.too-big"},
		{"far too large", "plan.pdf", append(pdf("x"), make([]byte, 70<<20)...), 422, "upload.too-big"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body, kind := form(t, "files", tt.file, tt.content)
			a := h.ask(t, "POST", api.Prefix+path, wang, body, "Content-Type", kind, "Accept-Language", "en")
			p := a.problem(t)
			if a.StatusCode != tt.status && a.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("answered %d %s", a.StatusCode, a.text)
			}
			if a.StatusCode == 422 && (len(p.Errors) != 1 || p.Errors[0].Code != tt.code || p.Errors[0].Pointer != "#/files" || strings.Contains(p.Errors[0].Detail, "{")) {
				t.Errorf("complaints %+v, want %s", p.Errors, tt.code)
			}
			if n := stored(); n != 0 {
				t.Errorf("%d files are left", n)
			}
		})
	}
	t.Run("no file at all", func(t *testing.T) {
		body, kind := form(t, "other", "", []byte("x"))
		if p := h.want(t, 422, "POST", path, wang, body, "Content-Type", kind).problem(t); p.Errors[0].Code != "field.file-required" {
			t.Errorf("problem %+v", p)
		}
		if p := h.want(t, 415, "POST", path, wang, "{}").problem(t); p.Code != "api.multipart" {
			t.Errorf("problem %+v", p)
		}
		if p := h.want(t, 400, "POST", path, wang, strings.NewReader("--x\r\nnothing"), "Content-Type", "multipart/form-data; boundary=x").problem(t); p.Code != "api.multipart.broken" {
			t.Errorf("problem %+v", p)
		}
	})
	t.Run("a good one, twice", func(t *testing.T) {
		for range 2 {
			body, kind := form(t, "files", "平面图 1.pdf", pdf("plan"))
			var got api.Draft
			h.want(t, 201, "POST", path, wang, body, "Content-Type", kind).into(t, &got)
			m := material(t, got, "floor-plan")
			if len(m.Files) != 1 || m.Files[0].Name != "平面图 1.pdf" || m.Files[0].Type != "application/pdf" || m.Status != "completed" {
				t.Errorf("material %+v", m)
			}
		}
		if n := stored(); n != 1 {
			t.Errorf("%d files are stored, want 1", n)
		}
	})
	t.Run("into somebody else's draft", func(t *testing.T) {
		body, kind := form(t, "files", "plan.pdf", pdf("other"))
		h.want(t, 404, "POST", path, h.token(t, "li", ""), body, "Content-Type", kind)
		if n := stored(); n != 1 {
			t.Errorf("%d files are stored, want 1", n)
		}
	})
}

func material(t *testing.T, d api.Draft, id string) api.DraftMaterial {
	t.Helper()
	for _, m := range d.Materials {
		if m.ID == id {
			return m
		}
	}
	t.Fatalf("the draft has no material %s", id)
	return api.DraftMaterial{}
}

// form is a multipart body with one file, whose name is written as it is.
func form(t *testing.T, part, name string, content []byte) (*bytes.Buffer, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	head := textproto.MIMEHeader{}
	disposition := fmt.Sprintf(`form-data; name="%s"`, part)
	if name != "" {
		disposition += fmt.Sprintf(`; filename="%s"`, name)
	}
	head.Set("Content-Disposition", disposition)
	p, err := w.CreatePart(head)
	if err == nil {
		_, err = p.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return &b, w.FormDataContentType()
}

// pdf is a small document that readers open.
func pdf(words string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, o := range []string{
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%% %s\nendstream", len(words)+2, words),
	} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, xref)
	return b.Bytes()
}
