package main

import (
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"
)

// configFile is a configuration file's lines, by setting.
type configFile map[string]configLine

type configLine struct {
	text   string
	origin origin // file:line
}

// parseConfigFile reads a YAML mapping of settings to plain values. Unknown and
// repeated names are refused, as a misspelt one would otherwise be a default in
// disguise. All faults are reported, each with its line.
func parseConfigFile(r io.Reader, name string) (configFile, error) {
	_, root, err := readYAML(r, name)
	if err != nil || root == nil {
		return configFile{}, err
	}
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:%d: not a 'setting: value' line", name, root.Line)
	}
	known := map[string]bool{}
	for _, s := range settings(new(Config)) {
		known[s.name] = true
	}
	file := configFile{}
	var faults []error
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		where := fmt.Sprintf("%s:%d", name, key.Line)
		first, twice := file[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode || !known[key.Value]:
			faults = append(faults, fmt.Errorf("%s: unknown setting %q; `lotteryd --help` lists the settings, with '-' instead of '_'", where, key.Value))
		case twice:
			faults = append(faults, fmt.Errorf("%s: %s is already set at %s; remove one of the two", where, key.Value, first.origin))
		case value.Kind != yaml.ScalarNode || value.Tag == "!!null":
			faults = append(faults, fmt.Errorf("%s: %s must be a single value", where, key.Value))
		default:
			file[key.Value] = configLine{value.Value, origin(where)}
		}
	}
	return file, errors.Join(faults...)
}
