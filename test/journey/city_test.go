package journey

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tongban/internal/testkit/dbtest"
)

// program is the binary under test, built once.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "tongban-journey")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		program = filepath.Join(dir, "tongban")
		build := exec.Command("go", "build", "-o", program, "./cmd/tongban")
		build.Dir = "../.."
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build the program: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// city is a running server with demonstration people.
type city struct {
	t        *testing.T
	data     string
	database string // empty for SQLite
	url      string
	server   *exec.Cmd
	errors   bytes.Buffer
	stopped  bool
	contract contract

	mu     sync.Mutex
	tokens map[string]string
}

// each runs fn against a new city on each engine.
func each(t *testing.T, fn func(t *testing.T, c *city)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); fn(t, start(t, "")) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); fn(t, start(t, dbtest.URL(t))) })
}

const jurisdiction = "../../jurisdictions/shifan"

func (c *city) where() []string {
	args := []string{"--data", c.data, "--jurisdiction", jurisdiction}
	if c.database != "" {
		args = append(args, "--database", c.database)
	}
	return args
}

// patience is how long anything may take on a machine that does other things as well.
const patience = 2 * time.Minute

func start(t *testing.T, database string) *city {
	t.Helper()
	c := &city{t: t, data: t.TempDir(), database: database, tokens: map[string]string{}}
	c.server = exec.Command(program, append([]string{"serve", "--listen", "127.0.0.1:0", "--demo"}, c.where()...)...)
	c.server.Stderr = &c.errors
	out, err := c.server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.stop(t) })
	ready := make(chan string, 1)
	go func() {
		defer close(ready)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if url, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
				ready <- url
				break
			}
		}
		for lines.Scan() { // or the server would stop at a full pipe
		}
	}()
	select {
	case url, ok := <-ready:
		if !ok {
			t.Fatalf("the server ended before it was ready:\n%s", c.errors.String())
		}
		c.url = url
	case <-time.After(patience):
		t.Fatal("the server is not ready")
	}
	return c
}

// stop ends the server as an operator does; it must end well.
func (c *city) stop(t *testing.T) {
	t.Helper()
	if c.stopped {
		return
	}
	c.stopped = true
	if err := c.server.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Error(err)
	}
	if err := c.server.Wait(); err != nil {
		t.Errorf("the server ended with %v\n%s", err, c.errors.String())
	}
	if t.Failed() && c.errors.Len() > 0 {
		t.Logf("what the server complained of:\n%s", c.errors.String())
	}
}

// run runs a command of the program and returns its exit code and what it printed.
func (c *city) run(t *testing.T, args ...string) (int, string) {
	t.Helper()
	cmd := exec.Command(program, args...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// as is a token for an account, perhaps acting for a business ("wang@9199…"); an account's token is
// issued once.
func (c *city) as(who string) string {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if token, ok := c.tokens[who]; ok {
		return token
	}
	login, business, _ := strings.Cut(who, "@")
	args := append([]string{"demo", "token", "--as", login}, c.where()...)
	if business != "" {
		args = append(args, "--for", business)
	}
	code, out := c.run(c.t, args...)
	if code != 0 {
		c.t.Fatalf("token for %s: exit code %d\n%s", who, code, out)
	}
	c.tokens[who] = strings.TrimSpace(out)
	return c.tokens[who]
}
