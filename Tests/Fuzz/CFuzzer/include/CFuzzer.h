#pragma once
#include <stddef.h>
#include <stdint.h>

/// libFuzzer without its own main (FuzzerInterface.h of compiler-rt): calls `test` with input after input.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *bytes, size_t count));
