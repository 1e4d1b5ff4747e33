// Runs another program and waits for it.
#include "CProgram.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/wait.h>

extern char **environ;

static atomic_int child;

int ft_child_run(char *const arguments[], int *status) {
    // Block signals until the child's process ID is recorded. The child starts with the original mask.
    sigset_t all, before;
    sigfillset(&all);
    posix_spawnattr_t attributes;
    int failure = posix_spawnattr_init(&attributes);
    if (failure != 0) return failure;
    pthread_sigmask(SIG_SETMASK, &all, &before);
    posix_spawnattr_setsigmask(&attributes, &before);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t process;
    failure = posix_spawnp(&process, arguments[0], NULL, &attributes, arguments, environ);
    if (failure == 0) atomic_store(&child, process);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    posix_spawnattr_destroy(&attributes);
    if (failure != 0) return failure;
    // The process ID cannot be reused until waitpid reaps the child below.
    siginfo_t information;
    while (waitid(P_PID, (id_t)process, &information, WEXITED | WNOWAIT) < 0 && errno == EINTR) {}
    atomic_store(&child, 0);
    while (waitpid(process, status, 0) < 0 && errno == EINTR) {}
    return 0;
}

void ft_child_end(void) {
    pid_t process = atomic_load(&child);
    if (process > 0) kill(process, SIGTERM);
}
