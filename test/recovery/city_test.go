package recovery

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is the binary under test, built once.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "tongban-recovery")
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

// patience is how long anything may take on a machine that does other things as well.
const patience = 2 * time.Minute

// city is a data folder with a server that comes and goes.
type city struct {
	t      *testing.T
	data   string
	server *exec.Cmd
	ended  chan error
	errors safe

	mu    sync.Mutex
	url   string        // empty while nobody answers
	comes chan struct{} // closed when the server answers again
	kills int
}

// safe is a buffer that two may use.
type safe struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safe) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safe) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func newCity(t *testing.T, data string) *city {
	c := &city{t: t, data: data, comes: make(chan struct{})}
	t.Cleanup(func() {
		if c.server != nil {
			_ = c.server.Process.Kill()
			<-c.ended
		}
	})
	return c
}

func (c *city) where() []string {
	return []string{"--data", c.data, "--jurisdiction", "../../jurisdictions/shifan"}
}

// launch starts the server; ready gets its address once it answers, and is closed when it never will.
func (c *city) launch() (ready <-chan string) {
	c.t.Helper()
	c.server = exec.Command(program, append([]string{"serve", "--listen", "127.0.0.1:0", "--demo"}, c.where()...)...)
	c.server.Stderr = &c.errors
	out, in, err := os.Pipe()
	if err != nil {
		c.t.Fatal(err)
	}
	c.server.Stdout = in
	if err := c.server.Start(); err != nil {
		c.t.Fatal(err)
	}
	in.Close()
	c.ended = make(chan error, 1)
	go func(server *exec.Cmd, ended chan<- error) { ended <- server.Wait() }(c.server, c.ended)
	says := make(chan string, 1)
	go func() {
		defer out.Close()
		defer close(says)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if url, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
				says <- url
				break
			}
		}
		_, _ = io.Copy(io.Discard, out)
	}()
	return says
}

// open starts the server and waits until it answers.
func (c *city) open() (took time.Duration) {
	c.t.Helper()
	began := time.Now()
	ready := c.launch()
	select {
	case url, ok := <-ready:
		if !ok {
			c.t.Fatalf("the server ended before it was ready:\n%s", c.errors.String())
		}
		took = time.Since(began)
		c.mu.Lock()
		c.url = url
		close(c.comes)
		c.mu.Unlock()
	case <-time.After(patience):
		c.t.Fatal("the server is not ready")
	}
	return took
}

// kill ends the server as a power cut does.
func (c *city) kill() {
	c.t.Helper()
	if err := c.server.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		c.t.Fatal(err)
	}
	err := <-c.ended
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		c.t.Fatalf("the server ended by itself with %v:\n%s", err, c.errors.String())
	}
	c.server = nil
	c.away()
	c.kills++
}

// stop ends the server as an operator does.
func (c *city) stop() {
	c.t.Helper()
	if err := c.server.Process.Signal(syscall.SIGTERM); err != nil {
		c.t.Fatal(err)
	}
	if err := <-c.ended; err != nil {
		c.t.Errorf("the server ended with %v:\n%s", err, c.errors.String())
	}
	c.server = nil
	c.away()
}

func (c *city) away() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.url != "" {
		c.url, c.comes = "", make(chan struct{})
	}
}

// address is where the server answers; while it does not, it is waited for.
func (c *city) address(ctx context.Context) (string, error) {
	for {
		c.mu.Lock()
		url, comes := c.url, c.comes
		c.mu.Unlock()
		if url != "" {
			return url, nil
		}
		select {
		case <-comes:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// run runs a command of the program and returns its exit code and what it printed.
func run(t *testing.T, args ...string) (int, string) {
	t.Helper()
	cmd := exec.Command(program, args...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// token is what an account acts by, perhaps for a business ("wang@9199…").
func (c *city) token(who string) string {
	c.t.Helper()
	login, business, _ := strings.Cut(who, "@")
	args := append([]string{"demo", "token", "--as", login}, c.where()...)
	if business != "" {
		args = append(args, "--for", business)
	}
	code, out := run(c.t, args...)
	if code != 0 {
		c.t.Fatalf("token for %s: exit code %d\n%s", who, code, out)
	}
	return strings.TrimSpace(out)
}
