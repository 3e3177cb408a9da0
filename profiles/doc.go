// Package profiles takes profiles, traces and runtime metrics from running Go
// services into a bundle that describes itself.
package profiles
