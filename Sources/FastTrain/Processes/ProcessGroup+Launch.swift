import CProcessGroup
import Platform

extension ProcessGroup {
    /// The place of this process among those that a launcher such as `mpirun` has started, from its environment; `nil` if
    /// there is no launcher, or if it started one process only.
    package static func launched() -> (rank: Int, size: Int)? {
        func number(_ names: [String]) -> Int? {
            names.lazy.compactMap { Machine.environment($0).flatMap { Int($0) } }.first
        }
        // Open MPI; MPICH and Intel MPI; Slurm with PMIx. The last one does not tell the number of processes.
        guard let rank = number(["OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK"]) else { return nil }
        let size = number(["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_NTASKS"]) ?? 2
        return size > 1 ? (rank, size) : nil
    }

    /// Starts the group that this process belongs to.
    ///
    /// - Parameters:
    ///   - isRequired: Whether to start MPI even if the environment does not say that there are other processes.
    ///   - lost: Called when the run cannot go on, on a thread of its own, with the reason, or `nil` if another process
    ///     reports it, and with the exit code. It ends this process.
    /// - Returns: The group, or `nil` if this process is alone.
    /// - Throws: `.noInput` if the shim of MPI cannot be loaded; `.invalidUse` if it belongs to another MPI than the launcher;
    ///   `.inputOutput` if MPI cannot be started.
    package static func start(
        isRequired: Bool, lost: @escaping @Sendable (String?, Int32) -> Void
    ) throws(FastTrainError) -> ProcessGroup? {
        // Before MPI starts, which changes the environment.
        let place = launched()
        guard isRequired || place != nil else { return nil }
        let group = try ProcessGroup(loadShim())
        if group.size == 1, let place {
            // All of them find it out; one reports it.
            if place.rank > 0 { lost(nil, 64) }
            throw .invalidUse(
                "MPI: the launcher has started \(place.size) processes, but \(group.library) knows one; build the shim with "
                    + "the mpicc of that launcher: make mpi MPICC=…")
        }
        try group.watch(lost)
        return group
    }

    /// The name of the shim's file.
    private static let shim = "libfasttrain-mpi.so"

    /// Loads the shim: the file that FASTTRAIN_MPI names or, in this order, the one beside the program, in `lib` beside the
    /// program's folder, or where the system looks for shared libraries.
    private static func loadShim() throws(FastTrainError) -> ft_mpi {
        var reason: UnsafePointer<CChar>?
        let path = shimPath
        guard let functions = ft_mpi_load(path, &reason)?.pointee else {
            let text = reason.map { String(cString: $0) } ?? "unknown reason"
            throw .noInput(
                path: path,
                reason: "cannot be loaded (\(text)); install MPI and run `make mpi`, or name the file in FASTTRAIN_MPI")
        }
        guard functions.version == FT_MPI_VERSION else {
            throw .badData(
                file: path, place: .file,
                expected: "version \(FT_MPI_VERSION) of the interface to MPI (build it again: `make mpi`)",
                found: "version \(functions.version)")
        }
        return functions
    }

    /// The path of the shim, or its name alone.
    private static var shimPath: String {
        if let path = Machine.environment("FASTTRAIN_MPI") { return path }
        guard let program = Machine.program else { return shim }
        let folder = program.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return ["\(folder)/\(shim)", "\(folder)/../lib/\(shim)"].first { access($0, F_OK) == 0 } ?? shim
    }
}
