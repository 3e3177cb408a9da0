package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxYAMLBytes bounds every file people write for us.
const maxYAMLBytes = 1 << 20

// maxYAMLFields bounds each mapping: the library compares every key with every
// other, which takes minutes for a megabyte of keys.
const maxYAMLFields = 128

// maxYAMLFaults is how many of a file's faults are shown at once.
const maxYAMLFaults = 5

// readYAML reads one YAML document (JSON is YAML) of at most maxYAMLBytes and
// returns its text and root, nil for an empty file. Anchors and aliases are refused:
// nobody needs them here, and nested ones make kilobytes stand for gigabytes.
// Errors begin with name and line.
func readYAML(r io.Reader, name string) (string, *yaml.Node, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxYAMLBytes+1))
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(text) > maxYAMLBytes {
		return "", nil, fmt.Errorf("%s: the file has more than the %d bytes allowed", name, maxYAMLBytes)
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	var document, second yaml.Node
	if err := d.Decode(&document); errors.Is(err, io.EOF) {
		return "", nil, nil
	} else if err != nil {
		return "", nil, yamlError(name, err)
	}
	if err := d.Decode(&second); err == nil {
		return "", nil, fmt.Errorf("%s:%d: a second document begins here; use one file per document", name, second.Line)
	} else if !errors.Is(err, io.EOF) {
		return "", nil, yamlError(name, err)
	}
	if err := checkNodes(&document, name); err != nil {
		return "", nil, err
	}
	root := document.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return "", nil, nil
	}
	return string(text), root, nil
}

// checkNodes refuses, before anything is expanded or decoded, what could make
// a small file cost much.
func checkNodes(n *yaml.Node, name string) error {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return fmt.Errorf("%s:%d: anchors (&) and aliases (*) are not allowed; write the value itself, or quote it", name, n.Line)
	case n.Kind == yaml.MappingNode && len(n.Content) > 2*maxYAMLFields:
		return fmt.Errorf("%s:%d: the value that begins here has %d fields; at most %d are allowed", name, n.Line, len(n.Content)/2, maxYAMLFields)
	}
	for _, child := range n.Content {
		if err := checkNodes(child, name); err != nil {
			return err
		}
	}
	return nil
}

// yamlError puts name:line in front of what the library says ("yaml: line 3:
// did not find …", or several such lines) and joins it to one sentence.
func yamlError(name string, err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	text = strings.TrimPrefix(text, "unmarshal errors:\n")
	var faults []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		var number int
		if n, _ := fmt.Sscanf(line, "line %d:", &number); n == 1 {
			_, rest, _ := strings.Cut(line, ": ")
			faults = append(faults, fmt.Sprintf("%s:%d: %s", name, number, rest))
			continue
		}
		faults = append(faults, name+": "+line)
	}
	if more := len(faults) - maxYAMLFaults; more > 0 {
		faults = append(faults[:maxYAMLFaults], fmt.Sprintf("and %d more like these", more))
	}
	return errors.New(strings.Join(faults, "; "))
}
