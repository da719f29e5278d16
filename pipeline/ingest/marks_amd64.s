#include "textflag.h"

// HALF looks at the 32 bytes at from: bits of those that end a cell go to ENDS, of quotes to QUOTES, of carriage returns
// before a line feed to RETURNS, of solid bytes to SOLID, and of those that a formula or an error begins with to BEGINS.
// What holds of bytes with a full stop or a plus is gathered in Y14.
#define HALF(from, ENDS, QUOTES, RETURNS, SOLID, BEGINS) \
	VMOVDQU   from(SI), Y11            \
	VPCMPEQB  Y0, Y11, Y12             \
	VPCMPEQB  Y1, Y11, Y13             \
	VPOR      Y12, Y13, Y12            \
	VPMOVMSKB Y12, ENDS                \
	VPCMPEQB  Y2, Y11, Y12             \
	VPMOVMSKB Y12, QUOTES              \
	VPCMPEQB  Y3, Y11, Y12             \
	VPCMPEQB  (from+1)(SI), Y1, Y13    \
	VPAND     Y12, Y13, Y12            \
	VPMOVMSKB Y12, RETURNS             \
	VPSUBB    Y6, Y11, Y12             \
	VPMINUB   Y7, Y12, Y13             \
	VPCMPEQB  Y12, Y13, Y13            \
	VPMOVMSKB Y13, SOLID               \
	VPCMPEQB  Y4, Y11, Y12             \
	VPCMPEQB  Y5, Y11, Y13             \
	VPOR      Y12, Y13, Y12            \
	VPMOVMSKB Y12, BEGINS              \
	VPCMPEQB  Y8, Y11, Y12             \
	VPCMPEQB  Y9, Y11, Y13             \
	VPOR      Y12, Y14, Y14            \
	VPOR      Y13, Y14, Y14

#define WIDE(value, X, Y) \
	MOVQ         $value, AX \
	VMOVQ        AX, X      \
	VPBROADCASTB X, Y

// JOIN puts the upper half of a block's bits behind the lower one.
#define JOIN(upper, lower) \
	SHLQ $32, upper \
	ORQ  upper, lower

// func markAVX2(marks *blockMarks, data *byte, blocks int, separator byte, odd *oddities)
TEXT ·markAVX2(SB), NOSPLIT, $0-40
	MOVBLZX      separator+24(FP), AX
	VMOVQ        AX, X0
	VPBROADCASTB X0, Y0
	WIDE(10, X1, Y1)
	WIDE(34, X2, Y2)
	WIDE(13, X3, Y3)
	WIDE(61, X4, Y4)
	WIDE(35, X5, Y5)
	WIDE(33, X6, Y6)
	WIDE(93, X7, Y7)
	WIDE(46, X8, Y8)
	WIDE(43, X9, Y9)
	VPXOR        Y14, Y14, Y14
	MOVQ         odd+32(FP), R15
	MOVQ         marks+0(FP), DI
	MOVQ         data+8(FP), SI

next:
	SUBQ $1, blocks+16(FP)
	JLT  done
	HALF(0, R8, R9, R10, R11, R12)
	HALF(32, AX, BX, CX, DX, R13)
	JOIN(AX, R8)
	JOIN(BX, R9)
	JOIN(CX, R10)
	JOIN(DX, R11)
	JOIN(R13, R12)
	MOVQ R8, 0(DI)
	MOVQ R9, 8(DI)

	// R8: where cells end, or their quotes stand. R11: what is neither that nor solid.
	ORQ  R9, R8
	ORQ  R10, R8
	ORQ  R8, R11
	NOTQ R11

	// What begins a cell and is not solid, or a formula.
	MOVQ R8, AX
	ADDQ AX, AX
	ORQ  0(R15), AX
	ORQ  R11, R12
	ANDQ AX, R12
	ORQ  R12, 16(R15)

	// What ends one and is not solid.
	MOVQ R11, AX
	ADDQ AX, AX
	ORQ  8(R15), AX
	ANDQ R8, AX
	ORQ  AX, 16(R15)

	SHRQ $63, R8
	MOVQ R8, 0(R15)
	SHRQ $63, R11
	MOVQ R11, 8(R15)
	ADDQ $64, SI
	ADDQ $16, DI
	JMP  next

done:
	VPMOVMSKB Y14, AX
	ORQ       AX, 16(R15)
	VZEROUPPER
	RET
