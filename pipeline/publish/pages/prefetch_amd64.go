package pages

// prefetch asks the memory for data at places without waiting for it.
//
//go:noescape
func prefetch(data *byte, places *[ahead]uint32)
