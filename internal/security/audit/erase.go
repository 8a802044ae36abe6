package audit

import (
	"context"
	"errors"
	"fmt"

	"tongban/internal/platform/db"
)

// Erase destroys the keys under which the details of all entries about the subject are hidden, and returns
// how many there were (个人信息保护法 第四十七条). The rows stay as they are, bound by the tree, and count as
// erased; nobody can say any more what they were about. Whoever calls it does so under a permit, which
// records who erased and on which basis; what is recorded about the subject later has a new key.
func (l *Log) Erase(ctx context.Context, tx db.Queryer, subject string) (int, error) {
	if subject == "" {
		return 0, errors.New("erase: entries about nobody cannot be erased")
	}
	pseudonym := l.pseudonym(clean(subject))
	found, err := liveKeys(ctx, tx, pseudonym)
	if err != nil {
		return 0, fmt.Errorf("erase: %w", err)
	}
	at := l.now().UnixMicro()
	for _, k := range found {
		k.secret, k.erasedAt = make([]byte, len(k.secret)), &at
		k.mac = l.keys.Mac("audit.key", k.canon())
		if err := eraseKey(ctx, tx, k); err != nil {
			return 0, fmt.Errorf("erase: %w", err)
		}
	}
	return len(found), nil
}
