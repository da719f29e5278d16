package rules

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// anchored remembers where the keys of a declaration stand. Declarations embed it.
type anchored struct{ places map[string]position }

func (d *anchored) stands(key string, at position) {
	if d.places == nil {
		d.places = map[string]position{}
	}
	d.places[key] = at
}

// where returns the place of the first of these keys that is written; "" is the declaration itself.
func (d *anchored) where(keys ...string) position {
	for _, key := range append(keys, "") {
		if at, ok := d.places[key]; ok {
			return at
		}
	}
	return position{}
}

// placedError is a mistake in a node.
type placedError struct {
	at            position
	message, hint string
}

func (e placedError) Error() string { return e.message }

func at(node ast.Node, message string) error { return placedError{positionOf(node), message, ""} }

// decoder turns the nodes of a catalogue into declarations by the yaml tags of their types, and notes every
// mistake on the way: one bad key hides no other.
type decoder struct {
	document *document
	faults   Faults
	rule     string // the code of the rule that is read
}

func (d *decoder) fault(at position, hint, format string, args ...any) {
	d.faults = append(d.faults, d.document.fault(at, d.rule, fmt.Sprintf(format, args...), hint))
}

// entry is one key of a mapping with its value.
type entry struct {
	key   string
	at    position
	value ast.Node
}

// entries returns the keys of a mapping in their order; a key that stands twice is a fault and counts once.
func (d *decoder) entries(node ast.Node, what string) ([]entry, bool) {
	mapping, ok := node.(ast.MapNode)
	if !ok {
		d.fault(positionOf(node), "", "%s: want keys with their values", what)
		return nil, false
	}
	var all []entry
	seen := map[string]int{}
	for values := mapping.MapRange(); values.Next(); {
		key, err := scalar(values.Key().(ast.Node))
		at := positionOf(values.Key().(ast.Node))
		if err != nil {
			d.note(at, what, err)
			continue
		}
		if line, twice := seen[key]; twice {
			d.fault(at, "write the key once", "%s: stands already in line %d", key, line)
			continue
		}
		seen[key] = at.line
		all = append(all, entry{key, at, values.Value()})
	}
	return all, true
}

// mapping decodes a mapping into the struct that out points to. Keys that are not written leave it as it is.
func (d *decoder) mapping(node ast.Node, what string, out any) {
	all, ok := d.entries(node, what)
	if !ok {
		return
	}
	if to, ok := out.(interface{ stands(string, position) }); ok {
		to.stands("", positionOf(node))
	}
	for _, e := range all {
		if !d.entry(e, out) {
			d.fault(e.at, nearest(e.key, keysOf(out)), "%s: no such key in %s", e.key, what)
		}
	}
}

// entry decodes one key; false when the struct has none of this name.
func (d *decoder) entry(e entry, out any) bool {
	to := reflect.ValueOf(out).Elem()
	for i := range to.NumField() {
		if to.Type().Field(i).Tag.Get("yaml") != e.key {
			continue
		}
		if kept, ok := out.(interface{ stands(string, position) }); ok {
			kept.stands(e.key, e.at)
			if _, err := scalar(e.value); err == nil {
				kept.stands(e.key, positionOf(e.value))
			}
			if list, ok := e.value.(*ast.SequenceNode); ok {
				for i, item := range list.Values {
					kept.stands(fmt.Sprintf("%s[%d]", e.key, i), positionOf(item))
				}
			}
		}
		d.value(e.value, e.at, e.key, to.Field(i))
		return true
	}
	return false
}

// keysOf returns the keys of a declaration in their order.
func keysOf(out any) []string {
	var keys []string
	for t, i := reflect.TypeOf(out).Elem(), 0; i < t.NumField(); i++ {
		if key := t.Field(i).Tag.Get("yaml"); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

// value decodes a node into to. key stands at.
func (d *decoder) value(node ast.Node, at position, key string, to reflect.Value) {
	if node == nil {
		d.fault(at, "", "%s: want a value", key)
		return
	}
	if own, ok := to.Addr().Interface().(yaml.NodeUnmarshaler); ok {
		if err := own.UnmarshalYAML(node); err != nil {
			d.note(at, key, err)
		}
		return
	}
	switch to.Kind() {
	case reflect.String:
		text, err := scalar(node)
		if err != nil {
			d.note(positionOf(node), key, err)
			return
		}
		to.SetString(strings.TrimSpace(text))
	case reflect.Struct:
		d.mapping(node, key, to.Addr().Interface())
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		d.mapping(node, "each of "+key, to.Interface())
	case reflect.Slice:
		list, ok := node.(*ast.SequenceNode)
		if !ok {
			d.fault(positionOf(node), "", "%s: want a list: [a, b], or one below the other with dashes", key)
			return
		}
		made := reflect.MakeSlice(to.Type(), len(list.Values), len(list.Values))
		for i, item := range list.Values {
			d.value(item, positionOf(item), key, made.Index(i))
		}
		to.Set(made)
	default:
		if err := yaml.NodeToValue(node, to.Addr().Interface()); err != nil {
			d.note(positionOf(node), key, err)
		}
	}
}

// note makes a fault of an error, at its own place if it has one, and one of each that is joined in it.
func (d *decoder) note(at position, key string, err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			d.note(at, key, one)
		}
		return
	}
	if p := (placedError{}); errors.As(err, &p) {
		d.fault(p.at, p.hint, "%s: %s", key, p.message)
		return
	}
	if y := yaml.Error(nil); errors.As(err, &y) {
		if token := y.GetToken(); token != nil {
			at = position{token.Position.Line, token.Position.Column}
		}
		d.fault(at, "", "%s: %s", key, y.GetMessage())
		return
	}
	d.fault(at, "", "%s: %s", key, err)
}
