#pragma once
#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer without its own main (FuzzerInterface.h of compiler-rt): it calls `test` with one input after
/// another.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *bytes, size_t count));
