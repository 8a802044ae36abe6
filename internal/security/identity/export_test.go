package identity

import "context"

// Hashings is how many passwords were hashed so far.
func (s *Service) Hashings() int64 { return s.hasher.done.Load() }

// Matches compares a password with a PHC string.
var Matches = (*hasher).matches

// NewHasher makes a hasher at the real price.
func NewHasher(slots int) *hasher { return newHasher(slots, today) }

// Cheap makes the service hash at a price that tests can pay a hundred times, and that is none for anybody else.
func (s *Service) Cheap() {
	s.hasher = newHasher(cap(s.hasher.slots), price{memory: 64, passes: 1})
}

// ReadPHC reads a PHC string and forgets it.
func ReadPHC(s string) error { _, err := readPHC(s); return err }

// CheckPassword is the rule for new passwords.
var CheckPassword = checkPassword

// ByMethod is the level of a session.
func ByMethod(l Level, passkey bool) Level {
	if passkey {
		return l.by(byPasskey)
	}
	return l.by(byPassword)
}

// Forget empties the memory of sessions.
func (s *Service) Forget() {
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	clear(s.cache.seats)
}

// Swept sweeps and returns how many rows that were.
func (s *Service) Swept(ctx context.Context) (int64, error) { return s.sweep(ctx) }
