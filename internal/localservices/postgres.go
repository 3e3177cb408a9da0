package localservices

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	postgresUser     = "lottery"
	postgresDatabase = "postgres" // made by initdb: no other is needed
)

// postgresServer is a Postgres cluster of its own.
type postgresServer struct {
	server
	password string
	rounds   int // of hashing per login; 0 leaves it to Postgres
	port     int
	settings map[string]string
}

// newPostgresServer creates the cluster within the timeout; nothing runs yet.
func newPostgresServer(ctx context.Context, f *folder, dog *watchdog, timeout time.Duration, bin string, settings map[string]string, rounds int) (*postgresServer, error) {
	home, err := f.sub("postgres")
	if err != nil {
		return nil, err
	}
	p := &postgresServer{
		server: server{
			name: "postgres", folder: f, watchdog: dog, dir: home,
			argv: []string{filepath.Join(bin, "postgres"), "-D", filepath.Join(home, "data")},
		},
		password: randomPassword(),
		rounds:   rounds,
		settings: settings,
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no cluster within %s", timeout))
	defer cancel()
	return p, p.initCluster(ctx, filepath.Join(bin, "initdb"))
}

// initCluster runs initdb, which the watchdog knows like a server: our death
// ends it too. --no-sync leaves the new, empty cluster to the kernel; it would
// matter only to a power failure in the next seconds.
func (p *postgresServer) initCluster(ctx context.Context, program string) error {
	secret := filepath.Join(p.dir, "password")
	stored, err := p.storedPassword()
	if err != nil {
		return err
	}
	if err := p.folder.writeSecret(secret, stored+"\n"); err != nil {
		return err
	}
	defer os.Remove(secret)
	initdb := server{
		name: "initdb", folder: p.folder, watchdog: p.watchdog, dir: p.dir,
		argv: []string{program, "--pgdata=" + p.dataDir(), "--username=" + postgresUser,
			"--pwfile=" + secret, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"},
	}
	run, err := initdb.launch()
	if err != nil {
		return err
	}
	if err := initdb.awaitExit(ctx, run); err != nil {
		killTree(run.cmd.Process.Pid)
		<-run.done
		return err
	}
	if !run.cmd.ProcessState.Success() {
		return initdb.startError(0, errors.New(run.cmd.ProcessState.String()))
	}
	return nil
}

// storedPassword is what initdb is told to store: the password, which it hashes
// itself, or what the hashing with another number of rounds gives (RFC 5803,
// in the notation of PostgreSQL's documentation of pg_authid).
func (p *postgresServer) storedPassword() (string, error) {
	if p.rounds <= 0 {
		return p.password, nil
	}
	salt := make([]byte, 16)
	rand.Read(salt) // never fails, see crypto/rand
	salted, err := pbkdf2.Key(sha256.New, p.password, salt, p.rounds, sha256.Size)
	if err != nil {
		return "", fmt.Errorf("localservices: hashing the password: %w", err)
	}
	key := func(name string) []byte {
		mac := hmac.New(sha256.New, salted)
		mac.Write([]byte(name))
		return mac.Sum(nil)
	}
	clientKey := sha256.Sum256(key("Client Key"))
	text := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", p.rounds, text(salt), text(clientKey[:]), text(key("Server Key"))), nil
}

func (p *postgresServer) dataDir() string { return filepath.Join(p.dir, "data") }

// setPort writes the settings. They replace the file of initdb, so that ALTER
// SYSTEM can still override one of them, which arguments would not allow.
//
// The three durability settings are Postgres' defaults, spelled out because
// everything measured here rests on them. Dynamic shared memory as files of
// the data folder: the POSIX kind would stay in /dev/shm after a SIGKILL.
func (p *postgresServer) setPort(port int) error {
	p.port = port
	var conf strings.Builder
	fmt.Fprintf(&conf, `listen_addresses = '127.0.0.1'
port = %d
unix_socket_directories = ''
max_connections = 100
shared_buffers = 128MB
dynamic_shared_memory_type = mmap
password_encryption = 'scram-sha-256'
fsync = on
synchronous_commit = on
full_page_writes = on
logging_collector = off
log_timezone = 'UTC'
timezone = 'UTC'
`, port)
	for name, value := range p.settings {
		fmt.Fprintf(&conf, "%s = %s\n", name, value)
	}
	return p.folder.writeSecret(filepath.Join(p.dataDir(), "postgresql.conf"), conf.String())
}

func (p *postgresServer) url() string {
	return fmt.Sprintf("postgres://%s:%s@127.0.0.1:%d/%s?sslmode=disable",
		postgresUser, p.password, p.port, postgresDatabase)
}

func (p *postgresServer) start(ctx context.Context) error {
	return p.startUntilReady(ctx, p.accepts)
}

// accepts succeeds when Postgres accepts connections. Like pg_isready it sends
// a startup message and looks at the first byte of the answer: a request for
// the password ('R') means ready, an error ('E') means starting up, shutting
// down or in recovery. The password itself needs no check: initdb set it.
func (p *postgresServer) accepts(ctx context.Context) error {
	conn, err := dial(ctx, p.port)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.Write(startupMessage(postgresUser, postgresDatabase)); err != nil {
		return err
	}
	var kind [1]byte
	if _, err := io.ReadFull(conn, kind[:]); err != nil {
		return err
	}
	if kind[0] != 'R' {
		return errors.New("postgres does not accept connections yet")
	}
	return nil
}

// startupMessage is the first message of protocol 3.0: length, version, then
// names and values, each ended by a zero byte (PostgreSQL documentation,
// "Message Formats").
func startupMessage(user, database string) []byte {
	const protocol3 = 3 << 16
	msg := binary.BigEndian.AppendUint32(make([]byte, 4), protocol3)
	for _, text := range []string{"user", user, "database", database, ""} {
		msg = append(append(msg, text...), 0)
	}
	binary.BigEndian.PutUint32(msg, uint32(len(msg)))
	return msg
}

// stop is Postgres' immediate shutdown: no checkpoint for data that is about
// to be deleted, but the shared memory is given back.
func (p *postgresServer) stop(ctx context.Context) error {
	run := p.signal(syscall.SIGQUIT)
	patience, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if p.awaitExit(patience, run) == nil {
		return nil
	}
	return p.kill()
}

// kill is SIGKILL to the whole family, as a power failure would look to it.
func (p *postgresServer) kill() error {
	if p.pid() == 0 {
		return nil
	}
	if err := p.end(); err != nil {
		return err
	}
	return p.clearLock()
}

// clearLock removes what the dead postmaster could not: its lock file, whose
// process id another process may have by now, and the shared memory segment
// that the seventh line of that file names. The segment is 56 bytes; failing
// to remove it (ipcrm may be absent) costs just that.
func (p *postgresServer) clearLock() error {
	path := filepath.Join(p.dataDir(), "postmaster.pid")
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if id := segmentID(string(data)); id != "" {
		exec.Command("ipcrm", "-m", id).Run()
	}
	return os.Remove(path)
}

// segmentID is the shared memory identifier in a postmaster.pid, or "".
func segmentID(lockFile string) string {
	lines := strings.Split(lockFile, "\n")
	if len(lines) < 7 {
		return ""
	}
	fields := strings.Fields(lines[6])
	if len(fields) != 2 {
		return ""
	}
	if _, err := strconv.ParseUint(fields[1], 10, 32); err != nil {
		return ""
	}
	return fields[1]
}
