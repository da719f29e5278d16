package rules

import (
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"frontdoor/schemas"
)

// The types of conditions that CEL does not have. At run time a date is the number of days since 1970, a
// datetime of seconds, and a double a number of ten-thousandths.
var (
	dateType     = cel.OpaqueType("date")
	dateTimeType = cel.OpaqueType("datetime")
)

// recordPrefix begins the type names of records. It holds a blank, so that no condition can build a record.
const recordPrefix = "record of "

// lastYearType is the type of last_year in a check for the whole return.
const lastYearType = "delivery of last year"

func recordType(t tableRef) *cel.Type { return cel.ObjectType(recordPrefix + t.name()) }

// typeOf returns the type that a field has in conditions: text, code and key are string, date and datetime are
// date.
func typeOf(t schemas.Type) *cel.Type {
	switch t {
	case schemas.TypeDate, schemas.TypeDateTime:
		return dateType
	case schemas.TypeInteger:
		return cel.IntType
	case schemas.TypeDecimal:
		return cel.DoubleType
	case schemas.TypeBoolean:
		return cel.BoolType
	case schemas.TypeList:
		return cel.ListType(cel.StringType)
	}
	return cel.StringType
}

// factTypes are the facts of a delivery.
var factTypes = map[fact]*cel.Type{
	factAsAt: dateType, factReferenceDate: dateType, factPeriodStart: dateType, factPeriodEnd: dateType,
	factYear: cel.IntType, factAuthority: cel.StringType,
}

// environment returns what the conditions over the records of t see: the record's fields, its parents, children
// and neighbours by name, the facts of the delivery and the functions. For the delivery as a whole these are the
// tables as lists.
func environment(w *world, t tableRef) (*cel.Env, error) {
	options := []cel.EnvOption{cel.CustomTypeProvider(records{w}), cel.HomogeneousAggregateLiterals(), cel.Macros(macros...)}
	for f, kind := range factTypes {
		options = append(options, cel.Variable(f.name(), kind))
	}
	if t.schema == nil {
		options = append(options, cel.Variable(lastYearName, cel.ObjectType(lastYearType)))
		for _, of := range w.coll.Tables {
			options = append(options, cel.Variable(of.Name, cel.ListType(recordType(tableRef{schema: of}))))
		}
	} else {
		options = append(options, cel.Variable("this", recordType(t)))
		for _, name := range w.members(t) {
			options = append(options, cel.Variable(name, w.memberType(t, name)))
		}
	}
	for _, f := range functions {
		options = append(options, cel.Function(f.name, cel.Overload(f.overload, f.arguments, f.result)))
	}
	for of := range w.steps {
		kind := recordType(of)
		options = append(options,
			cel.Function(operators.Equals, cel.Overload(sameRecordOverload+of.name(), args(kind, kind), cel.BoolType)),
			cel.Function(operators.NotEquals, cel.Overload(otherRecordOverload+of.name(), args(kind, kind), cel.BoolType)))
	}
	return cel.NewCustomEnv(options...)
}

// The overloads of == and != over records begin with these and end with the table.
const (
	sameRecordOverload  = "equals_record of "
	otherRecordOverload = "not_equals_record of "
)

// memberType returns the type of a field, way or list of a record, or nil when it has none of this name.
func (w *world) memberType(of tableRef, name string) *cel.Type {
	if f := of.schema.Field(name); f != nil {
		return typeOf(f.Type)
	}
	if s := w.steps[of][name]; s != nil {
		return recordType(s.to)
	}
	if r, ok := w.lists[of][name]; ok {
		return cel.ListType(recordType(r.of))
	}
	return nil
}

// records tells the type checker which fields, ways and lists a record has.
type records struct{ world *world }

func (r records) table(typeName string) (tableRef, bool) {
	name, ok := strings.CutPrefix(typeName, recordPrefix)
	if !ok {
		return tableRef{}, false
	}
	name, last := strings.CutPrefix(name, lastYearName+".")
	t, known := r.world.table(name)
	t.lastYear = last
	return t, known
}

// EnumValue and the other methods are those of types.Provider.
func (records) EnumValue(name string) ref.Val {
	return types.NewErr("no enumeration is called %q", name)
}

func (records) FindIdent(string) (ref.Val, bool) { return nil, false }

func (r records) FindStructType(name string) (*types.Type, bool) {
	if _, ok := r.table(name); !ok && name != lastYearType {
		return nil, false
	}
	return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
}

func (r records) FindStructFieldNames(name string) ([]string, bool) {
	if t, ok := r.table(name); ok {
		return r.world.members(t), true
	}
	return nil, false
}

func (r records) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if name == lastYearType {
		t, ok := r.world.table(field)
		t.lastYear = true
		if !ok {
			return nil, false
		}
		return &types.FieldType{Type: cel.ListType(recordType(t))}, true
	}
	t, ok := r.table(name)
	if !ok {
		return nil, false
	}
	kind := r.world.memberType(t, field)
	if kind == nil {
		return nil, false
	}
	return &types.FieldType{Type: kind}, true
}

func (records) NewValue(name string, _ map[string]ref.Val) ref.Val {
	return types.NewErr("a condition cannot build a %s", name)
}
