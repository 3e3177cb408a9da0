// Package bench compares sets of benchmark results, as benchstat does and with
// the same numbers.
package bench
