#include "line.h"

#include "CProgram.h"

#include <CFiles.h>
#include <unistd.h>

static const char *start_of_line = "error: ";

void ft_set_line_start(const char *start) { start_of_line = start; }

void ft_line_begin(ft_line *line) {
    line->length = 0;
    for (const char *c = start_of_line; *c; c++) line->text[line->length++] = *c;
}

void ft_line_add(ft_line *line, const char *text) {
    for (; *text && line->length < sizeof line->text - 1; text++) {
        unsigned char byte = (unsigned char)*text;
        // Control characters in a file name must not reach a terminal.
        line->text[line->length++] = byte < 0x20 || byte == 0x7f ? '?' : *text;
    }
}

void ft_line_add_number(ft_line *line, size_t number) {
    char digits[24];
    char *first = digits + sizeof digits - 1;
    *first = 0;
    do *--first = (char)('0' + number % 10); while (number /= 10);
    ft_line_add(line, first);
}

void ft_line_end(ft_line *line, int exit_code) {
    ft_temporary_remove_all();
    line->text[line->length++] = '\n';
    for (size_t done = 0; done < line->length;) {
        ssize_t count = write(STDERR_FILENO, line->text + done, line->length - done);
        if (count <= 0) break;
        done += (size_t)count;
    }
    _exit(exit_code);
}
