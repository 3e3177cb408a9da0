// Package admission decides who is served while more is asked than can be done.
//
// A tour: a [Door] is the listener of a server. It bounds the open connections:
// whoever comes when all are taken gets the place of one that is idle, or waits in
// the kernel, which costs nothing. A [Gate] bounds the requests that are worked on,
// and follows how many of them can be done in a few milliseconds. The door asks it
// when the first bytes of a request arrive, before anything was done for it. Who
// must wait there is let in newest first. Who has waited for too long is let in as
// refused (see [Refused]), to be told so at once.
//
// Both are needed. A gate alone lets thousands of connections in, and to read and
// refuse their requests takes the time in which others could be served. A door
// alone has to choose between a few connections and more requests than can be done
// in time.
package admission
