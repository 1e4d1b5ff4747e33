// Runs a program and reports its peak memory: peak FILE PROGRAM ARGUMENT…
// Writes one line to FILE: the status from waitpid, and the largest resident set in KiB.
// The peak that wait4 reports for a child starts at its parent's size, so the parent must be this and not an
// interpreter.
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **arguments) {
    if (count < 3) return 2;
    pid_t child = fork();
    if (child < 0) return 2;
    if (child == 0) {
        execv(arguments[2], arguments + 2);
        _exit(127);
    }
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) != child) return 2;
    FILE *file = fopen(arguments[1], "w");
    if (!file) return 2;
    fprintf(file, "%d %ld\n", status, usage.ru_maxrss);
    return fclose(file) == 0 ? 0 : 2;
}
