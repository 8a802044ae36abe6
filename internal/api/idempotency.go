package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

const (
	// keepFor is how long an answer is kept for a key.
	keepFor = 24 * time.Hour
	// staleAfter is when a request that never came to an end, because the server was killed, may be sent
	// again. What it may have made by then has the id that was reserved for it, and is not made twice.
	staleAfter = time.Minute
	longestKey = 255
	mostBody   = 1 << 20
	finishTime = 10 * time.Second
)

// once carries out a request with an Idempotency-Key at most once for an account: sent again, it gets
// the answer of the first time. Only what succeeded is kept; whoever was refused may mend the request
// and send it under the same key.
func (a *API) once(ctx huma.Context, next func(huma.Context)) {
	c, s := callOf(ctx.Context()), specOf(ctx)
	key := ctx.Header("Idempotency-Key")
	if !s.once || key == "" || c.by.ID == "" {
		next(ctx)
		return
	}
	if len(key) > longestKey {
		a.refuse(ctx, a.problem(c.lang, http.StatusUnprocessableEntity, "api.idempotency.key", nil))
		return
	}
	body, err := io.ReadAll(io.LimitReader(ctx.BodyReader(), mostBody+1))
	if err != nil || len(body) > mostBody {
		a.refuse(ctx, a.problem(c.lang, http.StatusRequestEntityTooLarge, "api.too-large", nil))
		return
	}
	url := ctx.URL()
	print := sha256.New()
	for _, part := range []string{c.by.Subject, ctx.Method(), url.RequestURI(), string(body)} {
		print.Write([]byte(part + "\x00"))
	}
	fingerprint, now := hex.EncodeToString(print.Sum(nil)), a.Now()
	had, mine, err := reserve(ctx.Context(), a.Store, c.by.ID, key, fingerprint, now, now.Add(-keepFor), now.Add(-staleAfter))
	switch {
	case err != nil:
		a.refuse(ctx, a.fail(c, err))
		return
	case !mine && had.fingerprint != fingerprint:
		a.refuse(ctx, a.problem(c.lang, http.StatusUnprocessableEntity, "api.idempotency.other", nil))
		return
	case !mine && !had.done:
		p := a.problem(c.lang, http.StatusConflict, "api.idempotency.running", nil)
		p.headers.Set("Retry-After", "1")
		a.refuse(ctx, p)
		return
	case !mine:
		ctx.SetHeader("Idempotency-Replayed", "true")
		write(ctx, had)
		return
	}
	c.made = had.made
	answer := &recording{below: ctx, in: bytes.NewReader(body), answer: kept{headers: http.Header{}}}
	finished := false
	// What was done is noted even when the caller has gone away meanwhile: then she will ask again.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx.Context()), finishTime)
	defer cancel()
	defer func() {
		if finished {
			return
		}
		if err := release(end, a.Store, c.by.ID, key, now.Add(-staleAfter)); err != nil {
			a.Log.Error("an idempotency key was not released", "request", c.id, "error", err)
		}
	}()
	next(answer)
	if status := answer.answer.status; status >= 200 && status < 300 {
		if err := keep(end, a.Store, c.by.ID, key, answer.answer, a.Now()); err != nil {
			a.Log.Error("an answer was not kept", "request", c.id, "error", err)
		} else {
			finished = true
		}
	}
	write(ctx, answer.answer)
}

func write(ctx huma.Context, k kept) {
	for name, values := range k.headers {
		for i, v := range values {
			if i == 0 {
				ctx.SetHeader(name, v)
			} else {
				ctx.AppendHeader(name, v)
			}
		}
	}
	ctx.SetStatus(k.status)
	if len(k.body) > 0 {
		_, _ = ctx.BodyWriter().Write(k.body)
	}
}

// below lets a context be embedded that has a method of the same name.
type below interface{ huma.Context }

// recording takes down an answer instead of sending it.
type recording struct {
	below
	in     io.Reader
	answer kept
}

// Unwrap leads to the context below, as huma's own wrappers do.
func (r *recording) Unwrap() huma.Context { return r.below }

// BodyReader is the body that was read already.
func (r *recording) BodyReader() io.Reader { return r.in }

// SetStatus notes the status.
func (r *recording) SetStatus(code int) { r.answer.status = code }

// Status is the status that was noted.
func (r *recording) Status() int { return r.answer.status }

// SetHeader notes a header.
func (r *recording) SetHeader(name, value string) { r.answer.headers.Set(name, value) }

// AppendHeader notes one more value of a header.
func (r *recording) AppendHeader(name, value string) { r.answer.headers.Add(name, value) }

// BodyWriter notes the body.
func (r *recording) BodyWriter() io.Writer { return (*body)(&r.answer) }

type body kept

func (b *body) Write(p []byte) (int, error) {
	b.body = append(b.body, p...)
	return len(p), nil
}
