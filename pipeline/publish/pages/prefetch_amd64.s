#include "textflag.h"

// prefetch asks for 16 times 4 places.
//
// func prefetch(data *byte, places *[ahead]uint32)
TEXT ·prefetch(SB), NOSPLIT, $0-16
	MOVQ data+0(FP), DI
	MOVQ places+8(FP), SI
	MOVQ $16, CX

four:
	MOVL (SI), AX
	MOVL 4(SI), BX
	MOVL 8(SI), DX
	MOVL 12(SI), R8
	PREFETCHT0 (DI)(AX*1)
	PREFETCHT0 (DI)(BX*1)
	PREFETCHT0 (DI)(DX*1)
	PREFETCHT0 (DI)(R8*1)
	ADDQ $16, SI
	DECQ CX
	JNZ  four
	RET
