/// Functions for tests that have to be C: a count of allocations, and a function called without system calls.
#ifndef FASTTRAIN_TEST_SUPPORT_H
#define FASTTRAIN_TEST_SUPPORT_H

/// Returns the number of allocations that the calling thread has made, or -1 if they are not counted: a sanitizer has
/// functions of its own.
long ft_test_allocations(void);

/// Calls `body` in a copy of this process whose next system call, other than those of reading and writing open files,
/// ends it.
///
/// Returns 0 if `body` returned, 1 if it made a system call, and -1 if the system cannot forbid system calls.
int ft_test_without_system_calls(void (*body)(void *context), void *context);

#endif
