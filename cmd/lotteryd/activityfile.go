package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// parseActivityFile reads one activity as its organiser wrote it, in YAML or
// JSON, and checks it. It refuses fields it does not know, repeated fields,
// more than 1 MiB, anchors and a second document. Errors begin with name:line.
func parseActivityFile(r io.Reader, name string) (lottery.Spec, error) {
	text, root, err := readYAML(r, name)
	if err != nil {
		return lottery.Spec{}, err
	}
	if root == nil {
		return lottery.Spec{}, fmt.Errorf("%s: the file is empty; it must contain an activity", name)
	}
	if err := checkTimes(root, name); err != nil {
		return lottery.Spec{}, err
	}
	if err := checkNumbers(root, name); err != nil {
		return lottery.Spec{}, err
	}
	var spec lottery.Spec
	d := yaml.NewDecoder(strings.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&spec); err != nil {
		return lottery.Spec{}, yamlError(name, err)
	}
	if err := spec.Validate(); err != nil {
		return lottery.Spec{}, specError(name, root, err)
	}
	return spec, nil
}

// checkTimes finds a time that is none; the library would say so without a line.
func checkTimes(root *yaml.Node, name string) error {
	for _, key := range []string{"starts", "ends"} {
		var t time.Time
		if n := field(root, key); n != nil && n.Decode(&t) != nil {
			return fmt.Errorf("%s:%d: %s is not a time; use one such as 2026-03-01T00:00:00Z", name, n.Line, key)
		}
	}
	return nil
}

// checkNumbers finds a number that is no whole one: the library would cut 3.5
// down to 3, and words like abc would be called by their Go types.
func checkNumbers(root *yaml.Node, name string) error {
	whole := func(n *yaml.Node, key string) error {
		if n = field(n, key); n == nil || n.Tag == "!!int" || n.Kind != yaml.ScalarNode {
			return nil
		}
		return fmt.Errorf("%s:%d: %s is %q; use an integer of up to 18 digits", name, n.Line, key, n.Value)
	}
	var errs []error
	for _, key := range []string{"draws_per_user", "wins_per_user", "blank_weight"} {
		errs = append(errs, whole(root, key))
	}
	if prizes := field(root, "prizes"); prizes != nil && prizes.Kind == yaml.SequenceNode {
		for _, prize := range prizes.Content {
			errs = append(errs, whole(prize, "weight"), whole(prize, "stock"))
		}
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// specError puts the line of the field that a refusal of [lottery.Spec.Validate]
// names in front of its sentence.
func specError(name string, root *yaml.Node, err error) error {
	var refusal *lottery.Error
	sentence := err.Error()
	if errors.As(err, &refusal) {
		sentence = strings.TrimPrefix(refusal.Message, "activity: ")
	}
	return fmt.Errorf("%s:%d: %s", name, lineOf(root, sentence), sentence)
}

// lineOf finds the line a sentence speaks of. It begins with a field's name
// ("id is …"), or one inside a list ("prizes[2].fallback leads …", "prizes[2]:
// weight is …"); where the field cannot be found, the nearest thing around it is.
func lineOf(root *yaml.Node, sentence string) int {
	path := regexp.MustCompile(`^"?([a-z_]+)"?(?:\[([0-9]+)\](?:\.|: (?:[a-z-]+: )?"?)([a-z_]+))?`).FindStringSubmatch(sentence)
	if path == nil {
		return root.Line
	}
	list := field(root, path[1])
	if list == nil {
		return root.Line
	}
	index, err := strconv.Atoi(path[2])
	if err != nil || index >= len(list.Content) {
		return list.Line
	}
	if inner := field(list.Content[index], path[3]); inner != nil {
		return inner.Line
	}
	return list.Content[index].Line
}

// field returns the value under key in a mapping, nil if there is none.
func field(n *yaml.Node, key string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}
