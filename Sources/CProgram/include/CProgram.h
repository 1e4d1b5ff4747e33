#ifndef FASTTRAIN_CPROGRAM_H
#define FASTTRAIN_CPROGRAM_H

/// Makes SIGINT, SIGTERM, SIGHUP and SIGXCPU remove the files being written (CFiles) before they end the program, as
/// they do by default. Signals that are ignored (nohup, a shell's &) stay ignored. Signals that were blocked when the
/// program was started are unblocked for the calling thread.
/// Returns 0, or -1 with errno set.
int ft_signal_clean(void);

/// Makes the same signals be recorded instead. A second signal of the same kind, except SIGXCPU, ends the program at
/// once, as after `ft_signal_clean`.
/// Returns 0, or -1 with errno set.
int ft_signal_watch(void);

/// Returns the first watched signal that arrived, or 0 if there has been none. May be called from any thread.
int ft_signal_received(void);

/// Runs the program `arguments[0]`, looked up in PATH, and waits for it to end. A signal that ends this process
/// meanwhile, as after `ft_signal_clean`, ends the program first. Only one program can run at a time.
/// Returns 0 and stores waitpid's status in `status`, or returns an error number if the program cannot be started.
int ft_child_run(char *const arguments[], int *status);

/// Ends the running program, if there is one. Safe in a signal handler.
void ft_child_end(void);

/// Makes a fault in a mapped file (CFiles) end the program with a line on standard error that starts with `line_start`.
/// The exit code is 65 if the file was modified, or 74 if it cannot be read. Other faults end the program as before.
/// `line_start` must remain valid.
/// Returns 0, or -1 with errno set.
int ft_signal_watch_mappings(const char *line_start);

/// Returns the number of the program's arguments, including its name.
int ft_argument_count(void);

/// Returns the argument at `index`. The program's name has index 0.
const char *ft_argument(int index);

#endif
