//go:build !amd64

package pages

func prefetch(*byte, *[ahead]uint32) {}
