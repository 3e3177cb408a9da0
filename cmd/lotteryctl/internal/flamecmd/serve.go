package flamecmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/profileinput"
	"github.com/lotteryctl/lotteryctl/internal/flamepage"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// defaultServe is a free port that only this machine reaches.
const defaultServe = "127.0.0.1:0"

// flameEntry is a profile in the index of --serve.
type flameEntry struct {
	name    string
	types   []string // to choose from; none: the profile's own
	sources []profileinput.Source
}

// runServe shows profiles until ctx ends.
func (o *flameOptions) runServe(ctx context.Context, env cli.Env, args []string) error {
	if err := checkServe(o.serve, o.public); err != nil {
		return err
	}
	entries, err := o.flameEntries(ctx, env, args)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.serve)
	if err != nil {
		return fmt.Errorf("--serve: %w", err)
	}
	fmt.Fprintf(env.Stdout, "http://%s/ shows %s; Ctrl-C ends it\n", listener.Addr(), countOfProfiles(len(entries)))
	server := &http.Server{
		Handler:           onlyNamed(listener.Addr(), o.public, o.flameHandler(env, entries, profileinput.JoinPaths(args))),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 2 * time.Minute, IdleTimeout: time.Minute,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("--serve: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if err := server.Shutdown(stop); err != nil {
		_ = server.Close() // those that still read are cut off
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("--serve: %w", err)
	}
	return nil
}

func countOfProfiles(n int) string {
	if n == 1 {
		return "1 profile"
	}
	return fmt.Sprintf("%d profiles", n)
}

// checkServe refuses addresses that other hosts reach, unless they are asked
// for: profiles tell much about a program.
func checkServe(address string, public bool) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--serve is %q; use an address such as %s", address, defaultServe)
	}
	if public || host == "localhost" {
		return nil
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("--serve %s can be reached from other hosts, and profiles reveal much about a program; use 127.0.0.1, or add --public", address)
	}
	return nil
}

// onlyNamed refuses requests that name another host than this server, as a page
// in the browser can make them by letting its own name point here.
func onlyNamed(address net.Addr, public bool, next http.Handler) http.Handler {
	_, port, _ := net.SplitHostPort(address.String())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, asked, err := net.SplitHostPort(r.Host)
		ip := net.ParseIP(host)
		named := err == nil && asked == port && (host == "localhost" || ip != nil && (public || ip.IsLoopback()))
		if !named {
			http.Error(w, "this server answers only to requests for its own address", http.StatusForbidden)
			return
		}
		if builtIn(r) {
			http.Error(w, "this server does not answer to web pages of other origins", http.StatusForbidden)
			return
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'")
		next.ServeHTTP(w, r)
	})
}

// builtIn reports whether a page of another origin made the browser ask: a page
// can have profiles read and drawn again and again. A link that a person follows
// is answered.
func builtIn(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "": // no browser, or an old one
		origin := r.Header.Get("Origin")
		return origin != "" && origin != "http://"+r.Host
	}
	return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
}

// flameEntries are the profiles that the arguments hold: of a bundle each kind.
// It notes how many each argument has, and which of them are empty: their pages
// say why. An argument without any, or that cannot be read, is an error.
func (o *flameOptions) flameEntries(ctx context.Context, env cli.Env, args []string) (entries []flameEntry, err error) {
	var counts []string
	for _, arg := range args {
		found, empty, err := o.entriesOf(ctx, env, arg)
		if err != nil {
			return nil, err
		}
		count := fmt.Sprintf("%s has %s", arg, countOfProfiles(len(found)))
		if len(empty) > 0 {
			count += fmt.Sprintf(" (%s empty)", strings.Join(empty, ", "))
		}
		counts = append(counts, count)
		entries = append(entries, found...)
	}
	noteTo(env.Stderr, []string{strings.Join(counts, ", ")})
	return entries, nil
}

// entriesOf are those of one argument; empty names its kinds without a sample.
func (o *flameOptions) entriesOf(ctx context.Context, env cli.Env, arg string) (entries []flameEntry, empty []string, err error) {
	if arg == "-" {
		return nil, nil, errors.New("--serve reads a profile when its page is opened, so it cannot read stdin; give a file")
	}
	if info, err := os.Stat(arg); err == nil && !info.IsDir() && !strings.EqualFold(filepath.Ext(arg), ".zip") {
		entry := flameEntry{name: arg, sources: []profileinput.Source{{Path: arg, Name: arg}}}
		if !info.Mode().IsRegular() {
			return []flameEntry{entry}, nil, nil // a pipe can be read once
		}
		return []flameEntry{entry}, nil, readable(ctx, env, entry)
	}
	for _, kind := range profiles.Kinds() {
		sources, err := profileinput.SourcesOf(arg, kind)
		if err != nil {
			continue
		}
		if o.withProfiler {
			profileinput.KeepProfiler(sources)
		}
		entries = append(entries, flameEntry{arg + " " + string(kind), sources[0].Types, sources})
		if !slices.ContainsFunc(sources, func(s profileinput.Source) bool { return !s.Empty }) {
			empty = append(empty, string(kind))
		}
	}
	if len(entries) == 0 {
		_, err = profileinput.SourcesOf(arg, profiles.CPU)
	}
	return entries, empty, err
}

// readable reads a file that nothing vouches for, and forgets it: that it is no
// profile should be known before its page is opened.
func readable(ctx context.Context, env cli.Env, entry flameEntry) error {
	p, err := profileinput.LoadMerged(ctx, env, entry.sources)
	if err == nil && p.Len() == 0 {
		err = fmt.Errorf("%s: the profile is empty: nothing was sampled", entry.name)
	}
	return err
}

// indexOf is a line of the index for each entry.
func indexOf(entries []flameEntry) (lines []flamepage.IndexLine) {
	for i, e := range entries {
		page := "/profile/" + strconv.Itoa(i)
		line := flamepage.IndexLine{Links: []flamepage.Link{{Text: e.name, Address: page}}}
		for _, typ := range e.types {
			line.Links = append(line.Links, flamepage.Link{Text: typ, Address: page + "?" + url.Values{"type": {typ}}.Encode()})
		}
		lines = append(lines, line)
	}
	return lines
}

// flameHandler has an index and a page for each profile, made when it is asked
// for. One is made at a time: each may need as much memory as there is.
func (o *flameOptions) flameHandler(env cli.Env, entries []flameEntry, name string) http.Handler {
	mux := http.NewServeMux()
	turn := make(chan struct{}, 1)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = flamepage.WriteIndex(w, "Profiles: "+name, indexOf(entries)) // the browser may be gone
	})
	mux.HandleFunc("GET /profile/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil || n < 0 || n >= len(entries) {
			http.NotFound(w, r)
			return
		}
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-r.Context().Done():
			return
		}
		o.servePage(w, r, env, entries[n])
	})
	return mux
}

func (o *flameOptions) servePage(w http.ResponseWriter, r *http.Request, env cli.Env, entry flameEntry) {
	p, err := profileinput.LoadMerged(r.Context(), env, entry.sources)
	if err == nil {
		one := *o
		one.typ, one.format = r.URL.Query().Get("type"), "html"
		if one.typ == "" {
			one.typ = o.typeIn(p)
		}
		if p, err = one.prepare(env, p, entry.name, entry.sources[0]); err == nil {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			err = one.render(w, p, entry.name, profileinput.Requests(entry.sources))
		}
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
	}
}

// typeIn is --type, for those profiles that have it.
func (o *flameOptions) typeIn(p *stackprofile.Profile) string {
	if _, err := p.TypeNamed(o.typ); err != nil {
		return ""
	}
	return o.typ
}
