// What is called at each comparison of one or two bytes in place of libFuzzer's own, which notes them for a value profile
// alone: run.py leaves that off.

#include <stdint.h>

void __wrap___sanitizer_cov_trace_cmp1(uint8_t a, uint8_t b) {}
void __wrap___sanitizer_cov_trace_cmp2(uint16_t a, uint16_t b) {}
void __wrap___sanitizer_cov_trace_const_cmp1(uint8_t a, uint8_t b) {}
void __wrap___sanitizer_cov_trace_const_cmp2(uint16_t a, uint16_t b) {}
