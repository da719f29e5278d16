// The state of eight blocks between its rows at AX and the registers Y0 to Y7, one for each working variable.

#define LOAD_STATE \
	VMOVDQU 0(AX), Y0   \
	VMOVDQU 32(AX), Y1  \
	VMOVDQU 64(AX), Y2  \
	VMOVDQU 96(AX), Y3  \
	VMOVDQU 128(AX), Y4 \
	VMOVDQU 160(AX), Y5 \
	VMOVDQU 192(AX), Y6 \
	VMOVDQU 224(AX), Y7

#define ADD_STATE \
	VPADDD  0(AX), Y0, Y0   \
	VPADDD  32(AX), Y1, Y1  \
	VPADDD  64(AX), Y2, Y2  \
	VPADDD  96(AX), Y3, Y3  \
	VPADDD  128(AX), Y4, Y4 \
	VPADDD  160(AX), Y5, Y5 \
	VPADDD  192(AX), Y6, Y6 \
	VPADDD  224(AX), Y7, Y7 \
	VMOVDQU Y0, 0(AX)       \
	VMOVDQU Y1, 32(AX)      \
	VMOVDQU Y2, 64(AX)      \
	VMOVDQU Y3, 96(AX)      \
	VMOVDQU Y4, 128(AX)     \
	VMOVDQU Y5, 160(AX)     \
	VMOVDQU Y6, 192(AX)     \
	VMOVDQU Y7, 224(AX)
