// Package doccheck finds what documentation and comments say and the repository
// does not hold.
//
//  1. [ReadTree] reads the Go files and the documents of the repository (tree.go).
//  2. [DocLinks] looks up each doc link in a Go comment (doclinks.go, index.go).
//  3. [FileNames] looks for each file and folder that a comment or a document
//     names (filenames.go).
//  4. [MarkdownLinks] follows the links within the documents, to the heading
//     (markdown.go).
//  5. [DocumentNames] looks up the names of packages in documents
//     (documentnames.go).
//  6. [GoVersions] compares each Go version that is named with go.mod's, and
//     [Words] finds the phrases that docs/STYLE.md replaces (words.go).
//
// Each returns complaints, "file:line: what is wrong", sorted; nil means that
// nothing is. The test of this package runs all of them over the repository.
package doccheck
