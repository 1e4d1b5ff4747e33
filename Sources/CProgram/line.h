// The last line of a program that cannot go on, assembled and written without functions that allocate memory or are
// unsafe in a signal handler.
#ifndef FASTTRAIN_CPROGRAM_LINE_H
#define FASTTRAIN_CPROGRAM_LINE_H

#include <limits.h>
#include <stddef.h>

// Exit codes, as in FastTrainError.
enum { BAD_DATA = 65, INPUT_OUTPUT = 74 };

typedef struct {
    char text[PATH_MAX + 512];
    size_t length;
} ft_line;

// Begins an empty line with the start that `ft_set_line_start` was given.
void ft_line_begin(ft_line *line);

// Appends text, with `?` in place of control characters.
void ft_line_add(ft_line *line, const char *text);

void ft_line_add_number(ft_line *line, size_t number);

// Removes the files being written, writes the line to standard error, and ends the program.
_Noreturn void ft_line_end(ft_line *line, int exit_code);

#endif
