// Package parquet holds a test that opens every Parquet file of a published store in DuckDB and recounts, with SQL
// alone, what the manifest says of it. It is a module of its own, because DuckDB is C++ and needs a C compiler;
// `make duckdb` runs it.
package parquet
