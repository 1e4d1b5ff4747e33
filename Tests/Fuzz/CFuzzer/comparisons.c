// Replaces libFuzzer's callbacks for comparisons of one or two bytes, which only feed a value profile that run.py turns
// off.

#include <stdint.h>

void __wrap___sanitizer_cov_trace_cmp1(uint8_t a, uint8_t b) {}
void __wrap___sanitizer_cov_trace_cmp2(uint16_t a, uint16_t b) {}
void __wrap___sanitizer_cov_trace_const_cmp1(uint8_t a, uint8_t b) {}
void __wrap___sanitizer_cov_trace_const_cmp2(uint16_t a, uint16_t b) {}
