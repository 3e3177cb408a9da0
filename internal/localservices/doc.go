// Package localservices runs a private Redis and a private Postgres for
// demos, benchmarks and tests, and leaves nothing behind.
//
// A tour, in the order things happen:
//
//  1. [Start] looks for the programs (find.go): PATH first, then the usual
//     places of the distributions. What is missing is a [MissingError] whose
//     text names the command that installs it.
//  2. Folders left by owners that no longer live are removed (sweep.go), and a
//     new one is made in the temporary directory (folder.go). It says who owns
//     it: process id and start time, so a recycled id is not mistaken for us.
//  3. A watchdog, a small shell process, begins to wait for our death
//     (watchdog.go).
//  4. Each server starts on a free port of 127.0.0.1 with a random password
//     and durable settings (redis.go, postgres.go), and Start waits until it
//     answers, not merely until it listens.
//  5. [Services.Stop] ends the servers, waits for them, and removes the folder.
//
// # No orphans
//
// Stop is not always reached: Ctrl-C, a panic, os.Exit, kill -9. So the
// watchdog holds the read end of a pipe whose write end only we hold. However
// we die, the kernel closes our end; the watchdog reads end-of-file, kills the
// servers and removes the folder. This was preferred to Linux's parent-death
// signal because that one is tied to the thread that forked rather than to the
// process, exists on Linux only, and removes no folder. A server is started
// behind a gate (server.go) that opens after the watchdog knows its process id,
// so there is no moment at which our death would leave one running.
// Servers and watchdog are sessions of their own: the Ctrl-C of a terminal
// reaches us and not them, and the order of shutdown stays ours.
//
// If the watchdog itself is killed together with us, the next Start sweeps up
// behind both.
//
// # Who may enter
//
// Loopback is shared by all users of a machine, so each server demands a
// password of 128 random bits, kept in files only the server's account can
// read. Run as root, both servers run as an unprivileged account (Postgres
// refuses root, Redis has no need of it).
//
// # Faults on purpose
//
// [Services.KillRedis], [Services.WipeRedis], [Services.StartRedis],
// [Services.KillPostgres] and [Services.StartPostgres] exist for tests that
// break things: a restarted server has its old port, password and data.
//
// # Fresh data without a fresh server
//
// [Services.CreateDatabase], [Services.DropDatabase] and [Services.FlushRedis]
// let a benchmark give every run an empty deployment in a fifth of a second.
//
// Unix only: the package rests on sessions, signals and /bin/sh.
package localservices
