package main

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
)

// statements are the job in SQL, run in the order of their names; a file called *.repeat.sql runs again until its last
// statement changes no row.
//
//go:embed sql/*.sql
var statements embed.FS

// job reads the four extracts of the front door (children, contacts, referrals, cin_episodes) from a folder and writes
// Parquet below another, which it makes: findings, quarantined places, decided contacts, incidents and referrals, clean
// rows of each table, and the conversion by month and source. The working folder of the process is out from then on.
func job(ctx context.Context, in, out string, threads int, steps bool) (err error) {
	if in == "" || out == "" {
		return errors.New("name --in and --out")
	}
	if in, err = filepath.Abs(in); err != nil {
		return err
	}
	if err := errors.Join(os.MkdirAll(out, 0o700), os.Chdir(out)); err != nil {
		return err
	}
	connection, done, err := open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	set := fmt.Sprintf("SET threads = %d; SET VARIABLE folder = %s", threads, quoted(filepath.ToSlash(in)))
	if _, err := connection.ExecContext(ctx, set); err != nil {
		return err
	}
	files, err := statements.ReadDir("sql")
	if err != nil {
		return err
	}
	for _, f := range files {
		started := time.Now()
		if err := runFile(ctx, connection, f.Name()); err != nil {
			return fmt.Errorf("run %s: %w", f.Name(), err)
		}
		if steps {
			fmt.Printf("%-24s %6.2f s\n", f.Name(), time.Since(started).Seconds())
		}
	}
	return nil
}

// open starts DuckDB in memory; done closes it.
func open(ctx context.Context) (connection *sql.Conn, done func() error, err error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, nil, err
	}
	if connection, err = db.Conn(ctx); err != nil { // variables belong to a connection
		return nil, nil, errors.Join(err, db.Close())
	}
	return connection, func() error { return errors.Join(connection.Close(), db.Close()) }, nil
}

// runFile runs the statements of a file, again and again where its name says so.
func runFile(ctx context.Context, connection *sql.Conn, name string) error {
	text, err := statements.ReadFile(path.Join("sql", name))
	if err != nil {
		return err
	}
	for {
		done, err := connection.ExecContext(ctx, string(text))
		if err != nil || !strings.HasSuffix(name, ".repeat.sql") {
			return err
		}
		if changed, err := done.RowsAffected(); err != nil || changed == 0 {
			return err
		}
	}
}

var ruleCode = regexp.MustCompile(`'((?:FD|IN)-[0-9]{3})'`)

// rulesOfJob returns the codes of the rules that the job judges by.
func rulesOfJob() ([]string, error) {
	files, err := statements.ReadDir("sql")
	if err != nil {
		return nil, err
	}
	var codes []string
	for _, f := range files {
		text, err := statements.ReadFile(path.Join("sql", f.Name()))
		if err != nil {
			return nil, err
		}
		for _, found := range ruleCode.FindAllSubmatch(text, -1) {
			codes = append(codes, string(found[1]))
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes), nil
}

// quoted writes a text as SQL does.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
