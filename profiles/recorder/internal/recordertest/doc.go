// Package recordertest is where recorder.Recorder meets the real profiler. It
// holds tests only: CPU profiling is the process's, and the go command gives
// the tests of each package a process of their own.
package recordertest
