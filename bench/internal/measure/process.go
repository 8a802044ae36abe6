package measure

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Process is a program that was started here and ends with us.
type Process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
	log *os.File
}

// Start starts a program in a group of its own. What it writes to its error stream goes into the log file.
// It is killed when we are killed.
func Start(log string, cmd *exec.Cmd) (*Process, error) {
	f, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, log: f}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid, cmd.SysProcAttr.Pdeathsig = true, syscall.SIGKILL
	cmd.Stderr = f
	if p.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReaderSize(out, 1<<16)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return p, nil
}

// Pid is the process's number.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Ready waits for a line that begins with "ready" and returns what stands behind it.
func (p *Process) Ready() (string, error) {
	for {
		line, err := p.out.ReadString('\n')
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "ready"); ok {
			return strings.TrimSpace(rest), nil
		}
		if err != nil {
			return "", fmt.Errorf("%s was never ready (%w); its log is %s", p.cmd.Path, err, p.log.Name())
		}
	}
}

// Drain reads and forgets whatever the program prints from now on.
func (p *Process) Drain() { go func() { _, _ = io.Copy(io.Discard, p.out) }() }

// Answer is what a child says of a stretch of work that it has timed itself.
type Answer struct {
	N     int64  `json:"n"`
	NS    int64  `json:"ns"`
	CPU   int64  `json:"cpu"`
	P50   int64  `json:"p50"`
	P99   int64  `json:"p99"`
	Check int64  `json:"check"`
	Error string `json:"error,omitempty"`
}

// Run is the answer as a run.
func (a Answer) Run() Run {
	return Run{Ops: int(a.N), Seconds: float64(a.NS) / 1e9, CPU: float64(a.CPU) / 1e9, P50: float64(a.P50) / 1e6, P99: float64(a.P99) / 1e6}
}

// Ask sends a line and reads the answer.
func (p *Process) Ask(format string, args ...any) (Answer, error) {
	var a Answer
	if _, err := fmt.Fprintf(p.in, format+"\n", args...); err != nil {
		return a, fmt.Errorf("ask %s: %w; its log is %s", p.cmd.Path, err, p.log.Name())
	}
	line, err := p.out.ReadString('\n')
	if err != nil {
		return a, fmt.Errorf("%s has ended: %w; its log is %s", p.cmd.Path, err, p.log.Name())
	}
	if err := json.Unmarshal([]byte(line), &a); err != nil {
		return a, fmt.Errorf("answer of %s: %w: %s", p.cmd.Path, err, line)
	}
	if a.Error != "" {
		return a, errors.New(a.Error)
	}
	return a, nil
}

// patience is how long a program may take to end by itself.
const patience = 20 * time.Second

// Stop asks the program to end, and kills its group when it does not.
func (p *Process) Stop() error {
	_ = p.in.Close()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan error, 1)
	go func() { done <- p.cmd.Wait() }()
	defer p.log.Close()
	select {
	case err := <-done:
		_ = syscall.Kill(-p.Pid(), syscall.SIGKILL) // whoever of the group is left
		if _, ok := errors.AsType[*exec.ExitError](err); ok {
			return nil // it was told to end
		}
		return err
	case <-time.After(patience):
		_ = syscall.Kill(-p.Pid(), syscall.SIGKILL)
		return <-done
	}
}

// Aside runs something else while the process stands still, so that what it goes on with after its own
// turn does not disturb the others'.
func (p *Process) Aside(do func() (Run, error)) func() (Run, error) {
	return func() (Run, error) {
		if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			return Run{}, err
		}
		r, err := do()
		return r, errors.Join(err, p.cmd.Process.Signal(syscall.SIGCONT))
	}
}
