import Foundation
import KernelDispatch
import KernelTypes
import Synchronization

/// Returns the kernels of every instruction set that this CPU has. Prints once which are missing.
///
/// A virtual machine may hide an instruction set that its CPU has. `FASTTRAIN_TEST_ISA` names one to test nevertheless.
public func supportedKernels() -> [KernelTable] {
    let hidden = ProcessInfo.processInfo.environment["FASTTRAIN_TEST_ISA"]
    let missing = InstructionSet.allCases.filter { !$0.isSupported && $0.rawValue != hidden }
    if !missing.isEmpty && !hasReported.exchange(true, ordering: .relaxed) {
        print("SKIPPED: tests of \(missing.map(\.rawValue).joined(separator: ", ")): this CPU does not have it")
    }
    return InstructionSet.allCases.filter { !missing.contains($0) }.map { $0.kernels }
}

private let hasReported = Atomic(false)
