/// AMX's product of tiles of bfloat16 numbers, for comparison with the reference in plain loops.
#ifndef FASTTRAIN_TILES_H
#define FASTTRAIN_TILES_H

#include <stdint.h>

/// Asks the operating system for the use of tiles, once for the process.
///
/// Returns `NULL` if this CPU and this process can run `ft_tile_product`, or what is missing.
const char *ft_tiles_missing(void);

/// Adds a product to 16 × 16 numbers by one `tdpbf16ps`: `sums[i, j] += left[i, p] · right[p, j]` over the pairs p of
/// bfloat16 numbers.
///
/// `left` is [16, 16], of which each row's first `pairs` are read, and `right` is [pairs, 16]. `pairs` is 1 to 16. A CPU
/// for which `ft_tiles_missing` does not return `NULL` cannot run this.
void ft_tile_product(float *sums, const uint32_t *left, const uint32_t *right, int pairs);

#endif
