// The handler that ends the program when a mapped file has been truncated.
#include "CProgram.h"
#include "line.h"

#include <CFiles.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

static atomic_flag is_reported = ATOMIC_FLAG_INIT;

static _Noreturn void end_program(const ft_mapping *mapping) {
    static ft_line line;
    ft_line_begin(&line);
    ft_line_add(&line, mapping->name);
    size_t size;
    ft_mapping_state state = ft_mapping_check(mapping, &size);
    if (state == FT_MAPPING_SAME) {
        ft_line_add(&line, ": read failed: Input/output error");
    } else {
        ft_line_add(&line, ": expected the ");
        ft_line_add_number(&line, mapping->size);
        ft_line_add(&line, " bytes present when it was opened, found ");
        if (state == FT_MAPPING_RESIZED) {
            ft_line_add_number(&line, size);
            ft_line_add(&line, " bytes");
        } else {
            ft_line_add(&line, "modified content");
        }
    }
    ft_line_end(&line, state == FT_MAPPING_SAME ? INPUT_OUTPUT : BAD_DATA);
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

int ft_signal_watch_mappings(void) {
    struct sigaction action = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    return sigaction(SIGBUS, &action, NULL);
}
