#include "CThreadTeam.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CPlatform.h"

// Declared in omp.h, which is outside the toolchain's include path.
extern void omp_set_dynamic(int dynamic);
extern void omp_set_max_active_levels(int levels);
extern int omp_get_num_threads(void);
extern int omp_get_thread_num(void);
extern size_t kmp_get_stacksize_s(void);
extern void kmp_set_blocktime(int milliseconds);
extern void kmp_set_warnings_off(void);

// The number of times a waiting member spins before it yields its CPU. A spin is a `pause`, 40 to 140 cycles on the
// CPUs that we know, so this is some tens of microseconds: longer than the imbalance of a step, shorter than a
// scheduler's time slice.
enum { SPINS_BEFORE_YIELD = 1000, CACHE_LINE = 128 };

struct ft_team {
    int size;
    int spins;
    _Alignas(CACHE_LINE) atomic_int arrived;
    _Alignas(CACHE_LINE) atomic_uint generation;
    atomic_bool failed;
    atomic_int asleep;
    // They order the caller's writes before the members' reads, and the members' writes before the caller's reads.
    // OpenMP's region does so already, but ThreadSanitizer, which cannot see into libomp, learns it from these.
    atomic_bool begun;
    atomic_int ended;
};

// Ticks of the time stamp counter, about a fifth of a millisecond. A yield that takes longer gave the CPU to another
// program. A member that keeps yielding uses up its share beside that program, and then its peers wait for it. A member
// that sleeps is scheduled as soon as it is woken. Beside two busy programs on two cores, 784-256-128-10 in minibatches
// of 128: 23,000 to 56,000 samples/s instead of 5,000 to 13,000.
enum { A_LONG_YIELD = 500000 };

// Sleeps until the generation ends.
static void sleep_through(ft_team *team, unsigned generation) {
    atomic_fetch_add(&team->asleep, 1);
    ft_wait_while_equal(&team->generation, generation);
    atomic_fetch_sub(&team->asleep, 1);
}

// Wakes all sleeping members.
static void wake(ft_team *team) {
    if (atomic_load(&team->asleep) > 0) {
        ft_wake_all(&team->generation);
    }
}

int ft_team_size(const ft_team *team) { return team->size; }

// Marks the team as failed. The generation ends, so that no member waits or sleeps on. No barrier completes at the same
// time or later, because the calling member does not arrive.
static void fail(ft_team *team) {
    atomic_store_explicit(&team->failed, true, memory_order_release);
    atomic_fetch_add(&team->generation, 1);
    wake(team);
}

// The barrier. A waiting member spins and yields before it sleeps, or sleeps at once.
static inline bool wait_for_all(ft_team *team, bool sleeps) {
    // Acquire: a member that reads the generation after a failure sees the failure.
    unsigned generation = atomic_load_explicit(&team->generation, memory_order_acquire);
    if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) == team->size - 1) {
        atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
        atomic_store(&team->generation, generation + 1);  // sequentially consistent: before `asleep` is read
        wake(team);
    } else {
        int spins = sleeps ? 0 : team->spins;
        bool is_shared = sleeps;
        while (atomic_load_explicit(&team->generation, memory_order_acquire) == generation) {
            if (atomic_load_explicit(&team->failed, memory_order_relaxed)) return false;
            if (spins > 0) {
                spins -= 1;
                ft_spin_pause();
            } else if (is_shared) {
                sleep_through(team, generation);
            } else {
                uint64_t begin = ft_ticks();
                sched_yield();
                is_shared = ft_ticks() - begin > A_LONG_YIELD;
            }
        }
    }
    return !atomic_load_explicit(&team->failed, memory_order_acquire);
}

bool ft_team_barrier(ft_team *team) { return wait_for_all(team, false); }

bool ft_team_sleeping_barrier(ft_team *team) { return wait_for_all(team, true); }

// The gate at which new threads wait until all have been created, and the count of those that arrived.
typedef struct {
    pthread_mutex_t gate;
    sem_t arrivals;
} meeting;

// Takes the memory that malloc reserves for a new thread, 64 MiB of address space, and waits. The thread's successor in
// OpenMP's team takes it over.
static void *meet(void *context) {
    meeting *meeting = context;
    void *volatile memory = malloc(1);
    free(memory);
    sem_post(&meeting->arrivals);
    pthread_mutex_lock(&meeting->gate);
    pthread_mutex_unlock(&meeting->gate);
    return NULL;
}

// The members of all teams that are running, without their callers: teams run side by side, and one within another's
// callback.
static atomic_int threads_in_use;

// Returns whether the system can create the threads of a team besides those of the teams that are running. If it
// cannot, OpenMP's runtime would end the program. Not inlined, because it starts the runtime.
__attribute__((noinline)) static bool can_create_threads(int threads) {
    static atomic_int known_to_work;
    int all = atomic_load(&threads_in_use) + threads - 1;
    if (all <= atomic_load(&known_to_work)) return true;
    pthread_t *others = malloc((size_t)threads * sizeof *others);
    if (others == NULL) return false;
    meeting meeting = {.gate = PTHREAD_MUTEX_INITIALIZER};
    sem_init(&meeting.arrivals, 0, 0);
    pthread_mutex_lock(&meeting.gate);
    // The stacks are larger than those of OpenMP's threads, because these need other memory too, and it may be limited
    // (ulimit -d, -v). The C library keeps some of them for OpenMP, which it would not do with smaller ones.
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kmp_get_stacksize_s() + (2 << 20));
    int started = 0;
    while (started < threads - 1 && pthread_create(&others[started], &attributes, meet, &meeting) == 0) started++;
    pthread_attr_destroy(&attributes);
    for (int arrived = 0; arrived < started;) arrived += sem_wait(&meeting.arrivals) == 0;
    // A thread that has no arena yet lets malloc map 128 MiB for a moment, and OpenMP ends the program if it cannot
    // create the next one then. So there has to be room for that on two threads at once.
    void *room = mmap(NULL, 256 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    bool has_room = room != MAP_FAILED;
    if (has_room) munmap(room, 256 << 20);
    pthread_mutex_unlock(&meeting.gate);
    for (int i = 0; i < started; i++) pthread_join(others[i], NULL);
    sem_destroy(&meeting.arrivals);
    free(others);
    if (started < threads - 1 || !has_room) return false;
    atomic_store(&known_to_work, all);
    return true;
}

// Returns whether OpenMP's runtime can register itself in shared memory. If it cannot, errno says why, and the runtime
// would end the program.
static bool can_write_shared_memory(void) {
    static atomic_bool is_known;
    if (atomic_load(&is_known)) return true;
    char name[64];
    snprintf(name, sizeof name, "/__KMP_REGISTERED_LIB_%d_%d", (int)getpid(), (int)getuid());
    int descriptor = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0666);
    bool is_new = descriptor >= 0;
    if (!is_new && errno == EEXIST) descriptor = shm_open(name, O_RDWR, 0);  // the runtime's, or left by a killed process
    if (descriptor < 0) return false;
    int error = is_new ? posix_fallocate(descriptor, 0, 1024) : 0;
    close(descriptor);
    if (is_new) shm_unlink(name);
    errno = error;
    atomic_store(&is_known, error == 0);
    return error == 0;
}

// The state of the calling thread in the innermost team that it is a member of.
static _Thread_local struct {
    // The floating-point state before the thread became a member.
    ft_arithmetic_state outside;
    bool is_member;
    bool is_called_out;
} state;

// Runs `body` with subnormal numbers as zero.
static int run_member(ft_team *team, int rank, ft_team_body body, void *context) {
    ft_arithmetic_state outside = ft_flush_subnormals();
    __typeof__(state) outer = state;
    state = (__typeof__(state)){.outside = outside, .is_member = true};
    int error = body(context, team, rank);
    ft_restore_arithmetic(outside);
    state = outer;
    return error;
}

ft_team_absence ft_team_leave(void) {
    ft_team_absence absence = {.is_absent = state.is_member && !state.is_called_out};
    if (absence.is_absent) {
        absence.arithmetic = ft_restore_arithmetic(state.outside);
        state.is_called_out = true;
    }
    return absence;
}

void ft_team_return(ft_team_absence absence) {
    if (!absence.is_absent) return;
    ft_restore_arithmetic(absence.arithmetic);
    state.is_called_out = false;
}

bool ft_team_is_called_out(void) { return state.is_called_out; }

// Whether the process was forked from one in which OpenMP had a team. Only the forking thread exists in it, and
// OpenMP's runtime waits forever for the others unless it could prepare the fork; scikit-learn, for one, forbids it
// that (KMP_INIT_AT_FORK).
static bool is_forked;

static void begin_as_child(void) {
    is_forked = true;
    atomic_store(&threads_in_use, 0);
}

static void watch_forks(void) { pthread_atfork(NULL, NULL, begin_as_child); }

// A member of the team of a forked process.
typedef struct {
    ft_team *team;
    ft_team_body body;
    void *context;
    int rank;
    int error;
    pthread_t thread;
} forked_member;

static void *run_forked_member(void *argument) {
    forked_member *member = argument;
    member->error = run_member(member->team, member->rank, member->body, member->context);
    if (member->error != 0) fail(member->team);
    return NULL;
}

// Does what `run_region` does, without OpenMP.
static int run_threads(ft_team *team, ft_team_body body, void *context) {
    int threads = team->size;
    forked_member *members = malloc((size_t)threads * sizeof *members);
    if (members == NULL) return FT_TEAM_NO_THREADS;
    int started = 1;
    for (int rank = 0; rank < threads; rank++) {
        members[rank] = (forked_member){.team = team, .body = body, .context = context, .rank = rank};
        if (rank > 0 && pthread_create(&members[rank].thread, NULL, run_forked_member, &members[rank]) != 0) break;
        started = rank + 1;
    }
    // The members that exist leave at their first barrier if others are missing.
    if (started < threads) fail(team);
    else run_forked_member(&members[0]);
    int error = started < threads ? FT_TEAM_NO_THREADS : 0;
    for (int rank = 1; rank < started; rank++) pthread_join(members[rank].thread, NULL);
    for (int rank = 0; rank < started && error == 0; rank++) error = members[rank].error;
    free(members);
    return error;
}

// A separate function, because the compiler starts OpenMP's runtime at the beginning of the function that uses it.
__attribute__((noinline)) static int run_region(ft_team *team, ft_team_body body, void *context) {
    static pthread_once_t is_watching = PTHREAD_ONCE_INIT;
    pthread_once(&is_watching, watch_forks);
    int threads = team->size;
    int first_error = 0;
    int first_rank = threads;
    kmp_set_warnings_off();
    omp_set_dynamic(0);    // exactly as many threads as requested
    // A team in another team's callback, or in a parallel region of the embedding program, is nested.
    omp_set_max_active_levels(INT_MAX);
    kmp_set_blocktime(0);  // idle threads sleep as soon as the region ends
    atomic_store_explicit(&team->begun, true, memory_order_release);
#pragma omp parallel num_threads(threads) default(shared)
    {
        (void)atomic_load_explicit(&team->begun, memory_order_acquire);
        int rank = omp_get_thread_num();
        int error = FT_TEAM_NO_THREADS;
        if (omp_get_num_threads() == threads) error = run_member(team, rank, body, context);
        if (error != 0) {
            fail(team);
#pragma omp critical(ft_team_error)
            if (rank < first_rank) {
                first_rank = rank;
                first_error = error;
            }
        }
        atomic_fetch_add_explicit(&team->ended, 1, memory_order_release);
    }
    (void)atomic_load_explicit(&team->ended, memory_order_acquire);
    return first_error;
}

int ft_team_run(int threads, int cpus, ft_team_body body, void *context) {
    ft_team team = {.size = threads, .spins = threads > cpus ? 0 : SPINS_BEFORE_YIELD};
    if (threads == 1) return run_member(&team, 0, body, context);
    if (is_forked) return run_threads(&team, body, context);
    if (!can_write_shared_memory()) return FT_TEAM_NO_SHARED_MEMORY;
    if (!can_create_threads(threads)) return FT_TEAM_NO_THREADS;
    atomic_fetch_add(&threads_in_use, threads - 1);
    int error = run_region(&team, body, context);
    atomic_fetch_sub(&threads_in_use, threads - 1);
    return error;
}
