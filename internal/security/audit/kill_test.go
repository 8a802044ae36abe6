package audit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"tongban/internal/platform/db"
	"tongban/internal/platform/keys"
	"tongban/internal/testkit/dbtest"
)

const victimEnv = "TONGBAN_AUDIT_VICTIM"

// TestVictim is no test: it is the process that TestKill kills. It appends and seals until then, and tells
// each entry once it is durable.
func TestVictim(t *testing.T) {
	dir := os.Getenv(victimEnv)
	if dir == "" {
		t.SkipNow() // by itself it has nothing to show
	}
	ctx := context.Background()
	s, err := db.Open(ctx, db.Config{Dir: dir, URL: os.Getenv(victimEnv + "_URL")})
	if err != nil {
		t.Fatal(err)
	}
	r, err := keys.Open(ctx, keys.Config{Dir: filepath.Join(dir, "keys")})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		l := newLog(s, r)
		for {
			if _, err := l.Seal(ctx); err != nil {
				panic(err)
			}
		}
	}()
	l := newLog(s, r)
	for i := 0; ; i++ {
		for _, id := range appendAll(t, l, viewed(i, strconv.Itoa(i%5)), viewed(i, wang)) {
			fmt.Println(id)
		}
	}
}

// Killed at any moment, nothing that was told is lost, nothing is sealed twice, and the log is whole.
func TestKill(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			dir, url := t.TempDir(), ""
			if engine == "postgres" {
				url = dbtest.URL(t)
			}
			s, err := db.Open(ctx, db.Config{Dir: dir, URL: url})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if err := s.Migrate(ctx, migrations...); err != nil {
				t.Fatal(err)
			}
			r, err := keys.Open(ctx, keys.Config{Dir: filepath.Join(dir, "keys")})
			if err != nil {
				t.Fatal(err)
			}
			l := newLog(s, r)
			var told []string
			for range 6 {
				told = append(told, killed(t, self, dir, url)...)
				if rep := verify(t, l); !rep.OK() {
					t.Fatalf("Verify() after the kill = %v", rep.All())
				}
				if _, err := l.Seal(ctx); err != nil {
					t.Fatal(err)
				}
			}
			rep := verify(t, l)
			if !rep.OK() || rep.Waiting != 0 || rep.Entries < int64(len(told)) || rep.Log.Size != rep.Entries {
				t.Errorf("Verify() = %+v; %d entries were told", rep, len(told))
			}
			for _, id := range told {
				if row, err := l.Find(ctx, id); err != nil || row.Index < 0 {
					t.Errorf("Find(%s) = %+v, %v; it was told", id, row, err)
				}
			}
		})
	}
}

// killed runs the victim until it has told some entries, kills it, and returns all that it has told.
func killed(t *testing.T, self, dir, url string) []string {
	t.Helper()
	cmd := exec.Command(self, "-test.run", "^TestVictim$")
	cmd.Env = append(os.Environ(), victimEnv+"="+dir, victimEnv+"_URL="+url)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	var told []string
	for stop := 1 + rand.IntN(300); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			break
		}
		told = append(told, line[:len(line)-1])
		if len(told) == stop {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Exited() {
		t.Fatalf("the victim ended by itself: %v, %q", err, told)
	}
	return told
}
