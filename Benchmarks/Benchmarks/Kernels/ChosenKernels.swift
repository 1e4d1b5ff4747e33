import Foundation
import KernelDispatch
import KernelTypes

/// Returns the kernels that training would use: the best that the CPU has, or those named by `FASTTRAIN_ISA`.
func chosenKernels() -> KernelTable {
    guard let name = ProcessInfo.processInfo.environment["FASTTRAIN_ISA"], !name.isEmpty else {
        return InstructionSet.best.kernels
    }
    guard let choice = InstructionSet(rawValue: name), choice.isSupported else {
        fatalError("FASTTRAIN_ISA: expected an instruction set that this CPU has, found '\(name)'")
    }
    return choice.kernels
}
