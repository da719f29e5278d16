package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"frontdoor/schemas"
	"frontdoor/schemas/table"
)

// drawCollection draws tables with parents by keys of one or two fields, two to the same table at times, orders
// and fields of every type.
func drawCollection(t *rapid.T) *schemas.Collection {
	coll := &schemas.Collection{Name: "drawn"}
	types := []schemas.Type{schemas.TypeBoolean, schemas.TypeInteger, schemas.TypeDate, schemas.TypeDateTime, schemas.TypeCode, schemas.TypeText, schemas.TypeDecimal, schemas.TypeList}
	for i := range rapid.IntRange(2, 4).Draw(t, "tables") {
		of := &schemas.Table{Name: fmt.Sprintf("t%d", i), Key: []string{"id"}}
		field := func(name string, kind schemas.Type) *schemas.Field {
			f := &schemas.Field{Name: name, Type: kind, Privacy: schemas.Open}
			of.Fields = append(of.Fields, f)
			return f
		}
		field("id", schemas.TypeKey)
		if rapid.Bool().Draw(t, "long key") {
			field("part", rapid.SampledFrom([]schemas.Type{schemas.TypeCode, schemas.TypeInteger}).Draw(t, "type"))
			of.Key = []string{"id", "part"}
		}
		for k, kind := range types {
			if k < 2 || rapid.Bool().Draw(t, "has field") {
				field(fmt.Sprintf("f%d", k), kind)
			}
		}
		of.Order = &schemas.Order{By: []string{"f1"}}
		for p := range rapid.IntRange(min(i, 1), 2).Draw(t, "parents") {
			if i == 0 {
				break
			}
			parent := coll.Tables[rapid.IntRange(0, i-1).Draw(t, "parent")]
			name, list := fmt.Sprintf("p%d", p), fmt.Sprintf("of%d_%d", i, p)
			if len(parent.Key) == 1 {
				f := field(name+"_id", schemas.TypeKey)
				f.References, f.Parent, f.Children = parent.Name, name, list
			} else {
				field(name+"_id", schemas.TypeKey)
				field(name+"_part", parent.Field("part").Type)
				of.Parents = append(of.Parents, &schemas.Parent{Name: name, Table: parent.Name, By: []string{name + "_id", name + "_part"}, Children: list})
			}
			of.Order.Within = []string{name + "_id"}
		}
		if len(of.Order.Within) > 0 && of.Field("f2") != nil {
			of.Order.By = []string{"f2", "f1"}
		}
		coll.Tables = append(coll.Tables, of)
	}
	return coll
}

// partDrawer draws conditions of the whole language.
type partDrawer struct {
	t     *rapid.T
	world *referenceWorld
	of    tableRef
	names int
}

// scopeOf is the elements that a part may name.
type scopeOf []drawnPart

func (g *partDrawer) pick(of ...string) string { return rapid.SampledFrom(of).Draw(g.t, "pick") }

// record draws a record, of a certain table if in is not the zero value.
func (g *partDrawer) record(scope scopeOf, depth int) drawnPart {
	this := drawnPart{text: "this", kind: "record", in: g.of, eval: func(f frame) outcomeOf { return outcomeOf{at: f.this} }}
	options := []drawnPart{this}
	for _, p := range scope {
		if p.kind == "record" {
			options = append(options, p, p)
		}
	}
	r := rapid.SampledFrom(options).Draw(g.t, "record")
	for range rapid.IntRange(0, 2).Draw(g.t, "steps") {
		r = g.step(r)
	}
	if depth > 0 && rapid.IntRange(0, 4).Draw(g.t, "best") == 0 {
		if l, ok := g.records(scope, depth-1); ok {
			r = g.best(l, scope, depth-1)
		}
	}
	return r
}

// step leads on from a record.
func (g *partDrawer) step(from drawnPart) drawnPart {
	lead := func(name string, in tableRef, to func(spot) outcomeOf) drawnPart {
		text := from.text + "." + name
		if from.text == "this" && rapid.Bool().Draw(g.t, "short") {
			text = name
		}
		return drawnPart{text: text, kind: "record", in: in, eval: func(f frame) outcomeOf {
			v := from.eval(f)
			if v.state != isKnown {
				return v
			}
			return to(v.at)
		}}
	}
	options := []drawnPart{from}
	for _, p := range g.world.coll.Belongs(from.in.schema) {
		next := lead(p.Name, tableRef{g.world.coll.Table(p.Table), from.in.lastYear}, func(at spot) outcomeOf { return g.world.parent(at, p) })
		options = append(options, next, next)
	}
	options = append(options,
		lead("previous", from.in, func(at spot) outcomeOf { return g.world.neighbour(at, -1) }),
		lead("next", from.in, func(at spot) outcomeOf { return g.world.neighbour(at, 1) }))
	if !from.in.lastYear {
		options = append(options, lead("last_year", tableRef{from.in.schema, true}, g.world.lastYear))
	}
	return rapid.SampledFrom(options).Draw(g.t, "step")
}

// records draws a list of records, if there is one.
func (g *partDrawer) records(scope scopeOf, depth int) (drawnPart, bool) {
	for range 4 {
		owner := g.record(scope, 0)
		lists := g.world.coll.Lists(owner.in.schema)
		if len(lists) == 0 {
			continue
		}
		l := rapid.SampledFrom(lists).Draw(g.t, "list")
		made := drawnPart{text: owner.text + "." + l.Name, kind: "list", of: "record", in: tableRef{l.Table, owner.in.lastYear}, eval: func(f frame) outcomeOf {
			v := owner.eval(f)
			if v.state != isKnown {
				return notKnown
			}
			return g.world.children(v.at, l)
		}}
		if depth > 0 && rapid.Bool().Draw(g.t, "filter") {
			made = g.filter(made, scope, depth-1)
		}
		return made, true
	}
	return drawnPart{}, false
}

func (g *partDrawer) element(l drawnPart, scope scopeOf) (string, scopeOf) {
	g.names++
	name := fmt.Sprintf("e%d", g.names)
	e := drawnPart{text: name, kind: l.of, in: l.in, eval: func(f frame) outcomeOf { return f.vars[name] }}
	return name, append(slices.Clone(scope), e, e)
}

func (g *partDrawer) filter(l drawnPart, scope scopeOf, depth int) drawnPart {
	name, inner := g.element(l, scope)
	is := g.part("bool", inner, depth)
	made := l
	made.text = l.text + ".filter(" + name + ", " + is.text + ")"
	made.eval = func(f frame) outcomeOf {
		v := l.eval(f)
		if v.state != isKnown {
			return v
		}
		kept := outcomeOf{}
		for _, e := range v.list {
			if a := is.eval(f.with(name, e)); a.state == isKnown && a.b {
				kept.list = append(kept.list, e)
			}
		}
		return kept
	}
	return made
}

func (g *partDrawer) best(l drawnPart, scope scopeOf, depth int) drawnPart {
	name, inner := g.element(l, scope)
	macro := g.pick("max_by", "min_by")
	by := g.part(g.pick("int", "date", "string", "double", "datetime"), inner, depth)
	return drawnPart{text: l.text + "." + macro + "(" + name + ", " + by.text + ")", kind: "record", in: l.in, eval: func(f frame) outcomeOf {
		v := l.eval(f)
		if v.state != isKnown {
			return v
		}
		best := outcomeOf{state: isNone}
		var key outcomeOf
		for _, e := range v.list {
			k := by.eval(f.with(name, e))
			if k.state != isKnown || e.state != isKnown {
				continue
			}
			c := cmp.Or(cmp.Compare(k.n, key.n), strings.Compare(k.s, key.s))
			if best.state == isNone || macro == "max_by" && c > 0 || macro == "min_by" && c < 0 {
				best, key = e, k
			}
		}
		return best
	}}
}

// values draws a list of values of a kind.
func (g *partDrawer) values(kind string, scope scopeOf, depth int) drawnPart {
	var made drawnPart
	l, ok := drawnPart{}, false
	if depth > 0 {
		l, ok = g.records(scope, depth-1)
	}
	switch choice := g.pick("map", "map", "written", "cell"); {
	case choice == "map" && ok:
		name, inner := g.element(l, scope)
		x := g.part(kind, inner, depth-1)
		made = drawnPart{text: l.text + ".map(" + name + ", " + x.text + ")", kind: "list", of: kind, eval: func(f frame) outcomeOf {
			v := l.eval(f)
			if v.state != isKnown {
				return v
			}
			mapped := outcomeOf{}
			for _, e := range v.list {
				mapped.list = append(mapped.list, x.eval(f.with(name, e)))
			}
			return mapped
		}}
	case choice == "cell" && kind == "string":
		made = g.field("list", scope)
		if made.text == "" {
			return g.values(kind, scope, 0)
		}
		made.of = "string"
	default:
		var elements []drawnPart
		var texts []string
		for range rapid.IntRange(1, 3).Draw(g.t, "elements") {
			e := g.part(kind, scope, min(depth-1, 1))
			elements, texts = append(elements, e), append(texts, e.text)
		}
		made = drawnPart{text: "[" + strings.Join(texts, ", ") + "]", kind: "list", of: kind, eval: func(f frame) outcomeOf {
			v := outcomeOf{}
			for _, e := range elements {
				v.list = append(v.list, e.eval(f))
			}
			return v
		}}
	}
	if depth > 1 && rapid.IntRange(0, 3).Draw(g.t, "filtered") == 0 {
		made = g.filter(made, scope, depth-2)
	}
	return made
}

// field draws a field of a kind of some record; without text when none is found.
func (g *partDrawer) field(kind string, scope scopeOf) drawnPart {
	for range 6 {
		r := g.record(scope, 0)
		var names []string
		for _, f := range r.in.schema.Fields {
			if kindOfType[f.Type] == kind || kind == "datetime" && f.Type == schemas.TypeDateTime {
				names = append(names, f.Name)
			}
		}
		if len(names) == 0 {
			continue
		}
		f := r.in.schema.Field(rapid.SampledFrom(names).Draw(g.t, "field"))
		text := r.text + "." + f.Name
		if r.text == "this" && rapid.Bool().Draw(g.t, "short") {
			text = f.Name
		}
		if kind == "datetime" {
			text = "datetime(" + text + ")"
		}
		return drawnPart{text: text, kind: kind, eval: func(fr frame) outcomeOf {
			v := r.eval(fr)
			if v.state != isKnown {
				return notKnown
			}
			return valueOf(f, g.world.cell(v.at, f.Name), kind == "datetime")
		}}
	}
	return drawnPart{}
}

// leaf draws a field, an element or a constant.
func (g *partDrawer) leaf(kind string, scope scopeOf) drawnPart {
	var named []drawnPart
	for _, p := range scope {
		if p.kind == kind {
			named = append(named, p)
		}
	}
	if len(named) > 0 && rapid.Bool().Draw(g.t, "element") {
		return rapid.SampledFrom(named).Draw(g.t, "which")
	}
	if rapid.IntRange(0, 4).Draw(g.t, "constant") > 0 {
		if f := g.field(kind, scope); f.text != "" {
			return f
		}
	}
	constant := func(text string, v outcomeOf) drawnPart {
		return drawnPart{text: text, kind: kind, eval: func(frame) outcomeOf { return v }}
	}
	switch kind {
	case "bool":
		b := rapid.Bool().Draw(g.t, "bool")
		return constant(fmt.Sprint(b), truthOf(b))
	case "int":
		n := rapid.IntRange(-3, 3).Draw(g.t, "int")
		return constant(fmt.Sprint(n), outcomeOf{n: int64(n)})
	case "double":
		n := rapid.IntRange(-300, 300).Draw(g.t, "double")
		return constant(fmt.Sprintf("%.2f", float64(n)/100), outcomeOf{n: int64(n) * 100})
	case "date":
		if rapid.IntRange(0, 3).Draw(g.t, "as at") == 0 {
			return constant("as_at", outcomeOf{n: g.world.asAt})
		}
		text := g.pick(oracleDates...)
		d, _ := time.Parse(time.DateOnly, text)
		return constant(fmt.Sprintf("date(%q)", text), outcomeOf{n: d.Unix() / 86400})
	case "datetime":
		text := g.pick("2019-01-31 09:30", "2019-02-28 00:00")
		d, _ := time.Parse("2006-01-02 15:04", text)
		return constant(fmt.Sprintf("datetime(%q)", text), outcomeOf{n: d.Unix()})
	}
	text := g.pick(oracleTexts...)
	return constant(fmt.Sprintf("%q", text), outcomeOf{s: text})
}

// call draws a call of a pure function: unknown when anything is.
func (g *partDrawer) call(kind, format string, scope scopeOf, depth int, kinds []string, of func(a []outcomeOf) outcomeOf) drawnPart {
	var parts []drawnPart
	var texts []any
	for _, k := range kinds {
		p := g.part(k, scope, depth-1)
		parts, texts = append(parts, p), append(texts, p.text)
	}
	return drawnPart{text: fmt.Sprintf(format, texts...), kind: kind, eval: func(f frame) outcomeOf {
		var a []outcomeOf
		for _, p := range parts {
			v := p.eval(f)
			if v.state != isKnown {
				return notKnown
			}
			a = append(a, v)
		}
		return of(a)
	}}
}

// part draws a part of a kind.
func (g *partDrawer) part(kind string, scope scopeOf, depth int) drawnPart {
	if depth <= 0 || rapid.IntRange(0, 5).Draw(g.t, "leaf") == 0 {
		return g.leaf(kind, scope)
	}
	if rapid.IntRange(0, 7).Draw(g.t, "choose") == 0 {
		when, a, b := g.part("bool", scope, depth-1), g.part(kind, scope, depth-1), g.part(kind, scope, depth-1)
		return drawnPart{text: "(" + when.text + " ? " + a.text + " : " + b.text + ")", kind: kind, eval: func(f frame) outcomeOf {
			switch c := when.eval(f); {
			case c.state != isKnown:
				return notKnown
			case c.b:
				return a.eval(f)
			}
			return b.eval(f)
		}}
	}
	scalar := func() string { return g.pick("int", "double", "date", "datetime", "string") }
	switch kind {
	case "bool":
		return g.boolean(scope, depth, scalar)
	case "int":
		switch g.pick("add", "multiply", "size", "gather", "distinct", "calendar", "size text", "minutes", "integer", "days") {
		case "add":
			return g.call(kind, "(%s "+g.pick("+")+" %s)", scope, depth, []string{"int", "int"}, func(a []outcomeOf) outcomeOf { return outcomeOf{n: a[0].n + a[1].n} })
		case "multiply":
			return g.call(kind, "(%s * %s)", scope, depth, []string{"int", "int"}, func(a []outcomeOf) outcomeOf { return outcomeOf{n: a[0].n * a[1].n} })
		case "size", "gather", "distinct":
			return g.counted(scope, depth, scalar)
		case "calendar":
			name, of := g.calendarCall()
			return g.call(kind, name+"(%s)", scope, depth, []string{"date"}, func(a []outcomeOf) outcomeOf { return outcomeOf{n: of(time.Unix(a[0].n*86400, 0).UTC())} })
		case "minutes":
			return g.call(kind, "minutes_between(%s, %s)", scope, depth, []string{"datetime", "datetime"}, func(a []outcomeOf) outcomeOf { return outcomeOf{n: (a[1].n - a[0].n) / 60} })
		case "integer":
			return g.call(kind, "integer(%s)", scope, depth, []string{"string"}, func(a []outcomeOf) outcomeOf {
				n, digits := int64(0), strings.TrimPrefix(a[0].s, "-")
				for _, d := range digits {
					if d < '0' || d > '9' {
						return notKnown
					}
					n = n*10 + int64(d-'0')
				}
				if digits == "" {
					return notKnown
				}
				if digits != a[0].s {
					n = -n
				}
				return outcomeOf{n: n}
			})
		case "days":
			return g.call(kind, "(%s - %s)", scope, depth, []string{"date", "date"}, func(a []outcomeOf) outcomeOf { return outcomeOf{n: a[0].n - a[1].n} })
		}
		return g.call(kind, "size(%s)", scope, depth, []string{"string"}, func(a []outcomeOf) outcomeOf { return outcomeOf{n: int64(utf8.RuneCountInString(a[0].s))} })
	case "double":
		switch g.pick("add", "multiply", "decimal", "gather") {
		case "add":
			return g.call(kind, "(%s - %s)", scope, depth, []string{"double", "double"}, func(a []outcomeOf) outcomeOf { return outcomeOf{n: a[0].n - a[1].n} })
		case "multiply":
			return g.call(kind, "(%s * %s)", scope, depth, []string{"double", "int"}, func(a []outcomeOf) outcomeOf { return outcomeOf{n: a[0].n * a[1].n} })
		case "decimal":
			return g.call(kind, "decimal(%s)", scope, depth, []string{"int"}, func(a []outcomeOf) outcomeOf { return outcomeOf{n: a[0].n * 10_000} })
		}
		return g.gathered(kind, g.pick("min", "max", "sum"), scope, depth)
	case "date":
		switch g.pick("add", "months", "part", "gather", "day", "working") {
		case "add":
			return g.call(kind, "(%s + %s)", scope, depth, []string{"date", "int"}, func(a []outcomeOf) outcomeOf { return outcomeOf{n: a[0].n + a[1].n} })
		case "months":
			return g.call(kind, "add_months(%s, %s)", scope, depth, []string{"date", "int"}, func(a []outcomeOf) outcomeOf {
				if a[1].n < -mostMonths || a[1].n > mostMonths {
					return notKnown
				}
				from := time.Unix(a[0].n*86400, 0).UTC()
				to := time.Date(from.Year(), from.Month()+time.Month(a[1].n), 1, 0, 0, 0, 0, time.UTC)
				last := to.AddDate(0, 1, -1)
				return outcomeOf{n: to.AddDate(0, 0, min(from.Day(), last.Day())-1).Unix() / 86400}
			})
		case "part":
			month := map[string]time.Month{"academic_year_start": time.September, "financial_year_start": time.April}
			name := g.pick("academic_year_start", "financial_year_start")
			return g.call(kind, name+"(%s)", scope, depth, []string{"date"}, func(a []outcomeOf) outcomeOf {
				d := time.Unix(a[0].n*86400, 0).UTC()
				for d.Day() != 1 || d.Month() != month[name] {
					d = d.AddDate(0, 0, -1)
				}
				return outcomeOf{n: d.Unix() / 86400}
			})
		case "day":
			return g.call(kind, "date(%s)", scope, depth, []string{"datetime"}, func(a []outcomeOf) outcomeOf {
				d := time.Unix(a[0].n, 0).UTC()
				return outcomeOf{n: time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400}
			})
		case "working":
			by := rapid.IntRange(-5, 5).Draw(g.t, "working days")
			return g.call(kind, "add_working_days(%s, "+fmt.Sprint(by)+")", scope, depth, []string{"date"}, func(a []outcomeOf) outcomeOf {
				d, step, left := a[0].n, int64(1), by
				if by < 0 {
					step, left = -1, -by
				}
				for left > 0 {
					if d += step; g.world.calendar.IsWorkingDay(schemas.Day(d)) {
						left--
					}
				}
				return outcomeOf{n: d}
			})
		}
		return g.gathered(kind, g.pick("min", "max"), scope, depth)
	case "datetime":
		return g.gathered(kind, g.pick("min", "max"), scope, depth)
	}
	switch g.pick("fold", "substring", "best") {
	case "fold":
		name := g.pick("lower", "upper")
		return g.call(kind, name+"(%s)", scope, depth, []string{"string"}, func(a []outcomeOf) outcomeOf {
			return outcomeOf{s: map[string]func(string) string{"lower": strings.ToLower, "upper": strings.ToUpper}[name](a[0].s)}
		})
	case "substring":
		from, to := rapid.IntRange(-1, 4).Draw(g.t, "from"), rapid.IntRange(-1, 6).Draw(g.t, "to")
		return g.call(kind, fmt.Sprintf("substring(%%s, %d, %d)", from, to), scope, depth, []string{"string"}, func(a []outcomeOf) outcomeOf {
			text := ""
			for i, r := range []rune(a[0].s) {
				if i >= from && i < to {
					text += string(r)
				}
			}
			return outcomeOf{s: text}
		})
	}
	r := g.record(scope, depth)
	for _, f := range r.in.schema.Fields {
		if f.Type == schemas.TypeCode {
			return drawnPart{text: r.text + "." + f.Name, kind: kind, eval: func(fr frame) outcomeOf {
				v := r.eval(fr)
				if v.state != isKnown {
					return notKnown
				}
				return valueOf(f, g.world.cell(v.at, f.Name), false)
			}}
		}
	}
	return g.leaf(kind, scope)
}

func (g *partDrawer) calendarCall() (string, func(time.Time) int64) {
	switch name := g.pick("day", "month", "year"); name {
	case "day":
		return name, func(d time.Time) int64 { return int64(d.Day()) }
	case "month":
		return name, func(d time.Time) int64 { return int64(d.Month()) }
	default:
		return name, func(d time.Time) int64 { return int64(d.Year()) }
	}
}

// counted draws size, count_distinct, min, max and sum that come to an integer.
func (g *partDrawer) counted(scope scopeOf, depth int, scalar func() string) drawnPart {
	switch g.pick("size", "size records", "distinct", "gather") {
	case "size":
		l := g.values(g.pick("bool", "int", "string", "date"), scope, depth-1)
		return overKnown("int", "size", l, func(known []outcomeOf) outcomeOf { return outcomeOf{n: int64(len(known))} })
	case "size records":
		if l, ok := g.records(scope, depth-1); ok {
			return overKnown("int", "size", l, func(known []outcomeOf) outcomeOf { return outcomeOf{n: int64(len(known))} })
		}
	case "distinct":
		l := g.values(scalar(), scope, depth-1)
		return overKnown("int", "count_distinct", l, func(known []outcomeOf) outcomeOf {
			seen := map[string]bool{}
			for _, v := range known {
				seen[fmt.Sprint(v.n, v.s)] = true
			}
			return outcomeOf{n: int64(len(seen))}
		})
	}
	return g.gathered("int", g.pick("min", "max", "sum"), scope, depth)
}

func (g *partDrawer) gathered(kind, name string, scope scopeOf, depth int) drawnPart {
	return overKnown(kind, name, g.values(kind, scope, depth-1), func(known []outcomeOf) outcomeOf {
		if name == "sum" {
			total := int64(0)
			for _, v := range known {
				total += v.n
			}
			return outcomeOf{n: total}
		}
		if len(known) == 0 {
			return notKnown
		}
		order := func(a, b outcomeOf) int { return cmp.Compare(a.n, b.n) }
		if name == "min" {
			return slices.MinFunc(known, order)
		}
		return slices.MaxFunc(known, order)
	})
}

// overKnown is a function of the known elements of a list.
func overKnown(kind, name string, l drawnPart, of func(known []outcomeOf) outcomeOf) drawnPart {
	return drawnPart{text: name + "(" + l.text + ")", kind: kind, eval: func(f frame) outcomeOf {
		v := l.eval(f)
		if v.state != isKnown {
			return notKnown
		}
		var known []outcomeOf
		for _, e := range v.list {
			if e.state == isKnown {
				known = append(known, e)
			}
		}
		return of(known)
	}}
}

func (g *partDrawer) boolean(scope scopeOf, depth int, scalar func() string) drawnPart {
	switch g.pick("and", "or", "not", "compare", "compare", "in", "present", "present record", "is_true", "same record", "some", "some", "some", "one", "text", "day") {
	case "and", "or":
		a, b := g.part("bool", scope, depth-1), g.part("bool", scope, depth-1)
		settled, sign := false, " && "
		if rapid.Bool().Draw(g.t, "or") {
			settled, sign = true, " || "
		}
		return drawnPart{text: "(" + a.text + sign + b.text + ")", kind: "bool", eval: func(f frame) outcomeOf {
			return kleene(settled, []outcomeOf{a.eval(f), b.eval(f)})
		}}
	case "not":
		return g.call("bool", "!(%s)", scope, depth, []string{"bool"}, func(a []outcomeOf) outcomeOf { return truthOf(!a[0].b) })
	case "is_true":
		a := g.part("bool", scope, depth-1)
		return drawnPart{text: "is_true(" + a.text + ")", kind: "bool", eval: func(f frame) outcomeOf {
			v := a.eval(f)
			return truthOf(v.state == isKnown && v.b)
		}}
	case "in":
		kind := g.pick("int", "string", "date", "bool", "double")
		x, l := g.part(kind, scope, depth-1), g.values(kind, scope, depth-1)
		return drawnPart{text: "(" + x.text + " in " + l.text + ")", kind: "bool", eval: func(f frame) outcomeOf {
			list, v := l.eval(f), x.eval(f)
			if list.state != isKnown {
				return notKnown
			}
			var same []outcomeOf
			for _, e := range list.list {
				if e.state != isKnown || v.state != isKnown {
					same = append(same, notKnown)
				} else {
					same = append(same, truthOf(e.n == v.n && e.s == v.s && e.b == v.b))
				}
			}
			return kleene(true, same)
		}}
	case "present":
		kind := g.pick("int", "string", "date", "bool", "list")
		r := g.record(scope, depth-1)
		for _, f := range r.in.schema.Fields {
			if kindOfType[f.Type] == kind {
				return drawnPart{text: "present(" + r.text + "." + f.Name + ")", kind: "bool", eval: func(fr frame) outcomeOf {
					v := r.eval(fr)
					switch v.state {
					case isNone:
						return truthOf(false)
					case isUnknown:
						return notKnown
					}
					switch g.world.cell(v.at, f.Name).state {
					case table.Present:
						return truthOf(true)
					case table.Unreadable:
						return notKnown
					}
					return truthOf(false)
				}}
			}
		}
	case "present record":
		r := g.record(scope, depth-1)
		return drawnPart{text: "present(" + r.text + ")", kind: "bool", eval: func(f frame) outcomeOf {
			v := r.eval(f)
			if v.state == isUnknown {
				return notKnown
			}
			return truthOf(v.state == isKnown)
		}}
	case "same record":
		a, b := g.record(scope, depth-1), g.record(scope, depth-1)
		if a.in != b.in {
			break
		}
		differ := rapid.Bool().Draw(g.t, "differ")
		return drawnPart{text: "(" + a.text + map[bool]string{true: " != ", false: " == "}[differ] + b.text + ")", kind: "bool", eval: func(f frame) outcomeOf {
			x, y := a.eval(f), b.eval(f)
			if x.state != isKnown || y.state != isKnown {
				return notKnown
			}
			return truthOf((x.at == y.at) != differ)
		}}
	case "some", "one":
		l, ok := g.records(scope, depth-1)
		if !ok || rapid.IntRange(0, 3).Draw(g.t, "values") == 0 {
			l = g.values(scalar(), scope, depth-1)
		}
		name, inner := g.element(l, scope)
		is := g.part("bool", inner, depth-1)
		macro := g.pick("exists", "all", "exists_one")
		return drawnPart{text: l.text + "." + macro + "(" + name + ", " + is.text + ")", kind: "bool", eval: func(f frame) outcomeOf {
			v := l.eval(f)
			if v.state != isKnown {
				return notKnown
			}
			var answers []outcomeOf
			yes := 0
			for _, e := range v.list {
				a := is.eval(f.with(name, e))
				if answers = append(answers, a); a.state == isKnown && a.b {
					yes++
				}
			}
			if macro == "exists_one" {
				return truthOf(yes == 1)
			}
			return kleene(macro == "exists", answers)
		}}
	case "text":
		name := g.pick("starts_with", "ends_with", "contains")
		return g.call("bool", name+"(%s, %s)", scope, depth, []string{"string", "string"}, func(a []outcomeOf) outcomeOf {
			return truthOf(map[string]func(string, string) bool{"starts_with": strings.HasPrefix, "ends_with": strings.HasSuffix, "contains": strings.Contains}[name](a[0].s, a[1].s))
		})
	case "day":
		name := g.pick("is_weekend", "is_working_day")
		return g.call("bool", name+"(%s)", scope, depth, []string{"date"}, func(a []outcomeOf) outcomeOf {
			if name == "is_working_day" {
				return truthOf(g.world.calendar.IsWorkingDay(schemas.Day(a[0].n)))
			}
			weekday := time.Unix(a[0].n*86400, 0).UTC().Weekday()
			return truthOf(weekday == time.Saturday || weekday == time.Sunday)
		})
	}
	sign := g.pick("<", "<=", ">", ">=", "==", "!=")
	kind := scalar()
	return g.call("bool", "(%s "+sign+" %s)", scope, depth, []string{kind, kind}, func(a []outcomeOf) outcomeOf {
		c := cmp.Or(cmp.Compare(a[0].n, a[1].n), strings.Compare(a[0].s, a[1].s))
		return truthOf(map[string]bool{"<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0, "==": c == 0, "!=": c != 0}[sign])
	})
}

// kleene is or (settled is true) or and over any number of answers.
func kleene(settled bool, answers []outcomeOf) outcomeOf {
	sure := true
	for _, a := range answers {
		if a.state != isKnown {
			sure = false
		} else if a.b == settled {
			return truthOf(settled)
		}
	}
	if !sure {
		return notKnown
	}
	return truthOf(!settled)
}
