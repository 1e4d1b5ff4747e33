import CThreadTeam
import KernelTypes

/// Calls `body`; for bf16 on a member of a thread team, where subnormal numbers count as zero, as they always do for
/// the bf16 instructions.
public func asInTraining(_ precision: KernelPrecision, _ body: () -> Void) {
    guard precision.isPaired else { return body() }
    withoutActuallyEscaping(body) { body in
        var call = body
        withUnsafeMutablePointer(to: &call) { call in
            let status = ft_team_run(
                1, 1,
                { context, _, _ in
                    context!.assumingMemoryBound(to: (() -> Void).self).pointee()
                    return 0
                }, call)
            precondition(status == 0, "the team did not run")
        }
    }
}
