import FastTrain
import KernelDispatch
import KernelTypes

/// Returns the kernels that training would use: the best that the CPU has, or those named by `FASTTRAIN_ISA`.
func chosenKernels() -> KernelTable {
    do {
        return try InstructionSet.chosen().kernels
    } catch {
        fatalError("\(error)")
    }
}
