package journey

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"reflect"
	"strings"
	"testing"
	"time"
)

// value is something in a JSON text.
type value struct{ v any }

// get is the value under names, one within the other; nothing when there is none.
func (v value) get(names ...string) value {
	for _, name := range names {
		m, ok := v.v.(map[string]any)
		if !ok {
			return value{}
		}
		v = value{m[name]}
	}
	return v
}

func (v value) text() string {
	if v.v == nil {
		return ""
	}
	return fmt.Sprint(v.v)
}

func (v value) yes() bool { b, _ := v.v.(bool); return b }

func (v value) all() []value {
	list, _ := v.v.([]any)
	out := make([]value, len(list))
	for i, one := range list {
		out[i] = value{one}
	}
	return out
}

// one is the element of a list of which a name has that text.
func (v value) one(name, text string) value {
	for _, e := range v.all() {
		if e.get(name).text() == text {
			return e
		}
	}
	return value{}
}

// each lists what stands under a name in every element of a list.
func (v value) each(name string) []string {
	out := []string{}
	for _, e := range v.all() {
		out = append(out, e.get(name).text())
	}
	return out
}

// texts is a list of texts.
func (v value) texts() []string {
	out := []string{}
	for _, e := range v.all() {
		out = append(out, e.text())
	}
	return out
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// reply is an answer of the server.
type reply struct {
	status int
	header http.Header
	raw    []byte
	value
}

type upload struct {
	parts []part
}

// part is one part of a multipart body; one with a file name is a file.
type part struct {
	name, file string
	content    []byte
}

var client = &http.Client{Timeout: patience}

// send sends a request. A map is sent as JSON, an upload as multipart; who "" sends no token.
func (c *city) send(who, method, path string, body any, headers ...string) (reply, error) {
	var in io.Reader
	kind := ""
	switch b := body.(type) {
	case nil:
	case upload:
		var buffer bytes.Buffer
		w := multipart.NewWriter(&buffer)
		for _, p := range b.parts {
			head := textproto.MIMEHeader{}
			disposition := `form-data; name="` + p.name + `"`
			if p.file != "" {
				disposition += `; filename="` + p.file + `"`
			}
			head.Set("Content-Disposition", disposition)
			to, err := w.CreatePart(head)
			if err == nil {
				_, err = to.Write(p.content)
			}
			if err != nil {
				return reply{}, err
			}
		}
		if err := w.Close(); err != nil {
			return reply{}, err
		}
		in, kind = &buffer, w.FormDataContentType()
	default:
		text, err := json.Marshal(b)
		if err != nil {
			return reply{}, err
		}
		in, kind = bytes.NewReader(text), "application/json"
	}
	if !strings.HasPrefix(path, "/api/") {
		path = "/api/v1" + path
	}
	r, err := http.NewRequest(method, c.url+path, in)
	if err != nil {
		return reply{}, err
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+c.as(who))
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	out := reply{status: res.StatusCode, header: res.Header}
	if out.raw, err = io.ReadAll(res.Body); err != nil {
		return out, err
	}
	if strings.Contains(res.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(out.raw, &out.value.v); err != nil {
			return out, err
		}
	}
	k, err := c.contractOf()
	if err != nil {
		return out, err
	}
	if err := k.holds(method, path, out); err != nil {
		return out, fmt.Errorf("the answer %d is not as the API describes: %w\n%s", out.status, err, out.raw)
	}
	return out, nil
}

// want sends a request whose answer's status is known beforehand.
func (c *city) want(t *testing.T, status int, who, method, path string, body any, headers ...string) reply {
	t.Helper()
	r, err := c.send(who, method, path, body, headers...)
	if err != nil {
		t.Fatalf("%s %s as %q: %v", method, path, who, err)
	}
	if r.status != status {
		t.Fatalf("%s %s as %q = %d, want %d\n%s", method, path, who, r.status, status, r.raw)
	}
	return r
}

func (c *city) see(t *testing.T, who, path string) reply {
	t.Helper()
	return c.want(t, 200, who, "GET", path, nil)
}

// refused sends a request that must be refused with a status and a code.
func (c *city) refused(t *testing.T, status int, code, who, method, path string, body any) reply {
	t.Helper()
	r := c.want(t, status, who, method, path, body)
	if got := r.get("code").text(); got != code {
		t.Errorf("%s %s as %q was refused with %q, want %q\n%s", method, path, who, got, code, r.raw)
	}
	return r
}

// become asks again until what is seen is as it must become: the platform's own work follows an act by
// a durable job.
func (c *city) become(t *testing.T, who, path string, done func(reply) bool) reply {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); ; <-tick.C {
		r := c.see(t, who, path)
		if done(r) {
			return r
		}
		if time.Now().After(end) {
			t.Fatalf("%s has not become what it must:\n%s", path, r.raw)
		}
	}
}

// reaches waits until matters of a case are in a state, and with a certificate where they give one.
func (c *city) reaches(t *testing.T, who, caseID, state string, matters ...string) reply {
	t.Helper()
	return c.become(t, who, "/cases/"+caseID, func(r reply) bool {
		for _, m := range matters {
			one := r.get("matters").one("matter", m)
			if one.get("state").text() != state || state == "approved" && one.get("result").v == nil {
				return false
			}
		}
		return true
	})
}

// walk answers the questions as they are asked, and returns the check and which were asked.
func (c *city) walk(t *testing.T, service string, answers map[string]string) (check reply, asked []string) {
	t.Helper()
	check = c.want(t, 201, "", "POST", "/checks", map[string]any{"service": service})
	for check.get("next").v != nil {
		q := check.get("next", "id").text()
		answer, ok := answers[q]
		if !ok {
			t.Fatalf("the question %s was not expected", q)
		}
		asked = append(asked, q)
		check = c.want(t, 200, "", "PUT", "/checks/"+check.get("id").text()+"/answers/"+q, map[string]any{"value": answer})
	}
	if !check.get("complete").yes() {
		t.Fatalf("nothing is asked any more and the check is not complete:\n%s", check.raw)
	}
	return check, asked
}

// checklist saves a check.
func (c *city) checklist(t *testing.T, check reply) reply {
	t.Helper()
	return c.want(t, 201, "", "POST", "/checklists", map[string]any{"check": check.get("id").text()})
}

// save saves a part of the form.
func (c *city) save(t *testing.T, who, draft, section string, values map[string]string) reply {
	t.Helper()
	return c.want(t, 200, who, "PATCH", "/drafts/"+draft+"/sections/"+section, map[string]any{"values": values})
}

// use lets the bodies use what government holds.
func (c *city) use(t *testing.T, who, draft string, materials ...string) {
	t.Helper()
	for _, m := range materials {
		c.want(t, 200, who, "PUT", "/drafts/"+draft+"/materials/"+m, map[string]any{"choice": "use"})
	}
}

// attach uploads a document for a material.
func (c *city) attach(t *testing.T, who, draft string, materials ...string) {
	t.Helper()
	for _, m := range materials {
		c.want(t, 201, who, "POST", "/drafts/"+draft+"/materials/"+m+"/files", upload{[]part{{"files", m + ".pdf", pdf(m)}}})
	}
}

// submit submits a draft and returns the case.
func (c *city) submit(t *testing.T, who, draft string) reply {
	t.Helper()
	return c.want(t, 201, who, "POST", "/drafts/"+draft+"/submission", map[string]any{"declared": true})
}

// matter is the id of a matter of a case.
func matter(t *testing.T, r reply, name string) string {
	t.Helper()
	id := r.get("matters").one("matter", name).get("id").text()
	if id == "" {
		t.Fatalf("the case has no matter %s:\n%s", name, r.raw)
	}
	return id
}

// act carries out a verb of the desk.
func (c *city) act(t *testing.T, who, matter, verb string, body any) {
	t.Helper()
	c.want(t, 204, who, "POST", "/desk/matters/"+matter+"/"+verb, body)
}

// mark notes checks made by hand as passed.
func (c *city) mark(t *testing.T, who, matter string, checks ...string) {
	t.Helper()
	for _, check := range checks {
		c.want(t, 204, who, "PUT", "/desk/matters/"+matter+"/checks/"+check, map[string]any{"outcome": "pass"})
	}
}

func approve(facts string) map[string]any {
	return map[string]any{"approve": true, "facts": facts, "reasons": "符合法定条件，予以批准。"}
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
