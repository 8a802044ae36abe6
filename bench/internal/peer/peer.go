package peer

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Kit is where the peers are.
type Kit struct {
	Source string // bench/peers
	Dir    string // bench/.peers
	Log    func(format string, args ...any)
}

// The peers that are built from Go modules of their own.
const (
	PocketBase     = "pocketbase"
	GoRules        = "rules"
	TemporalWorker = "temporal"
	temporalServer = "github.com/temporalio/cli/cmd/temporal@v1.5.1"
)

// Bin is the path of a peer's program.
func (k *Kit) Bin(name string) string { return filepath.Join(k.Dir, "bin", name) }

// Data makes a new folder for data.
func (k *Kit) Data(name string) (string, error) {
	if err := os.MkdirAll(filepath.Join(k.Dir, "data"), 0o755); err != nil {
		return "", err
	}
	return os.MkdirTemp(filepath.Join(k.Dir, "data"), name+"-")
}

// LogFile is where a program's errors go.
func (k *Kit) LogFile(name string) string {
	_ = os.MkdirAll(filepath.Join(k.Dir, "log"), 0o755)
	return filepath.Join(k.Dir, "log", name+".log")
}

// Get fetches and builds what is not there yet, one after the other. What cannot be had is in the error,
// and the others are got all the same.
func (k *Kit) Get() error {
	var all []error
	for _, name := range []string{PocketBase, GoRules, TemporalWorker} {
		out := name
		if name == TemporalWorker {
			out = "temporal-worker"
		}
		all = append(all, k.unless(k.Bin(out), name, func() error {
			return k.run(filepath.Join(k.Source, name), nil, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", k.Bin(out), ".")
		}))
	}
	all = append(all, k.unless(k.Bin("temporal"), "the Temporal development server", func() error {
		return k.run(k.Source, []string{"GOBIN=" + filepath.Join(k.Dir, "bin"), "GOFLAGS=-mod=mod"}, "go", "install", temporalServer)
	}))
	for _, name := range []string{"node", "next"} {
		to := filepath.Join(k.Dir, name)
		all = append(all, k.unless(filepath.Join(to, ".made"), "npm packages: "+name, func() error { return k.npm(name, to) }))
	}
	return errors.Join(all...)
}

// npm copies our own scripts beside the packages that they import, and installs those that the lock file
// names. "npm ci" refuses a lock whose optional packages for other machines cannot be had.
func (k *Kit) npm(name, to string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	if err := os.CopyFS(to, os.DirFS(filepath.Join(k.Source, name))); err != nil {
		return err
	}
	if err := k.run(to, nil, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"); err != nil {
		return err
	}
	if name == "next" {
		if err := k.run(to, []string{"NEXT_TELEMETRY_DISABLED=1"}, "node", "node_modules/next/dist/bin/next", "build"); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(to, ".made"), nil, 0o644)
}

func (k *Kit) unless(path, name string, do func() error) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	k.Log("get %s", name)
	start := time.Now()
	if err := do(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	k.Log("got %s in %.0f s", name, time.Since(start).Seconds())
	return nil
}

func (k *Kit) run(dir string, env []string, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, append(append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off"), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		text := strings.TrimSpace(out.String())
		return fmt.Errorf("%s %s: %w: %s", name, args[0], err, text[max(0, len(text)-400):])
	}
	return nil
}

// Has tells whether a peer was got.
func (k *Kit) Has(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Address is a free address of the loopback.
func Address() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// pause is how often something that starts is asked whether it is there.
const pause = 20 * time.Millisecond

// until asks again and again, for a minute at most.
func until(ok func() bool) error {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(pause) {
		if ok() {
			return nil
		}
	}
	return errors.New("it did not answer within a minute")
}
