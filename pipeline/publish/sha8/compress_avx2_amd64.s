// The compression function of SHA-256 (FIPS 180-4, 6.2.2) on eight blocks at once: every 32-bit word of the standard is
// a YMM register or a row of memory that holds the word of all eight.

#include "textflag.h"
#include "state_amd64.h"

// ROUND is step t of the compression: w is the place of W[t] in the rows at DI, k that of K[t] at SI. The caller turns
// the names of the working variables by one instead of moving them.
#define ROUND(a, b, c, d, e, f, g, h, w, k) \
	VPADDD       w(DI), h, h   \
	VPBROADCASTD k(SI), Y8     \
	VPADDD       Y8, h, h      \
	VPSRLD       $6, e, Y8     \
	VPSLLD       $26, e, Y9    \
	VPXOR        Y9, Y8, Y8    \
	VPSRLD       $11, e, Y9    \
	VPSLLD       $21, e, Y10   \
	VPXOR        Y9, Y8, Y8    \
	VPXOR        Y10, Y8, Y8   \
	VPSRLD       $25, e, Y9    \
	VPSLLD       $7, e, Y10    \
	VPXOR        Y9, Y8, Y8    \
	VPXOR        Y10, Y8, Y8   \
	VPADDD       Y8, h, h      \
	VPXOR        f, g, Y9      \
	VPAND        e, Y9, Y9     \
	VPXOR        g, Y9, Y9     \
	VPADDD       Y9, h, h      \
	VPADDD       h, d, d       \
	VPSRLD       $2, a, Y8     \
	VPSLLD       $30, a, Y9    \
	VPXOR        Y9, Y8, Y8    \
	VPSRLD       $13, a, Y9    \
	VPSLLD       $19, a, Y10   \
	VPXOR        Y9, Y8, Y8    \
	VPXOR        Y10, Y8, Y8   \
	VPSRLD       $22, a, Y9    \
	VPSLLD       $10, a, Y10   \
	VPXOR        Y9, Y8, Y8    \
	VPXOR        Y10, Y8, Y8   \
	VPADDD       Y8, h, h      \
	VPXOR        a, b, Y9      \
	VPXOR        b, c, Y10     \
	VPAND        Y10, Y9, Y9   \
	VPXOR        b, Y9, Y9     \
	VPADDD       Y9, h, h

// SCHEDULE makes W[t] of W[t-16], W[t-15], W[t-7] and W[t-2] in the place of W[t-16].
#define SCHEDULE(w16, w15, w7, w2) \
	VMOVDQU w15(DI), Y8    \
	VPSRLD  $7, Y8, Y9     \
	VPSLLD  $25, Y8, Y10   \
	VPXOR   Y10, Y9, Y9    \
	VPSRLD  $18, Y8, Y10   \
	VPSLLD  $14, Y8, Y11   \
	VPXOR   Y10, Y9, Y9    \
	VPXOR   Y11, Y9, Y9    \
	VPSRLD  $3, Y8, Y8     \
	VPXOR   Y9, Y8, Y8     \
	VPADDD  w16(DI), Y8, Y8 \
	VPADDD  w7(DI), Y8, Y8 \
	VMOVDQU w2(DI), Y9     \
	VPSRLD  $17, Y9, Y10   \
	VPSLLD  $15, Y9, Y11   \
	VPXOR   Y11, Y10, Y10  \
	VPSRLD  $19, Y9, Y11   \
	VPSLLD  $13, Y9, Y12   \
	VPXOR   Y11, Y10, Y10  \
	VPXOR   Y12, Y10, Y10  \
	VPSRLD  $10, Y9, Y9    \
	VPXOR   Y10, Y9, Y9    \
	VPADDD  Y9, Y8, Y8     \
	VMOVDQU Y8, w16(DI)

#define ROUNDS \
	ROUND(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, 0, 0) \
	ROUND(Y7, Y0, Y1, Y2, Y3, Y4, Y5, Y6, 32, 4) \
	ROUND(Y6, Y7, Y0, Y1, Y2, Y3, Y4, Y5, 64, 8) \
	ROUND(Y5, Y6, Y7, Y0, Y1, Y2, Y3, Y4, 96, 12) \
	ROUND(Y4, Y5, Y6, Y7, Y0, Y1, Y2, Y3, 128, 16) \
	ROUND(Y3, Y4, Y5, Y6, Y7, Y0, Y1, Y2, 160, 20) \
	ROUND(Y2, Y3, Y4, Y5, Y6, Y7, Y0, Y1, 192, 24) \
	ROUND(Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y0, 224, 28) \
	ROUND(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, 256, 32) \
	ROUND(Y7, Y0, Y1, Y2, Y3, Y4, Y5, Y6, 288, 36) \
	ROUND(Y6, Y7, Y0, Y1, Y2, Y3, Y4, Y5, 320, 40) \
	ROUND(Y5, Y6, Y7, Y0, Y1, Y2, Y3, Y4, 352, 44) \
	ROUND(Y4, Y5, Y6, Y7, Y0, Y1, Y2, Y3, 384, 48) \
	ROUND(Y3, Y4, Y5, Y6, Y7, Y0, Y1, Y2, 416, 52) \
	ROUND(Y2, Y3, Y4, Y5, Y6, Y7, Y0, Y1, 448, 56) \
	ROUND(Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y0, 480, 60)

#define SCHEDULES \
	SCHEDULE(0, 32, 288, 448) \
	SCHEDULE(32, 64, 320, 480) \
	SCHEDULE(64, 96, 352, 0) \
	SCHEDULE(96, 128, 384, 32) \
	SCHEDULE(128, 160, 416, 64) \
	SCHEDULE(160, 192, 448, 96) \
	SCHEDULE(192, 224, 480, 128) \
	SCHEDULE(224, 256, 0, 160) \
	SCHEDULE(256, 288, 32, 192) \
	SCHEDULE(288, 320, 64, 224) \
	SCHEDULE(320, 352, 96, 256) \
	SCHEDULE(352, 384, 128, 288) \
	SCHEDULE(384, 416, 160, 320) \
	SCHEDULE(416, 448, 192, 352) \
	SCHEDULE(448, 480, 224, 384) \
	SCHEDULE(480, 0, 256, 416)

// func compressAVX2(state *[8]row, words *[16]row, constants *[64]uint32)
TEXT ·compressAVX2(SB), NOSPLIT, $0-24
	MOVQ state+0(FP), AX
	MOVQ words+8(FP), DI
	MOVQ constants+16(FP), SI
	LOAD_STATE
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
