// Package loadgen sends HTTP requests on a schedule that does not wait for
// answers, and measures from the time each request was meant to be sent.
package loadgen
