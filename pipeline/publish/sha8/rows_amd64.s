#include "textflag.h"

DATA swapped<>+0(SB)/8, $0x0405060700010203
DATA swapped<>+8(SB)/8, $0x0c0d0e0f08090a0b
DATA swapped<>+16(SB)/8, $0x0405060700010203
DATA swapped<>+24(SB)/8, $0x0c0d0e0f08090a0b
GLOBL swapped<>(SB), RODATA|NOPTR, $32

// FOUR turns the 16 bytes at from of all eight blocks into four rows at to: what stands in two blocks goes into the halves of
// a register, then words of four blocks are brought together in each half.
#define FOUR(from, to) \
	VMOVDQU     from(AX), X0           \
	VINSERTI128 $1, from(R8), Y0, Y0   \
	VMOVDQU     from(BX), X1           \
	VINSERTI128 $1, from(R9), Y1, Y1   \
	VMOVDQU     from(CX), X2           \
	VINSERTI128 $1, from(R10), Y2, Y2  \
	VMOVDQU     from(DX), X3           \
	VINSERTI128 $1, from(R11), Y3, Y3  \
	VPSHUFB     Y12, Y0, Y0            \
	VPSHUFB     Y12, Y1, Y1            \
	VPSHUFB     Y12, Y2, Y2            \
	VPSHUFB     Y12, Y3, Y3            \
	VPUNPCKLDQ  Y1, Y0, Y4             \
	VPUNPCKHDQ  Y1, Y0, Y5             \
	VPUNPCKLDQ  Y3, Y2, Y6             \
	VPUNPCKHDQ  Y3, Y2, Y7             \
	VPUNPCKLQDQ Y6, Y4, Y8             \
	VPUNPCKHQDQ Y6, Y4, Y9             \
	VPUNPCKLQDQ Y7, Y5, Y10            \
	VPUNPCKHQDQ Y7, Y5, Y11            \
	VMOVDQU     Y8, to(DI)             \
	VMOVDQU     Y9, (to+32)(DI)        \
	VMOVDQU     Y10, (to+64)(DI)       \
	VMOVDQU     Y11, (to+96)(DI)

// func rows8(words *[16]row, blocks *byte, offsets *row)
TEXT ·rows8(SB), NOSPLIT, $0-24
	MOVQ    words+0(FP), DI
	MOVQ    blocks+8(FP), SI
	MOVQ    offsets+16(FP), R12
	MOVL    0(R12), AX
	ADDQ    SI, AX
	MOVL    4(R12), BX
	ADDQ    SI, BX
	MOVL    8(R12), CX
	ADDQ    SI, CX
	MOVL    12(R12), DX
	ADDQ    SI, DX
	MOVL    16(R12), R8
	ADDQ    SI, R8
	MOVL    20(R12), R9
	ADDQ    SI, R9
	MOVL    24(R12), R10
	ADDQ    SI, R10
	MOVL    28(R12), R11
	ADDQ    SI, R11
	VMOVDQU swapped<>(SB), Y12
	FOUR(0, 0)
	FOUR(16, 128)
	FOUR(32, 256)
	FOUR(48, 384)
	VZEROUPPER
	RET

// func hasSHA() bool
TEXT ·hasSHA(SB), NOSPLIT, $0-1
	MOVB $0, ret+0(FP)
	MOVL $0, AX
	XORL CX, CX
	CPUID
	CMPL AX, $7
	JLT  none
	MOVL $7, AX
	XORL CX, CX
	CPUID
	SHRL $29, BX
	ANDL $1, BX
	MOVB BX, ret+0(FP)

none:
	RET
