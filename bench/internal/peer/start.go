package peer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"tongban/bench/internal/measure"
)

// Rules starts the Go engines for the conditions in the folder.
func (k *Kit) Rules(dir string) (*measure.Process, error) {
	return k.child("rules", exec.Command(k.Bin(GoRules), dir))
}

// NodeRules starts the Node engines.
func (k *Kit) NodeRules(dir string) (*measure.Process, error) {
	return k.node("rules.mjs", nil, dir)
}

// NodeSearch starts the search engines of Node on the texts in the folder.
func (k *Kit) NodeSearch(dir string) (*measure.Process, error) {
	return k.node("search.mjs", nil, dir)
}

// Queue starts graphile-worker on a PostgreSQL database.
func (k *Kit) Queue(url string) (*measure.Process, error) {
	return k.node("queue.mjs", []string{"PGURL=" + url})
}

func (k *Kit) node(script string, env []string, args ...string) (*measure.Process, error) {
	cmd := exec.Command("node", append([]string{script}, args...)...)
	cmd.Dir, cmd.Env = filepath.Join(k.Dir, "node"), append(os.Environ(), env...)
	return k.child("node-"+script, cmd)
}

func (k *Kit) child(name string, cmd *exec.Cmd) (*measure.Process, error) {
	p, err := measure.Start(k.LogFile(name), cmd)
	if err != nil {
		return nil, err
	}
	if _, err := p.Ready(); err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	return p, nil
}

// Server is a program that answers at an address.
type Server struct {
	*measure.Process
	URL string
}

// Next starts the Next.js server.
func (k *Kit) Next() (*Server, error) {
	addr, err := Address()
	if err != nil {
		return nil, err
	}
	host, port, _ := strings.Cut(addr, ":")
	cmd := exec.Command("node", "node_modules/next/dist/bin/next", "start", "-H", host, "-p", port)
	cmd.Dir, cmd.Env = filepath.Join(k.Dir, "next"), append(os.Environ(), "NEXT_TELEMETRY_DISABLED=1", "NODE_ENV=production")
	return k.serve("next", cmd, "http://"+addr, "/guide")
}

func (k *Kit) serve(name string, cmd *exec.Cmd, url, path string) (*Server, error) {
	p, err := measure.Start(k.LogFile(name), cmd)
	if err != nil {
		return nil, err
	}
	p.Drain()
	s := &Server{Process: p, URL: url}
	if err := until(func() bool { return answers(url + path) }); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), p.Stop())
	}
	return s, nil
}

func answers(url string) bool {
	r, err := http.Get(url)
	if err != nil {
		return false
	}
	_ = r.Body.Close()
	return r.StatusCode == http.StatusOK
}

// PocketBase starts PocketBase on a folder, with every commit durable.
func (k *Kit) PocketBase(dir string) (*Server, error) {
	const mail, word = "a@example.com", "password123456"
	env := append(os.Environ(), "PB_SYNC=FULL")
	admin := exec.Command(k.Bin(PocketBase), "superuser", "upsert", mail, word, "--dir", dir)
	admin.Env = env
	if out, err := admin.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("pocketbase: %w: %s", err, out)
	}
	addr, err := Address()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(k.Bin(PocketBase), "serve", "--http", addr, "--dir", dir)
	cmd.Env = env
	return k.serve(PocketBase, cmd, "http://"+addr, "/api/health")
}

// Temporal starts the development server, with its data in a file, and a worker for it.
func (k *Kit) Temporal(ctx context.Context, dir string) (server *Server, worker *measure.Process, err error) {
	addr, err := Address()
	if err != nil {
		return nil, nil, err
	}
	web, err := Address()
	if err != nil {
		return nil, nil, err
	}
	host, port, _ := strings.Cut(addr, ":")
	_, webPort, _ := strings.Cut(web, ":")
	cmd := exec.Command(k.Bin("temporal"), "server", "start-dev", "--headless", "--ip", host, "--port", port, "--http-port", webPort,
		"--db-filename", filepath.Join(dir, "temporal.db"), "--log-level", "never")
	p, err := measure.Start(k.LogFile("temporal"), cmd)
	if err != nil {
		return nil, nil, err
	}
	p.Drain()
	server = &Server{Process: p, URL: addr}
	err = until(func() bool {
		out, err := exec.CommandContext(ctx, k.Bin("temporal"), "operator", "cluster", "health", "--address", addr).Output()
		return err == nil && strings.Contains(string(out), "SERVING")
	})
	if err == nil {
		worker, err = k.child("temporal-worker", exec.Command(k.Bin("temporal-worker"), addr))
	}
	if err != nil {
		return nil, nil, errors.Join(err, p.Stop())
	}
	return server, worker, nil
}

// script makes a PostgreSQL cluster and runs its server until standard input ends. Commits are durable: fsync
// and synchronous_commit stay on.
const script = `
bin=$1 dir=$2
trap : TERM
"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync --no-instructions >"$dir/initdb.log" 2>&1 || exit 1
"$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c shared_buffers=256MB -c max_wal_size=1GB -c wal_compression=on -c jit=off \
	>"$dir/postgres.log" 2>&1 </dev/null &
server=$!
echo ready
read -r _
kill -INT "$server"
wait "$server"
rm -rf "$dir"
`

// Postgres starts a PostgreSQL of the machine's own binaries, as somebody who is not root.
func (k *Kit) Postgres() (*Server, error) {
	bins, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(bins) == 0 {
		return nil, errors.Join(err, errors.New("this machine has no PostgreSQL"))
	}
	bin := filepath.Dir(slices.Max(bins))
	// Short, because a socket's path is, and where somebody else than root may go.
	dir, err := os.MkdirTemp("/var/tmp", "bench-")
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("/bin/sh", "-c", script, "sh", bin, dir)
	cmd.Dir, cmd.Env = dir, []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "HOME=" + dir}
	if os.Geteuid() == 0 {
		who, err := user.Lookup("nobody")
		if err != nil {
			return nil, err
		}
		uid, err := strconv.ParseUint(who.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(who.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		if err := os.Chown(dir, int(uid), int(gid)); err != nil {
			return nil, err
		}
	}
	p, err := k.child("postgres", cmd)
	if err != nil {
		return nil, err
	}
	s := &Server{Process: p, URL: "postgres:///postgres?host=" + dir + "&user=postgres"}
	ready := exec.Command(filepath.Join(bin, "pg_isready"), "-h", dir, "-U", "postgres")
	if err := until(func() bool { return exec.Command(ready.Path, ready.Args[1:]...).Run() == nil }); err != nil {
		return nil, errors.Join(fmt.Errorf("postgres: %w", err), p.Stop())
	}
	return s, nil
}

// Version reads the version of a package that npm has installed.
func (k *Kit) Version(folder, name string) string {
	b, err := os.ReadFile(filepath.Join(k.Dir, folder, "node_modules", name, "package.json"))
	if err != nil {
		return "?"
	}
	_, rest, _ := strings.Cut(string(b), `"version":`)
	parts := strings.SplitN(rest, `"`, 3)
	if len(parts) < 3 {
		return "?"
	}
	return parts[1]
}
