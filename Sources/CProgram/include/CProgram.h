#ifndef FASTTRAIN_CPROGRAM_H
#define FASTTRAIN_CPROGRAM_H

#include <stddef.h>

/// Installs handlers for SIGINT, SIGTERM, SIGHUP and SIGXCPU that remove the files being written (CFiles) and then end
/// the program, as these signals do by default. Signals that are ignored (nohup, a shell's &) stay ignored. Signals
/// that were blocked when the program was started are unblocked for the calling thread.
/// Returns 0, or -1 with errno set.
int ft_signal_clean(void);

/// Records the same signals instead of ending the program. A second signal of the same kind, except SIGXCPU, ends the
/// program at once, as after `ft_signal_clean`.
/// Returns 0, or -1 with errno set.
int ft_signal_watch(void);

/// Returns the first watched signal that arrived, or 0 if there has been none. May be called from any thread.
int ft_signal_received(void);

/// Runs the program `arguments[0]`, looked up in PATH, as a child and waits for it to end. If a signal ends this
/// process meanwhile, as after `ft_signal_clean`, the child is ended first. Only one child can run at a time.
/// Returns 0 and stores waitpid's status in `status`, or returns an error number if the child cannot be started.
int ft_child_run(char *const arguments[], int *status);

/// Ends the running child, if there is one. Safe in a signal handler.
void ft_child_end(void);

/// Sets the text that the last line of a program starts with when it ends by the two functions below. `start` has at
/// most 256 bytes and must remain valid.
void ft_set_line_start(const char *start);

/// Installs a handler that, on a fault in a mapped file (CFiles), ends the program with a line on standard error. The
/// exit code is 65 if the file was modified, or 74 if it cannot be read. Other faults end the program as before.
/// Returns 0, or -1 with errno set.
int ft_signal_watch_mappings(void);

/// Ends the program with 74 and a line on standard error, because the system cannot provide that many bytes of memory.
/// Files being written are removed. A failed allocation of Swift, C++ or C code in the program ends here, too.
_Noreturn void ft_out_of_memory(size_t bytes);

/// Returns the number of the program's arguments, including its name.
int ft_argument_count(void);

/// Returns the argument at `index`. The program's name has index 0.
const char *ft_argument(int index);

#endif
