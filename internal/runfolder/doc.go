// Package runfolder is the one place that knows the layout of a run folder
// (docs/run-folder.md): what an experiment over one or several arms measured, in
// files that people and programs can read at any instant.
//
//   - [Create] begins a folder, [Resume] opens one that was interrupted, and
//     [Unfinished] looks at such a one; [Folder.Close] gives it its name. What goes
//     in between are the rounds ([Folder.Add], [Folder.AddProfiled]) and the files
//     of each run.
//   - [Read] gives the [Manifest] and each [Round] of a folder, [ReadProfiled] its
//     profiled runs, [Bundles] its bundles of profiles.
//   - [ChooseBundles], [ChooseProfile], [SplitArm] and [TargetFolder] say what an
//     argument stands for, or with a typed error why for nothing; [Differences] what
//     two runs do not share, and [Profiled.Doubt] why a profiled load may mislead.
//   - [Kept] says which rounds count, [Summarize] what they come to, and
//     [Round.Metrics] the figures of one as bench.txt has them.
//   - [CheckName] and [CleanName] are the rules of the names of arms and runs.
//
// The package runs nothing: package experiment measures and writes down here.
package runfolder
