#include "CTiles.h"

#include <cpuid.h>
#include <immintrin.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// From the kernel's asm/prctl.h and the processor's list of state components.
enum { request_permission = 0x1023, tile_configuration = 17, tile_data = 18 };

// The extended control register 0: the state that the operating system saves.
__attribute__((target("xsave"))) static unsigned long long saved_state(void) { return _xgetbv(0); }

const char *ft_tiles_missing(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return "this CPU has no AMX";
    const bool has_tiles = d >> 24 & 1, has_bf16 = d >> 22 & 1;
    if (!has_tiles || !has_bf16) return "this CPU has no AMX";
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 27 & 1)) return "the operating system saves no extended state";
    const unsigned long long needed = 1ULL << tile_configuration | 1ULL << tile_data;
    if ((saved_state() & needed) != needed) return "the operating system does not save AMX's tiles";
    if (syscall(SYS_arch_prctl, request_permission, tile_data) != 0) return "the operating system does not permit AMX";
    return NULL;
}

__attribute__((target("amx-tile,amx-bf16")))
void ft_tile_product(float *sums, const uint32_t *left, const uint32_t *right, int pairs) {
    // Palette 1: the bytes of a row from byte 16 on, two for each tile; the rows of each tile from byte 48 on.
    struct {
        uint8_t palette, start_row, reserved[14];
        uint16_t row_bytes[16];
        uint8_t rows[16];
    } shapes __attribute__((aligned(64)));
    memset(&shapes, 0, sizeof shapes);
    shapes.palette = 1;
    shapes.row_bytes[0] = 64;
    shapes.rows[0] = 16;
    shapes.row_bytes[1] = (uint16_t)(4 * pairs);
    shapes.rows[1] = 16;
    shapes.row_bytes[2] = 64;
    shapes.rows[2] = (uint8_t)pairs;
    _tile_loadconfig(&shapes);
    _tile_loadd(0, sums, 64);
    _tile_loadd(1, left, 64);
    _tile_loadd(2, right, 64);
    _tile_dpbf16ps(0, 1, 2);
    _tile_stored(0, sums, 64);
    _tile_release();
}
