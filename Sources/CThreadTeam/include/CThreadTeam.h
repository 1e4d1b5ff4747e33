/// The thread team: one OpenMP parallel region for a whole run, barriers inside it, and the all-reduce of gradients.
///
/// A step of training costs two to six barriers, tens of microseconds apart in a small network: they spin before they
/// yield.
#ifndef FASTTRAIN_THREAD_TEAM_H
#define FASTTRAIN_THREAD_TEAM_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The members of one run; lives as long as `ft_team_run`.
typedef struct ft_team ft_team;

/// What each member does. `rank` is 0 ..< the team's size. Returns 0, or an error of the caller's own numbering.
typedef int (*ft_team_body)(void *context, ft_team *team, int rank);

/// Runs `body` once on each of `threads` threads, the caller among them as rank 0, and waits for all. `cpus`: how many
/// of them can run at once; with more threads than that, a waiting one yields its CPU instead of spinning. While `body`
/// runs, subnormal numbers are zero, as operands and as results: all that it does with floats, its callbacks included.
///
/// Returns 0 if all returned 0, else the value of the lowest rank that returned another; FT_TEAM_NO_THREADS if the
/// system did not give all threads, FT_TEAM_NO_SHARED_MEMORY with errno set if OpenMP's runtime cannot start (then `body` ran
/// on none). No thread of the team works on after the return. A team of one is the caller, without OpenMP.
int ft_team_run(int threads, int cpus, ft_team_body body, void *context);

/// `ft_team_run`: the system has fewer threads to give than were asked for.
#define FT_TEAM_NO_THREADS (-1)

/// `ft_team_run`: there is no writing to /dev/shm, or whatever shared memory is here.
#define FT_TEAM_NO_SHARED_MEMORY (-2)

/// CPUs in the affinity mask of the calling thread; 0 when it cannot be read.
int ft_affinity_cpus(void);

/// How many members the team has.
int ft_team_size(const ft_team *team);

/// Waits until all members have come here. All that any member wrote before is then visible to every member.
///
/// Returns false, at once and to all, when a member has failed (returned from its body with an error): the caller
/// then returns from its body too.
bool ft_team_barrier(ft_team *team);

/// The all-reduce of `shards` gradients, for the slice of them that the calling thread owns:
/// `gradients[0][i]` becomes the sum of all gradients' i-th elements, added in a fixed binary tree, neighbours first:
/// ((0+1)+(2+3))+((4+5)+6).
///
/// Together the members' calls are a reduce-scatter; the updated weights lie in shared memory, which is the all-gather.
/// Each gradient may be overwritten. The order of additions depends on `shards` alone.
void ft_all_reduce_slice(float *const *gradients, int shards, size_t count);

#ifdef __cplusplus
}
#endif

#endif
