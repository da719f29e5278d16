//go:build !unix

package main

import "os"

// peak cannot be asked of this system.
func peak(*os.ProcessState) string { return "not known" }
