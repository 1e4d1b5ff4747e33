#ifndef FASTTRAIN_CPROGRAM_H
#define FASTTRAIN_CPROGRAM_H

/// From now on SIGINT, SIGTERM, SIGHUP and SIGXCPU remove the files that are being written (CFiles) before they end the program, as
/// they do. One that was ignored (nohup, a shell's &) stays so. Signals that were blocked by whoever started the program are
/// let through to the calling thread.
/// Returns 0, or -1 with errno set.
int fasttrain_signal_clean(void);

/// From now on they are noted instead. A second signal of the same kind, but for SIGXCPU, ends the program at once, as if this
/// had never been called.
/// Returns 0, or -1 with errno set.
int fasttrain_signal_watch(void);

/// The first of the watched signals to have arrived; 0 while none has. May be called from any thread.
int fasttrain_signal_received(void);

/// Runs the program `arguments[0]`, which is looked for in PATH, to its end; a signal that ends this process meanwhile, as
/// after `fasttrain_signal_clean`, ends it first. One at a time.
/// Returns 0, and in `status` what waitpid says; or an error number when it cannot be started.
int fasttrain_child_run(char *const arguments[], int *status);

/// Ends the program that runs, if one does. Safe in a signal handler.
void fasttrain_child_end(void);

/// From now on a fault in a mapped file (CFiles) that was cut short, or cannot be read, ends the program with a line on
/// standard error that starts with `line_start`, and with exit code 65, or 74. All other faults end it as they did.
/// `line_start` must stay where it is. Returns 0, or -1 with errno set.
int fasttrain_signal_watch_mappings(const char *line_start);

/// The program's arguments, its name included.
int fasttrain_argument_count(void);
const char *fasttrain_argument(int index);

#endif
