// Runs a program and says what it had in memory at most: peak FILE PROGRAM ARGUMENT…
// FILE gets a line: how it ended (as waitpid says it), and the largest resident set in KiB.
// What wait4 tells of a child begins with what its parent had when it was made, so the parent is this and not an interpreter.
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
