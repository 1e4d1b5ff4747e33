// The end of a program for which there is no memory.
//
// Swift traps if an array or an object cannot be allocated, and C++ aborts. The linker (--wrap, Package.swift) lets the
// allocations of everything that is linked into the program, Swift's and C++'s runtime included, pass the functions
// below. They have no effect on a program that is linked with shared Swift libraries.
#include "CProgram.h"
#include "line.h"

#include <stdatomic.h>
#include <stdint.h>
#include <unistd.h>

extern void *__real_malloc(size_t size);
extern void *__real_calloc(size_t count, size_t size);
extern void *__real_realloc(void *memory, size_t size);

void ft_out_of_memory(size_t bytes) {
    // Several threads may run out of memory at once: one reports it, the others wait for the process to end.
    static atomic_flag is_reported = ATOMIC_FLAG_INIT;
    static ft_line line;
    if (atomic_flag_test_and_set(&is_reported)) {
        for (;;) pause();
    }
    ft_line_begin(&line);
    ft_line_add(&line, "memory: allocation failed: the system cannot provide ");
    ft_line_add_number(&line, bytes);
    ft_line_add(&line, " bytes");
    ft_line_end(&line, INPUT_OUTPUT);
}

void *__wrap_malloc(size_t size) {
    void *memory = __real_malloc(size);
    if (memory == NULL && size > 0) ft_out_of_memory(size);
    return memory;
}

void *__wrap_calloc(size_t count, size_t size) {
    void *memory = __real_calloc(count, size);
    if (memory == NULL && count > 0 && size > 0) ft_out_of_memory(size > SIZE_MAX / count ? SIZE_MAX : count * size);
    return memory;
}

void *__wrap_realloc(void *memory, size_t size) {
    void *moved = __real_realloc(memory, size);
    if (moved == NULL && size > 0) ft_out_of_memory(size);
    return moved;
}

// C++'s operator new, which may use malloc, as that of libstdc++ does.
void *__wrap__Znwm(size_t size) { return __wrap_malloc(size > 0 ? size : 1); }
