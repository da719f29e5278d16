// The compression function of SHA-256 (FIPS 180-4, 6.2.2) on eight blocks at once, with what AVX-512 has beyond AVX2:
// words are turned in one instruction, three are joined in one, and the 16 words of the schedule stay in registers.

#include "textflag.h"
#include "state_amd64.h"

// TURNED adds to h the exclusive or of x turned by three numbers of bits.
#define TURNED(x, r1, r2, r3, h) \
	VPRORD     $r1, x, Y8          \
	VPRORD     $r2, x, Y9          \
	VPRORD     $r3, x, Y10         \
	VPTERNLOGD $0x96, Y8, Y9, Y10  \
	VPADDD     Y10, h, h

// ROUND is step t of the compression: w is W[t], k the place of K[t] at SI. The caller turns the names of the working
// variables by one instead of moving them.
#define ROUND(a, b, c, d, e, f, g, h, w, k) \
	VPADDD      w, h, h            \
	VPADDD.BCST k(SI), h, h        \
	TURNED(e, 6, 11, 25, h)        \
	VMOVDQA32   e, Y11             \
	VPTERNLOGD  $0xCA, g, f, Y11   \
	VPADDD      Y11, h, h          \
	VPADDD      h, d, d            \
	TURNED(a, 2, 13, 22, h)        \
	VMOVDQA32   a, Y11             \
	VPTERNLOGD  $0xE8, c, b, Y11   \
	VPADDD      Y11, h, h

// SCHEDULE makes W[t] of W[t-16], W[t-15], W[t-7] and W[t-2] in the place of W[t-16].
#define SCHEDULE(w16, w15, w7, w2) \
	VPRORD     $7, w15, Y8         \
	VPRORD     $18, w15, Y9        \
	VPSRLD     $3, w15, Y10        \
	VPTERNLOGD $0x96, Y8, Y9, Y10  \
	VPADDD     w7, w16, w16        \
	VPADDD     Y10, w16, w16       \
	VPRORD     $17, w2, Y8         \
	VPRORD     $19, w2, Y9         \
	VPSRLD     $10, w2, Y10        \
	VPTERNLOGD $0x96, Y8, Y9, Y10  \
	VPADDD     Y10, w16, w16

#define ROUNDS \
	ROUND(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y16, 0) \
	ROUND(Y7, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y17, 4) \
	ROUND(Y6, Y7, Y0, Y1, Y2, Y3, Y4, Y5, Y18, 8) \
	ROUND(Y5, Y6, Y7, Y0, Y1, Y2, Y3, Y4, Y19, 12) \
	ROUND(Y4, Y5, Y6, Y7, Y0, Y1, Y2, Y3, Y20, 16) \
	ROUND(Y3, Y4, Y5, Y6, Y7, Y0, Y1, Y2, Y21, 20) \
	ROUND(Y2, Y3, Y4, Y5, Y6, Y7, Y0, Y1, Y22, 24) \
	ROUND(Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y0, Y23, 28) \
	ROUND(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y24, 32) \
	ROUND(Y7, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y25, 36) \
	ROUND(Y6, Y7, Y0, Y1, Y2, Y3, Y4, Y5, Y26, 40) \
	ROUND(Y5, Y6, Y7, Y0, Y1, Y2, Y3, Y4, Y27, 44) \
	ROUND(Y4, Y5, Y6, Y7, Y0, Y1, Y2, Y3, Y28, 48) \
	ROUND(Y3, Y4, Y5, Y6, Y7, Y0, Y1, Y2, Y29, 52) \
	ROUND(Y2, Y3, Y4, Y5, Y6, Y7, Y0, Y1, Y30, 56) \
	ROUND(Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y0, Y31, 60)

#define SCHEDULES \
	SCHEDULE(Y16, Y17, Y25, Y30) \
	SCHEDULE(Y17, Y18, Y26, Y31) \
	SCHEDULE(Y18, Y19, Y27, Y16) \
	SCHEDULE(Y19, Y20, Y28, Y17) \
	SCHEDULE(Y20, Y21, Y29, Y18) \
	SCHEDULE(Y21, Y22, Y30, Y19) \
	SCHEDULE(Y22, Y23, Y31, Y20) \
	SCHEDULE(Y23, Y24, Y16, Y21) \
	SCHEDULE(Y24, Y25, Y17, Y22) \
	SCHEDULE(Y25, Y26, Y18, Y23) \
	SCHEDULE(Y26, Y27, Y19, Y24) \
	SCHEDULE(Y27, Y28, Y20, Y25) \
	SCHEDULE(Y28, Y29, Y21, Y26) \
	SCHEDULE(Y29, Y30, Y22, Y27) \
	SCHEDULE(Y30, Y31, Y23, Y28) \
	SCHEDULE(Y31, Y16, Y24, Y29)

// func compressAVX512(state *[8]row, words *[16]row, constants *[64]uint32)
TEXT ·compressAVX512(SB), NOSPLIT, $0-24
	MOVQ state+0(FP), AX
	MOVQ words+8(FP), DI
	MOVQ constants+16(FP), SI
	LOAD_STATE
	VMOVDQU32 0(DI), Y16
	VMOVDQU32 32(DI), Y17
	VMOVDQU32 64(DI), Y18
	VMOVDQU32 96(DI), Y19
	VMOVDQU32 128(DI), Y20
	VMOVDQU32 160(DI), Y21
	VMOVDQU32 192(DI), Y22
	VMOVDQU32 224(DI), Y23
	VMOVDQU32 256(DI), Y24
	VMOVDQU32 288(DI), Y25
	VMOVDQU32 320(DI), Y26
	VMOVDQU32 352(DI), Y27
	VMOVDQU32 384(DI), Y28
	VMOVDQU32 416(DI), Y29
	VMOVDQU32 448(DI), Y30
	VMOVDQU32 480(DI), Y31
	ROUNDS
	MOVQ $3, CX

next:
	ADDQ $64, SI
	SCHEDULES
	ROUNDS
	DECQ CX
	JNZ  next

	ADD_STATE
	VZEROUPPER
	RET
