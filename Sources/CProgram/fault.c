// The handler that ends the program when a mapped file has been truncated.
#include "CProgram.h"

#include <CFiles.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

// Exit codes, as in FastTrainError.
enum { BAD_DATA = 65, INPUT_OUTPUT = 74 };

static const char *start_of_line;
static atomic_flag is_reported = ATOMIC_FLAG_INIT;

// A line assembled without functions that are unsafe in a signal handler.
typedef struct {
    char text[PATH_MAX + 512];
    size_t length;
} line;

static void add(line *line, const char *text) {
    for (; *text && line->length < sizeof line->text - 1; text++) {
        unsigned char byte = (unsigned char)*text;
        // Control characters in a file name must not reach a terminal.
        line->text[line->length++] = byte < 0x20 || byte == 0x7f ? '?' : *text;
    }
}

static void add_number(line *line, size_t number) {
    char digits[24];
    char *first = digits + sizeof digits - 1;
    *first = 0;
    do *--first = (char)('0' + number % 10); while (number /= 10);
    add(line, first);
}

static _Noreturn void end_program(const ft_mapping *mapping) {
    ft_temporary_remove_all();
    static line line;
    for (const char *c = start_of_line; *c; c++) line.text[line.length++] = *c;
    add(&line, mapping->name);
    size_t size;
    ft_mapping_state state = ft_mapping_check(mapping, &size);
    if (state == FT_MAPPING_SAME) {
        add(&line, ": read failed: Input/output error");
    } else {
        add(&line, ": expected the ");
        add_number(&line, mapping->size);
        add(&line, " bytes present when it was opened, found ");
        if (state == FT_MAPPING_RESIZED) {
            add_number(&line, size);
            add(&line, " bytes");
        } else {
            add(&line, "modified content");
        }
    }
    line.text[line.length++] = '\n';
    for (size_t done = 0; done < line.length;) {
        ssize_t count = write(STDERR_FILENO, line.text + done, line.length - done);
        if (count <= 0) break;
        done += (size_t)count;
    }
    _exit(state == FT_MAPPING_SAME ? INPUT_OUTPUT : BAD_DATA);
}

static void fault(int signal_number, siginfo_t *information, void *context) {
    (void)context;
    // A hardware memory error (BUS_MCEERR) or a signal sent by a process says nothing about a file.
    const ft_mapping *mapping =
        information->si_code == BUS_ADRERR ? ft_mapping_at(information->si_addr) : NULL;
    if (mapping == NULL) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);  // delivered when this function returns
        return;
    }
    // Several threads may fault at once: one reports the error, the others wait for the process to end.
    if (atomic_flag_test_and_set(&is_reported)) {
        for (;;) pause();
    }
    end_program(mapping);
}

int ft_signal_watch_mappings(const char *line_start) {
    start_of_line = line_start;
    struct sigaction action = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    return sigaction(SIGBUS, &action, NULL);
}
