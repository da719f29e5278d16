package schemas

// StoredTable is a small table of a run that is neither delivered nor decided.
type StoredTable struct {
	Name    string         `yaml:"name"`
	Title   string         `yaml:"title"`
	About   string         `yaml:"about"`
	Parts   []string       `yaml:"parts"` // of the run, that hold it
	Columns []StoredColumn `yaml:"columns"`
}

// StoredColumn is one of its columns. Unit is blank for what is not measured.
type StoredColumn struct {
	Name    string `yaml:"name"`
	Type    string `yaml:"type"` // in words
	Unit    string `yaml:"unit"`
	Privacy string `yaml:"privacy"` // open, or restricted: not in the analysis part
	About   string `yaml:"about"`
}

// StoredTables returns the declarations of the small tables of a run.
func StoredTables() ([]StoredTable, error) {
	var all struct {
		Tables []StoredTable `yaml:"tables"`
	}
	err := own.read("stored tables", "stored", "tables", &all)
	return all.Tables, err
}
