//go:build !(linux && (amd64 || arm64))

package kernel

// HaveEpoll is false: there is no Poller here.
func HaveEpoll() bool { return false }
