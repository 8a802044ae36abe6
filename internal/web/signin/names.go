package signin

import (
	"context"
	"sync"
	"time"

	"tongban/internal/security/identity"
)

const (
	// nameKept is how long a name is shown before the registers are asked again: as long as a session is
	// believed to have its mandate.
	nameKept = time.Minute
	// mostNames bounds the memory; one takes about two hundred bytes.
	mostNames = 10_000
)

// names remembers what the businesses and children are called for whom people act. Every page says it, and
// asking the registers for every page cost more than making the page.
type names struct {
	mu    sync.Mutex
	known map[acting]name
}

type acting struct{ person, subject string }

type name struct {
	text  string
	until time.Time
}

// Acting names the business or child that an actor acts for; empty for herself.
func (h *Handler) Acting(ctx context.Context, by identity.Actor) string {
	if by.Subject == by.Self {
		return ""
	}
	key, now := acting{by.Self, by.Subject}, h.Now()
	h.names.mu.Lock()
	n, ok := h.names.known[key]
	h.names.mu.Unlock()
	if ok && now.Before(n.until) {
		return n.text
	}
	all, err := h.Mandate.For(ctx, by.Self)
	if err != nil {
		return by.Subject
	}
	for _, m := range all {
		if m.Subject == by.Subject {
			h.names.keep(key, name{m.Name, now.Add(nameKept)})
			return m.Name
		}
	}
	return by.Subject
}

func (n *names) keep(key acting, x name) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil || len(n.known) >= mostNames { // who is here now is asked for again soon enough
		n.known = map[acting]name{}
	}
	n.known[key] = x
}
