// Package kernel is what a load generator asks the operating system for: waiting
// on many sockets with nanosecond precision ([Poller], Linux), sleeping without
// overshooting by a millisecond ([SleepThread]), and the CPU time of threads and
// processes ([ThreadCPU], [ProcessCPU]). Where the system has none of it, the
// functions say so or fall back, and the generator's lateness shows it.
package kernel
