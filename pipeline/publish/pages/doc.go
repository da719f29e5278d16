// Package pages writes Parquet files from Arrow columns.
//
// A column of a row group walks in; a Chunk walks out: its pages as they stand in a file. A Chunk does not know its
// file, so that a column that stands in several files is encoded once. The promise: a chunk's bytes depend on the
// values alone, never on how a dictionary was filled, on workers or on the column's other rows; every page is a
// zstd frame that ends in a checksum, and carries another one in its header: DuckDB and arrow-go look at the first only.
//
// Most of what is written are identifiers: nearly unique texts of few different characters, in which a compressor
// searches long for little. They are written with as few bits for a character as their alphabet needs (packing), and
// without what they share with their neighbour where they are sorted. Whatever else repeats, zstd compresses. Pseudonyms
// walk in as the bytes that they stand for (SumArray), and go into a file packed: as texts they are nowhere.
//
// The findings with their cells are written here as well: a List holds records in every row, and their fields are columns.
//
// It stands beside arrow-go's writer because that one encodes a row group serially, once for each file, and took
// three times the processor time; the encodings themselves are those of parquet-go. Tests read the files back with
// arrow-go and parquet-go, and scripts/parquet with DuckDB.
package pages
