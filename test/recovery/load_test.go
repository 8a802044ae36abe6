package recovery

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"sync"
	"time"
)

// errand is one kind of application, by one applicant, and who decides on it.
type errand struct {
	who     string
	service string
	answers map[string]string
	form    func(rng *rand.Rand) map[string]map[string]string
	desks   map[string]string // matter → officer
}

// errands are what the load consists of: matters that the system decides, matters that wait for others,
// certificates, numbers that are made, registers that are written, files that are uploaded.
var errands = []errand{
	{
		who: "wang@91990100DEM1000150", service: "open-a-restaurant",
		answers: map[string]string{"licence": "normal", "prepack": "true", "area": "20", "sign": "true", "tobacco": "false"},
		form: func(rng *rand.Rand) map[string]map[string]string {
			return map[string]map[string]string{
				"shop": {"phone": "13900001234"}, "packed": {"channel": "shop"},
				"shop-sign": {"sign_words": fmt.Sprintf("鑫源 %d", rng.IntN(1000)), "sign_width": "4.5", "sign_height": "1.2", "main_road": "true"},
			}
		},
		desks: map[string]string{"sign-filing": "urban-management-1"},
	},
	{
		who: "ma", service: "newborn",
		answers: map[string]string{"hospital": "true", "first": "true", "under_one": "true", "wedlock": "true", "hukou": "family", "region": "same-province", "matins": "false", "card": "false"},
		form: func(rng *rand.Rand) map[string]map[string]string {
			born := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rng.IntN(320)).Format(time.DateOnly)
			return map[string]map[string]string{
				"parents":   {"applicant_role": "mother", "phone": "13900001234"},
				"child":     {"child_name": "杨小满", "child_birth_date": born, "child_ethnic_group": "汉族", "clinic": "团结社区卫生服务中心"},
				"household": {"home_station": "邻市团结派出所"},
			}
		},
		desks: map[string]string{"birth-certificate": "health-1", "household-registration": "police-1", "medical-insurance": "medical-insurance-1"},
	},
	{
		who: "sun", service: "start-a-business",
		answers: map[string]string{"kind": "individual", "foreign": "false", "premises": "cluster", "approval": "false", "seal": "false", "invoices": "false", "staff": "false"},
		form: func(rng *rand.Rand) map[string]map[string]string {
			return map[string]map[string]string{
				"applicant":  {"phone": "13900001234"},
				"enterprise": {"business_name": fmt.Sprintf("示范市晓燕面馆%d店", rng.IntN(10000)), "scope": "餐饮服务", "address": "示范市中心区美食街 30 号"},
			}
		},
		desks: map[string]string{"registration": "market-1", "tax-setup": "tax-1"},
	},
}

// ledger is what the clients were told: what the data must hold in the end.
type ledger struct {
	mu        sync.Mutex
	requests  int
	repeated  int               // because the server went away before it answered
	tried     map[string]bool   // drafts whose submission was sent, answered or not
	submitted map[string]string // draft → case
	decided   map[string]bool   // matters whose decision was acknowledged
	uploaded  map[string]bool   // files, by hash
	finished  int               // cases gone through to the end
}

func (l *ledger) note(fn func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fn()
}

// person is one client.
type person struct {
	city   *city
	ledger *ledger
	tokens map[string]string
	rng    *rand.Rand
	http   *http.Client
}

type answer struct {
	status int
	raw    []byte
}

func (a answer) into(v any) error { return json.Unmarshal(a.raw, v) }

// send sends a request until it is answered, however often the server goes away meanwhile; repeated says
// that it was sent more than once, so that an earlier one may have been heard.
func (p *person) send(ctx context.Context, who, method, path, kind string, body []byte) (a answer, repeated bool, err error) {
	const pause = 20 * time.Millisecond // the killer needs a moment to see that it has killed
	for ; ; repeated = true {
		if repeated {
			p.ledger.note(func() { p.ledger.repeated++ })
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return a, repeated, ctx.Err()
			}
		}
		url, err := p.city.address(ctx)
		if err != nil {
			return a, repeated, err
		}
		r, err := http.NewRequestWithContext(ctx, method, url+"/api/v1"+path, bytes.NewReader(body))
		if err != nil {
			return a, repeated, err
		}
		if kind != "" {
			r.Header.Set("Content-Type", kind)
		}
		if who != "" {
			r.Header.Set("Authorization", "Bearer "+p.tokens[who])
		}
		p.ledger.note(func() { p.ledger.requests++ })
		res, err := p.http.Do(r)
		if err != nil {
			if ctx.Err() != nil {
				return a, repeated, ctx.Err()
			}
			continue
		}
		raw, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			continue // cut off in the middle of the answer: it is none
		}
		return answer{res.StatusCode, raw}, repeated, nil
	}
}

// call sends JSON and demands one of the statuses.
func (p *person) call(ctx context.Context, who, method, path string, body any, allowed ...int) (answer, error) {
	var text []byte
	kind := ""
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return answer{}, err
		}
		kind = "application/json"
	}
	a, repeated, err := p.send(ctx, who, method, path, kind, text)
	if err != nil {
		return a, err
	}
	for _, s := range allowed {
		if a.status == s {
			return a, nil
		}
	}
	return a, fmt.Errorf("%s %s as %q (repeated %v) = %d, want %v\n%s", method, path, who, repeated, a.status, allowed, a.raw)
}

// go through one errand to its end.
func (p *person) errand(ctx context.Context, e errand) error {
	draft, err := p.apply(ctx, e)
	if err != nil {
		return err
	}
	p.ledger.note(func() { p.ledger.tried[draft] = true })
	a, err := p.call(ctx, e.who, "POST", "/drafts/"+draft+"/submission", map[string]any{"declared": true}, 200, 201)
	if err != nil {
		return err
	}
	var made struct{ ID string }
	if err := a.into(&made); err != nil {
		return err
	}
	var before string
	p.ledger.note(func() { before, p.ledger.submitted[draft] = p.ledger.submitted[draft], made.ID })
	if before != "" && before != made.ID {
		return fmt.Errorf("draft %s was submitted as %s and as %s", draft, before, made.ID)
	}
	return p.follow(ctx, e, made.ID)
}

func (p *person) apply(ctx context.Context, e errand) (draft string, err error) {
	var check struct {
		ID   string
		Next *struct{ ID string }
	}
	a, err := p.call(ctx, "", "POST", "/checks", map[string]any{"service": e.service}, 201)
	for ; err == nil; a, err = p.call(ctx, "", "PUT", "/checks/"+check.ID+"/answers/"+check.Next.ID, map[string]any{"value": e.answers[check.Next.ID]}, 200) {
		check.Next = nil
		if err := a.into(&check); err != nil {
			return "", err
		}
		if check.Next == nil {
			break
		}
	}
	if err != nil {
		return "", err
	}
	if a, err = p.call(ctx, "", "POST", "/checklists", map[string]any{"check": check.ID}, 201); err != nil {
		return "", err
	}
	var list struct{ ID string }
	if err := a.into(&list); err != nil {
		return "", err
	}
	if a, err = p.call(ctx, e.who, "POST", "/drafts", map[string]any{"checklist": list.ID}, 201); err != nil {
		return "", err
	}
	var d struct {
		ID        string
		Sections  []struct{ ID string }
		Materials []struct{ ID, State string }
	}
	if err := a.into(&d); err != nil {
		return "", err
	}
	form := e.form(p.rng)
	for _, s := range d.Sections {
		values := form[s.ID]
		if values == nil {
			values = map[string]string{}
		}
		if _, err := p.call(ctx, e.who, "PATCH", "/drafts/"+d.ID+"/sections/"+s.ID, map[string]any{"values": values}, 200); err != nil {
			return "", err
		}
	}
	for _, m := range d.Materials {
		path := "/drafts/" + d.ID + "/materials/" + m.ID
		switch m.State {
		case "held":
			a, err := p.call(ctx, e.who, "PUT", path, map[string]any{"choice": "use"}, 200, 409)
			if err != nil {
				return "", err
			}
			if a.status == 200 {
				continue
			}
		case "made", "upstream":
			continue
		}
		if err := p.upload(ctx, e.who, path+"/files"); err != nil {
			return "", err
		}
	}
	return d.ID, nil
}

// upload sends a picture that nobody has sent before.
func (p *person) upload(ctx context.Context, who, path string) error {
	img := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for i := range 64 * 64 {
		img.Set(i%64, i/64, color.NRGBA{uint8(p.rng.Uint32()), uint8(p.rng.Uint32()), uint8(p.rng.Uint32()), 255})
	}
	var picture, body bytes.Buffer
	if err := png.Encode(&picture, img); err != nil {
		return err
	}
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("files", "picture.png")
	if err != nil {
		return err
	}
	sum := sha256.Sum256(picture.Bytes())
	if _, err := part.Write(picture.Bytes()); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	a, _, err := p.send(ctx, who, "POST", path, w.FormDataContentType(), body.Bytes())
	if err != nil {
		return err
	}
	if a.status != 201 {
		return fmt.Errorf("upload to %s = %d\n%s", path, a.status, a.raw)
	}
	p.ledger.note(func() { p.ledger.uploaded[hex.EncodeToString(sum[:])] = true })
	return nil
}

// follow is the officers' part: each matter is taken and decided as soon as it can be, until nothing is
// left of the case.
func (p *person) follow(ctx context.Context, e errand, id string) error {
	for {
		a, err := p.call(ctx, e.who, "GET", "/cases/"+id, nil, 200)
		if err != nil {
			return err
		}
		var c struct {
			Closed  string
			Matters []struct {
				ID, Matter, State string
				Result            *struct{}
			}
		}
		if err := a.into(&c); err != nil {
			return err
		}
		acted, done := false, c.Closed != ""
		for _, m := range c.Matters {
			done = done && m.Result != nil
			officer := e.desks[m.Matter]
			if officer == "" {
				continue
			}
			at := "/desk/matters/" + m.ID
			switch m.State {
			case "received":
				// Said twice, because the answer was lost, it is refused the second time: then it is done.
				for _, verb := range []string{"/claim", "/acceptance"} {
					if _, err := p.call(ctx, officer, "POST", at+verb, nil, 204, 409); err != nil {
						return err
					}
				}
				acted = true
			case "accepted":
				ruling := map[string]any{"approve": true, "facts": "材料齐全", "reasons": "符合法定条件"}
				if _, err := p.call(ctx, officer, "POST", at+"/decision", ruling, 204, 409); err != nil {
					return err
				}
				p.ledger.note(func() { p.ledger.decided[m.ID] = true })
				acted = true
			case "refused", "declined", "withdrawn", "lapsed":
				return fmt.Errorf("matter %s of case %s ended as %s", m.Matter, id, m.State)
			}
		}
		if done {
			p.ledger.note(func() { p.ledger.finished++ })
			return nil
		}
		if acted {
			continue
		}
		select { // for the jobs of the server
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return errors.Join(ctx.Err(), fmt.Errorf("case %s does not come to its end: %s", id, a.raw))
		}
	}
}
