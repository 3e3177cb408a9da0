package main

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// redactArgs is the command line for run.json: every flag given, in the order
// of --help, without what may be secret.
func redactArgs(cmd *cobra.Command) []string {
	args := strings.Fields(cmd.CommandPath())
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if list, ok := f.Value.(pflag.SliceValue); ok {
			for _, value := range list.GetSlice() {
				args = append(args, "--"+f.Name, redactFlag(f.Name, value))
			}
			return
		}
		args = append(args, "--"+f.Name+"="+redactFlag(f.Name, f.Value.String()))
	})
	return args
}

// redactFlag keeps a header's name and a body's length: either may hold a
// password or a token that does not look like one.
func redactFlag(flag, value string) string {
	switch flag {
	case "header", "profile-header":
		name, _, _ := strings.Cut(value, ":")
		return strings.TrimSpace(name) + ": ***"
	case "body":
		if strings.HasPrefix(value, "@") {
			return value
		}
		return fmt.Sprintf("(%d bytes)", len(value))
	case "url", "metrics-url", "ready-url", "profile-url", "redis", "postgres":
		return redactURL(value)
	case "target":
		if name, address, ok := strings.Cut(value, "="); ok && !strings.ContainsAny(name, ":/") {
			return name + "=" + redactURL(address)
		}
		return redactURL(value)
	case "arm", "lotteryd-arm":
		name, command, _ := strings.Cut(value, "=")
		return name + "=" + redactCommand(command)
	}
	return value
}

// redactCommand hides, in a command line, passwords of URLs and the values of
// options and variables with telling names: -password=x, TOKEN=x. A secret that
// stands alone is not recognised; services read theirs from the environment.
func redactCommand(command string) string {
	command = regexp.MustCompile(`://[^\s'"/@]*@`).ReplaceAllString(command, "://***@")
	return regexp.MustCompile(`([\w-]+)=([^\s'"]+)`).ReplaceAllStringFunc(command, func(pair string) string {
		if name, _, _ := strings.Cut(pair, "="); secretName(name) {
			return name + "=***"
		}
		return pair
	})
}

// redactURL hides the password and the values of the query.
func redactURL(raw string) string {
	text, query, hasQuery := strings.Cut(raw, "?")
	if scheme, rest, ok := strings.Cut(text, "://"); ok {
		if i := strings.LastIndexByte(rest[:hostEnd(rest)], '@'); i >= 0 {
			text = scheme + "://***@" + rest[i+1:]
		}
	}
	if !hasQuery {
		return text
	}
	var parts []string
	for _, pair := range strings.Split(query, "&") {
		name, value, ok := strings.Cut(pair, "=")
		if ok && !strings.Contains(value, "{{") && secretName(name) {
			pair = name + "=***"
		}
		parts = append(parts, pair)
	}
	return text + "?" + strings.Join(parts, "&")
}

func hostEnd(rest string) int {
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		return i
	}
	return len(rest)
}

// secretName guesses whether a parameter of that name is a secret.
func secretName(name string) bool {
	name, _ = url.QueryUnescape(name)
	name = strings.ToLower(name)
	for _, word := range []string{"token", "key", "secret", "pass", "auth", "sig", "session", "code", "credential"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
