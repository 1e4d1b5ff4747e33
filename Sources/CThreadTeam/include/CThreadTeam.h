/// The thread team: one OpenMP parallel region for a whole run, barriers inside it, and the all-reduce of gradients.
///
/// A training step takes two barriers or a few more, tens of microseconds apart in a small network. So a barrier spins
/// before it yields.
#ifndef FASTTRAIN_THREAD_TEAM_H
#define FASTTRAIN_THREAD_TEAM_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The members of one run. It exists while `ft_team_run` runs.
typedef struct ft_team ft_team;

/// The work of each member. `rank` is in 0..<size. It returns 0 or an error code of the caller's choice.
typedef int (*ft_team_body)(void *context, ft_team *team, int rank);

/// Runs `body` once on each of `threads` threads and waits for all of them. The caller is rank 0. A team of one is the
/// caller alone, without OpenMP.
///
/// `cpus` is the number of threads that can run at the same time. If there are more threads, a waiting thread yields
/// its CPU instead of spinning. While `body` runs, subnormal operands and results of floating-point arithmetic are zero,
/// except between `ft_team_leave` and `ft_team_return`. Teams may run side by side, and a member may run another team.
///
/// Returns 0 if all members returned 0, and otherwise the error of the lowest rank that returned one. Returns
/// FT_TEAM_NO_THREADS if the system cannot create the threads, and FT_TEAM_NO_SHARED_MEMORY, with errno set, if
/// OpenMP's runtime cannot start; `body` did not run then. No thread of the team is running after the return.
int ft_team_run(int threads, int cpus, ft_team_body body, void *context);

/// Error of `ft_team_run`: the system cannot create as many threads as requested.
#define FT_TEAM_NO_THREADS (-1)

/// Error of `ft_team_run`: shared memory (/dev/shm) cannot be written.
#define FT_TEAM_NO_SHARED_MEMORY (-2)

/// The state of a member before `ft_team_leave`, which `ft_team_return` restores.
typedef struct {
    unsigned arithmetic;
    bool is_absent;
} ft_team_absence;

/// Begins a call from a member to code outside the team, such as a progress callback of the embedding program: until
/// `ft_team_return`, the calling thread has the floating-point state that it had before it became a member. Does nothing
/// on a thread that is not a member.
ft_team_absence ft_team_leave(void);

/// Ends a call to code outside the team, on the thread that began it.
void ft_team_return(ft_team_absence absence);

/// Returns whether the calling thread is a member of a team that has called code outside it.
bool ft_team_is_called_out(void);

/// Returns the number of members of the team.
int ft_team_size(const ft_team *team);

/// Waits until all members have arrived. Everything that any member wrote before is then visible to every member.
///
/// Returns false, immediately and in all members, if a member has failed, that is, returned an error from its body. The
/// caller must then return from its body too.
bool ft_team_barrier(ft_team *team);

/// Waits like `ft_team_barrier`, but asleep from the start. For waits of unknown length, in which spinning would take
/// CPU time from others.
bool ft_team_sleeping_barrier(ft_team *team);

/// Adds up the gradients of all shards over one slice: `gradients[0][i]` becomes the sum of the i-th elements of all
/// gradients, added in a fixed binary tree, neighbours first: ((0+1)+(2+3))+((4+5)+6).
///
/// This is the calling thread's part of the all-reduce. The calls of all members together are its reduce-scatter; the
/// all-gather is implicit, because the updated weights are in shared memory. All gradients may be overwritten. The order
/// of additions depends on `shards` alone.
///
/// A null pointer, except for shard 0, stands for a shard that `ft_reduce_own_shards` has already added to one before it.
void ft_all_reduce_slice(float *const *gradients, int shards, size_t count);

/// Makes all additions of the tree of `ft_all_reduce_slice` whose operands come from the shards `first ..< end` alone.
/// `gradients[0]` is that of shard `first`, which becomes the sum of the largest branch of the tree that starts there.
void ft_reduce_own_shards(float *const *gradients, int first, int end, int shards, size_t count);

#ifdef __cplusplus
}
#endif

#endif
