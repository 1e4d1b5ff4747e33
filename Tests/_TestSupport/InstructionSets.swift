import KernelDispatch
import Synchronization

/// The kernels of every instruction set that this CPU has. Says loudly, once, which are missing.
public func supportedKernels() -> [KernelTable] {
    let missing = InstructionSet.allCases.filter { !$0.isSupported }
    if !missing.isEmpty && !saidSo.exchange(true, ordering: .relaxed) {
        print("SKIPPED: tests of \(missing.map(\.rawValue).joined(separator: ", ")): this CPU does not have it")
    }
    return InstructionSet.allCases.filter(\.isSupported).map { KernelTable.table(for: $0) }
}

private let saidSo = Atomic(false)
