// The header is all; the linker brings libFuzzer.
