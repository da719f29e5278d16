package rules

import (
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"frontdoor/schemas"
)

// dateType is a calendar day in conditions; at run time it is the number of days since 1970.
var dateType = cel.OpaqueType("date")

// recordPrefix begins the type names of records. It holds a blank, so that no condition can build a record.
const recordPrefix = "record of "

// typeOf returns the type that a field has in conditions: text, code and key are string, date and datetime are
// date.
func typeOf(t schemas.Type) *cel.Type {
	switch t {
	case schemas.TypeDate, schemas.TypeDateTime:
		return dateType
	case schemas.TypeInteger:
		return cel.IntType
	case schemas.TypeBoolean:
		return cel.BoolType
	}
	return cel.StringType
}

// environment returns what the conditions over the records of t see: the record's fields, its parents by name,
// the as-at date and the functions.
func environment(coll *schemas.Collection, t *schemas.Table) (*cel.Env, error) {
	options := []cel.EnvOption{cel.CustomTypeProvider(records{coll}), cel.HomogeneousAggregateLiterals(), cel.Variable("as_at", dateType)}
	for _, f := range t.Fields {
		options = append(options, cel.Variable(f.Name, typeOf(f.Type)))
		if f.Parent != "" && coll != nil {
			options = append(options, cel.Variable(f.Parent, cel.ObjectType(recordPrefix+f.References)))
		}
	}
	for _, f := range functions {
		options = append(options, cel.Function(f.name, cel.Overload(f.overload, f.arguments, f.result)))
	}
	return cel.NewCustomEnv(options...)
}

// records tells the type checker which fields and parents a record has.
type records struct{ coll *schemas.Collection }

func (r records) table(typeName string) *schemas.Table {
	name, ok := strings.CutPrefix(typeName, recordPrefix)
	if !ok || r.coll == nil {
		return nil
	}
	return r.coll.Table(name)
}

// EnumValue and the other methods are those of types.Provider.
func (records) EnumValue(name string) ref.Val {
	return types.NewErr("no enumeration is called %q", name)
}

func (records) FindIdent(string) (ref.Val, bool) { return nil, false }

func (r records) FindStructType(name string) (*types.Type, bool) {
	if r.table(name) == nil {
		return nil, false
	}
	return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
}

func (r records) FindStructFieldNames(name string) ([]string, bool) {
	t := r.table(name)
	if t == nil {
		return nil, false
	}
	var names []string
	for _, f := range t.Fields {
		names = append(names, f.Name)
		if f.Parent != "" {
			names = append(names, f.Parent)
		}
	}
	return names, true
}

func (r records) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	t := r.table(name)
	if t == nil {
		return nil, false
	}
	if f := t.Field(field); f != nil {
		return &types.FieldType{Type: typeOf(f.Type)}, true
	}
	if f := reference(t, field); f != nil {
		return &types.FieldType{Type: types.NewObjectType(recordPrefix + f.References)}, true
	}
	return nil, false
}

func (records) NewValue(name string, _ map[string]ref.Val) ref.Val {
	return types.NewErr("a condition cannot build a %s", name)
}

// reference returns the field of t that points to the parent called name, or nil.
func reference(t *schemas.Table, name string) *schemas.Field {
	for _, f := range t.Fields {
		if f.Parent == name && name != "" {
			return f
		}
	}
	return nil
}
