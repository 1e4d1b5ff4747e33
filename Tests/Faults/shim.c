// Preloaded before libc by LD_PRELOAD. Records the calls of a program on the files below a folder, and makes one of
// them fail, or stops the program there. All other calls behave as libc's.
//
//   FAULT_ROOT   the folder, an absolute path; without it, the shim is inactive
//   FAULT_TRACE  a file that receives one tab-separated line per call: call, path, second path or "-", offset, result,
//                errno, data in hexadecimal or "-"; lines "out" show what the program wrote to its two output streams
//   FAULT_AT     the number of the affected call, from 1
//   FAULT_CALLS  comma-separated names: only these calls are counted; default: all but stat, lstat, realpath, readdir
//   FAULT_DO     before, after: SIGKILL before or after the call; torn: SIGKILL after half of a write;
//                INT, TERM, HUP, XCPU, STOP: this signal before the call, which is then made; INT+: after the call;
//                INTINT: twice; short: write only half of the bytes, which is not an error;
//                an error name such as ENOSPC: the call fails
//   FAULT_EACH   if set: affects every call from FAULT_AT on
//   FAULT_SKIP   a call that is skipped as if the program did not make it: fsync (of files), fsync-folder, flock,
//                unlink, sigbus (installing its handler)
//   FAULT_FULL   the number of bytes that can be written below the folder before the disk is full
//   FAULT_CLOCK  the number of seconds by which the clock falls back at each reading; needs no folder
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { MOST_DESCRIPTORS = 4096 };

static char *paths[MOST_DESCRIPTORS];  // by descriptor, for files below the root
static char root[PATH_MAX];
static const char *calls, *doing, *skipped;
static long at, counted, left = -1;
static int each, trace = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const struct { const char *name; int code; } errors[] = {
    {"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"EMFILE", EMFILE}, {"EROFS", EROFS}, {"EACCES", EACCES},
    {"EINTR", EINTR}, {"ENOMEM", ENOMEM}, {"EOPNOTSUPP", EOPNOTSUPP},
};

__attribute__((constructor)) static void begin(void) {
    const char *value = getenv("FAULT_ROOT");
    if (!value) return;
    snprintf(root, sizeof root, "%s", value);
    calls = getenv("FAULT_CALLS");
    doing = getenv("FAULT_DO");
    skipped = getenv("FAULT_SKIP");
    each = getenv("FAULT_EACH") != NULL;
    if ((value = getenv("FAULT_AT"))) at = atol(value);
    if ((value = getenv("FAULT_FULL"))) left = atol(value);
    if ((value = getenv("FAULT_TRACE"))) {
        int opened = REAL(open)(value, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        trace = fcntl(opened, F_DUPFD_CLOEXEC, 1000);
        REAL(close)(opened);
    }
}

// Returns whether a path is the root or below it. Relative paths are made absolute first.
static int covers(const char *path, char *absolute) {
    if (!root[0] || !path) return 0;
    if (path[0] == '/') {
        snprintf(absolute, PATH_MAX, "%s", path);
    } else {
        char here[PATH_MAX];
        if (!getcwd(here, sizeof here)) return 0;
        snprintf(absolute, PATH_MAX, "%.2000s/%.2000s", here, path);
    }
    size_t length = strlen(root);
    return strncmp(absolute, root, length) == 0 && (absolute[length] == '/' || absolute[length] == 0);
}

static const char *path_of(int descriptor) {
    return descriptor >= 0 && descriptor < MOST_DESCRIPTORS ? paths[descriptor] : NULL;
}

static void note(const char *call, const char *path, const char *other, long offset, long result, int code,
                 const void *data, size_t count) {
    if (trace < 0) return;
    size_t room = strlen(path) + (other ? strlen(other) : 1) + 2 * count + 200;
    char *line = malloc(room);
    int length = snprintf(line, room, "%s\t%s\t%s\t%ld\t%ld\t%d\t", call, path, other ? other : "-", offset, result, code);
    if (!count) line[length++] = '-';
    for (size_t i = 0; i < count; i++) length += sprintf(line + length, "%02x", ((const unsigned char *)data)[i]);
    line[length++] = '\n';
    for (int done = 0; done < length;) done += (int)REAL(write)(trace, line + done, (size_t)(length - done));
    free(line);
}

static int is_skipped(const char *call) { return skipped && !strcmp(skipped, call); }

enum action { GO, KILL_AFTER, INTERRUPT_AFTER, TEAR, SHORT, FAIL };

// Decides what happens to this call; sets errno for FAIL.
static enum action decide(const char *call) {
    if (!doing) return GO;
    if (calls) {
        size_t length = strlen(call);
        const char *found = calls;
        int is_listed = 0;
        while ((found = strstr(found, call))) {
            is_listed |= (found == calls || found[-1] == ',') && (found[length] == ',' || found[length] == 0);
            found += length;
        }
        if (!is_listed) return GO;
    }
    long number = __atomic_add_fetch(&counted, 1, __ATOMIC_SEQ_CST);
    if (each ? number < at : number != at) return GO;
    if (!strcmp(doing, "before")) raise(SIGKILL);
    if (!strcmp(doing, "after")) return KILL_AFTER;
    if (!strcmp(doing, "INT+")) return INTERRUPT_AFTER;
    if (!strcmp(doing, "torn")) return TEAR;
    if (!strcmp(doing, "short")) return SHORT;
    static const struct { const char *name; int number; } signals[] = {
        {"INT", SIGINT}, {"INTINT", SIGINT}, {"TERM", SIGTERM}, {"HUP", SIGHUP}, {"XCPU", SIGXCPU}, {"STOP", SIGSTOP},
    };
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        if (strcmp(doing, signals[i].name)) continue;
        int signal = signals[i].number;
        raise(signal);
        if (!strcmp(doing, "INTINT")) raise(signal);
        return GO;
    }
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (strcmp(doing, errors[i].name)) continue;
        errno = errors[i].code;
        return FAIL;
    }
    fprintf(stderr, "fault shim: FAULT_DO=%s?\n", doing);
    abort();
}

static void end(enum action action) {
    if (action == KILL_AFTER || action == TEAR) raise(SIGKILL);
    if (action == INTERRUPT_AFTER) raise(SIGINT);
}

static int open_at(const char *path, int flags, mode_t mode, int (*real)(const char *, int, ...)) {
    char absolute[PATH_MAX];
    if (!covers(path, absolute)) return real(path, flags, mode);
    int creates = (flags & O_CREAT) && access(absolute, F_OK) != 0;
    enum action action = decide("open");
    int descriptor = action == FAIL ? -1 : real(path, flags, mode);
    int code = descriptor < 0 ? errno : 0;
    if (descriptor >= 0 && descriptor < MOST_DESCRIPTORS) {
        free(paths[descriptor]);
        paths[descriptor] = strdup(absolute);
    }
    note(creates ? "create" : "open", absolute, NULL, 0, descriptor, code, NULL, 0);
    end(action);
    errno = code;
    return descriptor;
}

int open(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
    va_end(list);
    return open_at(path, flags, mode, REAL(open));
}

int open64(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
    va_end(list);
    return open_at(path, flags, mode, REAL(open64));
}

// Returns how many of `count` bytes still fit on the disk.
static size_t room_for(size_t count) {
    if (left < 0) return count;
    size_t room = (size_t)left < count ? (size_t)left : count;
    left -= (long)room;
    return room;
}

static ssize_t put(const char *call, int descriptor, const void *bytes, size_t count, off_t offset, int is_placed) {
    const char *path = path_of(descriptor);
    if (!path) {
        ssize_t written = is_placed ? REAL(pwrite)(descriptor, bytes, count, offset) : REAL(write)(descriptor, bytes, count);
        int code = errno;
        if (root[0] && (descriptor == 1 || descriptor == 2) && written > 0)
            note("out", "-", NULL, 0, written, 0, bytes, (size_t)written);
        errno = code;
        return written;
    }
    pthread_mutex_lock(&lock);
    if (!is_placed) offset = lseek(descriptor, 0, fcntl(descriptor, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR);
    enum action action = decide(call);
    size_t part = action == TEAR || action == SHORT ? (count + 1) / 2 : count;
    ssize_t written = -1;
    int code = errno;
    if (action != FAIL) {
        part = room_for(part);
        if (part == 0 && count > 0) {
            code = ENOSPC;
        } else {
            written = is_placed ? REAL(pwrite)(descriptor, bytes, part, offset) : REAL(write)(descriptor, bytes, part);
            code = errno;
        }
    }
    note("write", path, NULL, offset, written, written < 0 ? code : 0, bytes, written > 0 ? (size_t)written : 0);
    end(action);
    pthread_mutex_unlock(&lock);
    errno = code;
    return written;
}

ssize_t write(int descriptor, const void *bytes, size_t count) { return put("write", descriptor, bytes, count, 0, 0); }

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    return put("write", descriptor, bytes, count, offset, 1);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t offset) {
    return put("write", descriptor, bytes, count, offset, 1);
}

// A call on a descriptor that only reports success or failure.
#define ON_DESCRIPTOR(name, call_real)                                                                                \
    const char *path = path_of(descriptor);                                                                          \
    if (!path) return call_real;                                                                                     \
    enum action action = decide(name);                                                                               \
    int result = action == FAIL ? -1 : call_real;                                                                    \
    int code = result < 0 ? errno : 0;                                                                               \
    note(name, path, NULL, 0, result, code, NULL, 0);                                                                \
    end(action);                                                                                                     \
    errno = code;                                                                                                    \
    return result

int fsync(int descriptor) {
    struct stat status;
    if (path_of(descriptor) && fstat(descriptor, &status) == 0 &&
        is_skipped(S_ISDIR(status.st_mode) ? "fsync-folder" : "fsync"))
        return 0;
    ON_DESCRIPTOR("fsync", REAL(fsync)(descriptor));
}

int fdatasync(int descriptor) { ON_DESCRIPTOR("fsync", REAL(fdatasync)(descriptor)); }

int flock(int descriptor, int operation) {
    if (path_of(descriptor) && is_skipped("flock")) return 0;
    int (*real)(int, int) = (int (*)(int, int))dlsym(RTLD_NEXT, "flock");
    ON_DESCRIPTOR("flock", real(descriptor, operation));
}

int sigaction(int signal, const struct sigaction *action, struct sigaction *before) {
    if (signal == SIGBUS && is_skipped("sigbus")) return 0;
    return REAL(sigaction)(signal, action, before);
}

int close(int descriptor) {
    char *path = descriptor >= 0 && descriptor < MOST_DESCRIPTORS ? paths[descriptor] : NULL;
    if (!path) return REAL(close)(descriptor);
    enum action action = decide("close");
    int code = errno;
    // On Linux, a close that fails has closed the descriptor nevertheless.
    int result = REAL(close)(descriptor);
    if (action == FAIL) result = -1; else code = errno;
    paths[descriptor] = NULL;
    note("close", path, NULL, 0, result, result < 0 ? code : 0, NULL, 0);
    free(path);
    end(action);
    errno = code;
    return result;
}

int rename(const char *from, const char *to) {
    char one[PATH_MAX], two[PATH_MAX];
    if (!covers(from, one) || !covers(to, two)) return REAL(rename)(from, to);
    enum action action = decide("rename");
    int result = action == FAIL ? -1 : REAL(rename)(from, to);
    int code = result < 0 ? errno : 0;
    note("rename", one, two, 0, result, code, NULL, 0);
    end(action);
    errno = code;
    return result;
}

// A call on a path that only reports success or failure.
#define ON_PATH(name, call_real)                                                                                      \
    char absolute[PATH_MAX];                                                                                         \
    if (!covers(path, absolute)) return call_real;                                                                   \
    enum action action = decide(name);                                                                               \
    int result = action == FAIL ? -1 : call_real;                                                                    \
    int code = result < 0 ? errno : 0;                                                                               \
    note(name, absolute, NULL, 0, result, code, NULL, 0);                                                            \
    end(action);                                                                                                     \
    errno = code;                                                                                                    \
    return result

int unlink(const char *path) {
    if (is_skipped("unlink")) return 0;
    ON_PATH("unlink", REAL(unlink)(path));
}

int mkdir(const char *path, mode_t mode) { ON_PATH("mkdir", REAL(mkdir)(path, mode)); }

static void *map(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
    void *(*real)(void *, size_t, int, int, int, off_t) = REAL(mmap);
    const char *path = path_of(descriptor);
    if (!path) return real(address, length, protection, flags, descriptor, offset);
    enum action action = decide("mmap");
    void *result = action == FAIL ? MAP_FAILED : real(address, length, protection, flags, descriptor, offset);
    int code = result == MAP_FAILED ? errno : 0;
    note("mmap", path, NULL, offset, result == MAP_FAILED ? -1 : 0, code, NULL, 0);
    end(action);
    errno = code;
    return result;
}

void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
    return map(address, length, protection, flags, descriptor, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
    return map(address, length, protection, flags, descriptor, offset);
}

// A call that only reads the state of a path. There are many, so they are counted only on request.
static int look_fails(const char *call, const char *path) {
    char absolute[PATH_MAX];
    if (!calls || !covers(path, absolute)) return 0;
    note(call, absolute, NULL, 0, 0, 0, NULL, 0);
    return decide(call) == FAIL;
}

int stat(const char *restrict path, struct stat *restrict found) {
    return look_fails("stat", path) ? -1 : REAL(stat)(path, found);
}

int lstat(const char *restrict path, struct stat *restrict found) {
    return look_fails("lstat", path) ? -1 : REAL(lstat)(path, found);
}

char *realpath(const char *restrict path, char *restrict found) {
    return look_fails("realpath", path) ? NULL : REAL(realpath)(path, found);
}

static int readdir_fails(DIR *folder) {
    char link[64], path[PATH_MAX], absolute[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd(folder));
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (!calls || !covers(path, absolute)) return 0;
    note("readdir", absolute, NULL, 0, 0, 0, NULL, 0);
    return decide("readdir") == FAIL;
}

struct dirent *readdir(DIR *folder) {
    if (readdir_fails(folder)) return NULL;
    return REAL(readdir)(folder);
}

struct dirent64 *readdir64(DIR *folder) {
    if (readdir_fails(folder)) return NULL;
    return REAL(readdir64)(folder);
}

// Returns how many seconds earlier this reading of the clock is.
static time_t set_back(void) {
    static long looks;
    const char *step = getenv("FAULT_CLOCK");
    return step ? atol(step) * __atomic_add_fetch(&looks, 1, __ATOMIC_SEQ_CST) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *found) {
    int result = REAL(clock_gettime)(clock, found);
    if (result == 0 && clock == CLOCK_REALTIME) found->tv_sec -= set_back();
    return result;
}

int gettimeofday(struct timeval *restrict found, void *restrict zone) {
    int result = REAL(gettimeofday)(found, zone);
    if (result == 0) found->tv_sec -= set_back();
    return result;
}

time_t time(time_t *found) {
    time_t result = REAL(time)(NULL) - set_back();
    if (found) *found = result;
    return result;
}
