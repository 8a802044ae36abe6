package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"tongban/internal/platform/db"
)

// server is the one PostgreSQL of this test program.
type server struct {
	dir   string
	admin *sql.DB
	bases atomic.Int64
	life  *os.File // the server lives as long as somebody holds the other end of this pipe
}

var errNoBinaries = errors.New("this machine has no PostgreSQL (looked for initdb and postgres in /usr/lib/postgresql/*/bin and in PATH)")

var start = sync.OnceValues(startServer)

// running is the server, started by the first test that wants it.
func running(t testing.TB) *server {
	t.Helper()
	s, err := start()
	if errors.Is(err, errNoBinaries) {
		t.Skipf("not tested on PostgreSQL: %v", err)
	}
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	return s
}

func fresh(t testing.TB, migrations []db.Migrations) string {
	t.Helper()
	s := running(t)
	template := "template0"
	if len(migrations) > 0 {
		template = s.template(t, migrations)
	}
	return s.like(t, template)
}

// like makes a database from a template, dropped when the test ends.
func (s *server) like(t testing.TB, template string) string {
	t.Helper()
	name := fmt.Sprintf("test%d", s.bases.Add(1))
	if err := s.create(name, template); err != nil {
		t.Fatalf("make the database: %v", err)
	}
	t.Cleanup(func() {
		if _, err := s.admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("drop the database: %v", err)
		}
	})
	return s.url(name)
}

func (s *server) url(name string) string {
	return fmt.Sprintf("postgres:///%s?host=%s&user=postgres", name, s.dir)
}

func (s *server) create(name, template string) error {
	_, err := s.admin.Exec("CREATE DATABASE " + name + " TEMPLATE " + template)
	return err
}

func (s *server) template(t testing.TB, migrations []db.Migrations) string {
	t.Helper()
	return s.filled(t, fingerprint(t, migrations), func(url string) { migrate(t, db.Config{URL: url}, migrations) })
}

// filled is a database that fill filled, made once for each key.
func (s *server) filled(t testing.TB, key string, fill func(url string)) string {
	t.Helper()
	templates.Lock()
	defer templates.Unlock()
	if name, ok := templates.postgres[key]; ok {
		return name
	}
	name := "template_" + key
	if err := s.create(name, "template0"); err != nil {
		t.Fatalf("make the template database: %v", err)
	}
	fill(s.url(name))
	if templates.postgres == nil {
		templates.postgres = map[string]string{}
	}
	templates.postgres[key] = name
	return name
}

// script makes a cluster, runs its server, and takes everything away when standard input ends: that is
// when the test program has ended, be it by a kill. Nothing in it needs to survive a power cut.
const script = `
bin=$1 dir=$2
"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync --no-instructions >"$dir/initdb.log" 2>&1 || exit 1
"$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync=off -c full_page_writes=off \
	-c synchronous_commit=off -c max_connections=300 -c shared_buffers=32MB -c autovacuum=off \
	-c max_wal_size=256MB -c logging_collector=off >"$dir/postgres.log" 2>&1 </dev/null &
server=$!
read -r _
kill -QUIT "$server"
wait "$server"
rm -rf "$dir"
`

func startServer() (*server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("/tmp", "dbtest-") // short, because a socket's path is
	if err != nil {
		return nil, err
	}
	out, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("/bin/sh", "-c", script, "sh", bin, dir)
	cmd.Stdin = out
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "HOME=" + dir}
	// A group of its own, so that an interrupt from the keyboard reaches the tests and not the server.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		who, err := unprivileged()
		if err != nil {
			return nil, err
		}
		cmd.SysProcAttr.Credential = who
		if err := os.Chown(dir, int(who.Uid), int(who.Gid)); err != nil {
			return nil, err
		}
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	out.Close()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	s := &server{dir: dir, life: in}
	if s.admin, err = sql.Open("pgx", s.url("postgres")); err != nil {
		return nil, err
	}
	s.admin.SetMaxIdleConns(1)
	if err := s.ready(ended); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// ready waits until the server answers.
func (s *server) ready(ended <-chan error) error {
	limit, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		err := s.admin.PingContext(limit)
		if err == nil {
			return nil
		}
		select {
		case <-ended:
			return fmt.Errorf("%w\n%s", err, s.logs())
		case <-limit.Done():
			s.life.Close()
			return fmt.Errorf("%w\n%s", err, s.logs())
		case <-poll.C:
		}
	}
}

func (s *server) logs() string {
	var all strings.Builder
	for _, name := range []string{"initdb.log", "postgres.log"} {
		b, _ := os.ReadFile(filepath.Join(s.dir, name))
		all.Write(b)
	}
	return all.String()
}

// binaries finds the folder of the newest PostgreSQL.
func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	best, version := "", 0
	for _, p := range found {
		bin := filepath.Dir(p)
		v, err := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
		if _, missing := os.Stat(filepath.Join(bin, "initdb")); err == nil && missing == nil && v > version {
			best, version = bin, v
		}
	}
	if best != "" {
		return best, nil
	}
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		return "", errNoBinaries
	}
	bin := filepath.Dir(initdb)
	if _, err := os.Stat(filepath.Join(bin, "postgres")); err != nil {
		return "", errNoBinaries
	}
	return bin, nil
}

func unprivileged() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("there is neither a user postgres nor a user nobody to run it as")
}
